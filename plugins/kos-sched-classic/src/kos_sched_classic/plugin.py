"""Announces the textbook schedulers."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import SchedulerDriver, hookimpl

PREEMPTIVE = frozenset({"preemptive", "affinity"})
ORDERLY = frozenset({"affinity"})


@hookimpl
def kos_scheduler_drivers() -> Iterable[SchedulerDriver]:
    """Announce the textbook schedulers."""
    yield SchedulerDriver(
        "fifo",
        contract=1,
        make="kos_sched_classic.fifo:FirstInFirstOut",
        options="kos_sched_classic.options:FifoOptions",
        summary="first in, first out; a task runs until it blocks",
        capabilities=ORDERLY,
    )
    yield SchedulerDriver(
        "cyclic",
        contract=1,
        make="kos_sched_classic.cyclic:Cyclic",
        options="kos_sched_classic.options:CyclicOptions",
        summary="the next runnable task in the order of the process table",
        capabilities=ORDERLY,
    )
    yield SchedulerDriver(
        "sjf",
        contract=1,
        make="kos_sched_classic.sjf:ShortestJobFirst",
        options="kos_sched_classic.options:ShortestOptions",
        summary="shortest job first, known or estimated",
        capabilities=ORDERLY | {"bursts"},
    )
    yield SchedulerDriver(
        "srtf",
        contract=1,
        make="kos_sched_classic.sjf:ShortestRemainingTimeFirst",
        options="kos_sched_classic.options:ShortestOptions",
        summary="shortest remaining time first: sjf that preempts",
        capabilities=ORDERLY | {"bursts"},
    )
    yield SchedulerDriver(
        "rr",
        contract=1,
        make="kos_sched_classic.rr:make",
        options="kos_sched_classic.options:RoundRobinOptions",
        summary="round robin with a quantum, of one queue or one for each CPU",
        capabilities=PREEMPTIVE,
    )
    yield SchedulerDriver(
        "priority",
        contract=1,
        make="kos_sched_classic.priority:make",
        options="kos_sched_classic.options:PriorityOptions",
        summary="static priorities by nice value, fifo or rr among equals, with ageing if asked",
        capabilities=PREEMPTIVE | {"priorities"},
    )
    yield SchedulerDriver(
        "mlfq",
        contract=1,
        make="kos_sched_classic.mlfq:MultiLevelFeedbackQueue",
        options="kos_sched_classic.options:MlfqOptions",
        summary="multi-level feedback queue with allotments and a boost",
        capabilities=PREEMPTIVE,
    )
    yield SchedulerDriver(
        "lottery",
        contract=1,
        make="kos_sched_classic.lottery:Lottery",
        options="kos_sched_classic.options:ShareOptions",
        summary="proportional shares by drawing tickets",
        capabilities=PREEMPTIVE | {"tickets"},
    )
    yield SchedulerDriver(
        "stride",
        contract=1,
        make="kos_sched_classic.stride:Stride",
        options="kos_sched_classic.options:ShareOptions",
        summary="proportional shares without chance",
        capabilities=PREEMPTIVE | {"tickets"},
    )
