"""Each line of cases/*.txt does the same with our command as with the host's: output, messages, status, archives byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
# The version that we follow: what the command says of itself. Messages differ between versions.
VERSIONS = {
    "ar": (["ar", "--version"], b"2.40"),
    "bzip2": (["bzip2", "--help"], b"1.0.8"),
    "gzip": (["gzip", "--version"], b"gzip 1.12"),
    "tar": (["tar", "--version"], b"1.34"),
    "xz": (["xz", "--version"], b"5.4"),
    "zgrep": (["zgrep", "--version"], b"1.12"),
    "zip": (["unzip", "-v"], b"UnZip 6.00"),
    "zstd": (["zstd", "--version"], b"1.5.4"),
}


def lines_of(path: Path) -> list[str]:
    """Return the lines of a case file; # begins a comment."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_output_messages_status_and_archives_are_as_the_hosts(
    case: Path, both: Callable[[list[str]], list[object]]
) -> None:
    command, version = VERSIONS[case.stem.partition("_")[0]]
    if any(shutil.which(tool) is None for tool in (command[0], "zip" if case.stem.startswith("zip") else "sh")):
        pytest.skip(f"{command[0]} isn't installed here")
    done = subprocess.run(command, capture_output=True, check=False)
    if version not in done.stdout + done.stderr:
        pytest.skip(f"this {command[0]} isn't the version that we follow, {version.decode()}")
    assert both(lines_of(case)) == []
