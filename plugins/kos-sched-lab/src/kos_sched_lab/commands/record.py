"""`kos sched record`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import given


def record(
    script: Annotated[
        Path, typer.Argument(metavar="SCRIPT", help="A shell script, or a workload that has scripts in it.")
    ],
    scheduler: Annotated[
        str, typer.Option("--scheduler", "-s", metavar="NAME[:KEY=VALUE]", help="The driver that it runs under.")
    ] = "rr",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where the workload goes, in place of stdout.")
    ] = None,
    cpus: given.Cpus = None,
    horizon: given.Horizon = None,
    seed: given.Seed = None,
) -> None:
    """Run a script in a machine and write down what each of its processes did: a workload for run and compare."""
    from ..workload.recorded import as_toml

    [trace] = given.traces_of(given.workload_of(script, cpus, seed, horizon), [scheduler], machine=True)
    text = as_toml(trace.workload)
    if output is None:
        typer.echo(text, nl=False)
    else:
        given.write(output, text)
