"""Not recently used: four classes by two bits, the lowest class that has pages gives up one.

        class 0   not used, not written      class 2   used, not written
        class 1   not used, written          class 3   used, written

Every `interval` references the used bits are cleared, so "used" means: since then. Within a class the page that came in first
goes. Source: Tanenbaum, Modern Operating Systems, 3.4.2; there the choice within a class is random.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from kos_kernel.api import Reclaim


class NotRecentlyUsed(Reclaim):
    """Evict a page of the lowest class. options.interval: references between two clearings of the used bits."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._interval: int = options.interval
        self._classes: list[OrderedDict[int, None]] = [OrderedDict() for _ in range(4)]
        self._class: dict[int, int] = {}
        self._references = 0

    def start(self, frames: int) -> None:
        """Forget all pages."""
        for one in self._classes:
            one.clear()
        self._class.clear()
        self._references = 0

    def insert(self, page: int) -> None:
        """Take the page as used and not written."""
        self._put(page, 2)
        self._count()

    def touch(self, page: int, write: bool = False) -> None:
        """Set the page's bits."""
        wanted = self._class[page] | 2 | int(write)
        if wanted != self._class[page]:
            self.remove(page)
            self._put(page, wanted)
        self._count()

    def _put(self, page: int, number: int) -> None:
        self._classes[number][page] = None
        self._class[page] = number

    def _count(self) -> None:
        self._references += 1
        if self._references % self._interval == 0:
            for number in (2, 3):
                for page in self._classes[number]:
                    self._put(page, number - 2)
                self._classes[number].clear()

    def evict(self, incoming: int | None = None) -> int:
        """Return the oldest page of the lowest class that has any."""
        for one in self._classes:
            if one:
                page = one.popitem(last=False)[0]
                del self._class[page]
                return page
        raise KeyError("evict is asked only while a page is resident")

    def remove(self, page: int) -> None:
        """Take the page out."""
        del self._classes[self._class.pop(page)][page]
