"""Announces the fair schedulers."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import SchedulerDriver, hookimpl

CAN = frozenset({"preemptive", "affinity"})


@hookimpl
def kos_scheduler_drivers() -> Iterable[SchedulerDriver]:
    """Announce the fair schedulers."""
    yield SchedulerDriver(
        "cfs",
        contract=1,
        make="kos_sched_fair.cfs:CompletelyFair",
        options="kos_sched_fair.options:CfsOptions",
        summary="the completely fair scheduler of Linux 6.5",
        capabilities=CAN,
    )
    yield SchedulerDriver(
        "eevdf",
        contract=1,
        make="kos_sched_fair.eevdf:EarliestEligibleVirtualDeadlineFirst",
        options="kos_sched_fair.options:EevdfOptions",
        summary="earliest eligible virtual deadline first, as of Linux 6.12",
        capabilities=CAN | {"slices"},
    )
