"""The Completely Fair Scheduler, as of Linux 6.5: the task that is furthest behind on the virtual clock runs.

        ordered by vruntime   t3: 11.2   t1: 12.0   t7: 12.9        min_vruntime: the least of them, never goes back
                              └── runs ──► vruntime += delta * 1024 / weight

- A slice is a share of the latency period by weight: period * weight / total, where the period is `latency`, or
  `min_granularity` for each task if there are more than latency / min_granularity of them; never less than `min_granularity`.
- New tasks begin one slice behind the others (START_DEBIT), so that forking gains nothing. A child doesn't go first.
- A sleeper comes back where it was, but no further behind than min_vruntime less half the latency (GENTLE_FAIR_SLEEPERS): it is
  served soon, and can't make up for the night.
- It preempts who runs if that one is ahead of it by more than `wakeup_granularity`, scaled by its own weight.

The values that Linux has on one CPU: latency 6 ms, min_granularity 0.75 ms, wakeup_granularity 1 ms. Ties go to who was queued
first. Source: kernel/sched/fair.c of Linux 6.5; differs: a heap in place of the red-black tree; one queue for all CPUs.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Enqueue, Scheduler

from .entity import NICE_0_WEIGHT, Entity, virtual

if TYPE_CHECKING:
    from kos_kernel.api import Context, Task


class CompletelyFair(Scheduler):
    """See above. options: latency_ns, min_granularity_ns, wakeup_granularity_ns."""

    def __init__(self, options: Any, ctx: Context) -> None:
        self._options = options
        self._latency_ns: int = options.latency_ns
        self._least_ns: int = options.min_granularity_ns
        self._wakeup_ns: int = options.wakeup_granularity_ns
        self._heap: list[tuple[int, int, Task]] = []  # (vruntime, sequence, task)
        self._sequence = 0
        self._dead = 0
        self._queued = 0
        self._weight = 0  # of all that are queued
        self.min_vruntime = 0

    # ---- the queue
    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Charge the task for what it ran, place it if it was away, and queue it by its vruntime."""
        entity: Entity | None = task.sched  # type: ignore[assignment]
        if entity is None:
            entity = task.sched = Entity(self.min_vruntime, task.runtime_ns, task.weight)
            entity.vruntime += virtual(
                self._slice(task.weight, self._queued + 1, self._weight + task.weight), task.weight
            )
        else:
            self._charge(task, entity)
            if why is Enqueue.WAKEUP:
                entity.vruntime = max(entity.vruntime, self.min_vruntime - self._latency_ns // 2)
        entity.weight = task.weight
        self._sequence += 1
        entity.entry = self._sequence
        self._queued += 1
        self._weight += entity.weight
        heappush(self._heap, (entity.vruntime, self._sequence, task))

    def _charge(self, task: Task, entity: Entity) -> None:
        entity.vruntime += virtual(task.runtime_ns - entity.mark_ns, entity.weight)
        entity.mark_ns = task.runtime_ns

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Take a queued task out; its entry stays until it comes up or half of the heap is such."""
        self._forget(task.sched)  # type: ignore[arg-type]
        self._dead += 1
        if self._dead * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].sched.entry == entry[1]]  # type: ignore[attr-defined]
            heapify(self._heap)
            self._dead = 0

    def _forget(self, entity: Entity) -> None:
        entity.entry = 0
        self._queued -= 1
        self._weight -= entity.weight

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the task with the least vruntime, or None."""
        heap = self._heap
        passed_over = []
        found: Task | None = None
        while heap and found is None:
            entry = heappop(heap)
            entity: Entity = entry[2].sched  # type: ignore[assignment]
            if entity.entry != entry[1]:
                self._dead -= 1
            elif entry[2].affinity >> cpu & 1:
                found = entry[2]
                self._forget(entity)
                entity.weight = found.weight
                self.min_vruntime = max(self.min_vruntime, entity.vruntime)
            else:
                passed_over.append(entry)
        for entry in passed_over:
            heappush(heap, entry)
        return found

    # ---- how long, and for whom to make room
    def _slice(self, weight: int, running: int, total: int) -> int:
        period_ns = max(self._latency_ns, running * self._least_ns)
        return max(self._least_ns, period_ns * weight // total)

    def slice_ns(self, task: Task) -> int:
        """Return the task's share of the latency period, with all that wait and itself."""
        return self._slice(task.weight, self._queued + 1, self._weight + task.weight)

    def wakeup(self, task: Task, current: Task, now_ns: int) -> bool:
        """Preempt if the running task is ahead by more than the wake-up granularity of the one that woke."""
        mine: Entity = task.sched  # type: ignore[assignment]
        theirs: Entity | None = current.sched  # type: ignore[assignment]
        if theirs is None:
            return True
        ahead = theirs.vruntime + virtual(current.runtime_ns - theirs.mark_ns, theirs.weight) - mine.vruntime
        return ahead > self._wakeup_ns * NICE_0_WEIGHT // task.weight

    def set_priority(self, task: Task, now_ns: int) -> None:
        """Charge what was run at the old weight; a queued task weighs anew from now on."""
        entity: Entity | None = task.sched  # type: ignore[assignment]
        if entity is None:
            return
        if entity.entry:
            self._weight += task.weight - entity.weight
        else:
            self._charge(task, entity)
        entity.weight = task.weight

    def figures(self, task: Task) -> dict[str, float]:
        """Return the task's virtual runtime, in ms."""
        return {"vruntime (ms)": task.sched.vruntime / 1e6}  # type: ignore[attr-defined]

    def fork(self, ctx: Context) -> CompletelyFair:
        """Return an empty scheduler with the same options."""
        return type(self)(self._options, ctx)
