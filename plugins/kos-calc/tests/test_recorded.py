"""Programs print what is recorded in cases/, and so does the host's bc where it is the one that was asked."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cases_format import Case, read

CASES = Path(__file__).parent / "cases"
BC = read(CASES / "bc.txt")
BYTE_CODE = read(CASES / "bytecode.txt")
DC = read(CASES / "dc.txt")


def joined(text: bytes) -> bytes:
    return text.replace(b"\n", b"")


@pytest.mark.parametrize("case", BC, ids=[case.title for case in BC])
def test_bc_prints_what_is_recorded(case: Case, calculate: Callable[..., tuple[bytes, bytes, int]]) -> None:
    assert calculate(f"bc {case.options}", case.program) == (case.output, case.errors, 0)


@pytest.mark.parametrize("case", BYTE_CODE, ids=[case.title for case in BYTE_CODE])
def test_bc_makes_the_byte_code_that_is_recorded(
    case: Case, calculate: Callable[..., tuple[bytes, bytes, int]]
) -> None:
    output, errors, status = calculate("bc -c", case.program)
    assert (joined(output), errors, status) == (joined(case.output), case.errors, 0)


@pytest.mark.parametrize("case", DC, ids=[case.title for case in DC])
def test_dc_prints_what_is_recorded(case: Case, calculate: Callable[..., tuple[bytes, bytes, int]]) -> None:
    assert calculate(f"dc {case.options}", case.program) == (case.output, case.errors, 0)


def test_the_hosts_bc_prints_what_is_recorded() -> None:
    if shutil.which("bc") is None:
        pytest.skip("no bc here")
    if b"bc 1.07.1" not in subprocess.run(["bc", "--version"], capture_output=True, check=False).stdout:
        pytest.skip("another version of bc here")
    wrong = []
    for case in BC:
        done = subprocess.run(
            ["bc", *case.options.split()],
            input=case.program,
            capture_output=True,
            check=False,
            timeout=20,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        )
        if (done.stdout, done.stderr) != (case.output, case.errors):
            wrong.append(case.title)
    assert wrong == []
