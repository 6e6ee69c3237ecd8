"""SIEVE: one queue, one bit, and a hand that doesn't put anything back.

        newest  [ p9 ]  [ p3 v]  [ p7 v]  [ p1 ]  oldest
                            ▲── hand: goes from old to new; clears bits, evicts the first page without one

Unlike the clock's, pages that stay keep their place, so new ones are sifted quickly while old favourites stay.
Source: Zhang et al., SIEVE is Simpler than LRU, NSDI 2024.
"""

from __future__ import annotations

from typing import Any

from kos_kernel.api import Reclaim


class Node:
    """A page in the queue. newer, older: its neighbours."""

    __slots__ = ("newer", "older", "page", "used")

    def __init__(self, page: int) -> None:
        self.page = page
        self.used = False
        self.newer: Node | None = None
        self.older: Node | None = None


class Sieve(Reclaim):
    """Evict the first page from the hand towards the newest that wasn't used since the hand last came by."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._nodes: dict[int, Node] = {}
        self._newest: Node | None = None
        self._oldest: Node | None = None
        self._hand: Node | None = None

    def start(self, frames: int) -> None:
        """Forget all pages."""
        self._nodes.clear()
        self._newest = self._oldest = self._hand = None

    def insert(self, page: int) -> None:
        """Put the page at the new end."""
        node = self._nodes[page] = Node(page)
        node.older = self._newest
        if self._newest is not None:
            self._newest.newer = node
        self._newest = node
        if self._oldest is None:
            self._oldest = node

    def touch(self, page: int, write: bool = False) -> None:
        """Set the page's bit."""
        self._nodes[page].used = True

    def evict(self, incoming: int | None = None) -> int:
        """Move the hand to the first page without a bit and return that."""
        node = self._hand or self._oldest
        assert node is not None, "evict is asked only while a page is resident"
        while node.used:
            node.used = False
            node = node.newer or self._oldest
            assert node is not None
        self._hand = node
        self.remove(node.page)
        return node.page

    def remove(self, page: int) -> None:
        """Take the page out; a hand that stood there goes on to the next newer one."""
        node = self._nodes.pop(page)
        if self._hand is node:
            self._hand = node.newer
        if node.newer is not None:
            node.newer.older = node.older
        else:
            self._newest = node.older
        if node.older is not None:
            node.older.newer = node.newer
        else:
            self._oldest = node.newer
