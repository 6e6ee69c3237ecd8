"""The list of logins in /run/utmp: who sits at which terminal. What `users` and `logname` read.

A record is 384 bytes: type (2 bytes, 7 for a user's process), pid, terminal (32 bytes at 8), user (32 bytes at 44), ...
Source: utmp(5) on x86-64.
"""

from __future__ import annotations

from typing import NamedTuple

from kos_kernel.api import Syscalls, read_whole

_SIZE, _USER_PROCESS = 384, 7


class Login(NamedTuple):
    """One login."""

    user: bytes
    terminal: bytes
    pid: int


def logins_in(k: Syscalls, path: bytes = b"/var/run/utmp") -> list[Login]:
    """Return the logins in the file's order. Raises SysError if it can't be read."""
    data = read_whole(k, path)
    logins = []
    for at in range(0, len(data) - _SIZE + 1, _SIZE):
        record = data[at : at + _SIZE]
        user = record[44:76].split(b"\0")[0]
        if int.from_bytes(record[:2], "little") == _USER_PROCESS and user:
            terminal = record[8:40].split(b"\0")[0]
            logins.append(Login(user, terminal, int.from_bytes(record[4:8], "little")))
    return logins
