"""First in, first out: whoever became runnable first runs until it blocks or ends.

        enqueue ──► [ t7  t3  t9 ] ──► pick_next          no slice, no preemption

The oldest policy and the yardstick of the others. It has the fewest switches, and the convoy effect: one long task makes
every short one behind it wait (Silberschatz, Operating System Concepts, 5.3.1). A task that never blocks starves the rest.

The queue is an OrderedDict by task id, so that taking a killed task out of the middle costs as little as the rest: O(1).
Ties can't happen: the order is that of the calls to `enqueue`. A task that may not run on the CPU that asks is passed over and
keeps its place.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from kos_kernel.api import UNLIMITED, Scheduler

if TYPE_CHECKING:
    from kos_kernel.api import Context, Enqueue, Task


def take(queue: OrderedDict[int, Task], cpu: int) -> Task | None:
    """Remove and return the first task of a queue, not empty, that may run on this CPU; None if none may."""
    number, task = queue.popitem(last=False)
    if task.affinity < 0 or task.affinity >> cpu & 1:
        return task
    queue[number] = task
    queue.move_to_end(number, last=False)
    for number, task in queue.items():
        if task.affinity < 0 or task.affinity >> cpu & 1:
            del queue[number]
            return task
    return None


class FirstInFirstOut(Scheduler):
    """Run tasks in the order in which they became runnable, each until it blocks."""

    __slots__ = ("_options", "_queue")

    def __init__(self, options: Any, ctx: Context) -> None:
        self._options = options
        self._queue: OrderedDict[int, Task] = OrderedDict()

    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Put the task at the end, whatever it comes from: also one that yielded has to wait for all others."""
        self._queue[task.id] = task

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Take a queued task out, wherever it stands."""
        del self._queue[task.id]

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the task that has waited longest, or None."""
        return take(self._queue, cpu) if self._queue else None

    def slice_ns(self, task: Task) -> int:
        """Return UNLIMITED: time never takes the CPU away."""
        return UNLIMITED

    def fork(self, ctx: Context) -> FirstInFirstOut:
        """Return an empty scheduler of the same kind."""
        return type(self)(self._options, ctx)
