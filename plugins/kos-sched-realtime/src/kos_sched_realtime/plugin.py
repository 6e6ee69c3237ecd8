"""Announces the real-time schedulers."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import SchedulerDriver, hookimpl

CAN = frozenset({"preemptive", "affinity", "deadline"})


@hookimpl
def kos_scheduler_drivers() -> Iterable[SchedulerDriver]:
    """Announce the real-time schedulers."""
    for name, make, options, summary in (
        ("edf", "edf:EarliestDeadlineFirst", "UrgencyOptions", "earliest deadline first"),
        ("rm", "rm:RateMonotonic", "UrgencyOptions", "rate monotonic: the shortest period first"),
        ("dm", "rm:DeadlineMonotonic", "UrgencyOptions", "deadline monotonic: the shortest relative deadline first"),
        ("llf", "llf:LeastLaxityFirst", "LaxityOptions", "least laxity first: who can wait least"),
    ):
        yield SchedulerDriver(
            name,
            contract=1,
            make=f"kos_sched_realtime.{make}",
            options=f"kos_sched_realtime.options:{options}",
            summary=summary,
            capabilities=CAN,
        )
