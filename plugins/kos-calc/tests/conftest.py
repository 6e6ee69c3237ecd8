"""A machine for all tests here, and the two calculators in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kos_kernel import Machine

sys.path.insert(0, str(Path(__file__).parent))

Run = Callable[..., tuple[bytes, bytes, int]]


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A machine that many runs share."""
    with Machine() as m:
        yield m


@pytest.fixture
def calculate(machine: Machine) -> Run:
    """Return a function: calculate("bc -l", program) -> (output, errors, status)."""

    def run(command: str, program: bytes, *, before: str = "", timeout: float = 60) -> tuple[bytes, bytes, int]:
        machine.write_file("/tmp/program", program)
        done = machine.run(
            f"cd /tmp; {before}{command} </tmp/program",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            timeout=timeout,
        )
        return done.stdout, done.stderr, done.status

    return run
