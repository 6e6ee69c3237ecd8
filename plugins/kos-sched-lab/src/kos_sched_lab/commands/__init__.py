"""`kos sched`: its Typer app, one command a file."""

from __future__ import annotations

import typer


def make() -> typer.Typer:
    """Return the app."""
    from .compare import compare
    from .drivers import list_
    from .record import record
    from .run import run

    app = typer.Typer(help="Run workloads under schedulers and compare them.", no_args_is_help=True)
    app.command("run", short_help="Run a workload under one scheduler.")(run)
    app.command("compare", short_help="Run a workload under several and lay the figures side by side.")(compare)
    app.command("record", short_help="Write down what the processes of a script did, as a workload.")(record)
    app.command("list", short_help="List the schedulers that are installed.")(list_)
    return app
