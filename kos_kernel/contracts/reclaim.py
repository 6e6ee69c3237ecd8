"""The contract of a page replacement policy: which page makes room for another.

Whoever holds the frames (a memory manager, a cache, the runner of a trace) tells the policy of each page that comes in, is used
or goes, and asks it for a victim when a page has to come in and no frame is free. A page is a number and nothing more; what it
maps, and whether it must be written back, is the holder's business.

    absent ──insert──► resident ──evict (chosen), remove (gone for another reason)──► absent
                          │ ▲
                          └─┘ touch
"""

from __future__ import annotations

from collections.abc import Sequence


class Reclaim:
    """Base class: `start`, `insert`, `touch`, `evict` and `remove` are every policy's; `foresee` is for those that need it."""

    def start(self, frames: int) -> None:
        """Be told, before anything else, how many pages fit. frames >= 1. Forgets all pages."""
        raise NotImplementedError

    def insert(self, page: int) -> None:
        """Take a page that came in. It isn't resident, and fewer than `frames` are."""
        raise NotImplementedError

    def touch(self, page: int, write: bool = False) -> None:
        """Be told that a resident page was used; write: it was written to."""
        raise NotImplementedError

    def evict(self, incoming: int | None = None) -> int:
        """Return the resident page that is to go; it is resident no more. Called only while a page is resident.

        incoming: the page that needs the frame and is inserted next; None if memory is short for another reason.
        """
        raise NotImplementedError

    def remove(self, page: int) -> None:
        """Forget a resident page that is gone without having been chosen: it was unmapped, or its owner ended."""
        raise NotImplementedError

    def foresee(self, trace: Sequence[int]) -> None:
        """Be told of all references to come, in order, after `start`. Only for drivers with the capability "offline"."""
