"""Least frequently used: the page with the fewest uses since it came in; of those with as few, the one that got there first.

        uses 1: [ p4 p8 ]    uses 2: [ p1 ]    uses 7: [ p9 ]         a use moves a page one row up

What was popular once stays for long: counts never age. O(1) for each operation.
Source: Shah, Mitra and Matani, An O(1) algorithm for implementing the LFU cache eviction scheme, 2010.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from kos_kernel.api import Reclaim


class LeastFrequentlyUsed(Reclaim):
    """Evict the page with the fewest uses."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._rows: dict[int, OrderedDict[int, None]] = {}
        self._uses: dict[int, int] = {}
        self._least = 0

    def start(self, frames: int) -> None:
        """Forget all pages."""
        self._rows.clear()
        self._uses.clear()

    def insert(self, page: int) -> None:
        """Count the use that brought the page in."""
        self._put(page, 1)
        self._least = 1

    def _put(self, page: int, uses: int) -> None:
        self._uses[page] = uses
        self._rows.setdefault(uses, OrderedDict())[page] = None

    def touch(self, page: int, write: bool = False) -> None:
        """Count one use more."""
        uses = self._uses[page]
        self._take(page, uses)
        if self._least == uses and uses not in self._rows:
            self._least = uses + 1
        self._put(page, uses + 1)

    def _take(self, page: int, uses: int) -> None:
        row = self._rows[uses]
        del row[page]
        if not row:
            del self._rows[uses]

    def evict(self, incoming: int | None = None) -> int:
        """Return the page with the fewest uses."""
        if self._least not in self._rows:
            self._least = min(self._rows)
        page = next(iter(self._rows[self._least]))
        self.remove(page)
        return page

    def remove(self, page: int) -> None:
        """Take the page out, with its count."""
        self._take(page, self._uses.pop(page))
