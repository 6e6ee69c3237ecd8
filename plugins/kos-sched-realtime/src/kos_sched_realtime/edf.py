"""Earliest deadline first: of all jobs the one that is due first runs, whatever its length.

        key = release + relative deadline (a task with only a period is due at the next release)

On one CPU it meets all deadlines whenever any policy can: with deadlines equal to periods, exactly if the sum of
runtime / period is at most 1. In overload it is bad at choosing: one late job makes others late.
On several CPUs this is global EDF, which has no such bound (Dhall's effect).
Source: Liu and Layland, Scheduling Algorithms for Multiprogramming in a Hard-Real-Time Environment, JACM 1973.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .urgency import ByUrgency, Job

if TYPE_CHECKING:
    from kos_kernel.api import Task


class EarliestDeadlineFirst(ByUrgency):
    """Run the job with the earliest deadline."""

    def key(self, task: Task, job: Job) -> int | None:
        """Return the absolute deadline of the task's job."""
        relative_ns = task.demand.deadline_ns or task.demand.period_ns
        return job.release_ns + relative_ns if relative_ns else None
