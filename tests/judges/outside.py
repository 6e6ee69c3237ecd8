"""Runs cases in a shell of the host, to see what it makes of them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from .case import CWD, REPO, SHELL, Case, Outcome
from .helpers.install import install_scripts

LIMIT_S = 10


class Outside:
    """A shell of the host, by its name or path."""

    def __init__(self, shell: str, checkout: Path, limit_s: int = LIMIT_S) -> None:
        found = shutil.which(shell)
        if found is None:
            raise ValueError(f"the host has no {shell!r}")
        self._shell = found
        self._limit_s = limit_s
        self._checkout = checkout
        self._scratch = tempfile.TemporaryDirectory(prefix="kos-judges-")
        self._helpers = Path(self._scratch.name, "bin")
        self._helpers.mkdir()
        install_scripts(self._helpers)

    def run(self, case: Case) -> Outcome:
        """Return what a case leaves."""
        cwd = Path(self._scratch.name, case.folder)
        shutil.rmtree(cwd, ignore_errors=True)
        cwd.mkdir(parents=True)
        if "JUDGE_MAKES_TMP" in case.env:
            (cwd / "_tmp").mkdir()
        for name, file in case.files.items():
            path = cwd / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if file.link:
                path.symlink_to(os.fsdecode(file.data))
            else:
                path.write_bytes(file.data)
                path.chmod(file.mode)
        env = {"PATH": f"{self._helpers}:{os.environ['PATH']}"} | {
            name: value.replace(CWD, str(cwd))
            .replace(REPO, str(self._checkout))
            .replace(SHELL, os.path.basename(self._shell))
            for name, value in case.env.items()
        }
        process = subprocess.Popen(
            [self._shell, *case.args],
            cwd=cwd,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if case.merged else subprocess.PIPE,
            start_new_session=True,
        )
        ended = True
        try:
            out, err = process.communicate(case.stdin, timeout=self._limit_s)
        except subprocess.TimeoutExpired:
            ended = False
            _kill(process)
            out, err = process.communicate()
        _kill(process)
        status = process.returncode if process.returncode >= 0 else 128 - process.returncode
        left = {}
        for name in case.reads:
            with contextlib.suppress(OSError):
                left[name] = (cwd / name).read_bytes()
        return Outcome(out, err or b"", status, str(cwd), ended, left)

    def close(self) -> None:
        """Let everything go."""
        self._scratch.cleanup()


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        pass
