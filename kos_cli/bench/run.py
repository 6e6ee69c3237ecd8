"""Running scenarios: which, in which order, with a word on standard error about what is being measured."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kos_kernel.errors import KosError

from . import scenarios as all_scenarios
from .contest import Outcome, hold
from .laboratory import Laboratory
from .scenarios import Scenario


def scenarios(only: Sequence[str] | None) -> list[Scenario]:
    """Return the scenarios of these names in the table's order, or all. Raises KosError for an unknown name."""
    for name in only or ():
        if name not in all_scenarios.NAMES:
            raise KosError(f"no scenario named {name!r}\n  there are: {', '.join(all_scenarios.NAMES)}")
    return [all_scenarios.load(name) for name in all_scenarios.NAMES if not only or name in only]


def run(
    chosen: Iterable[Scenario], *, quick: bool = False, told: Callable[[Outcome], object] | None = None
) -> tuple[list[Outcome], list[str]]:
    """Hold every contest of these scenarios; return the outcomes and what has to be said below the table.

    told: called with each outcome as soon as it is known. Each contest is named on standard error while it runs then, if that
    is a terminal.
    """
    show = told is not None and sys.stderr.isatty()
    outcomes = []
    with Laboratory(quick) as lab:
        for scenario in chosen:
            for contest in scenario.contests(lab):
                if show:
                    sys.stderr.write(f"\r\x1b[K{contest.group}: {contest.title} ...")
                    sys.stderr.flush()
                outcomes.append(hold(contest))
                if show:
                    sys.stderr.write("\r\x1b[K")
                    sys.stderr.flush()
                if told is not None:
                    told(outcomes[-1])
        return outcomes, lab.notes


def host_facts(quick: bool) -> dict[str, Any]:
    """Return what a reader of the figures must know of the host."""
    facts: dict[str, Any] = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpus": os.cpu_count(),
    }
    if hasattr(os, "getloadavg"):
        facts["load"] = f"{os.getloadavg()[0]:.2f}"
    if quick:
        facts["mode"] = "quick: small sizes, few rounds"
    return facts
