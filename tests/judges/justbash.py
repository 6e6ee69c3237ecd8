"""The comparison fixtures of just-bash: JSON files of {case: {command, files, stdout, exitCode}}, recorded from real bash.

The command was recorded in a folder that the texts call /tmp/testdir. Errors aren't compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .case import CWD, Case, File, Outcome, Suite, shown

FIXTURES = "packages/just-bash/src/comparison-tests/fixtures"
RECORDED_IN = b"/tmp/testdir"


def load(checkout: Path) -> Suite:
    """Return the suite."""
    cases: list[Case] = []
    for path in sorted((checkout / FIXTURES).glob("*.json")):
        group = path.name.partition(".comparison")[0]
        cases += parse(group, json.loads(path.read_text(encoding="utf-8")))
    return Suite("justbash", cases, judge)


def parse(group: str, fixtures: Mapping[str, Any]) -> list[Case]:
    """Return the cases of one file."""
    return [
        Case(
            f"{group}:{name}",
            fixture["command"],
            (b"-c", fixture["command"].encode()),
            (fixture["stdout"].encode(), fixture["exitCode"]),
            files={path: File(_text(text)) for path, text in fixture.get("files", {}).items()},
            env={"HOME": CWD, "LC_ALL": "C.UTF-8"},
            folder=f"just-bash/{group}-{name}",
        )
        for name, fixture in fixtures.items()
    ]


def _text(file: Any) -> bytes:
    text = file if isinstance(file, str) else file.get("content", "")
    return str(text).encode()


def judge(case: Case, outcome: Outcome) -> str:
    """Return what is wrong with an outcome."""
    wanted = case.wanted
    assert isinstance(wanted, tuple)
    stdout, status = wanted
    if not outcome.ended:
        return "it didn't end"
    got = outcome.stdout.decode("utf-8", "replace").encode()
    complaints = []
    if stdout not in (got, got.replace(outcome.cwd.encode(), RECORDED_IN)):
        complaints.append(shown("stdout", stdout, outcome.stdout))
    if status != outcome.status:
        complaints.append(f"status: wanted {status}, got {outcome.status}")
    return "; ".join(complaints)
