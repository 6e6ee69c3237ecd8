"""/proc/loadavg: exponentially damped means of the number of runnable tasks, and the ids of /proc/PID/status."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kos_kernel import Machine
from kos_kernel.abi import SIGKILL
from kos_kernel.loadavg import PERIOD_NS, Load
from kos_kernel.testing import run_main


def spin(k: Any, argv: list[bytes], count: int, seconds: int) -> None:
    """Let `count` children compute for a time, then end them. A tick stands for a tenth of a second of work."""

    def busy(child: Any) -> int:
        while True:
            child.tick(1_000_000)

    pids = [k.fork_call(busy) for _ in range(count)]
    k.sleep_ns(seconds * 10**9)
    for pid in pids:
        k.kill(pid, SIGKILL)
        k.wait(pid)


def loads(machine: Machine) -> list[float]:
    return [float(word) for word in machine.read_file("/proc/loadavg").split()[:3]]


def damped(active: float, seconds: float, before: float, minutes: int) -> float:
    """Return what the mean should be, without Linux's rounding."""
    keep = math.exp(-seconds / (60 * minutes))
    return before * keep + active * (1 - keep)


@pytest.mark.parametrize("cpus", [1, 2])
def test_the_load_rises_with_what_wants_to_run_and_falls_when_it_is_gone(cpus: int) -> None:
    with Machine(clock="virtual", seed=1, cpus=cpus) as machine:
        assert loads(machine) == [0, 0, 0]
        run_main(machine, lambda k, argv: spin(k, argv, 3, 300))
        for mean, minutes in zip(loads(machine), (1, 5, 15), strict=True):
            assert mean == pytest.approx(damped(3, 300, 0, minutes), abs=0.15)
        before = loads(machine)
        machine.run("sleep 120")
        for mean, minutes, old in zip(loads(machine), (1, 5, 15), before, strict=True):
            assert mean == pytest.approx(damped(0, 120, old, minutes), abs=0.15)


def test_what_sleeps_is_no_load_and_a_sleeping_machine_is_not_woken_for_it() -> None:
    with Machine(clock="virtual", seed=1) as machine:
        machine.run("sleep 1000 & sleep 2000 & sleep 5000")
        assert loads(machine) == [0, 0, 0]
        before = machine.now_ns
        machine.run("true")
        assert machine.now_ns - before < 10**9


def test_a_fork_has_the_load_of_its_parent() -> None:
    with Machine(clock="virtual", seed=1) as machine:
        run_main(machine, lambda k, argv: spin(k, argv, 3, 60))
        with machine.fork() as twin:
            assert loads(twin) == loads(machine) != [0, 0, 0]


def test_periods_that_were_slept_through_count_as_idle() -> None:
    load = Load().sampled(4, PERIOD_NS)
    step = load
    for _ in range(10):
        step = step.sampled(0, step.due_ns)
    assert load.slept_until(11 * PERIOD_NS) == pytest.approx(step, abs=12)
    assert load.slept_until(10**18)[1:] == (0, 0, 0)
    assert load.slept_until(PERIOD_NS * 2 - 1) is load


def test_status_shows_the_saved_ids() -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.setresgid(100, 200, 300)
        k.setresuid(1000, 1001, 1002)
        rows = dict(line.split(b"\t", 1) for line in k.read_all(k.open(b"/proc/self/status")).splitlines())
        assert rows[b"Uid:"] == b"1000\t1001\t1002\t1001"
        assert rows[b"Gid:"] == b"100\t200\t300\t200"

    with Machine(clock="virtual", seed=1) as machine:
        assert run_main(machine, main).status == 0
