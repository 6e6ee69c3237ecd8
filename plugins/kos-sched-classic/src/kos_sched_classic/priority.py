"""Static priorities, preemptive: the runnable task with the lowest nice value runs; equals take turns.

        nice -20   [ ]                                        ready: a bit for each level that has tasks;
        nice  -5   [ t4 ]            ◄── first bit set            its lowest set bit is who runs
        nice   0   [ t7  t3 ]
        nice  19   [ t9 ]

A task that becomes runnable preempts one of a greater nice value at once. Within a level the policy is POSIX's: "fifo"
(SCHED_FIFO: until it blocks) or "rr" (SCHED_RR: a quantum each). A task that was preempted goes back to the head of its
level, for it did not finish its turn; one whose turn is over, which yields, or whose priority changed goes to the tail.

Every operation is O(1): forty levels, one word of bits (as the O(1) scheduler of Linux 2.6 had it). Priorities are static,
so a busy high level starves those below it; `ageing.py` is the cure. Source: POSIX.1-2017, XSH 2.8.4; differs: levels are
nice values, which any user may raise, not the real-time priorities that only root may set.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from kos_kernel.api import UNLIMITED, Enqueue, Scheduler

from .fifo import take

if TYPE_CHECKING:
    from kos_kernel.api import Context, Task

LEVELS = 40
NICE_TO_LEVEL = 20  # nice -20 is level 0

_PREEMPTED = Enqueue.PREEMPTED


class Priority(Scheduler):
    """Run the task of the lowest nice value. options.quantum_ns: a turn within a level, or None for no limit ("fifo").

    While a task is queued, task.sched is its level.
    """

    __slots__ = ("_options", "_queues", "_ready", "_slice_ns")

    def __init__(self, options: Any, ctx: Context) -> None:
        self._options = options
        self._queues: tuple[OrderedDict[int, Task], ...] = tuple(OrderedDict() for _ in range(LEVELS))
        self._ready = 0
        self._slice_ns: int = UNLIMITED if options.within == "fifo" else options.quantum_ns

    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Put the task at the end of its level; at the head if it was preempted in the middle of its turn."""
        level = task.nice + NICE_TO_LEVEL
        task.sched = level
        queue = self._queues[level]
        queue[task.id] = task
        if why is _PREEMPTED:
            queue.move_to_end(task.id, last=False)
        self._ready |= 1 << level

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Take a queued task out of the level that it was queued at."""
        level: int = task.sched  # type: ignore[assignment]
        queue = self._queues[level]
        del queue[task.id]
        task.sched = None
        if not queue:
            self._ready ^= 1 << level

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the head of the first level that has tasks, or None."""
        ready = self._ready
        while ready:
            lowest = ready & -ready
            queue = self._queues[lowest.bit_length() - 1]
            task = take(queue, cpu)
            if task is not None:
                task.sched = None
                if not queue:
                    self._ready ^= lowest
                return task
            ready ^= lowest  # none of this level may run here
        return None

    def wakeup(self, task: Task, current: Task, now_ns: int) -> bool:
        """Preempt the running task for one of a lower nice value; never for an equal."""
        return task.nice < current.nice

    def slice_ns(self, task: Task) -> int:
        """Return the quantum, or UNLIMITED when equals are served first in, first out."""
        return self._slice_ns

    def set_priority(self, task: Task, now_ns: int) -> None:
        """Move a queued task to the end of its new level."""
        if task.sched is not None and task.sched != task.nice + NICE_TO_LEVEL:
            self.dequeue(task, now_ns)
            self.enqueue(task, now_ns, Enqueue.MIGRATED)

    def fork(self, ctx: Context) -> Priority:
        """Return an empty scheduler with the same options."""
        return type(self)(self._options, ctx)


def make(options: Any, ctx: Context) -> Scheduler:
    """Return the scheduler that these options ask for: static, or with ageing if `options.ageing_ns` is set."""
    if options.ageing_ns is None:
        return Priority(options, ctx)
    from .ageing import AgeingPriority

    return AgeingPriority(options, ctx)
