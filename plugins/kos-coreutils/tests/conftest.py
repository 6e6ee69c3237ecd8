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

FILES = {
    "a": b"one\ntwo\nthree\nfour\nfive\n",
    "b": b"b 2\na 10\nc 1\na 2\n",
    "c": b"x,y,z\n1,2,3\nnodelim\n,,\n",
    "n": b"no newline",
    "e": b"",
}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
_PLAIN = b"enable -n echo printf test [ true false kill\n"
Difference = tuple[str, str, object, object]


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

    def on_host(line: str) -> tuple[bytes, int, bytes]:
        place = tmp_path / "w"
        shutil.rmtree(place, ignore_errors=True)
        (place / "d").mkdir(parents=True)
        for name, data in FILES.items():
            (place / name).write_bytes(data)
        done = subprocess.run(
            ["bash", "-c", _PLAIN + line.encode()],
            cwd=place,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return (
            done.stdout,
            done.returncode if done.returncode >= 0 else 128 - done.returncode,
            done.stderr.replace(b"/usr/bin/", b""),
        )

    def in_machine(line: str) -> tuple[bytes, int, bytes]:
        machine.run("cd /; rm -rf /w; mkdir -p /w/d")
        for name, data in FILES.items():
            machine.write_file(f"/w/{name}", data)
        done = machine.run(_PLAIN + line.encode(), cwd="/w", env=ENVIRONMENT, timeout=60)
        return done.stdout, done.status, done.stderr.replace(b"/usr/bin/", b"")

    def compare(lines: list[str]) -> list[Difference]:
        found: list[Difference] = []
        for line in lines:
            theirs, ours = on_host(line), in_machine(line)
            found += [
                (line, what, one, two)
                for what, one, two in zip(("stdout", "status", "stderr"), theirs, ours, strict=True)
                if one != two
            ]
        return found

    return compare


def lines_of(path: Path) -> list[str]:
    """Return the lines of a case file; # begins a comment."""
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
