"""Priorities with ageing: a task that waits gains one level for every `ageing_ns`, so that none starves.

The priority of a waiting task at time t is  nice - (t - since) / ageing_ns.  All waiting tasks gain at the same rate, so
their order never changes while they wait: it is that of

        rank = nice * ageing_ns + since          (smaller runs first; ties go to the one that was queued first)

and a heap by rank, in which nothing ever has to be moved up, does it all: O(log n) for each operation. A task of nice 19
overtakes newcomers of nice -20 after 39 * ageing_ns; that bounds how long anybody waits.

What waiting gained is spent at the pick: the task's next wait starts from its nice value again. A wake-up preempts by nice
alone, as without ageing: what has aged waits for the next slice boundary.
Source: ageing as in Silberschatz, Operating System Concepts, 5.3.4; the rank is the usual trick of a rising clock.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Enqueue, Scheduler

if TYPE_CHECKING:
    from kos_kernel.api import Context, Task

Entry = list[Any]  # [rank, sequence, task or None when it was taken out, since_ns]


class AgeingPriority(Scheduler):
    """Run the task whose nice value less its waiting time is lowest. options: ageing_ns, quantum_ns.

    While a task is queued, task.sched is its entry in the heap. An entry taken out of the middle stays there, empty, until
    it comes up or half of the heap is such.
    """

    __slots__ = ("_ageing_ns", "_dead", "_heap", "_options", "_quantum_ns", "_sequence")

    def __init__(self, options: Any, ctx: Context) -> None:
        self._options = options
        self._ageing_ns: int = options.ageing_ns
        self._quantum_ns: int = options.quantum_ns
        self._heap: list[Entry] = []
        self._sequence = 0
        self._dead = 0

    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Queue the task by its nice value and the time from which it waits."""
        self._sequence += 1
        entry: Entry = [task.nice * self._ageing_ns + now_ns, self._sequence, task, now_ns]
        task.sched = entry
        heappush(self._heap, entry)

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Take a queued task out."""
        entry: Entry = task.sched  # type: ignore[assignment]
        entry[2] = None
        task.sched = None
        self._dead += 1
        if self._dead * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2] is not None]
            heapify(self._heap)
            self._dead = 0

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the task of the lowest rank, or None."""
        heap = self._heap
        passed_over: list[Entry] = []
        found: Task | None = None
        while heap and found is None:
            entry = heappop(heap)
            task: Task | None = entry[2]
            if task is None:
                self._dead -= 1
            elif task.affinity < 0 or task.affinity >> cpu & 1:
                task.sched = None
                found = task
            else:
                passed_over.append(entry)
        for entry in passed_over:
            heappush(heap, entry)
        return found

    def wakeup(self, task: Task, current: Task, now_ns: int) -> bool:
        """Preempt the running task for one of a lower nice value."""
        return task.nice < current.nice

    def slice_ns(self, task: Task) -> int:
        """Return the quantum: without one, ageing would be of no use to those who wait."""
        return self._quantum_ns

    def set_priority(self, task: Task, now_ns: int) -> None:
        """Rank a queued task by its new nice value; what it has waited so far is kept."""
        old: Entry | None = task.sched  # type: ignore[assignment]
        if old is None:
            return
        self.dequeue(task, now_ns)
        self.enqueue(task, old[3], Enqueue.MIGRATED)

    def fork(self, ctx: Context) -> AgeingPriority:
        """Return an empty scheduler with the same options."""
        return type(self)(self._options, ctx)
