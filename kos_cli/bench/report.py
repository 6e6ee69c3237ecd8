"""The outcomes as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from statistics import geometric_mean
from typing import Any

from .contest import SELF, Aim, Outcome

SHELLS = ("bash", "dash")
_COLUMNS = "{:32} {:4} {:>9} {:>9} {:>9} {:>16} {:>8}  {:28} {}"
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


class Table:
    """The table on standard output, a line as soon as its contest is over: kos, the shells, and others in one column."""

    def __init__(self, write: Callable[[str], object] | None = None, colored: bool | None = None) -> None:
        """write: who takes the text, standard output if None. colored: whether what falls short is red; None = on a terminal."""
        self._write = sys.stdout.write if write is None else write
        self._colored = sys.stdout.isatty() if colored is None else colored
        self._ratios: dict[str, list[float]] = {}
        self._noted: list[str] = []

    def row(self, outcome: Outcome) -> None:
        """Print one line, below the head of its group if it is the first of it."""
        contest = outcome.contest
        if not self._ratios:
            self._print(_COLUMNS.format("of rounds, interleaved", "unit", SELF, *SHELLS, "other", "ratio", "asked", ""))
        if contest.group not in self._ratios:
            self._ratios[contest.group] = []
            self._print(contest.group)
        if outcome.ratio:
            self._ratios[contest.group].append(outcome.ratio)
        medians = outcome.medians
        cells = [figure(medians[name]) if name in medians else "" for name in (SELF, *SHELLS)]
        others = [f"{name} {figure(value)}" for name, value in medians.items() if name not in (SELF, *SHELLS)]
        asked = describe(contest.aim, contest.rival)
        mark = _MARKS[outcome.verdict]
        line = _COLUMNS.format(
            "  " + contest.title, contest.unit, *cells, ", ".join(others), compare(outcome), asked, mark
        )
        self._print(f"\x1b[31m{line.rstrip()}\x1b[m" if self._colored and outcome.verdict == "below" else line)
        if contest.note:
            self._noted.append(f"{contest.title}: {contest.note}")

    def end(self, notes: Sequence[str], host: dict[str, Any]) -> None:
        """Print what stands below the table."""
        for group, ratios in self._ratios.items():
            if len(ratios) > 1:
                self._print(f"{group}: geometric mean of {len(ratios)} ratios {figure(geometric_mean(ratios))}")
        for note in (*self._noted, *notes):
            self._print(note)
        self._print(", ".join(f"{key} {value}" for key, value in host.items()))

    def _print(self, line: str) -> None:
        self._write(line.rstrip() + "\n")
        if self._write == sys.stdout.write:
            sys.stdout.flush()
