"""chrt: scheduling policies, as far as the machine's scheduler has them; what it hasn't it refuses, and chrt says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Demand, Flag, Policy, SysError, Value, Writer, cause, complain

from .become import become

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_NAMES = {policy: f"SCHED_{policy.name}" for policy in Policy}
_RANGES = {policy: (1, 99) if policy in (Policy.FIFO, Policy.RR) else (0, 0) for policy in Policy}


def _policy(policy: Policy, *names: str) -> Flag:
    return Flag("policy", *names, value=policy, default=Policy.RR, help=f"set policy to {_NAMES[policy]}")


CHRT = Command(
    "chrt",
    usage=["[options] <priority> <command> [<arg>...]", "[options] --pid [<priority>] <pid>"],
    summary="Show or change the real-time scheduling attributes of a process.",
    options=[
        _policy(Policy.BATCH, "b", "batch"), _policy(Policy.DEADLINE, "d", "deadline"), _policy(Policy.FIFO, "f", "fifo"),
        _policy(Policy.IDLE, "i", "idle"), _policy(Policy.OTHER, "o", "other"), _policy(Policy.RR, "r", "rr"),
        Flag("reset", "R", "reset-on-fork", help="children begin under SCHED_OTHER"),
        Value("runtime", "T", "sched-runtime", metavar="<ns>", help="runtime parameter for DEADLINE"),
        Value("period", "P", "sched-period", metavar="<ns>", help="period parameter for DEADLINE"),
        Value("deadline", "D", "sched-deadline", metavar="<ns>", help="deadline parameter for DEADLINE"),
        Flag("all", "a", "all-tasks", help="operate on all the tasks (threads) for a given pid"),
        Flag("max", "m", "max", help="show min and max valid priorities"),
        Flag("pid", "p", "pid", help="operate on existing given pid"),
        Flag("verbose", "v", "verbose", help="display status information"),
        Flag("version_", "V", hidden=True),
    ],
    permute=False,
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Show or set a process's policy, or run a command under one. Status 1 where that can't be."""
    opts, words = CHRT.parse(argv)
    out = Writer(k)
    if opts.max:
        for policy, name in _NAMES.items():
            low, high = _RANGES[policy]
            out.write(f"{name} min/max priority\t: {low}/{high}\n".encode())
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
        if (len(words) == 1 or opts.verbose) and not _show(k, out, pid, b"current"):
            return 1
        if len(words) == 1:
            out.flush()
            return 0
    out.flush()
    demand = _demand(k, opts, words[0])
    if demand is None:
        return 1
    try:
        k.sched_setattr(pid, demand)
    except SysError as error:
        complain(k, b"failed to set pid %d's policy: %s" % (pid, cause(error)))
        return 1
    if opts.verbose:
        _show(k, out, pid or k.getpid(), b"new")
        out.flush()
    return 0 if pid else become(k, words[1:])


def _demand(k: Syscalls, opts: Any, priority: bytes) -> Demand | None:
    """Return what the options ask for; None if they don't make sense, which was said then."""
    if not re.fullmatch(rb"[+-]?[0-9]{1,9}", priority):
        complain(k, b"invalid priority argument: '%s'" % priority)
        return None
    times = {}
    for name in ("runtime", "period", "deadline"):
        text = getattr(opts, name)
        if text is None:
            continue
        if not re.fullmatch(rb"[0-9]{1,18}", text):
            complain(k, b"invalid %s argument: '%s'" % (name.encode(), text))
            return None
        times[name] = int(text)
    policy: Policy = opts.policy
    if times and policy is not Policy.DEADLINE:
        complain(k, b"--sched-{runtime,deadline,period} options are supported for SCHED_DEADLINE only")
        return None
    low, high = _RANGES[policy]
    if not low <= int(priority) <= high:
        complain(k, b"unsupported priority value for the policy: %d: see --max for valid range" % int(priority))
        return None
    if policy is Policy.DEADLINE:
        period = times.get("period", 0)
        deadline = times.get("deadline", 0) or period
        times = {"period_ns": period, "deadline_ns": deadline, "runtime_ns": times.get("runtime", 0) or deadline}
    return Demand(policy, int(priority), reset_on_fork=opts.reset, **times)


def _show(k: Syscalls, out: Writer, pid: int, which: bytes) -> bool:
    try:
        demand = k.sched_getattr(pid)
    except SysError as error:
        out.flush()
        complain(k, b"failed to get pid %d's policy: %s" % (pid, cause(error)))
        return False
    reset = "|SCHED_RESET_ON_FORK" if demand.reset_on_fork else ""
    out.write(b"pid %d's %s scheduling policy: %s\n" % (pid, which, (_NAMES[demand.policy] + reset).encode()))
    out.write(b"pid %d's %s scheduling priority: %d\n" % (pid, which, demand.rt_priority))
    if demand.policy == Policy.DEADLINE:
        figures = (demand.runtime_ns, demand.deadline_ns, demand.period_ns)
        out.write(b"pid %d's %s runtime/deadline/period parameters: %d/%d/%d\n" % (pid, which, *figures))
    return True
