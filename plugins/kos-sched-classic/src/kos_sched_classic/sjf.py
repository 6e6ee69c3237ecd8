"""Shortest job first, and shortest remaining time first: the least average waiting time that there is.

        enqueue ──► heap by the length of the next burst ──► pick_next

`sjf` lets a burst run to its end; `srtf` also preempts it for one that becomes runnable and needs less than what is left.
How long a burst will be nobody knows, except where a workload says so (task.burst_end_ns), or the task itself (the runtime of
its demand). Else it is estimated from those before it, by the exponential average

        tau' = alpha * t + (1 - alpha) * tau         t: the burst that has just ended; tau: what had been expected

Long bursts starve while short ones keep coming. Ties go to who was queued first.
Source: Silberschatz, Operating System Concepts, 5.3.2; optimality of SRTF: Schrage 1968.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from kos_kernel.api import UNLIMITED, Enqueue, Scheduler

if TYPE_CHECKING:
    from kos_kernel.api import Context, Task


_BURST_OVER = (Enqueue.WAKEUP, Enqueue.YIELD, Enqueue.EXPIRED)


class Estimate:
    """What is known of a task: the length that its burst is expected to have, and the runtime at which it began."""

    __slots__ = ("began_ns", "expected_ns", "queued")

    def __init__(self, expected_ns: int) -> None:
        self.began_ns = 0
        self.expected_ns = expected_ns
        self.queued = 0  # the sequence of its living entry in the heap; 0 = none


class ShortestJobFirst(Scheduler):
    """Run the task with the shortest next burst, to its end. options: alpha, initial_ns (the first tau), known."""

    def __init__(self, options: Any, ctx: Context) -> None:
        self._options = options
        self._alpha: float = options.alpha
        self._initial_ns: int = options.initial_ns
        self._known: bool = options.known
        self._heap: list[tuple[int, int, Task]] = []  # (time left, sequence, task)
        self._sequence = 0
        self._dead = 0

    def left_ns(self, task: Task) -> int:
        """Return how much of the task's burst is left, known or expected; never negative."""
        if self._known and task.burst_end_ns >= 0:
            return max(0, task.burst_end_ns - task.runtime_ns)
        state: Estimate = task.sched  # type: ignore[assignment]
        if self._known and task.demand.runtime_ns:
            return max(0, task.demand.runtime_ns - (task.runtime_ns - state.began_ns))
        return max(0, state.expected_ns - (task.runtime_ns - state.began_ns))

    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Queue the task by its burst; sleeping or giving the CPU back ends one, which the estimate learns from."""
        state: Estimate | None = task.sched  # type: ignore[assignment]
        if state is None:
            state = task.sched = Estimate(self._initial_ns)
            state.began_ns = task.runtime_ns
        elif why in _BURST_OVER:
            burst_ns = task.runtime_ns - state.began_ns
            state.expected_ns = round(self._alpha * burst_ns + (1 - self._alpha) * state.expected_ns)
            state.began_ns = task.runtime_ns
        self._sequence += 1
        # who was in the middle of its burst comes before others that need as long
        place = -self._sequence if why is Enqueue.PREEMPTED else self._sequence
        state.queued = place
        heappush(self._heap, (self.left_ns(task), place, task))

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Take a queued task out; its entry stays until it comes up or half of the heap is such."""
        task.sched.queued = 0  # type: ignore[attr-defined]
        self._dead += 1
        if self._dead * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if _alive(entry)]
            heapify(self._heap)
            self._dead = 0

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the task with the least left to do, or None."""
        heap = self._heap
        passed_over = []
        found = None
        while heap and found is None:
            entry = heappop(heap)
            if not _alive(entry):
                self._dead -= 1
            elif entry[2].affinity >> cpu & 1:
                found = entry[2]
                found.sched.queued = 0  # type: ignore[attr-defined]
            else:
                passed_over.append(entry)
        for entry in passed_over:
            heappush(heap, entry)
        return found

    def slice_ns(self, task: Task) -> int:
        """Return UNLIMITED."""
        return UNLIMITED

    def figures(self, task: Task) -> dict[str, float]:
        """Return what is thought to be left of the task's burst."""
        return {"burst left (ms)": self.left_ns(task) / 1e6}

    def fork(self, ctx: Context) -> ShortestJobFirst:
        """Return an empty scheduler with the same options."""
        return type(self)(self._options, ctx)


class ShortestRemainingTimeFirst(ShortestJobFirst):
    """As shortest job first, and preempt for a task that needs less than what is left of the running one."""

    def wakeup(self, task: Task, current: Task, now_ns: int) -> bool:
        """Preempt for a strictly shorter burst."""
        return self.left_ns(task) < self.left_ns(current)


def _alive(entry: tuple[int, int, Task]) -> bool:
    """Tell whether the task still waits by this entry."""
    return entry[2].sched.queued == entry[1]  # type: ignore[attr-defined, no-any-return]
