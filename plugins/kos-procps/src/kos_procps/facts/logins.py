"""The list of logins in /run/utmp: who sits at which terminal since when.

A record has 384 bytes: type (7: a user's process), pid, terminal (32 bytes at 8), user (32 at 44), host (256 at 76), time
(4 at 340). Source: utmp(5) on x86-64.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kos_kernel.api import SysError, read_whole

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_SIZE, _USER_PROCESS = 384, 7


class Login(NamedTuple):
    """One login. since: seconds since 1970."""

    user: bytes
    terminal: bytes
    pid: int
    host: bytes
    since: int


def _is_terminal(name: bytes) -> bool:
    """Tell whether a name stays below /dev: a list that anybody wrote mustn't lead elsewhere."""
    return bool(name) and all(part not in (b"", b".", b"..") for part in name.split(b"/"))


def logins(k: Syscalls) -> list[Login]:
    """Return the logins whose process still lives, in the file's order; none where there is no list."""
    try:
        data = read_whole(k, b"/run/utmp")
    except SysError:
        return []
    found = []
    for at in range(0, len(data) - _SIZE + 1, _SIZE):
        record = data[at : at + _SIZE]
        user, terminal = record[44:76].split(b"\0")[0], record[8:40].split(b"\0")[0]
        pid = int.from_bytes(record[4:8], "little")
        if int.from_bytes(record[:2], "little") != _USER_PROCESS or not user or not _is_terminal(terminal):
            continue
        try:
            k.stat(b"/proc/%d" % pid)
        except SysError:
            continue
        since = int.from_bytes(record[340:344], "little")
        found.append(Login(user, terminal, pid, record[76:332].split(b"\0")[0], since))
    return found
