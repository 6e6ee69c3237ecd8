"""Calls on time, chance and usage: clocks, sleep, tick, memory, memo, randomness, uname, deep recursion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from greenlet import getcurrent, greenlet

from .. import errors
from ..abi import CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME, CLOCK_REALTIME, RUSAGE_CHILDREN, RUSAGE_SELF
from ..fibers import TICK_NS, WaitQueue
from .base import Call

Result = TypeVar("Result")


class Rusage(NamedTuple):
    """What a process used. Times in ns; maxrss in KiB. Charged time counts as user time: see fibers.py."""

    utime_ns: int
    stime_ns: int
    maxrss: int
    nvcsw: int
    nivcsw: int


class Uname(NamedTuple):
    """What uname(2) tells."""

    sysname: bytes
    nodename: bytes
    release: bytes
    version: bytes
    machine: bytes


class TimeCalls(Call):
    """tick ... uname."""

    __slots__ = ()

    def tick(self, n: int = 1) -> None:
        """Account for n units of an interpreter's work; signals, limits and other programs get their turn here."""
        task = self.task
        task.runtime_ns += TICK_NS * n
        if task.runtime_ns >= task.until:
            self._kernel.dispatcher.attend()

    def charge(self, delta_bytes: int) -> None:
        """Account for memory the program holds (negative gives back). Raises OutOfMemory at the machine's or process's limit."""
        self._kernel.memory.charge(self.process, delta_bytes)

    def memo(self, family: str) -> dict[Any, Any]:
        """Return a table that all programs of a family share, in all machines of this thread: for what is compiled from texts.

        Keep only what depends on its key alone and never changes, so that nobody can tell a hit from a miss; the table has no
        limit of its own, so empty it when it has grown large. It isn't charged, and a fork shares it.
        """
        return self._kernel.platform.world().memo(family)

    def clock_ns(self, clock: int = CLOCK_REALTIME) -> int:
        """Return a clock, in ns: CLOCK_REALTIME since 1970, CLOCK_MONOTONIC since boot, CLOCK_PROCESS_CPUTIME charged."""
        self._enter()
        if clock == CLOCK_REALTIME:
            return self.clock.realtime_ns()
        if clock == CLOCK_MONOTONIC:
            return self.clock.now_ns()
        if clock == CLOCK_PROCESS_CPUTIME:
            return self.task.runtime_ns
        raise errors.InvalidArgument(None, f"unknown clock {clock}")

    def sleep_ns(self, duration_ns: int) -> None:
        """Sleep. Raises Interrupted, carrying `remaining_ns`, when a handler ran first."""
        self._enter()
        deadline_ns = self.clock.now_ns() + duration_ns
        queue = WaitQueue(self._kernel.dispatcher)
        try:
            while queue.wait(deadline_ns):
                pass
        except errors.Interrupted as interrupted:
            interrupted.remaining_ns = max(0, deadline_ns - self.clock.now_ns())  # type: ignore[attr-defined]
            raise

    def getrusage(self, who: int = RUSAGE_SELF) -> Rusage:
        """Return what this process (RUSAGE_SELF) or its waited-for children (RUSAGE_CHILDREN) used."""
        self._enter()
        process = self.process
        if who == RUSAGE_SELF:
            task = self.task
            return Rusage(task.runtime_ns, 0, process.memory >> 10, task.voluntary, task.involuntary)
        if who == RUSAGE_CHILDREN:
            return Rusage(process.child_user_ns, process.child_system_ns, 0, 0, 0)
        raise errors.InvalidArgument(None, f"unknown who {who}")

    def times(self) -> tuple[float, float, float, float]:
        """Return (user, system, children's user, children's system) time in seconds."""
        self._enter()
        process = self.process
        return self.task.runtime_ns / 1e9, 0.0, process.child_user_ns / 1e9, process.child_system_ns / 1e9

    def getrandom(self, count: int) -> bytes:
        """Return `count` random bytes of the machine's stream."""
        self._enter()
        return self._kernel.entropy.bytes(count)

    def uname(self) -> Uname:
        """Return the machine's names."""
        self._enter()
        kernel = self._kernel
        return Uname(
            b"Linux", self.process.namespaces.uts.hostname, kernel.release.encode(), kernel.version.encode(), b"x86_64"
        )

    def sethostname(self, name: bytes) -> None:
        """Set the hostname of this uts namespace. NotPermitted: root only."""
        self._enter()
        if not self.process.cred.privileged:
            raise errors.NotPermitted()
        if not 0 < len(name) <= 64:
            raise errors.InvalidArgument(None, "a hostname has 1 to 64 bytes")
        self.process.namespaces.uts.hostname = bytes(name)

    def on_fresh_stack(self, fn: Callable[..., Result], *args: Any) -> Result:
        """Return fn(*args), run on a fresh stack of this same process: for recursion deeper than Python's limit.

        Exceptions pass through, the process's end too.
        """
        task = self.task
        outer = getcurrent()
        outcome: list[Any] = []

        def run(_: Any = None) -> None:
            try:
                outcome.append(fn(*args))
            except BaseException as error:
                outcome.append(error)
                outcome.append(True)
            getcurrent().parent = outer  # ending here goes back to who asked

        inner = greenlet(run)
        inner.gr_context = outer.gr_context
        pool = self._kernel.dispatcher.pool
        pool.errand = lambda: inner.switch()
        task.greenlet = inner
        try:
            pool.hub.switch()
        finally:
            task.greenlet = outer
        if len(outcome) == 2:
            error = outcome[0]
            outcome.clear()
            raise error
        return outcome[0]  # type: ignore[no-any-return]
