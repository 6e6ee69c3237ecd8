"""Random replacement: any page may go, each as likely. No state, no worst case that somebody can write down."""

from __future__ import annotations

from typing import Any

from kos_kernel.api import Reclaim


class RandomReplacement(Reclaim):
    """Evict a page that the context's entropy draws."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._below = ctx.entropy.below
        self._pages: list[int] = []
        self._place: dict[int, int] = {}

    def start(self, frames: int) -> None:
        """Forget all pages."""
        self._pages.clear()
        self._place.clear()

    def insert(self, page: int) -> None:
        """Add the page."""
        self._place[page] = len(self._pages)
        self._pages.append(page)

    def touch(self, page: int, write: bool = False) -> None:
        """Change nothing."""

    def evict(self, incoming: int | None = None) -> int:
        """Return a page, each equally likely."""
        place: int = self._below(len(self._pages))
        page = self._pages[place]
        self.remove(page)
        return page

    def remove(self, page: int) -> None:
        """Take the page out; the last one takes its place."""
        place = self._place.pop(page)
        last = self._pages.pop()
        if last != page:
            self._pages[place] = last
            self._place[last] = place
