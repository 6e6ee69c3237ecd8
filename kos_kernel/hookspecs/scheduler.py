"""Announcing CPU schedulers: entry-point group `kos.scheduler`."""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts.records import SchedulerDriver
from .markers import hookspec


@hookspec
def kos_scheduler_drivers() -> Iterable[SchedulerDriver]:  # type: ignore[empty-body]  # pluggy collects what plugins return
    """Return a record for each driver of this module; nothing of theirs is imported for it.

    `[scheduler] driver` names one. The names must be those of the distribution's entries in `kos.scheduler`. For example:

        @hookimpl
        def kos_scheduler_drivers() -> Iterable[SchedulerDriver]:
            yield SchedulerDriver(
                "rr", contract=1, make="kos_sched_classic.rr:RoundRobin", options="kos_sched_classic.options:RoundRobinOptions"
            )
    """
