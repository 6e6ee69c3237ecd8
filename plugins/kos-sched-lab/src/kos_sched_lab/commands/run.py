"""`kos sched run`."""

from __future__ import annotations

from typing import Annotated

import typer

from . import given


def run(
    workload: given.WorkloadFile,
    scheduler: Annotated[
        str,
        typer.Option("--scheduler", "-s", metavar="NAME[:KEY=VALUE]", help="A driver, and its options as in kos.toml."),
    ] = "rr",
    machine: given.InMachine = False,
    cpus: given.Cpus = None,
    horizon: given.Horizon = None,
    seed: given.Seed = None,
    html: given.Html = None,
    svg: given.Svg = None,
    trace: given.Chrome = None,
    csv: given.Csv = None,
    json: given.Json = False,
    no_chart: given.NoChart = False,
) -> None:
    """Run a workload under one scheduler: a chart of who ran when, and the figures of each task."""
    traces = given.traces_of(given.workload_of(workload, cpus, seed, horizon), [scheduler], machine=machine)
    given.give(traces, html=html, svg=svg, chrome=trace, csv=csv, as_json=json, chart=not no_chart)
