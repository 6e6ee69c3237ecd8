"""Figures of schedules that can be worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kos_sched_lab.measure.spread import Spread, percentile
from kos_sched_lab.measure.summary import summarise
from kos_sched_lab.simulate import simulate
from kos_sched_lab.workload.model import Burst, TaskSpec, Workload

MS = 1_000_000


def three(*lengths: int) -> Workload:
    return Workload("three", tuple(TaskSpec(str(n), (Burst(length * MS),)) for n, length in enumerate(lengths)))


def test_figures_of_first_in_first_out() -> None:
    summary = summarise(simulate(three(24, 3, 3), "fifo"))
    assert [row.wait_ns / MS for row in summary.tasks] == [0, 24, 27]
    assert [row.turnaround_ns / MS for row in summary.tasks] == [24, 27, 30]
    assert summary.wait.mean / MS == 17
    assert (summary.done, summary.utilisation, summary.switches) == (3, 1.0, 2)
    assert summary.throughput == pytest.approx(100)
    # shares of the time that each was runnable: 24/24, 3/27, 3/30
    shares = [1, 3 / 27, 3 / 30]
    assert summary.jain == pytest.approx(sum(shares) ** 2 / (3 * sum(x * x for x in shares)))
    # the first one runs 24 ms where a third was due
    assert summary.lag_ns / MS == pytest.approx(16)


def test_round_robin_is_fairer_than_first_in_first_out() -> None:
    fifo, rr = (summarise(simulate(three(24, 24, 24), name)) for name in ("fifo", "rr"))
    assert rr.jain > fifo.jain
    assert rr.lag_ns < fifo.lag_ns


def test_sleeping_is_no_waiting() -> None:
    load = Workload("s", (TaskSpec("t", (Burst(2 * MS, 10 * MS), Burst(3 * MS))),))
    summary = summarise(simulate(load, "fifo"))
    assert (summary.tasks[0].turnaround_ns / MS, summary.tasks[0].wait_ns) == (15, 0)
    assert summary.utilisation == pytest.approx(1 / 3)


def test_tardiness_counts_what_was_late_and_what_never_came() -> None:
    spec = TaskSpec("p", (Burst(30 * MS),), period_ns=20 * MS, deadline_ns=20 * MS)
    summary = summarise(simulate(Workload("late", (spec,), horizon_ns=90 * MS), "fifo"))
    assert (summary.deadlines, summary.missed) == (4, 4)
    assert summary.tardiness.most / MS == 30


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_percentiles_are_values_that_so_many_do_not_exceed(values: list[int]) -> None:
    ordered = sorted(values)
    for percent in (1, 50, 95, 99, 100):
        value = percentile(ordered, percent)
        assert sum(one <= value for one in values) * 100 >= percent * len(values)
        assert sum(one < value for one in values) * 100 < percent * len(values)
    assert Spread.of(values).most == max(values)
