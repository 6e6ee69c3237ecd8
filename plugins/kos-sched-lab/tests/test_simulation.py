"""The simulation keeps the kernel's side of the contract, and both engines do the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kos_kernel.api import Scheduler, standalone
from kos_sched_lab.simulate import simulate, simulate_with
from kos_sched_lab.simulate.engine import Stuck
from kos_sched_lab.simulate.many_cpus import ManyCpus
from kos_sched_lab.simulate.one_cpu import OneCpu
from kos_sched_lab.simulate.time import LabClock
from kos_sched_lab.simulate.trace import Trace
from kos_sched_lab.workload.model import Burst, TaskSpec, Workload

MS = 1_000_000
DRIVERS = ["fifo", "rr", "priority", "mlfq", "stride", "sjf", "srtf", "cyclic", "lottery"]

bursts = st.lists(
    st.builds(lambda cpu, sleep: Burst(cpu, sleep), st.integers(1, 40 * MS), st.integers(0, 30 * MS)),
    min_size=1,
    max_size=4,
).map(tuple)
specs = st.lists(st.tuples(bursts, st.integers(0, 60 * MS), st.integers(-20, 19)), min_size=1, max_size=6)


def workload(written: Any, cpus: int = 1) -> Workload:
    return Workload(
        "drawn",
        tuple(TaskSpec(f"t{n}", pieces, arrival, nice=nice) for n, (pieces, arrival, nice) in enumerate(written)),
        cpus=cpus,
        seed=5,
    )


def run(engine: Any, load: Workload, name: str) -> Trace:
    clock = LabClock()
    driver = standalone("kos.scheduler", name, seed=load.seed, clock=clock)
    trace: Trace = engine(load, driver, clock).run(name)
    return trace


@pytest.mark.parametrize("name", DRIVERS)
@given(written=specs)
def test_one_cpu_is_many_cpus_with_one(name: str, written: Any) -> None:
    load = workload(written)
    one, many = run(OneCpu, load, name), run(ManyCpus, load, name)
    assert [run[:5] for run in one.runs if run.end_ns > run.start_ns] == [
        run[:5] for run in many.runs if run.end_ns > run.start_ns
    ]
    assert one.events == many.events
    assert (one.end_ns, one.switches) == (many.end_ns, many.switches)


@pytest.mark.parametrize("name", DRIVERS)
@given(written=specs, cpus=st.integers(1, 4))
def test_every_task_gets_what_it_needs_and_no_cpu_idles_while_somebody_waits(
    name: str, written: Any, cpus: int
) -> None:
    load = workload(written, cpus)
    trace = simulate(load, name)
    for number, spec in enumerate(load.tasks, 1):
        assert sum(run.end_ns - run.start_ns for run in trace.runs if run.task == number) == spec.job_ns
    for cpu in range(cpus):
        mine = sorted((run.start_ns, run.end_ns) for run in trace.runs if run.cpu == cpu)
        assert all(a[1] <= b[0] for a, b in zip(mine, mine[1:], strict=False)), "two tasks at once on one CPU"
    busy = sorted({at for run in trace.runs for at in (run.start_ns, run.end_ns)})
    from kos_sched_lab.measure.intervals import runnable_intervals

    intervals = [span for spans in runnable_intervals(trace).values() for span in spans]
    for start, end in zip(busy, busy[1:], strict=False):
        at = (start + end) // 2
        running = sum(run.start_ns <= at < run.end_ns for run in trace.runs)
        assert running == min(cpus, sum(a <= at < b for a, b in intervals))


@given(written=specs)
def test_the_same_seed_gives_the_same_trace(written: Any) -> None:
    load = workload(written, 2)
    assert simulate(load, "lottery").runs == simulate(load, "lottery").runs


def test_a_periodic_task_does_its_jobs_one_after_the_other_and_misses_are_counted() -> None:
    spec = TaskSpec("p", (Burst(30 * MS),), period_ns=20 * MS, deadline_ns=20 * MS)
    trace = simulate(Workload("late", (spec,), horizon_ns=90 * MS), "fifo")
    assert [(job.release_ns // MS, job.end_ns and job.end_ns // MS) for job in trace.jobs] == [
        (0, 30),
        (20, 60),
        (40, 90),
        (60, None),
        (80, None),
    ]
    assert [event.time_ns // MS for event in trace.events if event.what == "miss"] == [20, 40, 60, 80]


def test_the_horizon_cuts_what_runs() -> None:
    trace = simulate(Workload("cut", (TaskSpec("t", (Burst(50 * MS),)),), horizon_ns=20 * MS), "fifo")
    assert [(run.start_ns, run.end_ns, run.why) for run in trace.runs] == [(0, 20 * MS, "horizon")]
    assert trace.jobs[0].end_ns is None


def test_a_change_of_task_costs_what_the_workload_says() -> None:
    two = tuple(TaskSpec(name, (Burst(10 * MS),)) for name in "ab")
    trace = simulate(Workload("costly", two, switch_ns=MS), "fifo")
    assert (trace.end_ns, trace.overhead_ns, trace.switches) == (21 * MS, MS, 1)


def test_a_task_moves_only_where_its_affinity_lets_it() -> None:
    tasks = (
        TaskSpec("bound", (Burst(30 * MS),), affinity=0b10),
        *(TaskSpec(f"f{n}", (Burst(30 * MS),)) for n in range(2)),
    )
    trace = simulate(Workload("bound", tasks, cpus=2), "rr", {"quantum": "5ms"})
    assert {run.cpu for run in trace.runs if run.task == 1} == {1}
    assert trace.migrations > 0


def test_an_urgent_task_preempts_the_least_urgent_cpu() -> None:
    tasks = (
        TaskSpec("low", (Burst(50 * MS),), nice=5),
        TaskSpec("mid", (Burst(50 * MS),), nice=0),
        TaskSpec("high", (Burst(10 * MS),), 4 * MS, nice=-5),
    )
    trace = simulate(Workload("three", tasks, cpus=2), "priority")
    assert [(run.task, run.cpu, run.why) for run in trace.runs if run.why == "preempted"] == [(1, 1, "preempted")]


class Forgetful(Scheduler):
    """Loses everybody."""

    def enqueue(self, task: Any, now_ns: int, why: Any) -> None:
        pass

    def pick_next(self, cpu: int, now_ns: int) -> None:
        return None


@pytest.mark.parametrize("cpus", [1, 2])
def test_a_scheduler_that_loses_a_task_is_told_so(cpus: int) -> None:
    load = Workload("lost", (TaskSpec("t", (Burst(MS),)),), cpus=cpus)
    with pytest.raises(Stuck, match="pick_next gives nobody"):
        simulate_with(load, Forgetful(), LabClock(), name="forgetful")
