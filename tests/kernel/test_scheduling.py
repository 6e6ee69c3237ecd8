"""What the kernel tells a scheduler: ticks of the running task, moves between CPUs; and a protocol that a machine is forked."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel import Machine
from kos_kernel.api import Enqueue, Scheduler, SchedulerDriver
from kos_kernel.platform import Platform
from kos_kernel.testing import run_main
from kos_kernel.testing.drivers import Beside

MS = 1_000_000


class Turns(Scheduler):
    """Round robin that writes down what it is told. Without overrides: neither ticks nor moves."""

    quantum_ns = 5 * MS

    def __init__(self, options: Any, ctx: Any) -> None:
        self.queue: list[Any] = []
        self.came: list[tuple[int, Enqueue]] = []
        self.ticks: list[tuple[int, int]] = []
        self.moves: list[tuple[int, int, int]] = []

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        self.came.append((task.id, why))
        self.queue.append(task)

    def dequeue(self, task: Any, now_ns: int) -> None:
        self.queue.remove(task)

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        return self.queue.pop(0) if self.queue else None

    def slice_ns(self, task: Any) -> int:
        return self.quantum_ns


class Ticking(Turns):
    """Is told of ticks, and lets a task run three of them."""

    def tick(self, task: Any, now_ns: int) -> bool:
        self.ticks.append((task.id, task.runtime_ns))
        return len(self.ticks) % 3 == 0


class Patient(Ticking):
    """Is told of ticks and preempts nobody: slices of 2.5 ms end as they would without."""

    quantum_ns = 5 * MS // 2

    def tick(self, task: Any, now_ns: int) -> bool:
        super().tick(task, now_ns)
        return False


class Moving(Turns):
    """Is told of moves."""

    quantum_ns = MS

    def migrate(self, task: Any, cpu: int, now_ns: int) -> None:
        self.moves.append((task.id, task.last_cpu, cpu))


def booted(kind: type[Turns], cpus: int = 1) -> Machine:
    record = SchedulerDriver("turns", 1, f"{__name__}:{kind.__name__}", capabilities=frozenset({"preemptive"}))
    platform = Platform(Beside("kos.scheduler", record, Platform.shared().registry))
    config = platform.config({"clock": "virtual", "seed": 1, "cpus": cpus, "scheduler": {"driver": "turns"}})
    return Machine(config, platform=platform)


def compute(k: Any, argv: list[bytes], count: int = 2) -> None:
    """Let children compute for 10 ms each."""

    def spin(child: Any) -> int:
        for _ in range(100):
            child.tick(1000)
        return 0

    for pid in [k.fork_call(spin) for _ in range(count)]:
        k.wait(pid)


def told(machine: Machine) -> Any:
    return machine._kernel.dispatcher.scheduler


def test_a_scheduler_is_told_of_each_tick_and_may_preempt_at_it() -> None:
    with booted(Ticking) as machine:
        run_main(machine, compute)
        scheduler = told(machine)
        busy = [task for task, _ in scheduler.ticks]
        assert len(busy) >= 18
        assert [busy[at : at + 3] for at in (0, 3, 6)] == [[busy[0]] * 3, [busy[3]] * 3, [busy[0]] * 3]
        assert busy[0] != busy[3]
        assert scheduler.ticks[1][1] - scheduler.ticks[0][1] == pytest.approx(MS, abs=MS // 5)
        assert (busy[0], Enqueue.PREEMPTED) in scheduler.came
        assert (busy[0], Enqueue.EXPIRED) not in scheduler.came


def test_ticks_that_preempt_nobody_leave_the_slices_as_they_are() -> None:
    with booted(Patient) as machine:
        run_main(machine, compute)
        scheduler = told(machine)
        first = scheduler.ticks[0][0]
        assert [task for task, _ in scheduler.ticks[:4]] == [first] * 3 + [scheduler.ticks[3][0]]
        assert scheduler.ticks[3][0] != first
        assert scheduler.came.count((first, Enqueue.EXPIRED)) >= 3


def test_a_scheduler_is_told_when_a_task_goes_to_another_cpu() -> None:
    with booted(Moving, cpus=2) as machine:
        run_main(machine, lambda k, argv: compute(k, argv, 3))
        moves = told(machine).moves
        assert moves
        assert all({old, new} == {0, 1} for _, old, new in moves)


def test_one_that_overrides_neither_is_not_asked() -> None:
    with booted(Turns, cpus=2) as machine:
        run_main(machine, compute)
        dispatcher = machine._kernel.dispatcher
        assert (dispatcher.tick, dispatcher.migrate) == (None, None)


def test_a_forked_machine_has_its_parents_protocols_as_they_were() -> None:
    def port(k: Any, argv: list[bytes]) -> int:
        fd = k.socket(2, 2)
        k.bind(fd, (b"127.0.0.1", 0))
        number: int = k.getsockname(fd)[1]
        k.write(1, b"%d" % number)
        k.close(fd)
        return 0

    with Machine(seed=1, clock="virtual", network={"interfaces": ["lo"]}) as machine:
        first = int(run_main(machine, port).stdout)
        with machine.fork() as twin:
            following = int(run_main(twin, port).stdout)
        assert following == int(run_main(machine, port).stdout) != first


def test_a_cpu_whose_task_works_in_long_strides_waits_for_the_others() -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        def busy(child: Any) -> None:
            while True:
                child.tick(1_000_000)

        pids = [k.fork_call(busy) for _ in range(3)]
        k.sleep_ns(100 * MS)
        for pid in pids:
            k.kill(pid, 9)
            k.wait(pid)

    with booted(Turns, cpus=2) as machine:
        assert run_main(machine, main).status == 0
        assert machine.now_ns < 2000 * MS
