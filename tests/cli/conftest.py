"""Running `kos` as its users do: as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "kos_cli"]
DEADLINE_S = 60


@pytest.fixture(scope="session")
def kos_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of the processes: a cache of their own, no terminal, nothing that colours the output."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("KOS_", "COLUMNS", "FORCE_COLOR"))}
    env |= {"KOS_CACHE_DIR": str(tmp_path_factory.mktemp("cache")), "TERM": "dumb", "NO_COLOR": "1"}
    return env


@pytest.fixture
def kos_process(kos_env: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Return a function that runs `kos ARGUMENTS` in a scratch folder and returns what came of it."""

    def run(
        *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*COMMAND, *arguments],
            input=stdin,
            capture_output=True,
            timeout=DEADLINE_S,
            check=False,
            cwd=cwd or tmp_path,
            env={**kos_env, **(env or {})},
        )

    return run


@pytest.fixture
def kos_popen(kos_env: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Return a function that starts `kos ARGUMENTS` with pipes on all three sides; what still runs is killed afterwards."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=kos_env,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass
