"""A workload as real processes of a booted machine, under the same drivers, in virtual time.

    trace = run_in_machine(workload, "rr", {"quantum": "4ms"})

Each task is a process: it computes and sleeps as its bursts say, or is a shell running a script. The machine's kernel asks the
driver, not the simulation; who ran when is what an observer of the kernel saw. System calls have their price here, half a
microsecond each, so figures differ from the simulation's by that.

    workload ──► files in /run/lab ──► sched-task, one process a task ──► recorder.py ──► Trace
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from kos_kernel.api import SIGSTOP, ConfigError, Machine

from ..simulate.trace import Trace
from ..workload.model import TaskSpec, Workload
from .recorder import Recorder

HOME = "/run/lab"
LEAD_NS = 10_000_000  # between the start of the processes and the time that the workload calls 0
LEAD_A_TASK_NS = 100_000
MOST = 4000  # tasks


def run_in_machine(
    workload: Workload,
    scheduler: str,
    options: Mapping[str, Any] | None = None,
    *,
    meanwhile: Callable[[Machine], object] | None = None,
) -> Trace:
    """Return what happens when a workload runs as processes.

    options: as in kos.toml's [scheduler]. meanwhile: called with the machine when the workload has ended, or its horizon has
    come and its processes are stopped, before the machine is closed. Raises PluginError, ConfigError.
    """
    if len(workload.tasks) > MOST:
        raise ConfigError(f"{len(workload.tasks)} tasks are more than the {MOST} processes that a run in a machine has")
    if workload.cache is not None or workload.switch_ns:
        raise ConfigError("[cache] and switch_cost belong to the simulation: a machine's CPUs have neither")
    endless = [task.name for task in workload.tasks if task.period_ns and not task.jobs]
    if endless and not workload.horizon_ns:
        raise ConfigError(f"{endless[0]!r} never ends: say horizon")
    with Machine(
        clock="virtual",
        seed=workload.seed,
        cpus=workload.cpus,
        scheduler={"driver": scheduler, **(options or {})},
        limits={"processes": MOST + 1000},
    ) as machine:
        recorder = Recorder(workload, scheduler)
        _run(machine, workload, recorder)
        trace = recorder.finish()
        if meanwhile is not None:
            meanwhile(machine)
    return trace


def _run(machine: Machine, workload: Workload, recorder: Recorder) -> None:
    """Start the processes, let time pass, and leave the machine as it is then."""
    machine.mkdir(HOME, parents=True)
    names = _file_names(workload)
    for name in names:
        machine.exec(["ln", "-s", "/usr/bin/sched-task", f"{HOME}/{name}"]).check()
    machine.observe(recorder)
    lead_ns = LEAD_NS + LEAD_A_TASK_NS * len(names)
    start_ns = recorder.start_ns = machine.now_ns + lead_ns
    running = []
    for number, (name, spec) in enumerate(zip(names, workload.tasks, strict=True), 1):
        machine.write_file(f"{HOME}/{name}.json", json.dumps(_plain(spec, start_ns)))
        one = machine.spawn([f"{HOME}/{name}", f"{HOME}/{name}.json"], stdout=recorder.reporter(number))
        recorder.begin(number, one.pid)
        running.append(one)
    if workload.horizon_ns:
        machine.advance((lead_ns + workload.horizon_ns - (machine.now_ns - start_ns + lead_ns)) / 1e9)
        recorder.end_ns = workload.horizon_ns
        for one in running:
            one.kill(SIGSTOP)
    for spec, one in zip(workload.tasks, running, strict=True):
        result = one.result() if workload.horizon_ns else one.wait()
        if result.status > 0 and spec.script is None:
            raise ConfigError(f"task {spec.name!r}: {result.stderr.decode('utf-8', 'replace').strip()}")
    if not workload.horizon_ns:
        recorder.end_ns = max(0, machine.now_ns - start_ns)


def _file_names(workload: Workload) -> list[str]:
    """Return for each task a name that a process may have, as near to its own as can be, each once."""
    names: dict[str, None] = {}
    for spec in workload.tasks:
        plain = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in spec.name)[:40].strip(".")
        name = plain or "task"
        while name in names:
            name += "_"
        names[name] = None
    return list(names)


def _plain(spec: TaskSpec, start_ns: int) -> dict[str, Any]:
    """Return a task as its process reads it."""
    return {
        "start": start_ns + spec.arrival_ns,
        "bursts": [tuple(burst) for burst in spec.bursts],
        "period": spec.period_ns,
        "jobs": spec.jobs if spec.period_ns else 1,
        "deadline": spec.deadline_ns,
        "runtime": spec.demand.runtime_ns,
        "slice": spec.demand.slice_ns,
        "tickets": spec.demand.tickets,
        "nice": spec.nice,
        "affinity": spec.affinity,
        "script": spec.script,
    }
