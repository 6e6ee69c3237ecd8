"""The commands answer as GNU diffutils 3.8 and patch 2.7 do: the same output, messages, status, and files left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_output_messages_status_and_files_are_as_gnu_has_them(
    case: Path, against_host: Callable[[str, list[str]], list[object]]
) -> None:
    lines = [line for line in case.read_text().splitlines() if line and not line.startswith("#")]
    assert against_host(case.stem, lines) == []
