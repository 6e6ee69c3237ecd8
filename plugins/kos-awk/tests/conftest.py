"""A machine that many runs share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kos_kernel import Machine


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """Return the machine."""
    with Machine() as m:
        yield m


@pytest.fixture
def awk(machine: Machine) -> Callable[..., str]:
    """Return a function: awk(program, stdin, *options) -> what it prints, errors behind."""

    def run(program: str, stdin: str = "", *options: str, utf8: bool = True) -> str:
        machine.write_file("/tmp/program", program.encode("utf-8", "surrogateescape"))
        machine.write_file("/tmp/input", stdin.encode("utf-8", "surrogateescape"))
        words = " ".join("'" + option.replace("'", "'\\''") + "'" for option in options)
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8" if utf8 else "C", "TZ": "UTC"}
        done = machine.run(f"cd /tmp; awk {words} -f /tmp/program </tmp/input", env=env, timeout=60)
        text = done.stdout + done.stderr + (b"" if done.status == 0 else b"status %d\n" % done.status)
        return text.decode("utf-8", "surrogateescape")

    return run
