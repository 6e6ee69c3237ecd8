"""The outcomes as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from .contest import SELF, Aim, Outcome

SHELLS = ("bash", "dash")
_MARKS = {"goal": "goal", "floor": "ok", "below": "BELOW", "": ""}


def as_json(outcomes: Iterable[Outcome], notes: Sequence[str], host: dict[str, Any]) -> str:
    """Return everything that was measured, one object, indented."""
    lines = [
        {
            "group": one.contest.group,
            "title": one.contest.title,
            "unit": one.contest.unit,
            "rounds": one.contest.rounds,
            "median": one.medians,
            "spread": {name: list(pair) for name, pair in one.spread.items()},
            "rival": one.contest.rival,
            "ratio": one.ratio,
            "aim": one.contest.aim._asdict(),
            "verdict": one.verdict,
            "note": one.contest.note,
        }
        for one in outcomes
    ]
    return json.dumps({"host": host, "contests": lines, "notes": list(notes)}, indent=2)


def figure(value: float) -> str:
    """Return a number with three digits that mean something."""
    if value == 0:
        return "0"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3g}"


def describe(aim: Aim, rival: str) -> str:
    """Return what an aim asks, in words: "<= 0.04x bash (goal 0.02x)"."""
    least = aim.floor if aim.floor is not None else aim.goal
    if least is None:
        return ""
    sign, unit = (">=", f"x {rival}") if aim.kind == "speed" else ("<=", f"x {rival}" if aim.kind == "ratio" else "")
    goal = f" (goal {aim.goal:g}{unit[:1]})" if aim.floor is not None and aim.goal is not None else ""
    return f"{sign} {least:g}{unit}{goal}"


def compare(outcome: Outcome) -> str:
    """Return the ratio as the aim reads it: rival / kos where speed is asked for, else kos / rival."""
    if outcome.ratio is None:
        return ""
    ratio = 1 / outcome.ratio if outcome.contest.aim.kind == "speed" and outcome.ratio else outcome.ratio
    return f"{figure(ratio)}x"


def as_table(outcomes: Sequence[Outcome], notes: Sequence[str], host: dict[str, Any]) -> None:
    """Print the table to standard output: kos, the shells, and whoever else took part in a column of their own."""
    from rich.console import Console
    from rich.table import Table

    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 150, highlight=False)
    table = Table(title=None, pad_edge=False, box=None, show_edge=False)
    table.add_column("median of rounds, interleaved", no_wrap=True)
    table.add_column("unit")
    for name in (SELF, *SHELLS):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("other", justify="right", no_wrap=True)
    table.add_column("ratio", justify="right", no_wrap=True)
    table.add_column("asked", no_wrap=True)
    table.add_column("", no_wrap=True)
    group = ""
    for outcome in outcomes:
        contest = outcome.contest
        if contest.group != group:
            group = contest.group
            table.add_row(f"[bold]{group}[/bold]")
        medians = outcome.medians
        cells = [figure(medians[name]) if name in medians else "" for name in (SELF, *SHELLS)]
        others = [f"{name} {figure(value)}" for name, value in medians.items() if name not in (SELF, *SHELLS)]
        asked = describe(contest.aim, contest.rival)
        style = "red" if outcome.verdict == "below" else ""
        row = [f"  {escape(contest.title)}", contest.unit, *cells, ", ".join(others), compare(outcome), asked]
        table.add_row(*row, _MARKS[outcome.verdict], style=style)
    console.print(table)
    for outcome in outcomes:
        if outcome.contest.note:
            console.print(f"{outcome.contest.title}: {outcome.contest.note}", soft_wrap=True, markup=False)
    for note in notes:
        console.print(note, soft_wrap=True, markup=False)
    console.print(", ".join(f"{key} {value}" for key, value in host.items()), soft_wrap=True, markup=False)


def escape(text: str) -> str:
    """Return text with what rich would take for markup marked as text."""
    return text.replace("[", "\\[")
