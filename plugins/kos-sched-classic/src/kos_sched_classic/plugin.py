"""Announces `fifo`, `rr` and `priority`."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import SchedulerDriver, hookimpl


@hookimpl
def kos_scheduler_drivers() -> Iterable[SchedulerDriver]:
    """Announce the textbook schedulers."""
    yield SchedulerDriver(
        "fifo",
        contract=1,
        make="kos_sched_classic.fifo:FirstInFirstOut",
        options="kos_sched_classic.options:FifoOptions",
        summary="first in, first out; a task runs until it blocks",
    )
    yield SchedulerDriver(
        "rr",
        contract=1,
        make="kos_sched_classic.rr:RoundRobin",
        options="kos_sched_classic.options:RoundRobinOptions",
        summary="round robin with a quantum",
        capabilities=frozenset({"preemptive"}),
    )
    yield SchedulerDriver(
        "priority",
        contract=1,
        make="kos_sched_classic.priority:make",
        options="kos_sched_classic.options:PriorityOptions",
        summary="static priorities by nice value, fifo or rr among equals, with ageing if asked",
        capabilities=frozenset({"preemptive", "priorities"}),
    )
