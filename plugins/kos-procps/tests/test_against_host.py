"""Lines that the host's procps-ng, psmisc, lsof and util-linux answer as a machine's do.

They touch processes of their own alone: by pid, by parent, or by a file that nobody else has open.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"
# Their complaints go on with a page of usage, which is procps's own text.
LONG_COMPLAINTS = {"procps"}
MOST = Path("/proc/sys/kernel/pid_max")
WITH_PIDS = {"ps", "procps"}  # whose lines have columns as wide as the greatest process number


def begun(line: str) -> str:
    """Return a line that goes on only when its sleepers sleep, however busy the host is: before, they are called bash."""
    return re.sub(r"(sleep 7\d(?: <a)? &)", r"\1 until [[ $(</proc/$!/comm) = sleep ]]; do :; done;", line)


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.txt")))
def test_output_messages_and_status_are_the_host_s(name: str, against_host: Callable[..., list[object]]) -> None:
    if name in WITH_PIDS and len(MOST.read_text().strip()) != len("4194304"):
        pytest.skip("this host's processes have shorter numbers, and so narrower columns")
    text = (CASES / f"{name}.txt").read_text()
    lines = [begun(line) for line in text.splitlines() if line and not line.startswith("#")]
    assert against_host(lines, errors=name not in LONG_COMPLAINTS) == []


def test_no_case_reaches_processes_of_others() -> None:
    for path in CASES.glob("*.txt"):
        for line in path.read_text().splitlines():
            if "pkill" in line:
                assert any(safe in line for safe in ("-P $$", "nosuch", "-FOO")) or line == "pkill", line
            if line.startswith("killall"):
                assert (
                    any(safe in line for safe in ("nosuch", "-l", "-FOO", "FOO", "5x", "'('", "-i"))
                    or line == "killall"
                ), line
