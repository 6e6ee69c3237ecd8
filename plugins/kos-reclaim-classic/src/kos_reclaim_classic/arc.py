"""The adaptive replacement cache: recency and frequency, and a balance between them that learns from its mistakes.

        T1  seen once        [ p3 p9 ]        B1  evicted from T1, only the numbers      [ p5 p6 ]
        T2  seen again       [ p1 p7 p2 ]     B2  evicted from T2, only the numbers      [ p8 ]

`p` is how many frames T1 should have. A page that comes back from B1 says that T1 was too small, one from B2 that T2 was: p moves
by the ratio of the two ghost lists, at least by one. A scan fills T1 alone and can't wash out T2.
Source: Megiddo and Modha, ARC: A Self-Tuning, Low Overhead Replacement Cache, FAST 2003, figure 4.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from kos_kernel.api import Reclaim

Pages = OrderedDict[int, None]


class AdaptiveReplacement(Reclaim):
    """Evict from T1 or T2 as the learnt balance says. The lists are in order of use, the newest last."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self.start(1)

    def start(self, frames: int) -> None:
        """Forget all pages and ghosts."""
        self._frames = frames
        self._p = 0.0
        self._t1: Pages = OrderedDict()
        self._t2: Pages = OrderedDict()
        self._b1: Pages = OrderedDict()
        self._b2: Pages = OrderedDict()
        self._known: int | None = None  # the ghost that is coming in, once p has learnt from it
        self._from_b2 = False

    def touch(self, page: int, write: bool = False) -> None:
        """Case I: the page was seen again."""
        if page in self._t1:
            del self._t1[page]
            self._t2[page] = None
        else:
            self._t2.move_to_end(page)

    def _learn(self, page: int) -> bool:
        """Cases II and III: move p if the page is a ghost; tell whether it is."""
        b1, b2 = self._b1, self._b2
        if page in b1:
            self._p = min(self._p + max(len(b2) / len(b1), 1), self._frames)
            del b1[page]
            self._from_b2 = False
        elif page in b2:
            self._p = max(self._p - max(len(b1) / len(b2), 1), 0)
            del b2[page]
            self._from_b2 = True
        else:
            return False
        self._known = page
        return True

    def insert(self, page: int) -> None:
        """Put a page that was a ghost into T2, another into T1."""
        if self._known == page or self._learn(page):
            self._t2[page] = None
        else:
            self._t1[page] = None
        self._known = None

    def evict(self, incoming: int | None = None) -> int:
        """Return the page that goes, making room in the ghost lists too (case IV)."""
        if incoming is not None and self._learn(incoming):
            return self._replace()
        self._from_b2 = False
        t1, t2, b1, b2 = self._t1, self._t2, self._b1, self._b2
        if len(t1) + len(b1) >= self._frames:
            if not b1:
                return t1.popitem(last=False)[0]
            b1.popitem(last=False)
        elif len(t1) + len(t2) + len(b1) + len(b2) >= 2 * self._frames:
            (b2 or b1).popitem(last=False)
        return self._replace()

    def _replace(self) -> int:
        size = len(self._t1)
        from_t1 = size > 0 and (size > self._p or (size == self._p and self._from_b2))
        source, ghosts = (self._t1, self._b1) if from_t1 or not self._t2 else (self._t2, self._b2)
        page = source.popitem(last=False)[0]
        ghosts[page] = None
        return page

    def remove(self, page: int) -> None:
        """Take the page out; it leaves no ghost."""
        if page in self._t1:
            del self._t1[page]
        else:
            del self._t2[page]
