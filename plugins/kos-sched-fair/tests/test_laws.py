"""What the papers promise, for any tasks: shares by weight, bounded lag, a clock that advances as it should."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kos_kernel.api import Enqueue, Scheduler
from kos_kernel.testing import FakeTask
from kos_sched_fair.cfs import CompletelyFair
from kos_sched_fair.eevdf import EarliestEligibleVirtualDeadlineFirst

MS = 1_000_000
CTX: Any = None
NICES = st.lists(st.integers(-20, 19), min_size=1, max_size=8)


def cfs() -> CompletelyFair:
    return CompletelyFair(
        SimpleNamespace(latency_ns=6 * MS, min_granularity_ns=MS * 3 // 4, wakeup_granularity_ns=MS), CTX
    )


def eevdf() -> EarliestEligibleVirtualDeadlineFirst:
    return EarliestEligibleVirtualDeadlineFirst(SimpleNamespace(slice_ns=3 * MS), CTX)


def turns(scheduler: Scheduler, tasks: list[FakeTask], count: int) -> Any:
    """Let tasks that never sleep run slice by slice; yield (time, who ran, how long) after each."""
    now_ns = 0
    for task in tasks:
        scheduler.enqueue(task, now_ns, Enqueue.NEW)
    for _ in range(count):
        task = scheduler.pick_next(0, now_ns)
        assert isinstance(task, FakeTask)
        ran_ns = scheduler.slice_ns(task)
        task.runtime_ns += ran_ns
        now_ns += ran_ns
        scheduler.enqueue(task, now_ns, Enqueue.EXPIRED)
        yield now_ns, task, ran_ns


@given(NICES)
def test_cfs_advances_the_virtual_runtime_by_delta_times_1024_over_weight(nices: list[int]) -> None:
    scheduler = cfs()
    tasks = [FakeTask(number, nice) for number, nice in enumerate(nices, 1)]
    before: dict[int, int] = {}
    for _, task, ran_ns in turns(scheduler, tasks, 60):
        after = task.sched.vruntime  # type: ignore[attr-defined]
        if task.id in before:
            assert after - before[task.id] == ran_ns * 1024 // task.weight
        before[task.id] = after


@given(NICES)
def test_cfs_keeps_the_virtual_clocks_together(nices: list[int]) -> None:
    """No two runnable tasks are further apart than the longest slice that either gets, on the virtual clock."""
    scheduler = cfs()
    tasks = [FakeTask(number, nice) for number, nice in enumerate(nices, 1)]
    longest = 0
    for _, task, ran_ns in turns(scheduler, tasks, 200):
        longest = max(longest, ran_ns * 1024 // task.weight + 1)
    clocks = [task.sched.vruntime for task in tasks]  # type: ignore[attr-defined]
    assert max(clocks) - min(clocks) <= 2 * longest + 6 * MS * 1024 // min(task.weight for task in tasks)


@given(NICES)
def test_eevdf_lags_sum_to_zero_and_none_exceeds_a_slice(nices: list[int]) -> None:
    scheduler = eevdf()
    tasks = [FakeTask(number, nice) for number, nice in enumerate(nices, 1)]
    for _, _, _ in turns(scheduler, tasks, 200):
        average = scheduler.average()
        lags = [task.weight * (average - task.sched.vruntime) for task in tasks]  # type: ignore[attr-defined]
        assert abs(sum(lags)) <= sum(task.weight for task in tasks)  # what rounding the average down leaves
        for task, lag in zip(tasks, lags, strict=True):
            grain = task.weight  # a virtual ns of this task, in CPU time
            assert abs(lag) / 1024 <= 3 * MS + grain / 1024 + 1


@given(NICES)
def test_eevdf_shares_go_by_weight(nices: list[int]) -> None:
    """After any time a task's CPU time differs from its share by no more than a slice."""
    scheduler = eevdf()
    tasks = [FakeTask(number, nice) for number, nice in enumerate(nices, 1)]
    total = sum(task.weight for task in tasks)
    *_, (now_ns, _, _) = turns(scheduler, tasks, 300)
    for task in tasks:
        # new tasks begin with half a slice, and what rounds in the virtual clock adds up
        assert abs(task.runtime_ns - now_ns * task.weight / total) <= 3 * MS + 300 * task.weight / 1024 + 1


@given(
    st.lists(st.sampled_from(["run", "sleep", "wake", "renice"]), max_size=60), NICES, st.randoms(use_true_random=False)
)
def test_eevdf_lags_stay_bounded_whatever_tasks_do(steps: list[str], nices: list[int], chance: Any) -> None:
    scheduler = eevdf()
    tasks = [FakeTask(number, nice) for number, nice in enumerate(nices, 1)]
    awake: list[FakeTask] = []
    asleep = list(tasks)
    now_ns = 0
    for step in steps:
        if step == "wake" and asleep:
            task = asleep.pop(chance.randrange(len(asleep)))
            scheduler.enqueue(task, now_ns, Enqueue.WAKEUP)
            awake.append(task)
        elif step in ("run", "sleep") and awake:
            task = scheduler.pick_next(0, now_ns)
            assert isinstance(task, FakeTask)
            ran_ns = min(scheduler.slice_ns(task), chance.randrange(1, 4 * MS))
            task.runtime_ns += ran_ns
            now_ns += ran_ns
            if step == "run":
                scheduler.enqueue(task, now_ns, Enqueue.PREEMPTED)
            else:
                awake.remove(task)
                asleep.append(task)
                following = scheduler.pick_next(0, now_ns)  # as the kernel does when somebody goes to sleep
                assert (following is None) == (not awake)
                if following is not None:
                    scheduler.enqueue(following, now_ns, Enqueue.PREEMPTED)
        elif step == "renice":
            task = tasks[chance.randrange(len(tasks))]
            task.renice(chance.randrange(-20, 20))
            scheduler.set_priority(task, now_ns)
        average = scheduler.average()
        for task in awake:
            lag_ns = task.weight * (average - task.sched.vruntime) / 1024  # type: ignore[attr-defined]
            assert abs(lag_ns) <= 2 * 3 * MS + task.weight / 1024 * 60 + 60
