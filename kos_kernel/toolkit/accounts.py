"""Names of users and groups, from the machine's /etc/passwd and /etc/group; each file is read once, when first asked for.

    people = Accounts(k)
    people.user(0) -> b"root"     people.uid(b"root") -> 0     people.group(0)     people.gid(b"staff")

A missing or unreadable file means that nobody has a name: callers then show numbers, as on any Unix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import SysError

if TYPE_CHECKING:
    from ..syscalls import Syscalls


def read_whole(k: Syscalls, path: bytes) -> bytes:
    """Return a small file's contents; raises SysError if it can't be opened or read."""
    fd = k.open(path)
    try:
        chunks = []
        while chunk := k.read(fd, 65536):
            chunks.append(chunk)
        return b"".join(chunks)
    finally:
        k.close(fd)


class Accounts:
    """The two tables, numbers to names and back. One object serves one run of one program."""

    __slots__ = ("_gids", "_groups", "_k", "_login_groups", "_uids", "_users")

    def __init__(self, k: Syscalls) -> None:
        self._k = k
        self._users: dict[int, bytes] | None = None
        self._groups: dict[int, bytes] | None = None
        self._uids: dict[bytes, int] = {}
        self._gids: dict[bytes, int] = {}
        self._login_groups: dict[int, int] = {}

    def user(self, uid: int) -> bytes | None:
        """Return the user's name, or None. Of two users with one number, the first in the file."""
        if self._users is None:
            self._read_users()
        assert self._users is not None
        return self._users.get(uid)

    def group(self, gid: int) -> bytes | None:
        """Return the group's name, or None."""
        if self._groups is None:
            self._read_groups()
        assert self._groups is not None
        return self._groups.get(gid)

    def uid(self, name: bytes) -> int | None:
        """Return the number of the user of this name, or None."""
        if self._users is None:
            self._read_users()
        return self._uids.get(name)

    def gid(self, name: bytes) -> int | None:
        """Return the number of the group of this name, or None."""
        if self._groups is None:
            self._read_groups()
        return self._gids.get(name)

    def login_group(self, uid: int) -> int | None:
        """Return the number of the user's primary group, or None if nobody has that uid."""
        if self._users is None:
            self._read_users()
        return self._login_groups.get(uid)

    def _read_users(self) -> None:
        self._users = {}
        for fields in self._records(b"/etc/passwd", 4):
            if fields[2].isdigit() and fields[3].isdigit():
                uid = int(fields[2])
                self._users.setdefault(uid, fields[0])
                self._uids.setdefault(fields[0], uid)
                self._login_groups.setdefault(uid, int(fields[3]))

    def _read_groups(self) -> None:
        self._groups = {}
        for fields in self._records(b"/etc/group", 3):
            if fields[2].isdigit():
                self._groups.setdefault(int(fields[2]), fields[0])
                self._gids.setdefault(fields[0], int(fields[2]))

    def _records(self, path: bytes, at_least: int) -> list[list[bytes]]:
        try:
            text = read_whole(self._k, path)
        except SysError:
            return []
        rows = [line.split(b":") for line in text.split(b"\n")]
        return [row for row in rows if len(row) >= at_least]
