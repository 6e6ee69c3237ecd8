"""2Q: a page must come back to be let in for good.

        A1in   [ p4 p9 ]       a quarter of the frames, first in first out: all that is new
        A1out  [ p5 p6 p8 ]    numbers of what fell out of A1in, half as many as there are frames
        Am     [ p1 p7 ]       least recently used: what was asked for again while it was in A1out

One look at many pages, a scan, passes through A1in and leaves Am as it was.
Source: Johnson and Shasha, 2Q: A Low Overhead High Performance Buffer Management Replacement Algorithm, VLDB 1994.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from kos_kernel.api import Reclaim


class TwoQueues(Reclaim):
    """Evict from A1in while it is over its share, else from Am. options: in_share, out_share (of the frames)."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._in_share: float = options.in_share
        self._out_share: float = options.out_share
        self.start(1)

    def start(self, frames: int) -> None:
        """Forget all pages and numbers."""
        self._in_most = int(frames * self._in_share)
        self._out_most = int(frames * self._out_share)
        self._in: OrderedDict[int, None] = OrderedDict()
        self._out: OrderedDict[int, None] = OrderedDict()
        self._main: OrderedDict[int, None] = OrderedDict()
        self._back: int | None = None

    def touch(self, page: int, write: bool = False) -> None:
        """Put a page of Am at its end; in A1in a use counts for nothing."""
        if page in self._main:
            self._main.move_to_end(page)

    def insert(self, page: int) -> None:
        """Put a page that came back into Am, another into A1in."""
        if self._back == page or page in self._out:
            self._out.pop(page, None)
            self._main[page] = None
        else:
            self._in[page] = None
        self._back = None

    def evict(self, incoming: int | None = None) -> int:
        """Return the page that goes."""
        if incoming is not None and incoming in self._out:
            del self._out[incoming]
            self._back = incoming
        if len(self._in) > self._in_most or not self._main:
            page = self._in.popitem(last=False)[0]
            if self._out_most:
                self._out[page] = None
                if len(self._out) > self._out_most:
                    self._out.popitem(last=False)
            return page
        return self._main.popitem(last=False)[0]

    def remove(self, page: int) -> None:
        """Take the page out."""
        if page in self._in:
            del self._in[page]
        else:
            del self._main[page]
