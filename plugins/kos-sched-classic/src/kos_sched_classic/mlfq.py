"""The multi-level feedback queue: tasks sink while they compute, and are lifted from time to time.

        queue 2 (top)  [ t4 ]          quantum q2     new tasks come in here
        queue 1        [ t7 t3 ]       quantum q1     who used up its allotment above comes down here
        queue 0        [ t9 ]          quantum q0     the rest; round robin

The rules, as OSTEP numbers them:

1. of the queues that have tasks the highest runs, and preempts those below it;  2. within a queue, round robin by its quantum;
3. a new task begins at the top;  4. once a task has used its allotment (a number of quanta) at a level, however often it slept
meanwhile, it sinks by one;  5. every `boost`, all tasks go back to the top, with fresh quanta.

Two variations on what happens when a task sleeps: with `stay` its quantum and allotment begin anew (the rule that can be
gamed), with `bump` it comes back to the head of its queue and not to the tail.
The running task is the head of its queue: preempted it goes back there, with what is left of its quantum.
Source: Corbato 1962; Arpaci-Dusseau, Operating Systems: Three Easy Pieces, chapter 8.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Enqueue, Scheduler

from .fifo import take

if TYPE_CHECKING:
    from kos_kernel.api import Context, Task


class Place:
    """Where a task stands: its level (0 = lowest), what is left there, and since when that counts."""

    __slots__ = ("allotment", "bumped", "epoch", "level", "mark_ns", "quantum_ns", "queued")

    def __init__(self) -> None:
        self.level = 0
        self.quantum_ns = 0  # left of this quantum
        self.allotment = 0  # quanta left at this level, this one among them
        self.mark_ns = 0  # the runtime up to which it was charged
        self.epoch = -1  # of the last boost that it got
        self.queued = False
        self.bumped = False  # it stands in the line of those that came back to the head


class MultiLevelFeedbackQueue(Scheduler):
    """Rules 1 to 5. options: quanta_ns and allotments from the top level down; boost_ns or None; stay; bump.

    A boost is made up for when the scheduler is next told or asked something; slices end at the next boost, so none is late.
    """

    def __init__(self, options: Any, ctx: Context) -> None:
        self._options = options
        self._quanta: list[int] = [*options.quanta_ns][::-1]
        self._allotments: list[int] = [*options.allotments][::-1]
        self._top = len(self._quanta) - 1
        self._boost_ns: int = options.boost_ns or 0
        self._stay: bool = options.stay
        self._bump: bool = options.bump
        self._queues: list[OrderedDict[int, Task]] = [OrderedDict() for _ in self._quanta]
        self._bumped: list[OrderedDict[int, Task]] = [
            OrderedDict() for _ in self._quanta
        ]  # served first, last in first out
        self._epoch = 0
        self._now_ns = 0

    # ---- the five calls
    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Queue the task at its level, after charging it for what it used."""
        place: Place | None = task.sched  # type: ignore[assignment]
        if why is Enqueue.WAKEUP or why is Enqueue.NEW:
            if self._boost_ns:
                self._boost(now_ns)
            if place is None:
                place = task.sched = Place()
                self._to_top(task, place)
            else:
                self._wake(task, place)
            self._put(task, place, head=self._bump and why is Enqueue.WAKEUP and place.epoch >= 0)
            return
        if place is None:
            place = task.sched = Place()
            self._to_top(task, place)
        over = self._charge(task, place)
        if over:
            self._quantum_over(place)
        self._put(task, place, head=False, front=not over and why is not Enqueue.YIELD)
        if self._boost_ns:
            self._boost(now_ns)

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Take a queued task out."""
        place: Place = task.sched  # type: ignore[assignment]
        (self._bumped if place.bumped else self._queues)[place.level].pop(task.id)
        place.queued = False

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the head of the highest queue that has tasks, or None."""
        if self._boost_ns:
            self._boost(now_ns)
        self._now_ns = now_ns
        for level in range(self._top, -1, -1):
            for queue in (self._bumped[level], self._queues[level]):
                if queue:
                    task = take(queue, cpu)
                    if task is not None:
                        task.sched.queued = False  # type: ignore[attr-defined]
                        return task
        return None

    def wakeup(self, task: Task, current: Task, now_ns: int) -> bool:
        """Preempt for a task of a higher level; with `bump` also for one of the same level that came back to the head."""
        mine: Place = task.sched  # type: ignore[assignment]
        theirs: Place = current.sched  # type: ignore[assignment]
        level = self._top if theirs.epoch != self._epoch else theirs.level
        return mine.level > level or (mine.bumped and mine.level == level)

    def slice_ns(self, task: Task) -> int:
        """Return what is left of the task's quantum, or the time until the next boost if that is less."""
        left_ns: int = task.sched.quantum_ns  # type: ignore[attr-defined]
        if self._boost_ns:
            return min(left_ns, self._boost_ns - self._now_ns % self._boost_ns)
        return left_ns

    # ---- the rules
    def _charge(self, task: Task, place: Place) -> bool:
        """Take what the task ran from its quantum; tell whether that is used up. A boost since then forgives it."""
        used_ns = task.runtime_ns - place.mark_ns
        place.mark_ns = task.runtime_ns
        place.quantum_ns -= used_ns
        return place.quantum_ns <= 0

    def _quantum_over(self, place: Place) -> None:
        """Rule 4: the next quantum at this level, or the first one of the level below."""
        place.allotment -= 1
        if place.allotment <= 0:
            place.level = max(0, place.level - 1)
            place.allotment = self._allotments[place.level]
        place.quantum_ns = self._quanta[place.level]

    def _wake(self, task: Task, place: Place) -> None:
        """Charge a task for what it ran before it slept. A quantum that ended as it went to sleep ended, also with `stay`."""
        if place.epoch != self._epoch:
            self._to_top(task, place)
            return
        over = self._charge(task, place)
        if self._stay:
            place.quantum_ns = self._quanta[place.level]
            place.allotment = self._allotments[place.level]
        if over:
            self._quantum_over(place)

    def _to_top(self, task: Task, place: Place) -> None:
        """Rules 3 and 5."""
        place.level = self._top
        place.quantum_ns = self._quanta[self._top]
        place.allotment = self._allotments[self._top]
        place.mark_ns = task.runtime_ns
        place.epoch = self._epoch

    def _put(self, task: Task, place: Place, *, head: bool, front: bool = False) -> None:
        """Queue at the tail; at the head among those that were bumped; or in front, where the running task stood."""
        place.queued = True
        place.bumped = head
        queue = (self._bumped if head else self._queues)[place.level]
        queue[task.id] = task
        if head or front:
            queue.move_to_end(task.id, last=False)

    def _boost(self, now_ns: int) -> None:
        """Rule 5: at each multiple of `boost`. Who waits below goes behind those that wait at the top, lowest level first."""
        epoch = now_ns // self._boost_ns
        if epoch == self._epoch:
            return
        self._epoch = epoch
        top = self._queues[self._top]
        waiting = [*self._bumped[self._top].values(), *top.values()]
        for level in range(self._top):
            waiting += [*self._bumped[level].values(), *self._queues[level].values()]
        for queue in (*self._queues, *self._bumped):
            queue.clear()
        for task in waiting:
            place: Place = task.sched  # type: ignore[assignment]
            self._to_top(task, place)
            place.bumped = False
            top[task.id] = task

    def figures(self, task: Task) -> dict[str, float]:
        """Return the task's level, what is left of its quantum (ms), and of its allotment."""
        place: Place = task.sched  # type: ignore[assignment]
        return {"level": place.level, "quantum left (ms)": place.quantum_ns / 1e6, "allotment left": place.allotment}

    def fork(self, ctx: Context) -> MultiLevelFeedbackQueue:
        """Return an empty scheduler with the same options."""
        return type(self)(self._options, ctx)
