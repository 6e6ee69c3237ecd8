"""Announcing page replacement policies: entry-point group `kos.reclaim`."""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts.records import ReclaimDriver
from .markers import hookspec


@hookspec
def kos_reclaim_drivers() -> Iterable[ReclaimDriver]:  # type: ignore[empty-body]  # pluggy collects what plugins return
    """Return a record for each driver of this module; nothing of theirs is imported for it.

    `kos mem run --policy NAME` names one. The names must be those of the distribution's entries in `kos.reclaim`. For example:

        @hookimpl
        def kos_reclaim_drivers() -> Iterable[ReclaimDriver]:
            yield ReclaimDriver("lru", contract=1, make="kos_reclaim_classic.lru:LeastRecentlyUsed")
    """
