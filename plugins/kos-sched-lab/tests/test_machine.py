"""Workloads as real processes: what the kernel was seen to do is what the simulation says, and what ps and /proc say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kos_kernel.api import ConfigError, Machine
from kos_sched_lab.commands import make
from kos_sched_lab.machine import run_in_machine
from kos_sched_lab.measure.summary import Summary, summarise
from kos_sched_lab.simulate import simulate
from kos_sched_lab.simulate.trace import Trace
from kos_sched_lab.workload.model import Workload
from kos_sched_lab.workload.recorded import as_toml
from kos_sched_lab.workload.written import from_values, load, parse

MS = 1_000_000
MIXED: dict[str, Any] = {
    "horizon": "1s",
    "seed": 7,
    "tasks": [
        {"name": "batch", "count": 3, "compute": "200ms"},
        {"name": "editor", "bursts": [{"compute": "2ms", "sleep": {"exponential": "40ms"}}], "repeat": 20},
        {"name": "video", "compute": "6ms", "period": "40ms"},
    ],
}
# By schedulers that decide by what they see alone. mlfq and lottery follow a course of their own after the first
# microsecond that differs.
STEADY = ["fifo", "cyclic", "rr:quantum_ns=10000000", "sjf", "srtf", "stride", "cfs", "eevdf", "edf", "rm", "dm"]


def workload(**changed: Any) -> Workload:
    return from_values({**MIXED, **changed}, "test", name="mixed")


def under(scheduler: str) -> tuple[str, dict[str, Any]]:
    name, _, setting = scheduler.partition(":")
    return name, {"quantum": f"{int(setting.split('=')[1])}ns"} if setting else {}


@pytest.mark.parametrize("scheduler", STEADY)
@pytest.mark.parametrize("cpus", [1, 2])
def test_a_machine_does_what_the_simulation_says(scheduler: str, cpus: int) -> None:
    load = workload(cpus=cpus)
    said = summarise(simulate(load, *under(scheduler)))
    done = summarise(run_in_machine(load, *under(scheduler)))
    assert (done.jobs, done.deadlines) == (said.jobs, said.deadlines)
    assert abs(done.done - said.done) <= 1 and abs(done.missed - said.missed) <= 1
    assert done.utilisation == pytest.approx(said.utilisation, abs=0.01)
    for figure in ("response", "turnaround", "wait"):
        assert getattr(done, figure).mean == pytest.approx(getattr(said, figure).mean, rel=0.25, abs=2 * MS), figure
    assert done.switches == pytest.approx(said.switches, rel=0.2, abs=8)


@pytest.mark.parametrize("scheduler", ["rr", "cfs", "fifo"])
def test_proc_and_ps_agree_with_the_table(scheduler: str) -> None:
    shown: dict[str, list[str]] = {}
    stats: dict[str, list[str]] = {}

    def look(machine: Machine) -> None:
        for line in machine.run("ps -eo comm,cputimes,ni").check().text.splitlines()[1:]:
            name, *rest = line.split()
            shown[name] = rest
        script = "for p in /proc/[0-9]*; do read n < $p/comm; echo $n $(<$p/schedstat) $(grep -h ctxt $p/status); done"
        for line in machine.run(script).check().text.splitlines():
            name, *rest = line.split()
            stats[name] = rest

    load = workload(
        horizon="4s",
        tasks=[
            {"name": "batch", "compute": "9s"},
            {"name": "nice", "compute": "9s", "nice": 5},
            {"name": "editor", "bursts": [{"compute": "2ms", "sleep": "38ms"}], "repeat": 1000},
        ],
    )
    trace = run_in_machine(load, scheduler, meanwhile=look)
    rows = {row.name: row for row in summarise(trace).tasks}
    for name in ("batch", "nice", "editor"):
        assert abs(int(stats[name][0]) - rows[name].cpu_ns) < MS, name  # /proc/PID/schedstat
        assert abs(float(shown[name][0]) - rows[name].cpu_ns / 1e9) <= 1, name  # ps, in whole seconds
        runs = [run for run in trace.runs if run.task == [*rows].index(name) + 1]
        counted = int(stats[name][4]) + int(stats[name][6])
        assert abs(counted - len(runs)) <= 4, (name, stats[name], len(runs))
    assert shown["nice"][1] == "5"


def test_top_shows_the_shares_of_the_table() -> None:
    screen: list[str] = []

    def look(machine: Machine) -> None:
        screen.extend(machine.run("pkill -CONT -f run/lab; top -b -n 2 -d 2 | tail -n 12").check().text.splitlines())

    tasks = [{"name": "heavy", "compute": "90s"}, {"name": "light", "compute": "90s", "nice": 5}]
    trace = run_in_machine(workload(horizon="3s", tasks=tasks), "cfs", meanwhile=look)
    heavy, light = summarise(trace).tasks
    told = {line.split()[-1]: float(line.split()[8]) for line in screen if line.endswith(("heavy", "light"))}
    assert heavy.cpu_ns / light.cpu_ns == pytest.approx(1024 / 335, rel=0.02)
    assert told["heavy"] / told["light"] == pytest.approx(heavy.cpu_ns / light.cpu_ns, rel=0.05)


def test_the_same_seed_gives_the_same_trace() -> None:
    load = workload(cpus=2)
    first, second = (run_in_machine(load, "lottery") for _ in range(2))
    assert first.runs == second.runs and first.events == second.events


# ---------------------------------------------------------------- scripts
SCRIPT = "for i in 1 2 3; do echo $i; sleep 0.01; done | sort | wc -l; i=0; while ((i++ < 5000)); do :; done & wait"


def test_each_process_of_a_script_is_a_task() -> None:
    load = workload(horizon="0ms", tasks=[{"name": "report", "script": SCRIPT}])
    trace = run_in_machine(load, "rr")
    names = [task.name for task in trace.workload.tasks]
    assert names[0] == "report" and names.count("sleep") == 3 and {"sort", "wc", "bash"} < set(names)
    summary = summarise(trace)
    assert summary.done == summary.jobs == len(names)
    assert {round(row.turnaround_ns / MS) for row in summary.tasks if row.name == "sleep"} == {10}
    assert sum(row.cpu_ns for row in summary.tasks) == sum(run.end_ns - run.start_ns for run in trace.runs)


def test_a_script_cannot_be_simulated() -> None:
    with pytest.raises(ConfigError, match="'report' is a script"):
        simulate(workload(tasks=[{"name": "report", "script": "true"}]), "rr")


def test_what_was_recorded_is_a_workload_that_takes_as_long(tmp_path: Path) -> None:
    script = tmp_path / "s.sh"
    script.write_text(SCRIPT, encoding="utf-8")
    out = tmp_path / "rec.toml"
    done = CliRunner().invoke(make(), ["record", str(script), "-o", str(out)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    again = load(out)
    seen = run_in_machine(load(script), "rr")
    assert [task.name.split()[0] for task in again.tasks] == [task.name for task in seen.workload.tasks]
    assert [task.job_ns for task in again.tasks] == [task.job_ns for task in seen.workload.tasks]
    assert simulate(again, "rr").end_ns == pytest.approx(seen.end_ns, rel=0.01)


def test_a_workload_survives_being_written_down() -> None:
    load = workload(cpus=2)
    again = from_values(parse(as_toml(load).encode(), Path("w.toml")), "again")
    assert again.tasks == load.tasks and again[2:] == load[2:]


def test_the_command_runs_scripts_and_workloads_in_machines(tmp_path: Path) -> None:
    script = tmp_path / "s.sh"
    script.write_text("#!/bin/sh\nsleep 0.1 | cat\n", encoding="utf-8")
    for words in (["run", str(script)], ["compare", str(script), "-s", "rr,eevdf"]):
        done = CliRunner().invoke(make(), words, catch_exceptions=False, env={"COLUMNS": "100"})
        assert done.exit_code == 0 and "sleep" in done.output, done.output


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"switch_cost": "1us"}, "belong to the simulation"),
        ({"tasks": [{"name": "t", "count": 4001, "compute": "1ms"}]}, "4001 tasks are more"),
    ],
)
def test_what_a_machine_cannot_do_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        run_in_machine(workload(**changed), "rr")


def test_a_task_that_fails_says_why() -> None:
    load = workload(cpus=1, tasks=[{"name": "t", "compute": "1ms", "affinity": [3]}])
    with pytest.raises(ConfigError, match=r"task 't'.*Invalid argument"):
        run_in_machine(load, "rr")


def test_sched_task_refuses_a_file_that_is_none_of_its() -> None:
    with Machine(clock="virtual", seed=1) as machine:
        for text in ("", "[]", "{}", '{"bursts": [[1]]}', "[" * 5000):
            machine.write_file("/t", text)
            done = machine.run("sched-task /t")
            assert done.status == 1 and b"not a task of a workload" in done.stderr
        assert machine.run("sched-task").status == 1


# ---------------------------------------------------------------- somebody who types, beside a loop that never ends
BESIDE_A_LOOP = {
    "horizon": "10s",
    "tasks": [
        {"name": "loop", "script": "while :; do :; done"},
        {"name": "typist", "bursts": [{"compute": "1ms", "sleep": {"exponential": "30ms"}}], "repeat": 200},
    ],
}


def delays(scheduler: str, **options: Any) -> Summary:
    trace: Trace = run_in_machine(from_values(BESIDE_A_LOOP, "test"), scheduler, options)
    return summarise(trace)


@pytest.mark.parametrize(
    ("scheduler", "options", "promise"),
    [
        ("rr", {"quantum": "10ms"}, lambda p50, p99: p99 <= 10 * MS + MS),  # at most one quantum of the loop
        ("priority", {"quantum": "10ms"}, lambda p50, p99: p99 <= 10 * MS + MS),
        ("mlfq", {}, lambda p50, p99: p50 <= MS // 10),  # the loop sinks, the typist doesn't
        ("stride", {"quantum": "10ms"}, lambda p50, p99: p99 <= 10 * MS + MS),
        ("lottery", {"quantum": "10ms"}, lambda p50, p99: p50 <= 20 * MS),  # each draw is even: 10 ms on the average
        ("cfs", {}, lambda p50, p99: p99 <= MS),  # it is behind, and preempts at once
        ("eevdf", {}, lambda p50, p99: p99 <= 3 * MS + MS),  # at most a slice
        ("edf", {"quantum": "10ms"}, lambda p50, p99: p99 <= 10 * MS + MS),  # both are background: round robin
    ],
)
def test_whoever_types_beside_a_loop_waits_as_long_as_the_policy_promises(
    scheduler: str, options: dict[str, Any], promise: Callable[[float, float], bool]
) -> None:
    summary = delays(scheduler, **options)
    assert summary.delay.number > 50
    assert promise(summary.delay.p50, summary.delay.p99), summary.delay


@pytest.mark.parametrize("scheduler", ["fifo", "sjf"])
def test_beside_a_loop_nobody_types_where_the_policy_promises_nothing(scheduler: str) -> None:
    typist = delays(scheduler).tasks[1]
    assert typist.cpu_ns <= MS
