"""What the shell's tests share: machines to run scripts in, and the bash of this computer to compare with."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kos_kernel import Machine

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
}


class Outcome:
    """What a script did."""

    def __init__(self, stdout: bytes, stderr: bytes, status: int) -> None:
        self.stdout, self.stderr, self.status = stdout, stderr, status


class Bash:
    """The host's bash."""

    def __init__(self, path: str) -> None:
        self.path = path

    def run(self, script: bytes, folder: Path, options: Sequence[str] = ()) -> Outcome:
        """Run a script file in a folder."""
        (folder / "script").write_bytes(script)
        child = subprocess.Popen(
            [self.path, *options, "script"],
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            stdout, stderr = child.communicate(timeout=30)
        finally:
            end_group(child)
        return Outcome(stdout, stderr, child.returncode if child.returncode >= 0 else 128 - child.returncode)


def end_group(child: subprocess.Popen[bytes]) -> None:
    """End what a script left running in the background on this computer."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.communicate()


@pytest.fixture(scope="session")
def bash() -> Bash:
    """Return the host's bash; skips where there's none, or none of version 5.2."""
    path = shutil.which("bash")
    if path is None:
        pytest.skip("bash isn't installed here")
    version = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    if not re.search(r"version 5\.[2-9]", version):
        pytest.skip(f"bash is too old here: {version.splitlines()[0] if version else os.name}")
    return Bash(path)


@pytest.fixture(scope="module")
def booted() -> Iterator[Machine]:
    """Return a machine that tests fork, so that each has a fresh one without a boot."""
    with Machine() as machine:
        yield machine


@pytest.fixture
def machine(booted: Machine) -> Iterator[Machine]:
    """Return a fresh machine."""
    fork = booted.fork()
    try:
        yield fork
    finally:
        fork.close()


def run_script(machine: Machine, script: bytes, folder: str = "/work", options: Sequence[str] = ()) -> Outcome:
    """Run a script file in a folder of the machine, as Bash.run does on the host."""
    machine.mkdir(folder)
    machine.write_file(f"{folder}/script", script)
    result = machine.exec(["bash", *options, "script"], cwd=folder, env=ENVIRONMENT, timeout=30)
    return Outcome(result.stdout, result.stderr, result.status)
