"""What the scenarios need: how big to measure, machines, the host's tools, a scratch folder in memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from resource import RUSAGE_CHILDREN, getrusage
from time import process_time_ns
from typing import TYPE_CHECKING, Any

from kos_kernel.clock import host_perf_ns
from kos_kernel.errors import KosError

from ..inside import spawn_function
from .contest import SELF, Contender

if TYPE_CHECKING:
    from kos_kernel import Machine

MEMORY_FOLDERS = ("/dev/shm", "/run/shm")


class Laboratory:
    """One run of the bench. quick: small sizes and few rounds, for a look and for tests."""

    def __init__(self, quick: bool = False) -> None:
        self.quick = quick
        self.notes: list[str] = []
        self._stack = ExitStack()
        self._machine: Machine | None = None

    def __enter__(self) -> Laboratory:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def size(self, full: int, quick: int) -> int:
        """Return how much work one measurement does."""
        return quick if self.quick else full

    def rounds(self, full: int) -> int:
        """Return how many rounds are counted."""
        return min(3, full) if self.quick else full

    def note(self, text: str) -> None:
        """Say something below the table, once."""
        if text not in self.notes:
            self.notes.append(text)

    def tool(self, name: str) -> str | None:
        """Return where the host has a program; if it hasn't, say so below the table and return None."""
        path = shutil.which(name)
        if path is None:
            self.note(f"{name} is not installed here: no comparison with it")
        return path

    def machine(self, **options: Any) -> Machine:
        """Return the machine that scenarios share, booted once; with options, one of their own."""
        from kos_kernel import Machine

        if options:
            return self._stack.enter_context(Machine(**options))
        if self._machine is None:
            self._machine = self._stack.enter_context(Machine())
        return self._machine

    def scripts(self, script: str, shells: tuple[str, ...], per: int = 1, scale: float = 1e3) -> tuple[Contender, ...]:
        """Return contenders that run a script: kos in a machine that is up, the host's shells as `SHELL -c`.

        Figures are in seconds * scale / per: milliseconds for the whole script by default.
        """
        machine = self.machine()
        body = script.encode()

        def inside() -> float:
            start = host_perf_ns()
            result = machine.run(body)
            elapsed = host_perf_ns() - start
            self.check(result.status == 0 and not result.stderr, f"kos: {script!r}: {result.stderr!r}")
            return elapsed / 1e9 * scale / per

        return (Contender(SELF, inside), *self.host_scripts(script, shells, per, scale))

    def host_scripts(
        self, script: str, shells: tuple[str, ...], per: int = 1, scale: float = 1e3
    ) -> tuple[Contender, ...]:
        """Return the contenders among the host's shells that are installed."""
        found = [(shell, path) for shell in shells if (path := self.tool(shell))]
        return tuple(Contender(shell, timed_process([path, "-c", script], scale / per)) for shell, path in found)

    def inside(self, machine: Machine, work: Callable[[Any], float]) -> float:
        """Return what `work(k)` returns, run as a process of the machine."""
        figures: list[float] = []

        def main(k: Any) -> int:
            figures.append(work(k))
            return 0

        running = spawn_function(machine, main, name=b"bench")
        result = running.wait()
        self.check(result.status == 0 and len(figures) == 1, f"kos: status {result.status}: {result.stderr!r}")
        return figures[0]

    def cpu_inside(self, machine: Machine, script: str) -> Callable[[], float]:
        """Return a function that runs a script in a machine, in C's locale, and returns the ms of CPU time it took."""

        def measure() -> float:
            start = process_time_ns()
            result = machine.run("export LC_ALL=C; " + script)
            elapsed = process_time_ns() - start
            self.check(result.status == 0, f"kos: {script!r}: {result.stderr!r}")
            return elapsed / 1e6

        return measure

    def cpu_outside(self, argv: list[str]) -> Callable[[], float]:
        """Return a function that runs a host program, in C's locale, and returns the ms of CPU time it took."""
        env = {**os.environ, "LC_ALL": "C"}

        def measure() -> float:
            start = getrusage(RUSAGE_CHILDREN)
            status = subprocess.run(argv, stdin=subprocess.DEVNULL, env=env, check=False).returncode
            self.check(status == 0, f"{argv!r}: status {status}")
            end = getrusage(RUSAGE_CHILDREN)
            return (end.ru_utime - start.ru_utime + end.ru_stime - start.ru_stime) * 1e3

        return measure

    def check(self, held: bool, what: str) -> None:
        """Stop the bench if a contender didn't do its work: a figure of it would mean nothing."""
        if not held:
            raise KosError(f"the bench's work was not done: {what}")

    def memory_folder(self) -> str | None:
        """Return a new folder on a filesystem in memory (tmpfs), removed afterwards; None if the host has none."""
        for folder in MEMORY_FOLDERS:
            if os.path.isdir(folder) and os.access(folder, os.W_OK):
                return self._stack.enter_context(tempfile.TemporaryDirectory(prefix="kos-bench-", dir=folder))
        self.note("the host has no tmpfs that can be written: no comparison with it")
        return None

    def folder(self) -> str:
        """Return a new scratch folder, removed afterwards."""
        return self._stack.enter_context(tempfile.TemporaryDirectory(prefix="kos-bench-"))


def as_installed() -> dict[str, str]:
    """Return the environment for starts of Python that are timed: compiled modules may be kept, as they are for users."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def timed_process(argv: list[str], scale: float, env: dict[str, str] | None = None) -> Callable[[], float]:
    """Return a function that runs a host program to its end and returns its seconds times scale."""

    def measure() -> float:
        start = host_perf_ns()
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False, env=env)
        if done.returncode:
            raise KosError(f"the bench's work was not done: {argv[0]} ended with status {done.returncode}")
        return (host_perf_ns() - start) / 1e9 * scale

    return measure


@contextmanager
def stopwatch() -> Iterator[list[int]]:
    """Measure a block: the list's one element is the nanoseconds it took, once it has ended."""
    elapsed = [0]
    start = host_perf_ns()
    yield elapsed
    elapsed[0] = host_perf_ns() - start


def fresh_python(code: str, env: dict[str, str] | None = None) -> str:
    """Return what Python prints that runs this code in a process of its own, in this environment."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
    if done.returncode != 0:
        raise KosError(f"a measuring process failed:\n{done.stderr.strip()}")
    return done.stdout
