"""The list of logins in /run/utmp: who sits at which terminal. What `users`, `logname`, `who` and `pinky` read.

A record is 384 bytes: kind (2 bytes), pid at 4, terminal (32 bytes at 8), id (4 at 40), user (32 at 44), host (256 at 76), how a
process ended (2 + 2 at 332), seconds at 340. Source: utmp(5) on x86-64.
"""

from __future__ import annotations

from typing import NamedTuple

from kos_kernel.api import Syscalls

from ..files.accounts import read_whole

_SIZE = 384
RUN_LEVEL, BOOT, NEW_TIME, OLD_TIME, INIT, LOGIN, USER, DEAD = range(1, 9)


class Login(NamedTuple):
    """One record. kind: USER for a login."""

    user: bytes
    terminal: bytes
    pid: int
    kind: int = USER
    ident: bytes = b""
    host: bytes = b""
    seconds: int = 0
    ended: tuple[int, int] = (0, 0)


def _text(field: bytes) -> bytes:
    return field.split(b"\0")[0]


def records_in(k: Syscalls, path: bytes = b"/var/run/utmp") -> list[Login]:
    """Return all records in the file's order. Raises SysError if it can't be read."""
    data = read_whole(k, path)
    found = []
    for at in range(0, len(data) - _SIZE + 1, _SIZE):
        record = data[at : at + _SIZE]
        found.append(
            Login(
                _text(record[44:76]), _text(record[8:40]), int.from_bytes(record[4:8], "little"),
                int.from_bytes(record[:2], "little"), _text(record[40:44]), _text(record[76:332]),
                int.from_bytes(record[340:344], "little"),
                (int.from_bytes(record[332:334], "little"), int.from_bytes(record[334:336], "little")),
            )
        )  # fmt: skip
    return found


def logins_in(k: Syscalls, path: bytes = b"/var/run/utmp") -> list[Login]:
    """Return the logins in the file's order. Raises SysError if it can't be read."""
    return [record for record in records_in(k, path) if record.kind == USER and record.user]


def idle_text(k: Syscalls, login: Login) -> tuple[bytes, bytes]:
    """Return (whether others may write to the terminal: + - ?, how long nobody has typed there: "." is under a minute)."""
    from kos_kernel.api import SysError

    try:
        stat = k.stat(b"/dev/" + login.terminal)
    except SysError:
        return b"?", b"?"
    seconds = max(k.clock_ns() - stat.atime_ns, 0) // 10**9
    idle = (
        b"." if seconds < 60 else b"%02d:%02d" % (seconds // 3600, seconds % 3600 // 60) if seconds < 86400 else b"old"
    )
    return b"+" if stat.mode & 0o020 else b"-", idle
