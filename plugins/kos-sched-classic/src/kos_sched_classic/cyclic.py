"""Cyclic: the process table is searched for the next runnable task, from the one that ran last onwards.

        table   [ t1  t2  t3  t4 ]
                       └── ran last ──► t3, t4, t1, t2

The order is that in which tasks first came, not that in which they became runnable: a task that sleeps keeps its place. No
slices. With on_wakeup = "run" a task that wakes takes the CPU at once, else it waits until the search comes to it.
Source: how Unix V6 searched its table (Lions, process switching), and the process-run exercise of OSTEP, chapter 4.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING, Any

from kos_kernel.api import UNLIMITED, Enqueue, Scheduler

if TYPE_CHECKING:
    from kos_kernel.api import Context, Task


class Cyclic(Scheduler):
    """Run the next runnable task in the order of the table. options.on_wakeup: "wait" or "run".

    task.sched is the task's place in the table. Whoever woke last and may run at once is served before the search.
    """

    __slots__ = ("_at", "_eager", "_options", "_places", "_queued", "_urgent")

    def __init__(self, options: Any, ctx: Context) -> None:
        self._options = options
        self._eager: bool = options.on_wakeup == "run"
        self._places = 0
        self._at = -1  # the place of the one that ran last
        self._queued: list[tuple[int, int, Task]] = []  # (place, id, task), sorted
        self._urgent: list[Task] = []

    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Mark the task as runnable, at its place."""
        if task.sched is None:
            task.sched = self._places
            self._places += 1
        place: int = task.sched  # type: ignore[assignment]
        insort(self._queued, (place, task.id, task))
        if self._eager and why is Enqueue.WAKEUP:
            self._urgent.append(task)

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Mark it as not runnable."""
        self._queued.remove((task.sched, task.id, task))  # type: ignore[arg-type]
        if task in self._urgent:
            self._urgent.remove(task)

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return who woke last and may run at once, else the next runnable one after who ran last, or None."""
        for task in reversed(self._urgent):
            if task.affinity >> cpu & 1:
                return self._run(task, now_ns)
        queued = self._queued
        start = bisect_right(queued, (self._at, UNLIMITED))
        for number in range(len(queued)):
            task = queued[(start + number) % len(queued)][2]
            if task.affinity >> cpu & 1:
                return self._run(task, now_ns)
        return None

    def _run(self, task: Task, now_ns: int) -> Task:
        self.dequeue(task, now_ns)
        self._at = task.sched  # type: ignore[assignment]
        return task

    def wakeup(self, task: Task, current: Task, now_ns: int) -> bool:
        """Preempt for a task that woke if on_wakeup is "run"."""
        return self._eager and task in self._urgent

    def fork(self, ctx: Context) -> Cyclic:
        """Return an empty scheduler with the same options."""
        return type(self)(self._options, ctx)
