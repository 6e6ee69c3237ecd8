"""pmap: the memory map of processes. Programs share the host's address space here, so the maps have no lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, SysError, UsageError, Writer, cause, complain, read_whole

from ..facts.processes import read_process

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_HINT = "\nUsage:\n {prog} [options] PID [PID ...]\n\nFor more details see pmap(1).\n"
PMAP = Command(
    "pmap",
    usage="[options] PID [PID ...]",
    summary="Show the memory map of processes.",
    options=[
        Flag("extended", "x", "extended", help="show details"),
        Flag("device", "d", "device", help="show the device format"),
        Flag("quiet", "q", "quiet", help="leave out heading and total"),
        Flag("path", "p", "show-path", help="show paths in full"),
        Flag("version_", "V", hidden=True),
    ],
    hint=_HINT,
)
_LINE = re.compile(rb"([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) (\S+) ([0-9]+)\s*(.*)")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the maps. Status 42 if a process isn't there, as procps has it."""
    opts, words = PMAP.parse(argv)
    if not words:
        raise UsageError(b"argument missing\n" + _HINT.encode().replace(b"{prog}", opts.prog), 1)
    out = Writer(k)
    status = 0
    for word in words:
        digits = word.removeprefix(b"/proc/")
        if not digits.isdigit() or len(digits) > 10:
            raise UsageError(_HINT.encode().replace(b"{prog}", opts.prog), 1)
        p = read_process(k, int(digits))
        if p is None:
            status = 42
            continue
        out.write(b"%d:   %s\n" % (p.pid, p.args))
        try:
            _maps(out, opts, read_whole(k, b"/proc/%d/maps" % p.pid), p.rss * 4)
        except SysError as error:
            out.flush()
            complain(k, b"/proc/%d/maps: %s" % (p.pid, cause(error)))
            status = 1
    out.flush()
    return status


def _maps(out: Writer, opts: Any, text: bytes, resident: int) -> None:
    if opts.extended and not opts.quiet:
        out.write(b"Address           Kbytes     RSS   Dirty Mode  Mapping\n")
    if opts.device and not opts.quiet:
        out.write(b"Address           Kbytes Mode  Offset           Device    Mapping\n")
    total = writable = shared = 0
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        start, kib = int(found[1], 16), (int(found[2], 16) - int(found[1], 16)) // 1024
        total += kib
        mode = found[3][:3] + (b"s" if found[3][3:] == b"s" else b"-") + b"-"
        writable += kib if b"w" in mode and b"s" not in mode else 0
        shared += kib if b"s" in mode else 0
        name = (found[7] if opts.path else found[7].rpartition(b"/")[2]) or b"  [ anon ]"
        if opts.device:
            out.write(b"%016x %7d %s %016x %s %s\n" % (start, kib, mode, int(found[4], 16), found[5], name))
        elif opts.extended:
            out.write(b"%016x %7d %7d %7d %s %s\n" % (start, kib, 0, 0, mode, name))
        else:
            out.write(b"%016x %6dK %s %s\n" % (start, kib, mode, name))
    if opts.quiet:
        return
    if opts.extended:
        out.write(b"---------------- ------- ------- ------- \ntotal kB         %7d %7d %7d\n" % (total, resident, 0))
    elif opts.device:
        out.write(b"mapped: %dK    writeable/private: %dK    shared: %dK\n" % (total, writable, shared))
    else:
        out.write(b" total %16dK\n" % total)
