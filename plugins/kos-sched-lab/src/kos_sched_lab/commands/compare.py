"""`kos sched compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from . import given


def compare(
    workload: given.WorkloadFile,
    schedulers: Annotated[
        str,
        typer.Option(
            "--schedulers",
            "-s",
            metavar="NAMES",
            help="Drivers with commas between them, each as for run: rr:quantum=4ms,mlfq",
        ),
    ],
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
    """Run a workload under several schedulers and lay the figures side by side. Each gets the same tasks, draws and times."""
    traces = given.traces_of(given.workload_of(workload, cpus, seed, horizon), schedulers.split(","), machine=machine)
    given.give(traces, html=html, svg=svg, chrome=trace, csv=csv, as_json=json, chart=not no_chart)
