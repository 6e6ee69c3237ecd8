"""taskset: on which CPUs a process may run. A scheduler that doesn't keep to masks refuses one that leaves a CPU out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import (
    Command,
    Flag,
    SysError,
    UsageError,
    Writer,
    cause,
    complain,
)

from .become import become

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

TASKSET = Command(
    "taskset",
    usage=["[options] mask command [argument...]", "[options] -p [mask] pid"],
    summary="Show or change the CPU affinity of a process.",
    options=[
        Flag("all", "a", "all-tasks", help="operate on all the tasks (threads) for a given pid"),
        Flag("pid", "p", "pid", help="operate on existing given pid"),
        Flag("list", "c", "cpu-list", help="display and specify cpus in list format"),
        Flag("version_", "V", hidden=True),
    ],
    permute=False,
)
_MAX_CPU = 8191


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Show or set the mask, or run a command with one. Status 1 if it can't be had."""
    opts, words = TASKSET.parse(argv)
    if len(words) < (1 if opts.pid else 2):
        raise TASKSET.error(opts, "bad usage")
    pid = 0
    if opts.pid:
        text = words[-1]
        if not text.isdigit() or len(text) > 10:
            complain(k, b"invalid PID argument: '%s'" % text)
            return 1
        pid = int(text)
    target = pid or k.getpid()
    out = Writer(k)
    try:
        allowed = k.sched_getaffinity(target)
    except SysError as error:
        complain(k, b"failed to get pid %d's affinity: %s" % (target, cause(error)))
        return 1
    if opts.pid:
        out.write(_told(target, b"current", allowed, opts.list))
    if not opts.pid or len(words) > 1:
        wanted = _list(k, words[0]) if opts.list else _mask(k, words[0])
        try:
            k.sched_setaffinity(target, wanted)
        except SysError as error:
            out.flush()
            complain(k, b"failed to set pid %d's affinity: %s" % (target, cause(error)))
            return 1
        if opts.pid:
            out.write(_told(target, b"new", k.sched_getaffinity(target), opts.list))
    out.flush()
    return 0 if opts.pid else become(k, words[1:])


def _told(pid: int, which: bytes, mask: int, as_list: bool) -> bytes:
    if as_list:
        cpus = [cpu for cpu in range(mask.bit_length()) if mask >> cpu & 1]
        return b"pid %d's %s affinity list: %s\n" % (pid, which, _ranges(cpus))
    return b"pid %d's %s affinity mask: %x\n" % (pid, which, mask)


def _ranges(cpus: list[int]) -> bytes:
    parts: list[str] = []
    start = 0
    for place, cpu in enumerate(cpus):
        if place + 1 < len(cpus) and cpus[place + 1] == cpu + 1:
            continue
        first = cpus[start]
        parts.append(str(first) if first == cpu else f"{first},{cpu}" if cpu == first + 1 else f"{first}-{cpu}")
        start = place + 1
    return ",".join(parts).encode()


def _mask(k: Syscalls, text: bytes) -> int:
    digits = text.lower().removeprefix(b"0x").replace(b",", b"")
    if not re.fullmatch(rb"[0-9a-f]{1,2048}", digits):
        raise UsageError(b"%s: failed to parse CPU mask: %s\n" % (k.argv[0], text), 1)
    return int(digits, 16)


def _list(k: Syscalls, text: bytes) -> int:
    mask = 0
    for item in text.split(b","):
        found = re.fullmatch(rb"([0-9]{1,4})(?:-([0-9]{1,4})(?::([0-9]{1,4}))?)?", item)
        low, high, step = (int(part or b"0") for part in found.groups()) if found else (1, 0, 0)
        if found is not None and found[2] is None:
            high = low
        if found is None or high < low or high > _MAX_CPU or (found[3] is not None and not step):
            raise UsageError(b"%s: failed to parse CPU list: %s\n" % (k.argv[0], text), 1)
        for cpu in range(low, high + 1, step or 1):
            mask |= 1 << cpu
    return mask
