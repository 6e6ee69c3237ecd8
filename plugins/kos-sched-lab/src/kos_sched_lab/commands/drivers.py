"""`kos sched list`."""

from __future__ import annotations

import typer

from kos_kernel.api import driver_records


def list_() -> None:
    """List the schedulers that are installed, with what each says of itself."""
    rows = [(record.name, record.summary) for record in driver_records("kos.scheduler")]
    width = max((len(name) for name, _ in rows), default=0)
    for name, summary in rows:
        typer.echo(f"{name:{width}}  {summary}")
