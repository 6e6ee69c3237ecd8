"""S3-FIFO: three queues without order, and most pages leave by the first.

        small  [ p4 p9 ]        a tenth of the frames: all that is new
        main   [ p1 p7 p2 ]     what was used at least twice in small; a second chance for each of up to three uses
        ghost  [ p5 p6 ]        numbers of what fell out of small; who comes back from there goes to main

Source: Yang et al., FIFO Queues are All You Need for Cache Eviction, SOSP 2023.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from kos_kernel.api import Reclaim

MOST_USES = 3


class SimpleScalableFifo(Reclaim):
    """Evict from small, or from main while that is over its share. options: small_share, ghost_share, uses_to_main."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._small_share: float = options.small_share
        self._ghost_share: float = options.ghost_share
        self._threshold: int = options.uses_to_main
        self.start(1)

    def start(self, frames: int) -> None:
        """Forget all pages and numbers."""
        self._main_most = frames - int(frames * self._small_share)
        self._ghost_most = int(frames * self._ghost_share)
        self._small: OrderedDict[int, int] = OrderedDict()  # page -> uses since it came in
        self._main: OrderedDict[int, int] = OrderedDict()
        self._ghost: OrderedDict[int, None] = OrderedDict()
        self._small_most = frames - self._main_most
        self._back: int | None = None
        self._full = False  # whether anything was evicted so far

    def touch(self, page: int, write: bool = False) -> None:
        """Count the use."""
        queue = self._small if page in self._small else self._main
        queue[page] += 1

    def insert(self, page: int) -> None:
        """Put a page that came back into main, another into small; until the frames are full, into main once small has its share."""
        if self._back == page or page in self._ghost:
            self._ghost.pop(page, None)
            self._main[page] = 0
        elif not self._full and len(self._small) >= self._small_most:
            self._main[page] = 0
        else:
            self._small[page] = 0
        self._back = None

    def evict(self, incoming: int | None = None) -> int:
        """Return the page that goes; those of small that were used enough move to main on the way."""
        self._full = True
        if incoming is not None and incoming in self._ghost:
            del self._ghost[incoming]
            self._back = incoming
        if len(self._main) > self._main_most or not self._small:
            return self._from_main()
        while self._small:
            page, uses = self._small.popitem(last=False)
            if uses < self._threshold:
                if self._ghost_most:
                    self._ghost[page] = None
                    if len(self._ghost) > self._ghost_most:
                        self._ghost.popitem(last=False)
                return page
            self._main[page] = 0
        return self._from_main()

    def _from_main(self) -> int:
        while True:
            page, uses = self._main.popitem(last=False)
            if not uses:
                return page
            self._main[page] = min(uses, MOST_USES) - 1

    def remove(self, page: int) -> None:
        """Take the page out."""
        if page in self._small:
            del self._small[page]
        else:
            del self._main[page]
