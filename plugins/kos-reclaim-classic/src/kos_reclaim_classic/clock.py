"""The clock: first in first out with a second chance.

        hand ─►  [ p4 ·]  [ p7 R]  [ p1 R]  [ p9 ·]          R: used since the hand came by

The hand goes round; a page with its bit set loses it and stays, the first without is evicted. That is a queue whose head is
put back at the end instead of evicted if its bit is set. A page that comes in has no bit: it must be used again to earn it.
Nearly as good as lru, and a hit costs only setting a bit. Source: Corbato, A Paging Experiment with the Multics System, 1968.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from kos_kernel.api import Reclaim


class Clock(Reclaim):
    """Evict the first page under the hand that wasn't used since the hand last came by."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._ring: OrderedDict[int, bool] = OrderedDict()

    def start(self, frames: int) -> None:
        """Forget all pages."""
        self._ring.clear()

    def insert(self, page: int) -> None:
        """Put the page just behind the hand."""
        self._ring[page] = False

    def touch(self, page: int, write: bool = False) -> None:
        """Set the page's bit."""
        self._ring[page] = True

    def evict(self, incoming: int | None = None) -> int:
        """Move the hand to the first page without a bit and return that."""
        ring = self._ring
        while True:
            page, used = ring.popitem(last=False)
            if not used:
                return page
            ring[page] = False

    def remove(self, page: int) -> None:
        """Take the page out."""
        del self._ring[page]
