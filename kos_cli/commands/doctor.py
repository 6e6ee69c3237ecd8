"""`kos doctor`: is this host fit to run KOS, and what to do about each thing that isn't."""

from __future__ import annotations

import typer


def doctor() -> None:
    """Look at Python, libraries, plugins, the cache and the terminal; say what to do about each problem."""
    from ..checkup import BAD, checkup

    findings = checkup()
    for finding in findings:
        typer.echo(f"{finding.mark:4} {finding.what}: {finding.found}")
        if finding.remedy:
            typer.echo(f"       -> {finding.remedy}")
    bad = sum(finding.mark == BAD for finding in findings)
    typer.echo("all is well" if not bad else f"{bad} problem{'s' if bad > 1 else ''}")
    raise typer.Exit(1 if bad else 0)
