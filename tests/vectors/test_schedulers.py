"""Schedules of OSTEP's homework programs, of SimSo and of textbooks, tick by tick, out of the shipped schedulers."""

from __future__ import annotations

from itertools import groupby
from statistics import fmean
from typing import Any

import pytest

from kos_kernel.api import Demand
from kos_sched_lab.simulate import simulate
from kos_sched_lab.simulate.trace import Trace
from kos_sched_lab.workload.model import Burst, CacheSpec, TaskSpec, Workload

from .recorded import rows

TICK = 1_000_000  # one unit of time of the recorded programs


def batch(lengths: list[float], arrivals: list[float] | None = None) -> Workload:
    """Return jobs that compute and nothing else."""
    arrivals = arrivals or [0] * len(lengths)
    return Workload(
        "batch",
        tuple(
            TaskSpec(str(number), (Burst(round(length * TICK)),), round(arrival * TICK))
            for number, (length, arrival) in enumerate(zip(lengths, arrivals, strict=True))
        ),
    )


def times(trace: Trace) -> list[tuple[int, int, int]]:
    """Return (response, turnaround, wait) of each task, in ticks, in the order of the workload."""
    answer = []
    for job in sorted(trace.jobs, key=lambda job: job.task):
        assert job.first_ns is not None and job.end_ns is not None
        ran = sum(run.end_ns - run.start_ns for run in trace.runs if run.task == job.task)
        turnaround = job.end_ns - job.release_ns
        answer.append(
            ((job.first_ns - job.release_ns) / TICK, turnaround / TICK, (turnaround - ran - job.slept_ns) / TICK)
        )
    return answer


@pytest.mark.parametrize("row", rows("ostep_cpu_sched"))
def test_ostep_cpu_scheduling(row: dict[str, Any]) -> None:
    driver = {"FIFO": "fifo", "SJF": "sjf", "RR": "rr"}[row["policy"]]
    options = {"quantum": f"{row['quantum'] * 1000}us"} if row["quantum"] else {}
    trace = simulate(batch(row["run_times"]), driver, options)
    chart = [[run.start_ns / TICK, run.task - 1, (run.end_ns - run.start_ns) / TICK] for run in trace.runs]
    assert chart == row["trace_time_job_ran"]
    assert [[number, *three] for number, three in enumerate(times(trace))] == sorted(
        row["per_job_response_turnaround_wait"]
    )
    means = [fmean(column) for column in zip(*times(trace), strict=True)]
    assert means == pytest.approx(row["avg_response_turnaround_wait"], abs=0.00501)


def pieces(run: int, every: int, sleep: int) -> tuple[Burst, ...]:
    """Return the bursts of a job that sleeps after every `every` ticks; 0 = never."""
    if not every:
        return (Burst(run * TICK),)
    whole, rest = divmod(run, every)
    lengths = [every] * whole + ([rest] if rest else [])
    return tuple(Burst(length * TICK, sleep * TICK) for length in lengths)


@pytest.mark.parametrize("row", rows("ostep_mlfq"))
def test_ostep_multi_level_feedback_queue(row: dict[str, Any]) -> None:
    workload = Workload(
        "mlfq",
        tuple(
            TaskSpec(str(number), pieces(run, every, row["io_time"]), start * TICK)
            for number, (start, run, every) in enumerate(row["jobs_start_run_iofreq"])
        ),
    )
    options = {
        "quanta": [f"{quantum}ms" for quantum in row["quantum_high_to_low"]],
        "allotments": row["allotment_high_to_low"],
        "stay": row["stay_after_io"],
        "bump": row["io_bump"],
    }
    options |= {"boost": f"{row['boost']}ms"} if row["boost"] else {"boost": None}
    trace = simulate(workload, "mlfq", options)
    levels = {(at, task): figures["level"] for at, task, figures in trace.figures}
    ticks: list[tuple[int, int]] = []
    for run in trace.runs:
        ticks += [(-1, -1)] * (run.start_ns // TICK - len(ticks))
        ticks += [(run.task - 1, int(levels[run.start_ns, run.task]))] * ((run.end_ns - run.start_ns) // TICK)
    assert [[*who, len(list(same))] for who, same in groupby(ticks)] == row["run_length_job_priority_ticks"]
    assert [[int(response), int(turnaround)] for response, turnaround, _ in times(trace)] == row[
        "per_job_response_turnaround"
    ]
    names = {"release": "begin", "block": "io_start", "wake": "io_done", "exit": "finish"}
    events = [
        [event.time_ns // TICK, names[event.what], event.task - 1] for event in trace.events if event.what in names
    ]
    assert sorted(events) == sorted(event for event in row["events"] if event[1] != "boost")
    boosts = [event[0] for event in row["events"] if event[1] == "boost"]
    assert boosts == [*range(row["boost"] or 1, trace.end_ns // TICK, row["boost"])] if row["boost"] else not boosts


class Draws:
    """Randomness that was recorded."""

    def __init__(self, column: list[int]) -> None:
        self.column = iter(column)
        self.totals: list[int] = []

    def below(self, bound: int) -> int:
        self.totals.append(bound)
        return next(self.column) % bound


@pytest.mark.parametrize("row", rows("ostep_lottery"))
def test_ostep_lottery(row: dict[str, Any]) -> None:
    workload = Workload(
        "lottery",
        tuple(
            TaskSpec(str(number), (Burst(length * TICK),), demand=Demand(tickets=tickets))
            for number, (length, tickets) in enumerate(row["jobs_length_tickets"])
        ),
    )
    draws = Draws([draw[0] for draw in row["draws_random_winner_total_job"]])
    trace = simulate(workload, "lottery", {"quantum": f"{row['quantum']}ms"}, entropy=draws)
    assert draws.totals == [draw[2] for draw in row["draws_random_winner_total_job"]]
    assert [run.task - 1 for run in trace.runs] == [draw[3] for draw in row["draws_random_winner_total_job"]]
    done = [[event.task - 1, event.time_ns // TICK] for event in trace.events if event.what == "exit"]
    assert done == row["done_job_time"]
    assert done[0][1] / done[-1][1] == pytest.approx(row["unfairness_first_over_last"], abs=1e-5)


def argument(args: list[str], flag: str, default: Any) -> Any:
    """Return what follows a flag of the recorded command line."""
    return type(default)(args[args.index(flag) + 1]) if flag in args else default


def without_stealing(row: dict[str, Any]) -> bool:
    """Tell whether a row can be repeated: who steals from whom is drawn by the generator of another program."""
    args, jobs = row["args"], row["jobs_name_run_wset"]
    steals = "-p" in args and argument(args, "-P", 30) > 0
    return (not steals or len(jobs) <= argument(args, "-n", 2)) and "-R" not in args and "-S" not in args


@pytest.mark.parametrize("row", rows("ostep_multi", without_stealing))
def test_ostep_multiprocessor_with_caches(row: dict[str, Any]) -> None:
    args = row["args"]
    bound = {}
    for entry in filter(None, argument(args, "-A", "").split(",")):
        name, _, cpus = entry.partition(":")
        bound[name] = sum(1 << int(cpu) for cpu in cpus.split("."))
    workload = Workload(
        "multi",
        tuple(
            TaskSpec(name, (Burst(run * TICK),), affinity=bound.get(name, -1), working_set=working_set)
            for name, run, working_set in row["jobs_name_run_wset"]
        ),
        cpus=argument(args, "-n", 2),
        cache=CacheSpec(
            size=argument(args, "-M", 100),
            warmup_ns=argument(args, "-w", 10) * TICK,
            warm_rate=argument(args, "-r", 2),
            tick_ns=TICK,
        ),
    )
    options = {"quantum": f"{argument(args, '-q', 10)}ms", "aligned": True, "per_cpu": "-p" in args, "steal": False}
    trace = simulate(workload, "rr", options)
    end = trace.end_ns // TICK
    assert end == row["finished"]
    for cpu, expected in enumerate(row["per_cpu_rle"]):
        ticks = ["-"] * end
        for run in trace.runs:
            if run.cpu == cpu:
                for tick in range(run.start_ns // TICK, run.end_ns // TICK):
                    ticks[tick] = trace.name(run.task)
        assert [[name, len(list(same))] for name, same in groupby(ticks)] == expected
        mine = [run for run in trace.runs if run.cpu == cpu]
        busy = sum(run.end_ns - run.start_ns for run in mine) / TICK
        warm = sum(run.warm_ns for run in mine) / TICK
        assert [cpu, 100 * busy / end, 100 * warm / end] == pytest.approx(row["per_cpu_util_warm"][cpu], abs=0.00501)


def programs(row: dict[str, Any]) -> list[list[str]]:
    """Return what each process of a recorded run executes, instruction by instruction, read off its states."""
    return [
        [state[4:] for tick in row["states_per_tick"] if (state := tick[pid]).startswith("RUN:")]
        for pid in range(len(row["states_per_tick"][0]))
    ]


@pytest.mark.parametrize("row", rows("ostep_process_run"))
def test_ostep_processes_that_do_io(row: dict[str, Any]) -> None:
    args = row["args"]
    holds = argument(args, "-S", "SWITCH_ON_IO") == "SWITCH_ON_END"
    length = argument(args, "-L", 5)
    tasks = []
    code = programs(row)
    for number, instructions in enumerate(code):
        bursts, ticks = [], 0
        for instruction in instructions:
            ticks += 1
            if instruction == "io":
                bursts.append(Burst(ticks * TICK, length * TICK, holds))
                ticks = 0
        tasks.append(TaskSpec(str(number), (*bursts, *([Burst(ticks * TICK)] if ticks else []))))
    eager = argument(args, "-I", "IO_RUN_LATER") == "IO_RUN_IMMEDIATE"
    trace = simulate(Workload("processes", tuple(tasks)), "cyclic", {"on_wakeup": "run" if eager else "wait"})
    end = trace.end_ns // TICK
    assert end == row["total"]
    states = [["READY"] * len(tasks) for _ in range(end)]
    for task in range(1, len(tasks) + 1):
        asleep = None
        for event in trace.events:
            if event.task == task and event.what == "block":
                asleep = event.time_ns // TICK
            elif event.task == task and event.what == "wake":
                for tick in range(asleep or 0, event.time_ns // TICK):
                    states[tick][task - 1] = "BLOCKED"
            elif event.task == task and event.what == "exit":
                for tick in range(event.time_ns // TICK, end):
                    states[tick][task - 1] = "DONE"
        todo = iter(code[task - 1])
        for run in trace.runs:
            if run.task == task:
                for tick in range(run.start_ns // TICK, run.end_ns // TICK):
                    if states[tick][task - 1] == "READY":
                        states[tick][task - 1] = f"RUN:{next(todo)}"
    assert states == row["states_per_tick"]


@pytest.mark.parametrize("row", rows("simso_rt", lambda row: "misses" in row["normative_fields"]))
def test_simso_deadline_misses_on_one_cpu(row: dict[str, Any]) -> None:
    driver = {"EDF": "edf", "EDF_mono": "edf", "RM": "rm", "RM_mono": "rm", "LLF": "llf"}[row["scheduler"]]
    tasks = tuple(
        TaskSpec(
            name,
            (Burst(round(wcet * TICK)),),
            period_ns=round(period * TICK),
            deadline_ns=round(deadline * TICK),
            demand=Demand(
                runtime_ns=round(wcet * TICK), deadline_ns=round(deadline * TICK), period_ns=round(period * TICK)
            ),
        )
        for name, period, wcet, deadline in row["tasks_name_period_wcet_deadline"]
    )
    trace = simulate(Workload("rt", tasks, cpus=row["cpus"], horizon_ns=round(row["horizon_ms"] * TICK)), driver)
    names = {spec.name: number for number, spec in enumerate(tasks, 1)}
    for expected in row["result"]:
        missed = [job.late_ns > 0 for job in trace.jobs if job.task == names[expected["task"]]]
        recorded = [job for job in expected["jobs_release_end_ms_miss"] if job[0] < row["horizon_ms"]]
        assert missed == [job[2] for job in recorded]
        assert sum(missed) == expected["misses"]


def worked(topic: str) -> Any:
    """Return the rows of the textbook examples about a topic."""
    return rows("textbook_worked_examples", lambda row: row["topic"].startswith(topic))


def mean_wait(trace: Trace) -> float:
    return fmean(wait for _, _, wait in times(trace))


@pytest.mark.parametrize("row", worked("FCFS"))
def test_textbook_first_come_first_served(row: dict[str, Any]) -> None:
    order = [int(name[1:]) - 1 for name in row["order"].split()]
    assert mean_wait(simulate(batch([row["bursts"][number] for number in order]), "fifo")) == pytest.approx(
        row["avg_wait"], abs=0.005
    )


@pytest.mark.parametrize("row", worked("SJF"))
def test_textbook_shortest_job_first(row: dict[str, Any]) -> None:
    assert mean_wait(simulate(batch(row["bursts"]), "sjf")) == pytest.approx(row["avg_wait"], abs=0.005)


@pytest.mark.parametrize("row", worked("SRTF"))
def test_textbook_shortest_remaining_time_first(row: dict[str, Any]) -> None:
    arrivals, bursts = zip(*row["arrival_burst"], strict=True)
    assert mean_wait(simulate(batch([*bursts], [*arrivals]), "srtf")) == pytest.approx(row["avg_wait"], abs=0.005)


@pytest.mark.parametrize("row", worked("RR q="))
def test_textbook_round_robin(row: dict[str, Any]) -> None:
    quantum = row["topic"].partition("q=")[2]
    trace = simulate(batch(row["bursts"]), "rr", {"quantum": f"{quantum}ms"})
    assert mean_wait(trace) == pytest.approx(row["avg_wait"], abs=0.005)
