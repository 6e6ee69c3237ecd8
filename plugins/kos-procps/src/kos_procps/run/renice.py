"""renice: change how nice running processes are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import Accounts, Command, Flag, NoSuchProcess, SysError, Writer, cause, complain

from ..facts.processes import processes

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

RENICE = Command(
    "renice",
    usage=[
        "[-n] <priority> [-p|--pid] <pid>...",
        "[-n] <priority> -g|--pgrp <pgid>...",
        "[-n] <priority> -u|--user <user>...",
    ],
    summary="Alter the priority of running processes.",
    options=[
        Flag("what", "p", "pid", help="what follows are process IDs (default)"),
        Flag("what", "g", "pgrp", help="what follows are process group IDs"),
        Flag("what", "u", "user", help="what follows are user names or IDs"),
        Flag("number", "n", "priority", help="the nice value follows"),
        Flag("version_", "V", hidden=True),
    ],
)
_KINDS = {b"-p": "process ID", b"--pid": "process ID", b"-g": "process group ID", b"--pgrp": "process group ID",
          b"-u": "user ID", b"--user": "user ID"}  # fmt: skip
_NUMBER = re.compile(rb"[+-]?[0-9]{1,9}\Z")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Set the nice value of each. Status 1 if one couldn't be set."""
    words = list(argv[1:])
    if words and words[0] in (b"-h", b"--help", b"-V", b"--version"):
        RENICE.parse([argv[0], b"--help" if words[0] in (b"-h", b"--help") else b"--version"])
    if words and words[0] in (b"-n", b"--priority"):
        words.pop(0)
    if len(words) < 2:
        raise RENICE.error(argv[0], "not enough arguments")
    if not _NUMBER.match(words[0]):
        raise RENICE.error(argv[0], b"invalid priority '%s'" % words[0])
    value = int(words.pop(0))
    kind = "process ID"
    people = Accounts(k)
    out = Writer(k)
    status = 0
    for word in words:
        if word in _KINDS:
            kind = _KINDS[word]
            continue
        number: int | None = int(word) if word.isdigit() and len(word) < 11 else None
        if kind == "user ID":
            number = people.uid(word) if people.uid(word) is not None else number
            if number is None:
                out.flush()
                complain(k, b"unknown user " + word)
                status = 1
                continue
        elif number is None:
            out.flush()
            complain(k, b"bad %s value: %s" % (kind.encode(), word))
            status = 1
            continue
        status |= _one(k, out, kind, number, value)
    out.flush()
    return status


def _one(k: Syscalls, out: Writer, kind: str, number: int, value: int) -> int:
    failed = b"get"
    try:
        pids = [number]
        if kind != "process ID":
            pids = [p.pid for p in processes(k) if (p.pgid if kind == "process group ID" else p.uid) == number]
        if not pids:
            raise NoSuchProcess()
        old = min(k.getpriority(pid) for pid in pids)
        failed = b"set"
        for pid in pids:
            k.setpriority(pid, value)
        new = min(k.getpriority(pid) for pid in pids)
    except SysError as error:
        out.flush()
        complain(k, b"failed to %s priority for %d (%s): %s" % (failed, number, kind.encode(), cause(error)))
        return 1
    out.write(b"%d (%s) old priority %d, new priority %d\n" % (number, kind.encode(), old, new))
    return 0
