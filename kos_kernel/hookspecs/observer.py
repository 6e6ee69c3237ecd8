"""Announcing observers of what a machine does: entry-point group `kos.observer`."""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts.records import ObserverDriver
from .markers import hookspec


@hookspec
def kos_observer_drivers() -> Iterable[ObserverDriver]:  # type: ignore[empty-body]  # pluggy collects what plugins return
    """Return a record for each driver of this module; nothing of theirs is imported for it.

    `[trace] observers` names them. The names must be those of the distribution's entries in `kos.observer`. For example:

        @hookimpl
        def kos_observer_drivers() -> Iterable[ObserverDriver]:
            yield ObserverDriver("strace", contract=1, make="kos_observe_strace.strace:Strace")
    """
