"""Running `kos` as its users do: as a process of its own."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


class Patient:
    """What a process writes on one side, read with a deadline: one that never comes fails the test and shows what did come."""

    def __init__(self, pipe: Any, deadline_s: float = DEADLINE_S) -> None:
        self.pipe = pipe
        self.deadline_s = deadline_s
        self.held = b""

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes, or everything until the process closes its side."""
        return self._until(lambda: size if 0 <= size <= len(self.held) else -1)

    def readline(self) -> bytes:
        """Return a line with its newline, or what came before the process closed its side."""
        return self._until(lambda: self.held.find(b"\n") + 1 or -1)

    def close(self) -> None:
        """Close our side."""
        self.pipe.close()

    def _until(self, enough: Callable[[], int]) -> bytes:
        until = time.monotonic() + self.deadline_s
        while (size := enough()) < 0:
            ready, _, _ = select.select([self.pipe], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                pytest.fail(f"nothing more came for {self.deadline_s} s; so far: {self.held!r}")
            data = os.read(self.pipe.fileno(), 65536)
            if not data:
                size = len(self.held)
                break
            self.held += data
        found, self.held = self.held[:size], self.held[size:]
        return found


@pytest.fixture
def patient() -> type[Patient]:
    """Return the reader with a deadline, for pipes that a test opens itself."""
    return Patient


@pytest.fixture
def kos_popen(kos_env: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Return a function that starts `kos ARGUMENTS` with pipes on all three sides; what still runs is killed afterwards.

    Its stdout and stderr are Patient: no read waits for ever.
    """
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=kos_env,
            bufsize=0,
        )
        process.stdout, process.stderr = Patient(process.stdout), Patient(process.stderr)  # type: ignore[assignment]
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
