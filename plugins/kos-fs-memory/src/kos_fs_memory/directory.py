"""The names of a directory: a plain dict, and for big ones that were shared by a fork, a frozen dict plus changes.

Order is that of making, in both: a name made anew goes to the end, so a listing can't tell a fork from its parent.
"""

from __future__ import annotations

from collections.abc import Iterator

BIG = 1024  # names from which a shared directory is not copied whole
_GONE = 0  # a removed name; inode numbers begin at 1


class BigDirectory:
    """A frozen base shared between forks, and this machine's changes. Flattened when those outgrow an eighth of the base."""

    __slots__ = ("base", "changes", "count")

    def __init__(self, base: dict[bytes, int], changes: dict[bytes, int], count: int) -> None:
        self.base = base
        self.changes = changes
        self.count = count

    def get(self, name: bytes) -> int | None:
        """Return a name's inode number, or None."""
        number = self.changes.get(name)
        if number is None:
            return self.base.get(name)
        return number or None

    def __setitem__(self, name: bytes, number: int) -> None:
        if self.get(name) is None:
            self.count += 1
        changes = self.changes
        changes.pop(name, None)
        changes[name] = number
        if len(changes) > 64 and len(changes) * 8 > len(self.base):
            self.base = self.flat()
            self.changes = {}

    def __delitem__(self, name: bytes) -> None:
        if name in self.base:
            self.changes[name] = _GONE
        else:
            del self.changes[name]
        self.count -= 1

    def flat(self) -> dict[bytes, int]:
        """Return all names in a dict of its own."""
        names = self.base.copy()
        for name, number in self.changes.items():
            names.pop(name, None)
            if number:
                names[name] = number
        return names

    def items(self) -> Iterator[tuple[bytes, int]]:
        """Yield (name, inode number) in order of making."""
        return iter(self.flat().items())

    def __len__(self) -> int:
        return self.count

    def copy(self) -> BigDirectory:
        """Return a copy that shares the base."""
        return BigDirectory(self.base, self.changes.copy(), self.count)


Names = dict[bytes, int] | BigDirectory


def writable_copy(names: Names) -> Names:
    """Return names that may be changed, equal to shared ones that may not."""
    if type(names) is dict and len(names) > BIG:
        return BigDirectory(names, {}, len(names))
    return names.copy()
