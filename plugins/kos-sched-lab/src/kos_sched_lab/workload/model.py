"""A workload, as the simulation takes it: plain and frozen. Times are ns from the start.

A task does jobs. A job is a row of bursts: compute, then sleep, and so on; after the last the job is done. A task without a
period does one job and ends; one with a period gets a job at each multiple of it, and does them one after the other.
"""

from __future__ import annotations

from typing import NamedTuple

from kos_kernel.api import ANY_CPU, NO_DEMAND, Demand


class Burst(NamedTuple):
    """Compute for cpu_ns, then sleep for sleep_ns. holds: the task keeps the CPU while it sleeps, as one that polls."""

    cpu_ns: int
    sleep_ns: int = 0
    holds: bool = False


class TaskSpec(NamedTuple):
    """One task. deadline_ns counts from a job's release; 0 = none. working_set: what it wants of a CPU's cache."""

    name: str
    bursts: tuple[Burst, ...]
    arrival_ns: int = 0
    period_ns: int = 0
    jobs: int = 0  # how many a periodic task does; 0 = until the horizon
    deadline_ns: int = 0
    nice: int = 0
    affinity: int = ANY_CPU
    demand: Demand = NO_DEMAND
    working_set: int = 0
    script: str | None = None  # in place of bursts: what a shell runs, in a machine alone

    @property
    def job_ns(self) -> int:
        """Return the CPU time that a job takes."""
        return sum(burst.cpu_ns for burst in self.bursts)


class CacheSpec(NamedTuple):
    """CPUs whose caches matter: after warmup_ns on a CPU a task is warm there, and computes warm_rate times as fast.

    size: of one CPU's cache, in the units of working sets; who was warm longest ago loses its place when it is full. Bursts
    end at multiples of tick_ns, since a task that is done in the middle of one still used it.
    """

    size: int = 100
    warmup_ns: int = 10_000_000
    warm_rate: int = 2
    tick_ns: int = 1_000_000


class Workload(NamedTuple):
    """Tasks and what they run on. horizon_ns: when to stop, 0 = when all are done. switch_ns: what a change of task costs."""

    name: str
    tasks: tuple[TaskSpec, ...]
    cpus: int = 1
    horizon_ns: int = 0
    switch_ns: int = 0
    cache: CacheSpec | None = None
    seed: int = 0
