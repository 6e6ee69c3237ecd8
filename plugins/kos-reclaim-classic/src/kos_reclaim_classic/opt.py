"""The optimum: evict the page whose next use is furthest away. Nobody can do better, and nobody can know.

It must be told the references to come, so it is for traces alone: a yardstick for the others. Of pages that are never used
again the one that came in last goes. Source: Belady, A study of replacement algorithms for a virtual-storage computer, 1966.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from kos_kernel.api import Reclaim

NEVER = 1 << 62


class Optimal(Reclaim):
    """Evict the page whose next use is furthest away. Each insert and touch is the next reference of the trace."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self.start(1)

    def start(self, frames: int) -> None:
        """Forget all pages, and what was to come."""
        self._uses: dict[int, deque[int]] = {}
        self._resident: dict[int, None] = {}  # in the order in which they came in

    def foresee(self, trace: Sequence[int]) -> None:
        """Learn when each page will be used."""
        self._uses = {}
        for at, page in enumerate(trace):
            self._uses.setdefault(page, deque()).append(at)

    def insert(self, page: int) -> None:
        """Add the page; its first use to come is now."""
        self._resident[page] = None
        self._used(page)

    def touch(self, page: int, write: bool = False) -> None:
        """Its first use to come is now."""
        self._used(page)

    def _used(self, page: int) -> None:
        uses = self._uses.get(page)
        if uses:
            uses.popleft()

    def evict(self, incoming: int | None = None) -> int:
        """Return the page with the furthest next use; ties go to the one that came in last."""
        furthest, victim = -1, -1
        for page in self._resident:
            uses = self._uses.get(page)
            following = uses[0] if uses else NEVER
            if following >= furthest:
                furthest, victim = following, page
        del self._resident[victim]
        return victim

    def remove(self, page: int) -> None:
        """Take the page out."""
        del self._resident[page]
