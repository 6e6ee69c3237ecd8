"""chrt: scheduling policies. Every process is SCHED_OTHER here (the machine's scheduler is a plugin, without real-time classes);
another policy is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, NoSuchSyscall, Value, Writer, cause, complain

from ..facts.processes import read_process
from .become import become

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_NAMES = {0: "SCHED_OTHER", 1: "SCHED_FIFO", 2: "SCHED_RR", 3: "SCHED_BATCH", 5: "SCHED_IDLE", 6: "SCHED_DEADLINE"}
_RANGES = {0: (0, 0), 1: (1, 99), 2: (1, 99), 3: (0, 0), 5: (0, 0), 6: (0, 0)}


def _policy(number: int, *names: str) -> Flag:
    return Flag("policy", *names, value=number, default=2, help=f"set policy to {_NAMES[number]}")


CHRT = Command(
    "chrt",
    usage=["[options] <priority> <command> [<arg>...]", "[options] --pid [<priority>] <pid>"],
    summary="Show or change the real-time scheduling attributes of a process.",
    options=[
        _policy(3, "b", "batch"), _policy(6, "d", "deadline"), _policy(1, "f", "fifo"), _policy(5, "i", "idle"),
        _policy(0, "o", "other"), _policy(2, "r", "rr"),
        Flag("reset", "R", "reset-on-fork", hidden=True),
        Value("deadline", "T", "sched-runtime", "D", "sched-deadline", "P", "sched-period", hidden=True),
        Flag("all", "a", "all-tasks", help="operate on all the tasks (threads) for a given pid"),
        Flag("max", "m", "max", help="show min and max valid priorities"),
        Flag("pid", "p", "pid", help="operate on existing given pid"),
        Flag("verbose", "v", "verbose", help="display status information"),
        Flag("version_", "V", hidden=True),
    ],
    permute=False,
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Show a process's policy, or run a command under SCHED_OTHER. Status 1 where that can't be."""
    opts, words = CHRT.parse(argv)
    out = Writer(k)
    if opts.max:
        for number, name in _NAMES.items():
            if number == 6:
                continue
            low, high = _RANGES[number]
            out.write(
                f"{name} min/max priority\t: {low}/{high}\n".encode()
                if number == 0
                else f"{name} not supported?\n".encode()
            )
        out.flush()
        return 0
    if len(words) < (1 if opts.pid else 2):
        raise CHRT.error(opts, "bad usage")
    pid = 0
    if opts.pid:
        if not words[-1].isdigit() or len(words[-1]) > 10:
            complain(k, b"invalid PID argument: '%s'" % words[-1])
            return 1
        pid = int(words[-1]) or k.getpid()
        if len(words) == 1 or opts.verbose:
            if not _show(k, out, pid):
                return 1
        if len(words) == 1:
            out.flush()
            return 0
    out.flush()
    return _set(k, opts, words, pid)


def _show(k: Syscalls, out: Writer, pid: int) -> bool:
    p = read_process(k, pid)
    if p is None:
        complain(k, b"failed to get pid %d's policy: No such process" % pid)
        return False
    out.write(f"pid {pid}'s current scheduling policy: {_NAMES.get(p.policy, 'unknown')}\n".encode())
    out.write(b"pid %d's current scheduling priority: %d\n" % (pid, p.rtprio))
    return True


def _set(k: Syscalls, opts: Any, words: list[bytes], pid: int) -> int:
    if not re.fullmatch(rb"[+-]?[0-9]{1,9}", words[0]):
        complain(k, b"invalid priority argument: '%s'" % words[0])
        return 1
    low, high = _RANGES[opts.policy]
    if not low <= int(words[0]) <= high:
        complain(k, b"unsupported priority value for the policy: %d: see --max for valid range" % int(words[0]))
        return 1
    if opts.policy != 0 or opts.reset:
        complain(k, b"failed to set pid %d's policy: %s" % (pid, cause(NoSuchSyscall())))
        return 1
    if pid:
        if read_process(k, pid) is None:
            complain(k, b"failed to set pid %d's policy: No such process" % pid)
            return 1
        return 0
    return become(k, words[1:])
