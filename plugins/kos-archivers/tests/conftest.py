"""A machine that many tests share, files to archive, and both worlds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import Difference, TwoWorlds

FILES = {
    "a": b"one\ntwo\nthree\nfour\nfive\n",
    "b": bytes(range(256)) * 300,
    "e": b"",
    "n": b"no newline",
}


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A machine that many runs share."""
    with Machine() as m:
        yield m


@pytest.fixture
def place(machine: Machine) -> Iterator[Machine]:
    """The machine with an empty directory /p."""
    machine.run("cd /; rm -rf /p; mkdir /p")
    yield machine
    machine.run("chmod -R u+rwx /p; rm -rf /p")


@pytest.fixture
def both(machine: Machine, tmp_path: Path) -> Callable[[list[str]], list[Difference]]:
    """Run lines in both worlds and return what differs, the files they leave included."""
    if shutil.which("bash") is None:
        pytest.skip("bash isn't installed here")
    if os.geteuid() != 0:
        pytest.skip("the machine's user is root, and the host's isn't: owners in archives differ")
    worlds = TwoWorlds(machine, tmp_path, files=FILES)
    return lambda lines: worlds.differences(lines)
