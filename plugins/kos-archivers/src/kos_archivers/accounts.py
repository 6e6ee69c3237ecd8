"""Names of users and groups, from the machine's /etc/passwd and /etc/group; each file is read once, when first asked for."""

from __future__ import annotations

from kos_kernel.api import Syscalls, SysError

_LARGEST = 1 << 22


class Accounts:
    """Numbers to names and back. A missing file means that nobody has a name."""

    __slots__ = ("_k", "_tables")

    def __init__(self, k: Syscalls) -> None:
        self._k = k
        self._tables: dict[bytes, tuple[dict[int, bytes], dict[bytes, int]]] = {}

    def _table(self, path: bytes) -> tuple[dict[int, bytes], dict[bytes, int]]:
        table = self._tables.get(path)
        if table is None:
            table = self._tables[path] = ({}, {})
            try:
                fd = self._k.open(path)
            except SysError:
                return table
            text = b""
            try:
                while len(text) < _LARGEST and (data := self._k.read(fd)):
                    text += data
            except SysError:
                pass
            self._k.close(fd)
            for line in text.split(b"\n"):
                fields = line.split(b":")
                if len(fields) > 2 and fields[2].isdigit() and len(fields[2]) < 20:
                    table[0].setdefault(int(fields[2]), fields[0])
                    table[1].setdefault(fields[0], int(fields[2]))
        return table

    def user(self, uid: int) -> bytes | None:
        """Return the user's name, or None."""
        return self._table(b"/etc/passwd")[0].get(uid)

    def group(self, gid: int) -> bytes | None:
        """Return the group's name, or None."""
        return self._table(b"/etc/group")[0].get(gid)

    def uid(self, name: bytes) -> int | None:
        """Return the user's number, or None."""
        return self._table(b"/etc/passwd")[1].get(name)

    def gid(self, name: bytes) -> int | None:
        """Return the group's number, or None."""
        return self._table(b"/etc/group")[1].get(name)
