"""Each line of cases/*.txt does the same with our command as with GNU's: output, messages, status, the tree afterwards."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"


def lines_by_command(name: str) -> dict[str, list[str]]:
    """Return the lines of a case file, grouped by the command they run."""
    groups: dict[str, list[str]] = defaultdict(list)
    for line in (CASES / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            words = [word for word in line.removeprefix("~").split() if "=" not in word]
            command = words[2] if words[0] == "umask" else words[0]
            groups[command].append(line)
    return groups


def complaints(lines: list[str], compare: Callable[[str], list[str]]) -> str:
    """Return a report of the lines that differ."""
    report = []
    for line in lines:
        faults = compare(line)
        if faults:
            report.append("\n  ".join([f"$ {line}", *faults]))
    return "\n".join(report)


def needs(command: str) -> None:
    """Skip where the host doesn't have the command to compare with."""
    if shutil.which(command) is None and command not in ("cd", "umask", "~"):
        pytest.skip(f"{command} isn't installed here")


IN_A_MACHINE = lines_by_command("in_a_machine.txt")
ON_THE_HOST = lines_by_command("on_the_host.txt")


@pytest.mark.parametrize("command", sorted(IN_A_MACHINE))
def test_a_machine_does_what_gnu_does(command: str, differences: Callable[[str], list[str]]) -> None:
    needs(command)
    report = complaints(IN_A_MACHINE[command], differences)
    assert not report, report


@pytest.mark.parametrize("command", sorted(ON_THE_HOST))
def test_over_the_hosts_system_calls_even_inodes_blocks_and_order_agree(
    command: str, differences_on_host: Callable[[str], list[str]]
) -> None:
    needs(command)
    report = complaints(ON_THE_HOST[command], differences_on_host)
    assert not report, report
