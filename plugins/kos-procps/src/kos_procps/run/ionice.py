"""ionice: I/O classes and priorities. This kernel has none, so whatever would get or set one says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, NoSuchSyscall, Value, cause, complain

from .become import become

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

IONICE = Command(
    "ionice",
    usage=["[options] -p <pid>...", "[options] -P <pgid>...", "[options] -u <uid>...", "[options] <command>"],
    summary="Show or change the I/O-scheduling class and priority of a process.",
    options=[
        Value("kind", "c", "class", metavar="CLASS", help="0: none, 1: realtime, 2: best-effort, 3: idle"),
        Value("data", "n", "classdata", metavar="NUM", help="priority 0 to 7"),
        Value("pids", "p", "pid", metavar="PID", help="act on these running processes"),
        Value("pgids", "P", "pgid", metavar="PGID", help="act on these process groups"),
        Flag("ignore", "t", "ignore", help="ignore failures"),
        Value("uids", "u", "uid", metavar="UID", help="act on processes of these users"),
        Flag("version_", "V", hidden=True),
    ],
    permute=False,
)
_CLASSES = (b"none", b"realtime", b"best-effort", b"idle")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Run the command if failures are to be ignored; else status 1."""
    opts, words = IONICE.parse(argv)
    if opts.kind is not None and not opts.kind.isdigit() and opts.kind.lower() not in _CLASSES:
        complain(k, b"unknown scheduling class: '%s'" % opts.kind)
        return 1
    if opts.kind is not None and opts.kind.isdigit() and int(opts.kind[:9]) >= len(_CLASSES):
        complain(k, b"unknown prio class %s" % opts.kind)
        return 1
    if opts.data is not None and not opts.data.isdigit():
        complain(k, b"invalid class data argument: '%s'" % opts.data)
        return 1
    for name, given in ((b"PID", opts.pids), (b"PGID", opts.pgids), (b"UID", opts.uids)):
        if given is not None and not given.isdigit():
            complain(k, b"invalid %s argument: '%s'" % (name, given))
            return 1
    setting = opts.kind is not None or opts.data is not None
    targets = opts.pids is not None or opts.pgids is not None or opts.uids is not None
    if targets or not words or not opts.ignore:
        if setting and opts.ignore:
            return 0
        complain(
            k,
            (b"ioprio_set failed: " if setting or (words and not targets) else b"ioprio_get failed: ")
            + cause(NoSuchSyscall()),
        )
        return 1
    return become(k, words)
