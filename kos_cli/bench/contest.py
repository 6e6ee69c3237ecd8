"""Measuring side by side: rounds of all contenders in turn, medians, and a ratio.

Contender   a name and a function that does the work once and returns its figure, in the contest's unit
Contest     contenders that do the same work, who the others are compared with, and what is hoped for
hold()      runs a contest: every round asks each contender once, in an order that rotates, so that a slow second of
            the host hits all alike
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

SELF = "kos"


class Contender(NamedTuple):
    """One side. measure() does the work once and returns what it cost, in the contest's unit."""

    name: str
    measure: Callable[[], float]


class Aim(NamedTuple):
    """What a figure should reach. kind: "value" (kos, at most), "ratio" (kos / rival, at most), "speed" (rival / kos, at least).

    floor: what this version must reach; goal: what the design wants. None = nothing was promised.
    """

    kind: str
    floor: float | None = None
    goal: float | None = None


class Contest(NamedTuple):
    """One line of the table. rival: the contender that the ratio is taken against, if it is here; rounds: how many."""

    group: str
    title: str
    unit: str
    contenders: tuple[Contender, ...]
    rival: str = ""
    aim: Aim = Aim("value")
    rounds: int = 5
    note: str = ""
    best: bool = (
        False  # the least of the rounds counts and not the median: for CPU time, which the host only ever adds to
    )


class Outcome(NamedTuple):
    """What a contest came to. medians: contender -> what counts; spread: contender -> (least, most); ratio: kos / rival."""

    contest: Contest
    medians: dict[str, float]
    spread: dict[str, tuple[float, float]]
    ratio: float | None
    verdict: str  # "goal", "floor", "below", or "" where nothing was promised or could be compared


def hold(contest: Contest) -> Outcome:
    """Run a contest and return its outcome. One round more than counted warms everybody up."""
    figures: dict[str, list[float]] = {contender.name: [] for contender in contest.contenders}
    order = list(contest.contenders)
    for contender in order:
        contender.measure()
    for _ in range(contest.rounds):
        for contender in order:
            gc.collect()  # what the one before left behind is not this one's to clear away
            figures[contender.name].append(contender.measure())
        order = [*order[1:], order[0]]
    typical = min if contest.best else median
    medians: dict[str, float] = {name: typical(values) for name, values in figures.items()}
    spread = {name: (min(values), max(values)) for name, values in figures.items()}
    ratio = None
    if contest.rival in medians and SELF in medians and medians[contest.rival] > 0:
        ratio = medians[SELF] / medians[contest.rival]
    return Outcome(contest, medians, spread, ratio, verdict(contest.aim, medians.get(SELF), ratio))


def verdict(aim: Aim, value: float | None, ratio: float | None) -> str:
    """Return which of its aims a figure reaches: "goal", "floor" or "below"; "" if there is nothing to say."""
    figure = value if aim.kind == "value" else ratio
    if figure is None or (aim.floor is None and aim.goal is None):
        return ""
    if aim.kind == "speed":
        figure = -1 / figure if figure else 0.0
        floor, goal = (None if limit is None else -limit for limit in (aim.floor, aim.goal))
    else:
        floor, goal = aim.floor, aim.goal
    if goal is not None and figure <= goal:
        return "goal"
    if floor is not None and figure <= floor:
        return "floor"
    return "below"
