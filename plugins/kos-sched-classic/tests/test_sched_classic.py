"""The three schedulers against the plainest model that can be written: a list that is searched."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kos_kernel.api import UNLIMITED, Enqueue, Scheduler
from kos_kernel.testing import FakeTask
from kos_sched_classic.ageing import AgeingPriority
from kos_sched_classic.fifo import FirstInFirstOut
from kos_sched_classic.priority import Priority, make
from kos_sched_classic.rr import RoundRobin

MS = 1_000_000
CTX: Any = None  # a scheduler needs nothing of its context


def options(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"quantum_ns": 10 * MS, "aligned": False, "within": "rr", "ageing_ns": None, **values})


def fresh(name: str) -> Scheduler:
    if name == "fifo":
        return FirstInFirstOut(SimpleNamespace(), CTX)
    if name == "rr":
        return RoundRobin(options(), CTX)
    return make(options(ageing_ns=None if name == "priority" else 50 * MS), CTX)


NAMES = ("fifo", "rr", "priority", "ageing")

# ---------------------------------------------------------------- the model


class Model:
    """What must come out, by looking at everything that waits: (level, place in line)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.line: list[FakeTask] = []
        self.since: dict[int, int] = {}

    def enqueue(self, task: FakeTask, now_ns: int, why: Enqueue) -> None:
        self.since[task.id] = now_ns
        if self.name == "priority" and why is Enqueue.PREEMPTED:
            self.line.insert(0, task)
        else:
            self.line.append(task)

    def pick(self, now_ns: int) -> FakeTask | None:
        if not self.line:
            return None
        if self.name == "priority":
            best = min(self.line, key=lambda task: task.nice)
        elif self.name == "ageing":
            best = min(self.line, key=lambda task: task.nice * 50 * MS - (now_ns - self.since[task.id]))
        else:
            best = self.line[0]
        self.line.remove(best)
        return best

    def renice(self, task: FakeTask, nice: int) -> None:
        if task.nice != nice and task in self.line and self.name == "priority":
            self.line.remove(task)
            self.line.append(task)
        elif task in self.line and self.name == "ageing":
            self.line.remove(task)
            self.line.append(task)
        task.nice = nice


steps = st.lists(
    st.tuples(
        st.sampled_from(("add", "add", "pick", "pick", "drop", "nice")),
        st.integers(0, 9),
        st.integers(-20, 19),
        st.sampled_from(list(Enqueue)),
        st.integers(0, 200 * MS),
    ),
    max_size=80,
)


@pytest.mark.parametrize("name", NAMES)
@given(steps=steps)
def test_whatever_happens_the_scheduler_picks_what_the_model_picks(name: str, steps: list[Any]) -> None:
    scheduler, model = fresh(name), Model(name)
    tasks = [FakeTask(number) for number in range(10)]
    now_ns = 0
    for what, number, nice, why, later in steps:
        now_ns += later
        task = tasks[number]
        if what == "add" and task not in model.line:
            task.nice = nice
            scheduler.enqueue(task, now_ns, why)
            model.enqueue(task, now_ns, why)
        elif what == "drop" and task in model.line:
            scheduler.dequeue(task, now_ns)
            model.line.remove(task)
        elif what == "nice":
            model.renice(task, nice)
            scheduler.set_priority(task, now_ns)
        elif what == "pick":
            assert scheduler.pick_next(0, now_ns) is model.pick(now_ns)
    while model.line:
        assert scheduler.pick_next(0, now_ns) is model.pick(now_ns)
    assert scheduler.pick_next(0, now_ns) is None


# ---------------------------------------------------------------- what each promises, one by one
def run(scheduler: Scheduler, work_ms: dict[FakeTask, int], until_ms: int = 10_000) -> list[tuple[int, int]]:
    """Run tasks that never block on one CPU and return the Gantt chart: (task id, ms) for each turn."""
    now_ns, chart = 0, []
    left = {task.id: work * MS for task, work in work_ms.items()}
    for task in work_ms:
        scheduler.enqueue(task, now_ns, Enqueue.NEW)
    while now_ns < until_ms * MS and (task := scheduler.pick_next(0, now_ns)) is not None:
        turn = min(left[task.id], scheduler.slice_ns(task))
        now_ns += turn
        left[task.id] -= turn
        chart.append((task.id, turn // MS))
        if left[task.id]:
            scheduler.enqueue(task, now_ns, Enqueue.EXPIRED)
    return chart


def test_fifo_runs_each_task_to_its_end_in_the_order_of_arrival() -> None:
    assert run(fresh("fifo"), {FakeTask(1): 24, FakeTask(2): 3, FakeTask(3): 3}) == [(1, 24), (2, 3), (3, 3)]


def test_round_robin_gives_turns_of_one_quantum() -> None:
    scheduler = RoundRobin(options(quantum_ns=4 * MS), CTX)
    chart = run(scheduler, {FakeTask(1): 24, FakeTask(2): 3, FakeTask(3): 3})
    assert chart == [(1, 4), (2, 3), (3, 3), (1, 4), (1, 4), (1, 4), (1, 4), (1, 4)]


def test_priority_runs_the_lowest_nice_value_first_and_equals_in_turn() -> None:
    chart = run(fresh("priority"), {FakeTask(1, 5): 5, FakeTask(2, 0): 15, FakeTask(3, 0): 15})
    assert chart == [(2, 10), (3, 10), (2, 5), (3, 5), (1, 5)]


def test_priority_with_fifo_inside_a_level_never_ends_a_turn() -> None:
    scheduler = make(options(within="fifo"), CTX)
    assert scheduler.slice_ns(FakeTask(1)) == UNLIMITED
    assert run(scheduler, {FakeTask(1, 5): 5, FakeTask(2, 0): 25, FakeTask(3, 0): 15}) == [(2, 25), (3, 15), (1, 5)]


def test_priority_preempts_for_a_lower_nice_value_and_not_for_an_equal() -> None:
    scheduler = fresh("priority")
    assert scheduler.wakeup(FakeTask(1, -1), FakeTask(2, 0), 0)
    assert not scheduler.wakeup(FakeTask(1, 0), FakeTask(2, 0), 0)
    assert not scheduler.wakeup(FakeTask(1, 1), FakeTask(2, 0), 0)


def test_a_preempted_task_finishes_its_turn_before_its_equals() -> None:
    scheduler = fresh("priority")
    waiting, preempted = FakeTask(1), FakeTask(2)
    scheduler.enqueue(waiting, 0, Enqueue.NEW)
    scheduler.enqueue(preempted, 0, Enqueue.PREEMPTED)
    assert scheduler.pick_next(0, 0) is preempted


def test_static_priorities_starve_the_lower_level_and_ageing_does_not() -> None:
    def low_runs(scheduler: Scheduler) -> bool:
        chart = run(scheduler, {FakeTask(1, 0): 5_000, FakeTask(2, 0): 5_000, FakeTask(3, 10): 100}, until_ms=2_000)
        return any(number == 3 for number, _ in chart)

    assert not low_runs(fresh("priority"))
    assert low_runs(fresh("ageing"))


def test_ageing_bounds_the_wait_by_the_distance_of_the_levels() -> None:
    scheduler = fresh("ageing")
    chart = run(scheduler, {FakeTask(1, 0): 9_000, FakeTask(2, 0): 9_000, FakeTask(3, 10): 10}, until_ms=2_000)
    waited = sum(turn for _, turn in chart[: next(i for i, (number, _) in enumerate(chart) if number == 3)])
    assert waited <= 10 * 50 + 2 * 10  # ten levels of 50 ms, and the turns that were under way


@pytest.mark.parametrize("name", NAMES)
def test_fork_gives_an_empty_scheduler_with_the_same_options(name: str) -> None:
    scheduler = fresh(name)
    task = FakeTask(1)
    scheduler.enqueue(task, 0, Enqueue.NEW)
    copy = scheduler.fork(CTX)
    assert copy is not None and type(copy) is type(scheduler)
    assert copy.pick_next(0, 0) is None
    assert copy.slice_ns(task) == scheduler.slice_ns(task)
    assert scheduler.pick_next(0, 0) is task


def test_a_heap_of_dead_entries_is_swept() -> None:
    scheduler = AgeingPriority(options(ageing_ns=MS), CTX)
    tasks = [FakeTask(number) for number in range(1000)]
    for round_ in range(5):
        for task in tasks:
            scheduler.enqueue(task, round_, Enqueue.NEW)
        for task in tasks:
            scheduler.dequeue(task, round_)
    assert len(scheduler._heap) <= 1
    assert scheduler.pick_next(0, 0) is None


def test_priority_is_the_class_behind_the_plain_options() -> None:
    assert type(make(options(), CTX)) is Priority
    assert type(make(options(ageing_ns=MS), CTX)) is AgeingPriority
