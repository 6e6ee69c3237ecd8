"""Runs cases in machines: one is booted and filled once, and each case has a fork of it.

A case that never ends is killed after LIMIT_S of the machine's time, which is virtual for most suites: sleeping costs nothing.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

from kos_kernel import Machine, Platform
from kos_kernel.api import S_IFDIR, S_IFMT
from kos_kernel.errors import RunTimeout
from kos_kernel.index import Index
from kos_kernel.registry import Registry

from .case import CWD, REPO, SHELL, Case, Outcome, Suite
from .helpers.install import install_metadata

LIMIT_S = {"virtual": 10, "wall": 30}  # by the clock: real time passes while others compute, too
REST_S = 3
HOME = "/tmp"
USER, USER_ID = "user", 1000  # the suites mean an ordinary user: files that may not be read, `$` in prompts
CHECKOUT = "/opt/checkout"
SHELL_PATH = "bash"
SEARCHED = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Inside:
    """The machine of a suite. Belongs to the thread that makes it."""

    def __init__(self, suite: Suite, checkout: Path) -> None:
        self._limit_s = suite.limit_s or LIMIT_S[suite.clock]
        self._site = tempfile.TemporaryDirectory(prefix="kos-judges-")
        site = Path(self._site.name)
        install_metadata(site)
        path = [*sys.path, str(site)]
        registry = Registry(Index(str(site / "cache"), path), path=path)
        self._machine = Machine(platform=Platform(registry), clock=suite.clock, seed=1)
        for entry in checkout.iterdir() if suite.shared else ():  # cases list and complete its names
            if entry.is_dir():
                self._machine.mkdir(f"{CHECKOUT}/{entry.name}", parents=True)
            else:
                self._machine.write_file(f"{CHECKOUT}/{entry.name}", b"")
        for part in suite.shared:
            for found in sorted((checkout / part).rglob("*")):
                if found.is_file():
                    name = f"{CHECKOUT}/{found.relative_to(checkout)}"
                    self._machine.write_file(name, found.read_bytes(), found.stat().st_mode & 0o777)

    def run(self, case: Case) -> Outcome:
        """Return what a case leaves."""
        machine = self._machine.fork()
        try:
            return _run(machine, case, self._limit_s)
        finally:
            machine.close()

    def close(self) -> None:
        """Let everything go."""
        self._machine.close()
        self._site.cleanup()


def _give(machine: Machine, top: str) -> None:
    """Make the user the owner of everything from a folder on."""
    k = machine._open().init_k
    todo = [top.encode()]
    while todo:
        path = todo.pop()
        k.lchown(path, USER_ID, USER_ID)
        if k.lstat(path).mode & S_IFMT == S_IFDIR:
            todo += [path + b"/" + name for name in k.listdir(path)]


def _let_the_rest_end(machine: Machine) -> None:
    """Wait a while for what the shell left running: it may write to the same output."""
    kernel = machine._open()
    for _ in range(REST_S * 20):
        if all(process.task is None or process.zombie for process in kernel.table.by_pid.values()):
            return
        machine.advance(0.05)


def _run(machine: Machine, case: Case, limit_s: int) -> Outcome:
    cwd = f"{HOME}/{case.folder}"
    machine.mkdir(cwd, parents=True)
    if "JUDGE_MAKES_TMP" in case.env:
        machine.mkdir(f"{cwd}/_tmp")
    k = machine._open().init_k
    for name, file in case.files.items():
        path = f"{cwd}/{name}"
        if file.link:
            machine.mkdir(path.rpartition("/")[0], parents=True)
            k.symlink(file.data, path.encode())
        else:
            machine.write_file(path, file.data, file.mode)
            k.chmod(path.encode(), file.mode)
    _give(machine, f"{HOME}/{case.folder.partition('/')[0]}")
    env = {"PATH": SEARCHED} | {
        name: value.replace(CWD, cwd).replace(REPO, CHECKOUT).replace(SHELL, SHELL_PATH)
        for name, value in case.env.items()
    }
    out: list[bytes] = []
    err = out if case.merged else []
    # `env -i`, because a machine gives everybody HOME and other variables that the case doesn't ask for.
    argv: list[str | bytes] = ["env", "-i", *[f"{name}={value}" for name, value in env.items()], "bash", *case.args]
    running = machine.spawn(argv, stdin=case.stdin, cwd=cwd, user=USER, stdout=out.append, stderr=err.append)
    ended = True
    try:
        running.wait(limit_s)
    except RunTimeout:
        ended = False
    _let_the_rest_end(machine)
    stderr = b"" if case.merged else b"".join(err)
    left = {}
    for name in case.reads:
        with contextlib.suppress(OSError):
            left[name] = machine.read_file(f"{cwd}/{name}")
    return Outcome(b"".join(out), stderr, running.result().status, cwd, ended, left)
