"""Memory by account: who holds how much, and the limits. No pages; the `paged` driver of a later contract brings those.

A program charges what it holds for its data beyond small change (`k.charge(bytes)`); a process's charges end with it. Two
limits apply: the machine's memory, and the process's RLIMIT_AS / RLIMIT_DATA. Reaching one is OutOfMemory (ENOMEM), so a
script that asks for 10 GB gets an error and the host keeps its memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .abi import RLIM_INFINITY, RLIMIT_AS, RLIMIT_DATA
from .errors import OutOfMemory

if TYPE_CHECKING:
    from .process import Process

PROCESS_BYTES = 16384  # what a process is taken to need besides its charges; the order of what it costs the host


class DiskAccount:
    """What all filesystems in memory may hold together.

    A filesystem takes room in steps, so that a write compares with one number; what it took and doesn't need is its slack. When
    another one finds too little left, all are asked for theirs, so nobody meets a full disk while the machine has room.
    """

    __slots__ = ("left", "slacks", "total")

    def __init__(self, total: int, left: int | None = None) -> None:
        self.total = total
        self.left = total if left is None else left
        self.slacks: tuple[Callable[[], None], ...] = ()

    def join(self, give_slack: Callable[[], None]) -> None:
        """A filesystem begins: `give_slack` is called when it should `give` what it doesn't need."""
        self.slacks += (give_slack,)

    def leave(self, give_slack: Callable[[], None]) -> None:
        """A filesystem is gone; it has given back what it took."""
        self.slacks = tuple(other for other in self.slacks if other != give_slack)

    def take(self, wanted: int) -> int:
        """Return how much of `wanted` bytes is granted: all, or what is left."""
        if wanted > self.left:
            for give_slack in self.slacks:
                give_slack()
        granted = max(0, min(wanted, self.left))
        self.left -= granted
        return granted

    def give(self, size: int) -> None:
        """Take room back."""
        self.left += size


class Accounting:
    """The memory of a machine. total: its limit in bytes; used: what processes have charged."""

    __slots__ = ("peak", "total", "used")

    def __init__(self, total: int, used: int = 0) -> None:
        self.total = total
        self.used = used
        self.peak = used

    def charge(self, process: Process, delta: int) -> None:
        """Add `delta` bytes (negative gives back) to a process's account. Raises OutOfMemory and changes nothing at a limit."""
        held = process.memory + delta
        if delta > 0:
            if self.used + delta > self.total:
                raise OutOfMemory(
                    None, f"the machine has {self.total - self.used} bytes of memory left, {delta} were asked for"
                )
            limit = min(process.rlimits[RLIMIT_AS][0], process.rlimits[RLIMIT_DATA][0])
            if limit != RLIM_INFINITY and held > limit:
                raise OutOfMemory(None, f"the process may hold {limit} bytes, {held} were asked for")
        elif held < 0:
            delta, held = -process.memory, 0
        process.memory = held
        self.used += delta
        if self.used > self.peak:
            self.peak = self.used

    def release(self, process: Process) -> None:
        """A process ended: its account is closed."""
        self.used -= process.memory
        process.memory = 0

    def fork(self) -> Accounting:
        """Return the account of a forked machine, empty: its processes charge again."""
        return Accounting(self.total)
