"""nproc: how many processors there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, SysError, Value, Writer, complain, parsed, quote, read_whole

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

NPROC = Command(
    "nproc",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]...",
    summary="Print the number of processing units available to the current process,\n"
    "which may be less than the number of online processors",
    options=[
        Flag("all", "all", help="print the number of installed processors"),
        Value("ignore", "ignore", metavar="N", help="if possible, exclude N processing units"),
    ],
    operands=(0, 0),
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the number: of /proc/stat, kept within OMP_NUM_THREADS and OMP_THREAD_LIMIT as GNU's is."""
    opts, _ = parsed(k, NPROC, argv)
    ignore = 0
    if opts.ignore is not None:
        if not opts.ignore.isdigit():
            complain(k, b"invalid number: " + quote(opts.ignore))
            return 1
        ignore = int(opts.ignore[:18])
    try:
        lines = read_whole(k, b"/proc/stat").splitlines()
        count = sum(line.startswith(b"cpu") and line[3:4].isdigit() for line in lines) or 1
    except SysError:
        count = 1
    if not opts.all:
        wanted = _threads(k.env.get(b"OMP_NUM_THREADS", b""))
        limit = _threads(k.env.get(b"OMP_THREAD_LIMIT", b""))
        count = wanted or count
        if limit:
            count = min(count, limit)
    out = Writer(k)
    out.write(b"%d\n" % max(count - ignore, 1))
    out.flush()
    return 0


def _threads(text: bytes) -> int:
    """Return the first number of a list like 4,2; 0 if there's none."""
    first = text.split(b",")[0].strip()
    return int(first[:18]) if first.isdigit() else 0
