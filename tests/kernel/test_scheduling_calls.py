"""What a process may ask of the scheduler: policies, affinity, and CPU time to the nanosecond."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kos_kernel import Machine
from kos_kernel.api import (
    NO_DEMAND,
    AccessDenied,
    Busy,
    Demand,
    InvalidArgument,
    NoSuchProcess,
    NotPermitted,
    Policy,
    ResourceUnavailable,
    SysError,
)
from kos_kernel.testing import run_main

MS = 1_000_000
VIDEO = Demand(Policy.DEADLINE, runtime_ns=3 * MS, deadline_ns=10 * MS, period_ns=20 * MS)


def told(machine: Machine, main: Callable[[Any], Any], **options: Any) -> Any:
    """Return what `main(k)` returns, run as a process of the machine."""
    answer: list[Any] = []

    def program(k: Any, argv: list[bytes]) -> int:
        answer.append(main(k))
        return 0

    run_main(machine, program, **options).check()
    return answer[0]


def refused(kind: type[SysError], call: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(kind) as caught:
        call(*args)
    return str(caught.value)


# ---------------------------------------------------------------- policies
def test_a_demand_is_kept_and_inherited_by_children() -> None:
    def main(k: Any) -> tuple[Demand, Demand]:
        k.sched_setattr(0, Demand(slice_ns=MS))
        found: list[Demand] = []
        k.wait(k.fork_call(lambda k: found.append(k.sched_getattr()) or 0))  # type: ignore[func-returns-value]
        return k.sched_getattr(), found[0]

    with Machine(seed=1, clock="virtual", scheduler="eevdf") as machine:
        mine, childs = told(machine, main)
    assert mine == childs == Demand(slice_ns=MS)


def test_what_the_scheduler_does_not_have_is_refused_by_name() -> None:
    def main(k: Any) -> list[str]:
        return [
            refused(InvalidArgument, k.sched_setattr, 0, Demand(Policy.FIFO, rt_priority=1)),
            refused(InvalidArgument, k.sched_setattr, 0, VIDEO),
            refused(InvalidArgument, k.sched_setattr, 0, Demand(Policy.BATCH)),
            refused(InvalidArgument, k.sched_setattr, 0, Demand(slice_ns=1)),
            refused(InvalidArgument, k.sched_setattr, 0, Demand(tickets=1)),
        ]

    with Machine(seed=1, clock="virtual", scheduler="rr") as machine:
        reasons = told(machine, main)
    for reason, capability in zip(reasons, ("rt", "deadline", "batch", "slices", "tickets"), strict=True):
        assert "'rr'" in reason and repr(capability) in reason


@pytest.mark.parametrize(
    "demand",
    [
        VIDEO._replace(runtime_ns=0),
        VIDEO._replace(runtime_ns=1023),
        VIDEO._replace(runtime_ns=11 * MS),
        VIDEO._replace(deadline_ns=21 * MS),
        VIDEO._replace(rt_priority=1),
        Demand(Policy.FIFO),
        Demand(Policy.RR, rt_priority=100),
        Demand(rt_priority=5),
        Demand(runtime_ns=MS),
        Demand(slice_ns=-1),
        Demand(4),  # type: ignore[arg-type]
    ],
)
def test_a_demand_that_contradicts_itself_is_refused(demand: Demand) -> None:
    with Machine(seed=1, clock="virtual", scheduler="edf") as machine:
        told(machine, lambda k: refused(InvalidArgument, k.sched_setattr, 0, demand))


def test_only_root_gives_deadlines_and_children_need_a_reset() -> None:
    def main(k: Any) -> tuple[Policy, Demand]:
        k.sched_setattr(0, VIDEO)
        refused(ResourceUnavailable, k.fork_call, lambda k: 0)
        k.sched_setattr(0, VIDEO._replace(reset_on_fork=True))
        found: list[Demand] = []

        def child(k: Any) -> int:
            found.append(k.sched_getattr())
            k.setuid(1000)
            refused(NotPermitted, k.sched_setattr, 0, VIDEO)
            return 0

        _, status = k.wait(k.fork_call(child))
        assert status == 0
        return k.sched_getattr().policy, found[0]

    with Machine(seed=1, clock="virtual", scheduler="edf") as machine:
        assert told(machine, main) == (Policy.DEADLINE, NO_DEMAND)


def test_nobody_changes_somebody_elses_process() -> None:
    def main(k: Any) -> None:
        me = k.getpid()

        def child(k: Any) -> int:
            k.setuid(1000)
            refused(NotPermitted, k.sched_setattr, me, NO_DEMAND)
            refused(NotPermitted, k.sched_setaffinity, me, 1)
            refused(NotPermitted, k.setpriority, me, 5)
            refused(AccessDenied, k.setpriority, 0, -5)
            refused(NoSuchProcess, k.sched_setattr, 4000, NO_DEMAND)
            return 0

        _, status = k.wait(k.fork_call(child))
        assert status == 0

    with Machine(seed=1, clock="virtual") as machine:
        told(machine, main)


def test_a_scheduler_may_decline_what_it_cannot_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    with Machine(seed=1, clock="virtual", scheduler="edf") as machine:
        scheduler = machine._kernel.dispatcher.scheduler
        monkeypatch.setattr(scheduler, "admit", lambda task, demand: demand.runtime_ns < MS, raising=False)
        assert "promised" in told(machine, lambda k: refused(Busy, k.sched_setattr, 0, VIDEO))


def test_the_interval_of_round_robin_is_its_quantum() -> None:
    with Machine(seed=1, clock="virtual", scheduler={"driver": "rr", "quantum": "7ms"}) as machine:
        assert told(machine, lambda k: k.sched_rr_get_interval()) == 7 * MS
    with Machine(seed=1, clock="virtual", scheduler="fifo") as machine:
        assert told(machine, lambda k: k.sched_rr_get_interval()) == 0


# ---------------------------------------------------------------- affinity
def test_a_bound_process_runs_on_its_cpu_alone() -> None:
    def main(k: Any) -> set[int]:
        k.sched_setaffinity(0, 0b0100)
        seen = set()
        for _ in range(20):
            k.compute(3 * MS)
            seen.add(k.task.last_cpu)
            k.sleep_ns(MS)
        return seen

    with Machine(seed=1, clock="virtual", cpus=4) as machine:
        busy = machine.spawn(["sh", "-c", "while :; do :; done & while :; do :; done & while :; do :; done"])
        assert told(machine, main) == {2}
        busy.kill()


def test_a_process_leaves_a_cpu_that_it_may_not_have_any_more_and_children_keep_to_the_mask() -> None:
    def main(k: Any) -> tuple[int, int, int]:
        k.compute(MS)
        here = k.task.last_cpu
        k.sched_setaffinity(0, 0b11 & ~(1 << here))
        k.compute(MS)
        found: list[int] = []
        k.wait(k.fork_call(lambda k: found.append(k.sched_getaffinity()) or 0))  # type: ignore[func-returns-value]
        return here, k.task.last_cpu, found[0]

    with Machine(seed=1, clock="virtual", cpus=2) as machine:
        before, after, childs = told(machine, main)
    assert after == 1 - before and childs == 1 << after


def test_a_queued_process_can_be_bound_by_another() -> None:
    def main(k: Any) -> list[int]:
        places: list[int] = []

        def child(k: Any) -> int:
            k.compute(MS)
            places.append(k.task.last_cpu)
            return 0

        pids = [k.fork_call(child) for _ in range(6)]
        for pid in pids:
            k.sched_setaffinity(pid, 0b10)
        for pid in pids:
            k.wait(pid)
        return places

    with Machine(seed=1, clock="virtual", cpus=2) as machine:
        assert told(machine, main) == [1] * 6


def test_masks_without_a_cpu_of_the_machine_are_refused_and_the_rest_of_a_mask_is_dropped() -> None:
    def main(k: Any) -> int:
        refused(InvalidArgument, k.sched_setaffinity, 0, 0)
        refused(InvalidArgument, k.sched_setaffinity, 0, 0b100)
        refused(InvalidArgument, k.sched_setaffinity, 0, -4)
        k.sched_setaffinity(0, 0b1110)
        mask: int = k.sched_getaffinity()
        return mask

    with Machine(seed=1, clock="virtual", cpus=2) as machine:
        assert told(machine, main) == 0b10


# ---------------------------------------------------------------- computing
def test_compute_uses_just_that_much_and_others_get_their_turn() -> None:
    def main(k: Any) -> tuple[int, list[int]]:
        order: list[int] = []

        def child(number: int) -> Callable[[Any], int]:
            def work(k: Any) -> int:
                for _ in range(3):
                    k.compute(10 * MS)
                    order.append(number)
                return 0

            return work

        pids = [k.fork_call(child(number)) for number in (1, 2)]
        before = k.task.runtime_ns
        k.compute(1234567)
        used = k.task.runtime_ns - before
        for pid in pids:
            k.wait(pid)
        return used, order

    with Machine(seed=1, clock="virtual", scheduler={"driver": "rr", "quantum": "10ms"}) as machine:
        used, order = told(machine, main)
    assert used == 1234567
    assert order == [1, 2, 1, 2, 1, 2]


def test_compute_is_interrupted_by_a_signal_that_kills() -> None:
    def main(k: Any) -> int:
        pid = k.fork_call(lambda k: k.compute(1 << 60))
        k.sleep_ns(MS)
        k.kill(pid, 9)
        status: int = k.wait(pid)[1]
        return status

    for clock in ("virtual", "wall"):
        with Machine(seed=1, clock=clock) as machine:
            assert told(machine, main) == 9


# ---------------------------------------------------------------- what is shown
def test_proc_tells_how_a_process_is_scheduled() -> None:
    script = """
        taskset -p 2 $$ >/dev/null
        while [ $((i++)) -lt 3000 ]; do :; done
        grep -E 'Cpus_allowed_list|voluntary' /proc/$$/status
        set -- $(</proc/$$/schedstat); echo $(($1 > 100000)) $# $(($3 >= 1))
        grep -cE '^(se.sum_exec_runtime|wait_sum|nr_switches|policy|prio|vruntime)' /proc/$$/sched
        grep -c '^cpu[01] ' /proc/schedstat
    """
    with Machine(seed=1, clock="virtual", cpus=2, scheduler="cfs") as machine:
        lines = machine.run(script).check().text.split("\n")
    assert lines[0] == "Cpus_allowed_list:\t1"
    assert lines[3:] == ["1 3 1", "6", "2", ""]


def test_waiting_for_a_cpu_is_counted() -> None:
    def main(k: Any) -> list[list[int]]:
        pids = [k.fork_call(lambda k: k.compute(50 * MS) or k.sleep_ns(MS) or 0) for _ in range(2)]
        k.sleep_ns(100 * MS + MS // 2)
        figures = [[int(word) for word in k.read(k.open(b"/proc/%d/schedstat" % pid), 99).split()] for pid in pids]
        for pid in pids:
            k.wait(pid)
        return figures

    with Machine(seed=1, clock="virtual", scheduler="fifo") as machine:
        first, second = told(machine, main)
    assert first[0] // MS == second[0] // MS == 50
    assert first[1] // MS == 49, "it woke after 1 ms and had to wait for the other's end"
    assert second[1] // MS == 50


def test_an_observer_hears_of_every_task_that_becomes_runnable() -> None:
    heard: list[tuple[int, str]] = []

    class Ear:
        def runnable(self, now_ns: int, pid: int, tid: int, why: Any) -> None:
            heard.append((pid, why.name))

    with Machine(seed=1, clock="virtual", scheduler={"driver": "rr", "quantum": "1ms"}) as machine:
        machine.observe(Ear())
        told(machine, lambda k: k.compute(3 * MS) or k.sleep_ns(MS) or k.wait(k.fork_call(lambda k: k.compute(3 * MS))))
    assert heard.count((2, "NEW")) == heard.count((3, "NEW")) == 1
    assert (2, "WAKEUP") in heard
