"""Commands answer as the host's did when somebody asked them: the same output, the same messages, the same status.

The records hold on every computer. Where the same tools are installed, they are asked again, so that no record goes stale.
`record.py` beside this writes records; `casefile.py` says what the files hold.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from casefile import Answer, families, family, recorded, still_open
from worlds import Inside, on_host

from kos_kernel import Machine


@pytest.fixture(scope="module")
def inside() -> Iterator[Inside]:
    with Machine() as machine:
        yield Inside(machine)


@pytest.mark.parametrize("name", families())
def test_a_machine_answers_as_recorded(inside: Inside, name: str) -> None:
    cases, records, pending = family(name).cases, recorded(name), still_open(name)
    found: dict[str, tuple[Answer, Answer]] = {}
    mended: list[str] = []
    for case, ours in zip(cases, inside.said(cases), strict=True):
        otherwise = bool(case.differs) or case.line in pending
        if ours == records[case.line] and otherwise:
            mended.append(case.line)
        elif ours != records[case.line] and not otherwise:
            found[case.line] = records[case.line], ours
    assert found == {}
    assert mended == [], "they are listed as different and aren't"


@pytest.mark.parametrize("name", families())
def test_the_host_still_answers_as_recorded(tmp_path: Path, name: str) -> None:
    cases, tools, records = family(name).cases, family(name).tools, recorded(name)
    for tool, version in tools.items():
        if not _is_here(tool, version):
            pytest.skip(f"no {version} here")
    answers = {case.line: said for case, said in zip(cases, on_host(cases, tmp_path), strict=True)}
    assert {line: (records[line], said) for line, said in answers.items() if said != records[line]} == {}


def test_every_case_has_a_record_and_every_record_a_case() -> None:
    for name in families():
        assert [case.line for case in family(name).cases] == list(recorded(name)), name


def test_nothing_is_listed_as_open_that_isnt_a_case() -> None:
    for name in families():
        assert still_open(name) <= set(recorded(name)), name


def _is_here(tool: str, version: str) -> bool:
    if shutil.which("bash") is None or shutil.which(tool) is None:
        return False
    done = subprocess.run([tool, "--version"], capture_output=True, check=False)
    return (done.stdout + done.stderr).decode("utf-8", "replace").startswith(version)
