"""The inode table: slot number -> record, copied on write, forked in constant time.

A radix tree of lists, 64-way, two levels under an unbounded top. Each page's last slot holds the token of the machine that owns
it: a page of another token is copied before it is changed. So a fork shares everything and costs the same for an empty
filesystem and a full one; the first write after it copies at most two pages and the top.
"""

from __future__ import annotations

from typing import Any

_FANOUT = 64


class InodeTable:
    """get and set by slot; fork."""

    __slots__ = ("_own_top", "_token", "_top")

    def __init__(self, token: object) -> None:
        self._top: list[Any] = []
        self._own_top = True
        self._token = token

    def get(self, slot: int) -> Any:
        """Return the record of a slot that was set."""
        return self._top[slot >> 12][slot >> 6 & 63][slot & 63]

    def set(self, slot: int, record: Any) -> list[Any]:
        """Put a record into a slot and return its page, now this token's own. Slots are used from 0 up without gaps."""
        token = self._token
        if not self._own_top:
            self._top = self._top.copy()
            self._own_top = True
        top = self._top
        high = slot >> 12
        if high >= len(top):
            top.append([None] * _FANOUT + [token])
        middle = top[high]
        if middle[_FANOUT] is not token:
            middle = top[high] = middle.copy()
            middle[_FANOUT] = token
        index = slot >> 6 & 63
        leaf: list[Any] | None = middle[index]
        if leaf is None:
            leaf = middle[index] = [None] * _FANOUT + [token]
        elif leaf[_FANOUT] is not token:
            leaf = middle[index] = leaf.copy()
            leaf[_FANOUT] = token
        leaf[slot & 63] = record
        return leaf

    def fork(self, its_token: object, own_token: object) -> InodeTable:
        """Return a copy that writes as `its_token`; this one writes as `own_token` from now on. Both must be new."""
        twin = InodeTable.__new__(InodeTable)
        twin._top = self._top
        twin._token = its_token
        twin._own_top = self._own_top = False
        self._token = own_token
        return twin
