"""The text commands answer as GNU coreutils 9.1 does: the same output, the same messages, the same status."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_output_messages_and_status_are_as_gnu_gives_them(
    case: Path, against_gnu: Callable[[list[str]], list[object]]
) -> None:
    lines = [line for line in case.read_text().splitlines() if line and not line.startswith("#")]
    assert against_gnu(lines) == []
