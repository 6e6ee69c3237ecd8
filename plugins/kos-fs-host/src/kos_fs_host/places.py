"""Where something in the folder was last seen, and what it was: the folder's own kind of path, one plain name at a time."""

from __future__ import annotations

import os
import stat as modes

from kos_kernel.api import InvalidArgument

from .numbers import Key


def key_of(st: os.stat_result) -> Key:
    """Return what identifies a file of the host. The type is part of it: the host gives inode numbers of removed files anew."""
    return st.st_dev, st.st_ino, modes.S_IFMT(st.st_mode)


class Place:
    """Something in the folder: what it is (key) and where it was last seen. parent None: the folder itself."""

    __slots__ = ("key", "kind", "name", "parent", "pins")

    def __init__(self, parent: Place | None, name: bytes, st: os.stat_result) -> None:
        self.parent = parent
        self.name = name
        self.key = key_of(st)
        self.kind = self.key[2]
        self.pins: dict[int, int] = {}  # access mode -> descriptor, once it has no name left

    def copy(self) -> Place:
        """Return the same place for another machine, with the way to it."""
        chain = []
        here: Place | None = self
        while here is not None and here.parent is not None:
            chain.append(here)
            here = here.parent
        for one in reversed(chain):
            twin = Place.__new__(Place)
            twin.parent, twin.name, twin.key, twin.kind, twin.pins = here, one.name, one.key, one.kind, {}
            here = twin
        assert here is not None
        return here

    def is_at(self, st: os.stat_result) -> bool:
        """Tell whether a stat is of this very file."""
        return key_of(st) == self.key


def checked(name: bytes) -> bytes:
    """Return a plain name, or raise: the kernel never asks for anything else, and nothing else may reach the host."""
    if not name or b"/" in name or b"\0" in name or name in (b".", b".."):
        raise InvalidArgument(name, "not a plain file name")
    return name
