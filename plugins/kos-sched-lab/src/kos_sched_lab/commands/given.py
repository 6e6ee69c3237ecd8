"""What the commands share: their options, a scheduler as it is written on a command line, and where the output goes."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from kos_kernel.api import ConfigError, KosError

from ..measure.summary import Summary, summarise
from ..simulate import simulate
from ..simulate.trace import Trace
from ..workload.model import Workload
from ..workload.written import load

WorkloadFile = Annotated[
    Path, typer.Argument(metavar="WORKLOAD", help="A workload, in TOML or YAML; or a shell script, to be run as one.")
]
InMachine = Annotated[
    bool, typer.Option("--machine", help="Run the tasks as processes of a machine, in place of simulating them.")
]
Cpus = Annotated[int | None, typer.Option("--cpus", min=1, help="How many CPUs, in place of the workload's.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="The seed of all draws, in place of the workload's.")]
Horizon = Annotated[str | None, typer.Option("--horizon", metavar="DURATION", help="When to stop, such as 2s.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write one page with charts to look into.")]
Svg = Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Write the charts as SVG.")]
Chrome = Annotated[
    Path | None, typer.Option("--trace", metavar="FILE", help="Write a trace for Perfetto or chrome://tracing.")
]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write every run as a line of CSV.")]
Json = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
NoChart = Annotated[bool, typer.Option("--no-chart", help="Print the figures alone.")]


def named(text: str) -> tuple[str, dict[str, Any]]:
    """Return (driver, options) of a scheduler as it is written: rr, or rr:quantum=4ms:per_cpu=true. Raises ConfigError."""
    name, *settings = text.strip().split(":")
    options: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise ConfigError(
                f"--scheduler {text}: expected NAME:KEY=VALUE, such as rr:quantum=4ms, and not {setting!r}"
            )
        options[key] = value.split("+") if "+" in value else value
    if not name:
        raise ConfigError("a scheduler has no name; `kos sched list` says which there are")
    return name, options


def workload_of(path: Path, cpus: int | None, seed: int | None, horizon: str | None) -> Workload:
    """Return the workload of a file, with what the command line says in place of its own."""
    return load(path, cpus=cpus, seed=seed, horizon=horizon)


def traces_of(workload: Workload, schedulers: Sequence[str], *, machine: bool = False) -> list[Trace]:
    """Return a trace for each scheduler, as it is written on the command line; that is also what it is called.

    machine: run the tasks as processes, which is also what becomes of a workload with a script in it.
    """
    traces = []
    machine = machine or any(task.script is not None for task in workload.tasks)
    for text in schedulers:
        name, options = named(text)
        if machine:
            from ..machine import run_in_machine

            trace = run_in_machine(workload, name, options)
        else:
            trace = simulate(workload, name, options, where="--scheduler" if len(schedulers) == 1 else "--schedulers")
        trace.scheduler = text
        traces.append(trace)
    return traces


def give(
    traces: Sequence[Trace],
    *,
    html: Path | None,
    svg: Path | None,
    chrome: Path | None,
    csv: Path | None,
    as_json: bool,
    chart: bool,
) -> None:
    """Write the files that were asked for, and print the charts and figures."""
    summaries = [summarise(trace) for trace in traces]
    if html is not None:
        from ..pictures.page import as_html

        write(html, as_html(traces, summaries))
    if svg is not None:
        from ..pictures.svg import as_svg

        write(svg, as_svg(traces))
    if chrome is not None:
        from ..pictures.files import as_chrome_trace

        write(chrome, as_chrome_trace(traces))
    if csv is not None:
        from ..pictures.files import as_csv

        write(csv, as_csv(traces))
    if as_json:
        json.dump([plain(summary) for summary in summaries], sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    from rich.console import Console

    from ..pictures.terminal import show

    show(Console(), traces, summaries, charts=chart)


def plain(summary: Summary) -> dict[str, Any]:
    """Return a summary as JSON has it."""
    return {
        key: value._asdict()
        if hasattr(value, "_asdict")
        else [row._asdict() for row in value]
        if isinstance(value, tuple)
        else value
        for key, value in summary._asdict().items()
    }


def write(path: Path, text: str) -> None:
    """Write a file, or raise KosError."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise KosError(f"can't write {path}: {error.strerror}") from None
