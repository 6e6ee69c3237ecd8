"""The host's tools, a machine, and a person at a terminal of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import Difference, TwoWorlds

FILES = {"a": b"one\ntwo\nthree\n", "b": b"", "e": b"", "l": b""}
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
VERSIONS = {
    "ps": b"procps-ng 4.0.2",
    "flock": b"util-linux 2.38",
    "killall": b"PSmisc) 23",
    "getent": b"(",
    "lsof": b"4.9",
}


def host_has(command: str) -> bool:
    """Tell whether the host has the tool that we compare with, of the version that we follow."""
    if shutil.which("bash") is None or shutil.which(command) is None:
        return False
    flag = "-v" if command == "lsof" else "--version"
    done = subprocess.run([command, flag], capture_output=True, check=False)
    return VERSIONS[command] in done.stdout + done.stderr


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """Return a machine that many runs share."""
    with Machine() as m:
        yield m


@pytest.fixture
def m() -> Iterator[Machine]:
    """Return a machine of known size in virtual time."""
    with Machine(clock="virtual", seed=1, hostname="kaede", cpus=2, memory="256MiB") as machine:
        yield machine


@pytest.fixture
def against_host(machine: Machine, tmp_path: Path) -> Callable[..., list[Difference]]:
    """Run lines in both worlds and return what differs."""
    if not all(host_has(command) for command in VERSIONS):
        pytest.skip("procps-ng 4.0.2, util-linux 2.38, psmisc, lsof and getent aren't all installed here")
    return TwoWorlds(machine, tmp_path, files=FILES, environment=ENVIRONMENT).differences
