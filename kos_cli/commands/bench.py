"""`kos bench`: what this machine costs, beside bash, dash and the host's tmpfs."""

from __future__ import annotations

from typing import Annotated

import typer


def bench(
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="Run this scenario alone; repeatable. See --list."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Small sizes and few rounds: a look, not a judgement.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print everything measured as JSON.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the scenarios and exit.")] = False,
) -> None:
    """Measure this machine side by side with bash, dash and tmpfs, where they are installed."""
    from ..bench.run import host_facts, run, scenarios

    if list_:
        for scenario in scenarios(None):
            typer.echo(f"{scenario.NAME:9} {scenario.SUMMARY}")
        return
    from ..bench.report import Table, as_json

    if json:
        outcomes, notes = run(scenarios(only), quick=quick)
        typer.echo(as_json(outcomes, notes, host_facts(quick)))
        return
    table = Table()
    _, notes = run(scenarios(only), quick=quick, told=table.row)
    table.end(notes, host_facts(quick))
