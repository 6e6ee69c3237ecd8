"""Fixed priorities from periods and deadlines: rate monotonic, and deadline monotonic.

        rm   key = period: who comes more often is more urgent
        dm   key = relative deadline

Of all fixed priorities rate monotonic is the best one if deadlines are periods, deadline monotonic if they are shorter. n tasks
are sure to make it up to a utilisation of n * (2^(1/n) - 1), 0.69 for many; harmonic periods up to 1. In overload the
rarest task suffers, and nobody above it.
Source: Liu and Layland 1973; Leung and Whitehead, On the Complexity of Fixed-Priority Scheduling, 1982.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .urgency import ByUrgency, Job

if TYPE_CHECKING:
    from kos_kernel.api import Task


class RateMonotonic(ByUrgency):
    """Run the task with the shortest period."""

    def key(self, task: Task, job: Job) -> int | None:
        """Return the task's period; of one with a deadline alone, that."""
        return task.demand.period_ns or task.demand.deadline_ns or None


class DeadlineMonotonic(ByUrgency):
    """Run the task with the shortest relative deadline."""

    def key(self, task: Task, job: Job) -> int | None:
        """Return the task's relative deadline; of one with a period alone, that."""
        return task.demand.deadline_ns or task.demand.period_ns or None
