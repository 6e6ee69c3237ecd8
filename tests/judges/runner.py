"""Runs a suite on several processes and sets its results against the list of known failures.

A list is known/SUITE.toml, and SUITE-parts.toml where cases consist of many tests: `"case" = "why"`; "group:*" stands for all
cases whose names begin so. A case that fails and isn't listed, and one that is listed and passes, are both news, unless the
reason begins with "sometimes": then it may do either.
"""

from __future__ import annotations

import multiprocessing
import re
import tomllib
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from . import awk, busybox, busybox_tools, coreutils, justbash, oils, programs
from .case import Case, Part, Suite

SUITES = {
    "awk": awk.load,
    "oils": oils.load,
    "busybox": busybox.load,
    "busybox-tools": busybox_tools.load,
    "justbash": justbash.load,
    "coreutils": coreutils.load,
    "programs": programs.load,
}
KNOWN = Path(__file__).parent / "known"


class Verdict(NamedTuple):
    """One case's result. complaint: "" if it passed, None if it doesn't count. parts: the tests that it consists of."""

    case: Case
    complaint: str | None
    stderr: bytes
    parts: Sequence[Part] = ()


class Report(NamedTuple):
    """A suite's results against its list."""

    passed: int
    total: int
    news: list[Verdict]  # they fail and aren't listed
    mended: list[tuple[str, str]]  # they are listed, with why, and pass


def load(name: str, checkout: Path) -> Suite:
    """Return a suite by its name. Raises ValueError if the checkout isn't one of it."""
    suite = SUITES[name](checkout)
    if not suite.cases:
        raise ValueError(f"{checkout} holds no cases of {name}")
    return suite


def known(name: str) -> dict[str, str]:
    """Return the cases of a suite that are known to fail, with their reasons."""
    return tomllib.loads((KNOWN / f"{name}.toml").read_text(encoding="utf-8"))


def known_parts(name: str) -> dict[str, str]:
    """Return the tests within cases that are known to fail, as "CASE: TITLE", with their reasons."""
    path = KNOWN / f"{name}-parts.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def reason_for(listed: dict[str, str], name: str) -> str | None:
    """Return why a case is known to fail, None if it isn't."""
    if name in listed:
        return listed[name]
    return next((why for key, why in listed.items() if key[-1] == "*" and name.startswith(key[:-1])), None)


def run(suite: Suite, checkout: Path, *, only: str = "", shell: str | None = None, jobs: int = 1) -> Iterator[Verdict]:
    """Yield a verdict for each case whose name or title `only` finds. shell: one of the host's instead of KaedeShell."""
    wanted = re.compile(only)
    numbers = [n for n, case in enumerate(suite.cases) if wanted.search(case.name) or wanted.search(case.title)]
    if jobs == 1:
        worker = _Worker(suite, checkout, shell)
        try:
            for number in numbers:
                yield worker(number)
        finally:
            worker.place.close()
        return
    context = multiprocessing.get_context("fork")
    with context.Pool(jobs, _begin, (suite, checkout, shell)) as pool:
        for number, complaint, stderr, parts in pool.imap(_judged, numbers, chunksize=8):
            yield Verdict(suite.cases[number], complaint, stderr, parts)


def report(verdicts: list[Verdict], listed: dict[str, str]) -> Report:
    """Return the results of a run, set against a list of known failures."""
    counted = [verdict for verdict in verdicts if verdict.complaint is not None]
    passed = [verdict for verdict in counted if not verdict.complaint]
    reasons = {verdict.case.name: reason_for(listed, verdict.case.name) for verdict in counted}
    mended = [(verdict.case.name, reasons[verdict.case.name]) for verdict in passed]
    return Report(
        len(passed),
        len(counted),
        [verdict for verdict in counted if verdict.complaint and reasons[verdict.case.name] is None],
        [(name, why) for name, why in mended if why is not None and not why.startswith("sometimes")],
    )


class _Worker:
    """Judges cases, by their numbers."""

    def __init__(self, suite: Suite, checkout: Path, shell: str | None) -> None:
        from .inside import Inside
        from .outside import Outside

        self.suite = suite
        self.place: Any = Inside(suite, checkout) if shell is None else Outside(shell, checkout)

    def __call__(self, number: int) -> Verdict:
        case = self.suite.cases[number]
        try:
            outcome = self.place.run(case)
        except Exception:  # a bug of ours; the other cases go on
            return Verdict(case, f"the run broke\n{traceback.format_exc()}", b"")
        complaint = self.suite.judge(case, outcome)
        if not complaint and b"Traceback (most recent call last)" in outcome.stderr:
            complaint = "it printed a traceback"
        return Verdict(case, complaint, outcome.stderr, self.suite.parts(case, outcome) if self.suite.parts else ())


_WORKER: list[_Worker] = []  # of a process of the pool, made in it


def _begin(suite: Suite, checkout: Path, shell: str | None) -> None:
    _WORKER.append(_Worker(suite, checkout, shell))


def _judged(number: int) -> tuple[int, str | None, bytes, Sequence[Part]]:
    _, complaint, stderr, parts = _WORKER[0](number)
    return number, complaint, stderr, parts
