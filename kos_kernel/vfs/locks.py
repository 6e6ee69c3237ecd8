"""Advisory locks: flock (of an open file) and byte ranges (of a process), one table a file.

The two kinds don't see each other, as on Linux. A table exists only while somebody holds a lock or waits for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .. import errors
from ..abi import F_RDLCK, F_UNLCK, F_WRLCK
from ..contracts.fs import Inode
from ..fibers import WaitQueue
from .openfile import OpenFile

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..process import Process

END = 1 << 63


class Range(NamedTuple):
    """Bytes [start, end) locked by a process."""

    start: int
    end: int
    kind: int
    owner: Process


def byte_range(start: int, length: int) -> tuple[int, int]:
    """Return [start, end) of fcntl's (start, length): 0 means to the end, negative counts backwards."""
    if length < 0:
        start, length = start + length, -length
    if start < 0:
        raise errors.InvalidArgument(None, "a lock can't begin before the file")
    return start, END if length == 0 else start + length


def file_locks(kernel: Kernel, inode: Inode) -> FileLocks:
    """Return the lock table of a file, made if need be."""
    locks = kernel.locks.get(inode)
    if locks is None:
        locks = kernel.locks[inode] = FileLocks(kernel)
    return locks


class FileLocks:
    """The locks on one file."""

    __slots__ = ("changed", "exclusive", "kernel", "ranges", "shared", "waiting")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.shared: list[OpenFile] = []
        self.exclusive: OpenFile | None = None
        self.ranges: list[Range] = []
        self.changed = WaitQueue(kernel.dispatcher)
        self.waiting: dict[Process, Process] = {}  # who waits -> whom it waits for

    def unused(self) -> bool:
        """Tell whether nobody needs this table."""
        return not (self.shared or self.exclusive or self.ranges or self.changed.sleepers)

    # ---- flock
    def flock(self, file: OpenFile, exclusive: bool, wait: bool) -> None:
        """Lock for an open file; converting drops the old lock first, as Linux does."""
        self._forget(file)
        while self.exclusive is not None or (exclusive and self.shared):
            if not wait:
                raise errors.ResourceUnavailable(None, "the file is locked")
            self.changed.wait()
        if exclusive:
            self.exclusive = file
        else:
            self.shared.append(file)

    def unflock(self, file: OpenFile) -> None:
        """Give up an open file's lock."""
        self._forget(file)

    def _forget(self, file: OpenFile) -> None:
        if self.exclusive is file:
            self.exclusive = None
        elif file in self.shared:
            self.shared.remove(file)
        else:
            return
        self.changed.wake_all()

    # ---- byte ranges
    def _conflict(self, process: Process, kind: int, start: int, end: int) -> Range | None:
        for held in self.ranges:
            if held.owner is not process and held.start < end and start < held.end and F_WRLCK in (kind, held.kind):
                return held
        return None

    def setlk(self, process: Process, kind: int, start: int, end: int, wait: bool) -> None:
        """Lock or unlock a range for a process."""
        if kind not in (F_RDLCK, F_WRLCK, F_UNLCK):
            raise errors.InvalidArgument(None, f"unknown lock type {kind}")
        while kind != F_UNLCK:
            held = self._conflict(process, kind, start, end)
            if held is None:
                break
            if not wait:
                raise errors.ResourceUnavailable(None, f"pid {held.owner.pid} holds a lock there")
            if self._would_deadlock(process, held.owner):
                raise errors.Deadlock(None, f"pid {held.owner.pid} waits for this process")
            self.waiting[process] = held.owner
            try:
                self.changed.wait()
            finally:
                self.waiting.pop(process, None)
        kept: list[Range] = []
        for one in self.ranges:
            if one.owner is not process or one.end <= start or end <= one.start:
                kept.append(one)
                continue
            if one.start < start:
                kept.append(one._replace(end=start))
            if end < one.end:
                kept.append(one._replace(start=end))
        if kind != F_UNLCK:
            kept.append(Range(start, end, kind, process))
        self.ranges = sorted(kept, key=lambda one: (one.start, one.owner.pid))
        self.changed.wake_all()

    def _would_deadlock(self, process: Process, owner: Process) -> bool:
        waits = {who: whom for locks in self.kernel.locks.values() for who, whom in locks.waiting.items()}
        seen: set[Process] = set()
        here: Process | None = owner
        while here is not None and here not in seen:
            if here is process:
                return True
            seen.add(here)
            here = waits.get(here)
        return False

    def getlk(self, process: Process, kind: int, start: int, end: int) -> tuple[int, int, int, int] | None:
        """Return the first lock that would be in the way, as (kind, start, length, pid)."""
        held = self._conflict(process, kind, start, end)
        if held is None:
            return None
        return held.kind, held.start, 0 if held.end == END else held.end - held.start, held.owner.pid

    def drop(self, process: Process, file: OpenFile | None) -> None:
        """A descriptor was closed: the process's ranges go; `file`'s flock too if that was its last reference."""
        if any(one.owner is process for one in self.ranges):
            self.ranges = [one for one in self.ranges if one.owner is not process]
            self.changed.wake_all()
        if file is not None:
            self._forget(file)
