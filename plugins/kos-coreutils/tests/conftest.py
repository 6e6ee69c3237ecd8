"""One line of shell in two worlds: GNU's commands on the host, ours in a machine; the same files, the same environment.

    against_gnu(lines)   returns what differs: [(line, what, GNU's, ours)], where what is "stdout", "status" or "stderr"

The shell's own echo, printf, test, [, true, false and kill are switched off in both worlds. Lines stand in cases/*.txt; they
touch nothing outside their directory and never sleep. What differs on purpose isn't there but in a test of its own.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import Difference, TwoWorlds

FILES = {
    "a": b"one\ntwo\nthree\nfour\nfive\n",
    "b": b"b 2\na 10\nc 1\na 2\n",
    "c": b"x,y,z\n1,2,3\nnodelim\n,,\n",
    "n": b"no newline",
    "e": b"",
}


def gnu_is_here(command: str = "sort") -> bool:
    """Tell whether the host has bash and GNU's coreutils, of the version that we follow."""
    if shutil.which("bash") is None or shutil.which(command) is None:
        return False
    said = subprocess.run([command, "--version"], capture_output=True, check=False).stdout
    return b"GNU coreutils) 9.1" in said or (command != "sort" and b"GNU" in said)


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A machine that many runs share."""
    with Machine() as m:
        yield m


@pytest.fixture
def against_gnu(machine: Machine, tmp_path: Path) -> Callable[[list[str]], list[Difference]]:
    """Run lines in both worlds and return what differs."""
    if not gnu_is_here():
        pytest.skip("GNU coreutils 9.1 and bash aren't installed here")

    return TwoWorlds(machine, tmp_path, files=FILES).differences


def lines_of(path: Path) -> list[str]:
    """Return the lines of a case file; # begins a comment."""
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
