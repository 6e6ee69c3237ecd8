"""A run loop for a scheduler on its own: the kernel's side of the contract.

It knows where each task is (asleep, queued, running), does only what the kernel does (dequeue asks for queued tasks alone, time
never goes back), and looks at what the scheduler answers.
"""

from __future__ import annotations

from typing import Any

from ...contracts.machine import DriverConfig, MachineConfig
from ...contracts.scheduler import Enqueue, Scheduler
from ..cases import Violation, shown
from ..fakes import FakeTask
from .common import MadeSubject

MS = 1_000_000


class SchedulerSubject(MadeSubject):
    """A scheduler on its own, made at first use."""

    face = Scheduler

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Return a machine that schedules with it."""
        return base._replace(scheduler=DriverConfig(self.record.name, self.options, self.grants))

    def loop(self, count: int, *, salt: int = 1, nice: int = 0) -> RunLoop:
        """Return a run loop with a fresh scheduler and `count` tasks that sleep."""
        return RunLoop(self.make(), [FakeTask(number, nice, salt) for number in range(1, count + 1)])


class RunLoop:
    """See above. tasks: by id. queued: those that the scheduler has. picks: the ids that it gave, in order."""

    def __init__(self, scheduler: Any, tasks: list[FakeTask]) -> None:
        self.scheduler = scheduler
        self.tasks = {task.id: task for task in tasks}
        self.queued: dict[int, FakeTask] = {}
        self.picks: list[int] = []
        self.now_ns = 0

    def add(self, *numbers: int, why: Enqueue = Enqueue.NEW) -> None:
        """Make sleeping or running tasks runnable."""
        for number in numbers or self.tasks:
            task = self.tasks[number]
            self.queued[number] = task
            self.scheduler.enqueue(task, self.now_ns, why)

    def drop(self, number: int) -> None:
        """Stop or kill a queued task."""
        task = self.queued.pop(number)
        self.scheduler.dequeue(task, self.now_ns)

    def pick(self, cpu: int = 0) -> FakeTask | None:
        """Return whom the scheduler runs next; Violation if that isn't somebody who is queued."""
        task = self.scheduler.pick_next(cpu, self.now_ns)
        if task is None:
            return None
        if not isinstance(task, FakeTask) or self.tasks.get(task.id) is not task:
            raise Violation(f"pick_next returned {shown(task)}, which is no task that it was given")
        if task.id not in self.queued:
            raise Violation(f"pick_next returned {task}, which isn't queued")
        del self.queued[task.id]
        if task.last_cpu not in (cpu, -1):
            self.scheduler.migrate(task, cpu, self.now_ns)
        task.last_cpu = cpu
        self.picks.append(task.id)
        return task

    def drain(self) -> list[int]:
        """Return the ids of all that are queued, in the order in which they are picked, until the scheduler has none."""
        found = []
        while (task := self.pick()) is not None:
            found.append(task.id)
        return found

    def turn(self, task: FakeTask, longest_ns: int = 10 * MS) -> Enqueue:
        """Let a picked task run for its slice, or for `longest_ns` and then yield; queue it again. Returns why."""
        slice_ns = self.scheduler.slice_ns(task)
        spent = min(slice_ns, longest_ns)
        self.now_ns += spent
        task.runtime_ns += spent
        why = Enqueue.EXPIRED if slice_ns <= longest_ns else Enqueue.YIELD
        if why is Enqueue.EXPIRED:
            self.scheduler.tick(task, self.now_ns)
        self.add(task.id, why=why)
        return why

    def busy(self, turns: int) -> None:
        """Let tasks that never sleep run, one turn after the other."""
        for _ in range(turns):
            task = self.pick()
            if task is None:
                raise Violation(f"pick_next returned None while {len(self.queued)} tasks are queued")
            self.turn(task)
