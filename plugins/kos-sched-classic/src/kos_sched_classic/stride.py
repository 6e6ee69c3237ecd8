"""Stride scheduling: the lottery's shares, without the dice.

        pass    t1: 1200    t2: 1350    t3: 1210          the smallest runs
                  └── runs for d ns ──► pass += d * STRIDE / tickets

Each task's pass advances as its CPU time divided by its tickets, and who is furthest behind runs; so two tasks that are both
runnable never differ from their shares by more than one quantum. A task that was away may not use up what it missed: it comes
back with the pass of whoever ran last, if its own is behind that. Ties go to the lower id.
Source: Waldspurger and Weihl, Stride Scheduling, MIT/LCS/TM-528, 1995; differs: charged for the CPU time used, not for quanta.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Enqueue, Scheduler

if TYPE_CHECKING:
    from kos_kernel.api import Context, Task

STRIDE = 1 << 20


class Lane:
    """A task's pass, the runtime up to which it was charged, and whether it waits."""

    __slots__ = ("mark_ns", "passed", "queued")

    def __init__(self, passed: int, mark_ns: int) -> None:
        self.passed = passed
        self.mark_ns = mark_ns
        self.queued = 0


class Stride(Scheduler):
    """Run the task whose pass is smallest. options.quantum_ns: the length of a turn."""

    def __init__(self, options: Any, ctx: Context) -> None:
        self._options = options
        self._quantum_ns: int = options.quantum_ns
        self._heap: list[tuple[int, int, int, Task]] = []  # (pass, id, sequence, task)
        self._sequence = 0
        self._dead = 0
        self._front = 0  # the pass of who was picked last

    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Charge the task for what it ran, and queue it by its pass."""
        lane: Lane | None = task.sched  # type: ignore[assignment]
        if lane is None:
            lane = task.sched = Lane(self._front, task.runtime_ns)
        lane.passed += (task.runtime_ns - lane.mark_ns) * STRIDE // (task.demand.tickets or task.weight)
        lane.mark_ns = task.runtime_ns
        if why is Enqueue.WAKEUP and lane.passed < self._front:
            lane.passed = self._front
        self._sequence += 1
        lane.queued = self._sequence
        heappush(self._heap, (lane.passed, task.id, self._sequence, task))

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Take a queued task out; its entry stays until it comes up or half of the heap is such."""
        task.sched.queued = 0  # type: ignore[attr-defined]
        self._dead += 1
        if self._dead * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[3].sched.queued == entry[2]]  # type: ignore[attr-defined]
            heapify(self._heap)
            self._dead = 0

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the task with the smallest pass, or None."""
        heap = self._heap
        passed_over = []
        found = None
        while heap and found is None:
            entry = heappop(heap)
            task = entry[3]
            if task.sched.queued != entry[2]:  # type: ignore[attr-defined]
                self._dead -= 1
            elif task.affinity >> cpu & 1:
                found = task
                task.sched.queued = 0  # type: ignore[attr-defined]
                self._front = max(self._front, entry[0])
            else:
                passed_over.append(entry)
        for entry in passed_over:
            heappush(heap, entry)
        return found

    def slice_ns(self, task: Task) -> int:
        """Return the quantum."""
        return self._quantum_ns

    def figures(self, task: Task) -> dict[str, float]:
        """Return the task's pass, in ms of a task with one ticket in STRIDE."""
        return {"pass": task.sched.passed / 1e6}  # type: ignore[attr-defined]

    def fork(self, ctx: Context) -> Stride:
        """Return an empty scheduler with the same options."""
        return type(self)(self._options, ctx)
