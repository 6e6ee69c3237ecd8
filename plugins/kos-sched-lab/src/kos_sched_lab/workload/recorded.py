"""A workload written down in TOML, so that it can be read again: what `kos sched record` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator

from kos_kernel.api import ANY_CPU

from .model import Burst, TaskSpec, Workload


def as_toml(workload: Workload) -> str:
    """Return the file. A task that was a script is written as the bursts that its process was seen to have."""
    lines = [f"name = {_text(workload.name)}", f"cpus = {workload.cpus}"]
    if workload.horizon_ns:
        lines.append(f'horizon = "{workload.horizon_ns}ns"')
    lines.append(f"seed = {workload.seed}")
    names: dict[str, int] = {}
    for task in workload.tasks:
        names[task.name] = names.get(task.name, 0) + 1
        again = f" {names[task.name]}" if names[task.name] > 1 else ""
        lines += ["", "[[tasks]]", *_task(task, (task.name + again)[:60])]
    return "\n".join(lines) + "\n"


def _task(task: TaskSpec, name: str) -> Iterator[str]:
    yield f"name = {_text(name)}"
    for key, value in (
        ("arrival", task.arrival_ns),
        ("period", task.period_ns),
        ("deadline", 0 if task.deadline_ns == task.period_ns else task.deadline_ns),
        ("slice", task.demand.slice_ns),
    ):
        if value:
            yield f'{key} = "{value}ns"'
    for key, value in (("jobs", task.jobs), ("nice", task.nice), ("tickets", task.demand.tickets)):
        if value:
            yield f"{key} = {value}"
    if task.affinity != ANY_CPU:
        yield f"affinity = {[cpu for cpu in range(task.affinity.bit_length()) if task.affinity >> cpu & 1]}"
    bursts = task.bursts or (Burst(0),)
    yield "bursts = ["
    for burst in bursts:
        sleep = f', sleep = "{burst.sleep_ns}ns"' if burst.sleep_ns else ""
        holds = ", holds = true" if burst.holds else ""
        yield f'    {{ compute = "{burst.cpu_ns}ns"{sleep}{holds} }},'
    yield "]"


def _text(text: str) -> str:
    """Return text in TOML's quotes, which are JSON's but for DEL."""
    return json.dumps(text).replace("\x7f", "\\u007f")
