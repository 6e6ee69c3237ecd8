"""Policies that are one line of pages: first in first out, least and most recently used.

        fifo   evict the page that came in first
        lru    evict the page that was used longest ago
        mru    evict the page that was used last: right for loops that are a bit too large

lru never does worse with more frames (it has the stack property), fifo may: Belady's anomaly. All are O(1).
Source: Belady, Nelson and Shedler 1969; Mattson et al. 1970.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from kos_kernel.api import Reclaim


class FirstInFirstOut(Reclaim):
    """Evict the page that came in first."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._line: OrderedDict[int, None] = OrderedDict()

    def start(self, frames: int) -> None:
        """Forget all pages."""
        self._line.clear()

    def insert(self, page: int) -> None:
        """Put the page at the end."""
        self._line[page] = None

    def touch(self, page: int, write: bool = False) -> None:
        """Change nothing: only coming in counts."""

    def evict(self, incoming: int | None = None) -> int:
        """Return the first page of the line."""
        return self._line.popitem(last=False)[0]

    def remove(self, page: int) -> None:
        """Take the page out."""
        del self._line[page]


class LeastRecentlyUsed(FirstInFirstOut):
    """Evict the page whose last use is longest ago."""

    def touch(self, page: int, write: bool = False) -> None:
        """Put the page at the end again."""
        self._line.move_to_end(page)


class MostRecentlyUsed(LeastRecentlyUsed):
    """Evict the page that was used last."""

    def evict(self, incoming: int | None = None) -> int:
        """Return the last page of the line."""
        return self._line.popitem()[0]
