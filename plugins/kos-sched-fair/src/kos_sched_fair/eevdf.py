"""Earliest eligible virtual deadline first, as of Linux 6.12.

        avg_vruntime V = sum(weight * vruntime) / sum(weight), over all that run or wait
        lag            = weight * (V - vruntime): what a task is behind its share; they sum to 0
        eligible       = lag >= 0, which is vruntime <= V
        deadline       = vruntime + slice * 1024 / weight

Of the eligible tasks the one with the earliest virtual deadline runs, until it has used its slice; then its deadline moves on.
A task that wants to be answered soon asks for a short slice: its deadline is nearer, its share the same. No task's lag exceeds
a slice and what the clock's grain adds.

- A task that sleeps takes its lag along, clamped to a slice, and comes back with it (PLACE_LAG), its vruntime inflated by what
  its coming moves the average. One that left ahead of its share isn't forgiven: it stays queued for decay in Linux
  (DELAY_DEQUEUE); here its lag decays on the way back, by the time that the others needed to catch up.
- New tasks begin at the average with half a slice (PLACE_DEADLINE_INITIAL).
- A wake-up preempts if the task that woke is eligible and its deadline is earlier than that of who runs.

Ties of deadlines go to who was queued first. Source: Stoica and Abdel-Wahab, TR-95-22; kernel/sched/fair.c of Linux 6.12;
differs: a sorted list in place of the augmented tree; one queue for all CPUs.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Enqueue, Scheduler

from .entity import Entity, virtual

if TYPE_CHECKING:
    from kos_kernel.api import Context, Task


class EarliestEligibleVirtualDeadlineFirst(Scheduler):
    """See above. options: slice_ns, for tasks that ask for none.

    Sums are over all tasks that are queued or run, relative to `_zero`, so that numbers stay small: _weights is sum(weight),
    _moments is sum(weight * (vruntime - _zero)). A running task counts with what it was charged so far.
    """

    def __init__(self, options: Any, ctx: Context) -> None:
        self._options = options
        self._slice_ns: int = options.slice_ns
        self._queue: list[tuple[int, int, Task]] = []  # (deadline, sequence, task), sorted
        self._sequence = 0
        self._zero = 0
        self._weights = 0
        self._moments = 0
        self._running: dict[int, Task] = {}  # by CPU
        self._cpus = 1

    def start(self, cpus: int) -> None:
        """Learn how many tasks may run at once."""
        self._cpus = cpus

    # ---- the average
    def average(self) -> int:
        """Return V, rounded down."""
        return self._zero + (self._moments // self._weights if self._weights else 0)

    def _join(self, entity: Entity) -> None:
        self._weights += entity.weight
        self._moments += entity.weight * (entity.vruntime - self._zero)

    def _leave(self, entity: Entity) -> None:
        self._weights -= entity.weight
        self._moments -= entity.weight * (entity.vruntime - self._zero)
        if not self._weights:
            self._zero = max(self._zero, entity.vruntime)
            self._moments = 0

    def _advance(self, task: Task, entity: Entity) -> None:
        """Charge a task for what it ran since it was looked at; it is in the sums."""
        ran_ns = task.runtime_ns - entity.mark_ns
        if ran_ns:
            delta = virtual(ran_ns, entity.weight)
            entity.mark_ns = task.runtime_ns
            entity.vruntime += delta
            self._moments += entity.weight * delta

    def _look(self) -> None:
        """Charge all that run, so that the average is as of now; drop those that have blocked meanwhile."""
        for task in self._running.values():
            self._advance(task, task.sched)  # type: ignore[arg-type]

    def _gone(self, task: Task) -> None:
        """A task that ran isn't there any more: it takes its lag along."""
        entity: Entity = task.sched  # type: ignore[assignment]
        self._advance(task, entity)
        limit = virtual(self._wanted(task), entity.weight)
        entity.lag = max(-limit, min(limit, self.average() - entity.vruntime))
        self._leave(entity)

    # ---- the queue
    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Place a task that was away, charge one that ran, and queue it by its deadline."""
        entity: Entity | None = task.sched  # type: ignore[assignment]
        on_cpu = next((cpu for cpu, running in self._running.items() if running is task), None)
        if on_cpu is not None:
            del self._running[on_cpu]
            if why is Enqueue.WAKEUP or why is Enqueue.NEW:  # it slept, which nobody said
                self._gone(task)
                on_cpu = None
        self._look()
        if entity is None or on_cpu is None:
            self._place(task, entity, why)
        else:
            self._advance(task, entity)
        entity = task.sched  # type: ignore[assignment]
        assert entity is not None
        if entity.vruntime >= entity.deadline:
            entity.deadline = entity.vruntime + virtual(self._wanted(task), entity.weight)
        self._insert(task, entity)

    def _place(self, task: Task, entity: Entity | None, why: Enqueue) -> None:
        """Give a task that comes (back) its place: at the average, less the lag that it had."""
        average = self.average()
        if entity is None:
            entity = task.sched = Entity(average, task.runtime_ns, task.weight)
            entity.deadline = average + virtual(self._wanted(task), task.weight) // 2
            self._join(entity)
            return
        entity.mark_ns = task.runtime_ns
        entity.weight = task.weight
        lag = entity.lag
        if (
            self._weights
        ):  # joining moves the average towards it: V' = V - w * lag / (W + w), so it takes more to keep the lag
            lag = lag * (self._weights + entity.weight) // self._weights
        entity.vruntime = average - lag
        entity.deadline = entity.vruntime + virtual(self._wanted(task), entity.weight)
        self._join(entity)

    def _insert(self, task: Task, entity: Entity) -> None:
        self._sequence += 1
        entity.entry = self._sequence
        insort(self._queue, (entity.deadline, self._sequence, task), key=_order)

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Take a queued task out, with its lag."""
        entity: Entity = task.sched  # type: ignore[assignment]
        self._queue.remove((entity.deadline, entity.entry, task))
        entity.entry = 0
        self._look()
        self._gone(task)

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the eligible task with the earliest deadline; if rounding left none eligible, the one that is furthest behind."""
        before = self._running.pop(cpu, None)
        if before is not None:  # it wasn't put back: it sleeps or has ended
            self._gone(before)
        self._look()
        queue = self._queue
        average = self.average()
        best = furthest = None
        for place, (_, _, task) in enumerate(queue):
            if not task.affinity >> cpu & 1:
                continue
            vruntime: int = task.sched.vruntime  # type: ignore[attr-defined]
            if vruntime <= average:
                best = place
                break
            if furthest is None or vruntime < queue[furthest][2].sched.vruntime:  # type: ignore[attr-defined]
                furthest = place
        if best is None:
            best = furthest
        if best is None:
            return None
        task = queue.pop(best)[2]
        task.sched.entry = 0  # type: ignore[attr-defined]
        self._running[cpu] = task
        return task

    # ---- how long, and for whom to make room
    def _wanted(self, task: Task) -> int:
        return task.demand.slice_ns or self._slice_ns

    def slice_ns(self, task: Task) -> int:
        """Return the CPU time until the task's vruntime reaches its deadline."""
        entity: Entity = task.sched  # type: ignore[assignment]
        left = entity.deadline - entity.vruntime
        return max(1, -(-left * entity.weight // 1024))

    def wakeup(self, task: Task, current: Task, now_ns: int) -> bool:
        """Preempt if the task that woke is eligible and its deadline is earlier than the running one's."""
        self._look()
        mine: Entity = task.sched  # type: ignore[assignment]
        theirs: Entity | None = current.sched  # type: ignore[assignment]
        return theirs is None or (mine.vruntime <= self.average() and mine.deadline < theirs.deadline)

    def set_priority(self, task: Task, now_ns: int) -> None:
        """Weigh a task anew: its lag and what is left of its slice stay what they are in CPU time."""
        entity: Entity | None = task.sched  # type: ignore[assignment]
        if entity is None or entity.weight == task.weight:
            return
        counts = bool(entity.entry) or task in self._running.values()
        if not counts:
            entity.lag = entity.lag * entity.weight // task.weight
            return
        self._look()
        average = self.average()
        if entity.entry:
            self._queue.remove((entity.deadline, entity.entry, task))
        self._leave(entity)
        left = entity.deadline - entity.vruntime
        entity.vruntime = average - (average - entity.vruntime) * entity.weight // task.weight
        entity.deadline = entity.vruntime + left * entity.weight // task.weight
        entity.weight = task.weight
        self._join(entity)
        if entity.entry:
            self._insert(task, entity)

    def figures(self, task: Task) -> dict[str, float]:
        """Return the task's virtual runtime and deadline, and its lag in CPU time, in ms."""
        entity: Entity = task.sched  # type: ignore[assignment]
        lag = (self.average() - entity.vruntime) * entity.weight / 1024
        return {"vruntime (ms)": entity.vruntime / 1e6, "deadline (ms)": entity.deadline / 1e6, "lag (ms)": lag / 1e6}

    def fork(self, ctx: Context) -> EarliestEligibleVirtualDeadlineFirst:
        """Return an empty scheduler with the same options."""
        return type(self)(self._options, ctx)


def _order(entry: tuple[int, int, Task]) -> tuple[int, int]:
    return entry[0], entry[1]
