"""Round robin with a queue for each CPU.

        CPU 0  [ t1  t5 ]        a task stays with the CPU whose cache knows it;
        CPU 1  [ t2 ]            a new one goes where the fewest are
        CPU 2  [ ]  ◄── steals from the longest queue when it has nothing to do

No lock is shared and caches stay warm, but without stealing one CPU may idle while another has a crowd. Ties go to the lower
CPU. Source: OSTEP, chapter 10, multi-queue multiprocessor scheduling.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from .fifo import take
from .rr import RoundRobin

if TYPE_CHECKING:
    from kos_kernel.api import Context, Enqueue, Task


class RoundRobinPerCpu(RoundRobin):
    """See above. task.sched is the CPU whose queue a task belongs to. options: those of RoundRobin, and steal."""

    __slots__ = ("_homes", "_steal", "_queues")

    def __init__(self, options: Any, ctx: Context) -> None:
        super().__init__(options, ctx)
        self._steal: bool = options.steal
        self.start(1)

    def start(self, cpus: int) -> None:
        """Make a queue for each CPU."""
        self._queues: list[OrderedDict[int, Task]] = [OrderedDict() for _ in range(cpus)]
        self._homes = [0] * cpus  # how many tasks were given to each, less those that were stolen from it

    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Put the task at the end of its CPU's queue; a new one, or one that may not run there any more, gets a CPU."""
        home: int | None = task.sched  # type: ignore[assignment]
        if home is None or not task.affinity >> home & 1:
            allowed = [cpu for cpu in range(len(self._queues)) if task.affinity >> cpu & 1] or [0]
            home = task.sched = min(allowed, key=self._crowd)
            self._homes[home] += 1
        self._queues[home][task.id] = task

    def _crowd(self, cpu: int) -> tuple[int, int, int]:
        return len(self._queues[cpu]), self._homes[cpu], cpu

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Take a queued task out."""
        del self._queues[task.sched][task.id]  # type: ignore[call-overload]

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the first task of this CPU's queue; if there is none, that of the longest queue; or None."""
        own = self._queues[cpu] if cpu < len(self._queues) else None
        if own:
            task = take(own, cpu)
            if task is not None:
                return task
        if not self._steal:
            return None
        for queue in sorted(self._queues, key=len, reverse=True):
            if queue and queue is not own:
                task = take(queue, cpu)
                if task is not None:
                    home: int = task.sched  # type: ignore[assignment]
                    self._homes[home] -= 1
                    self._homes[cpu] += 1
                    task.sched = cpu
                    return task
        return None
