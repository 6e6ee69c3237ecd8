"""Least laxity first: the job that can wait least runs.

        laxity = deadline - now - what is left to do

While a job runs its laxity stands; while it waits it shrinks. So of those that wait the order never changes (it is that of
deadline - left), and the running job must make room when the first of them has become more pressed: that is its slice. Two
jobs of nearly one laxity would change places all the time; the quantum bounds how often.
As good as EDF on one CPU, and it sees a miss coming. What is left is known from the workload, else from the declared runtime.
Source: Mok 1983; Dertouzos and Mok, Multiprocessor On-Line Scheduling of Hard-Real-Time Tasks, 1989.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import UNLIMITED

from .urgency import ByUrgency, Job

if TYPE_CHECKING:
    from kos_kernel.api import Context, Task


class LeastLaxityFirst(ByUrgency):
    """Run the job with the least laxity. options.quantum_ns: how long a job keeps the CPU at least."""

    def __init__(self, options: Any, ctx: Context) -> None:
        super().__init__(options, ctx)

    def key(self, task: Task, job: Job) -> int | None:
        """Return deadline - left: the moment at which the job's laxity will be 0 if it waits."""
        relative_ns = task.demand.deadline_ns or task.demand.period_ns
        if not relative_ns:
            return None
        if task.burst_end_ns >= 0:
            left_ns = task.burst_end_ns - task.runtime_ns
        else:
            left_ns = task.demand.runtime_ns - (task.runtime_ns - job.began_ns)
        return job.release_ns + relative_ns - max(0, left_ns)

    def slice_ns(self, task: Task) -> int:
        """Return how long it takes until somebody who waits has less laxity, at least the quantum."""
        mine: int | None = task.sched.key  # type: ignore[attr-defined]
        if mine is None:
            return self._quantum_ns
        while self._heap and self._heap[0][4].sched.entry != self._heap[0][3]:  # type: ignore[attr-defined]
            self._forget_first()
        if not self._heap:
            return UNLIMITED
        return max(self._quantum_ns, self._heap[0][0] - mine)

    def _forget_first(self) -> None:
        from heapq import heappop

        heappop(self._heap)
        self._dead -= 1
