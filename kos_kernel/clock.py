"""Time. The only file that reads the host's clock.

A machine has one clock, of one of two kinds, which nothing else can tell apart:

    WallClock      now is the host's monotonic clock since boot; sleeping takes as long as it says
    VirtualClock   now is what was charged: each system call and tick has a price, and when every program sleeps the clock
                   jumps to the next timer. So `sleep 3600` costs nothing and two runs see the same times.

Under both, CPU time is charged time: quanta and CPU limits count charges, never the host's time (see fibers.py).
Only the kernel's dispatcher sets `task`, the program whose charges move virtual time.
"""

from __future__ import annotations

import time
from typing import Protocol

VIRTUAL_EPOCH_NS = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z, where virtual time begins unless configured


class Charged(Protocol):
    """What virtual time is read from: base_ns + runtime_ns is the machine's time while this one runs."""

    base_ns: int
    runtime_ns: int


class Idle:
    """Stands in for a program while none runs; its base_ns is the machine's time."""

    __slots__ = ("base_ns", "runtime_ns")

    def __init__(self, now_ns: int = 0) -> None:
        self.base_ns = now_ns
        self.runtime_ns = 0


class VirtualClock:
    """Charged time since boot. epoch_ns: the date at boot, ns since 1970."""

    __slots__ = ("epoch_ns", "idle", "task")
    virtual = True

    def __init__(self, epoch_ns: int = VIRTUAL_EPOCH_NS, now_ns: int = 0) -> None:
        self.epoch_ns = epoch_ns
        self.idle = Idle(now_ns)
        self.task: Charged = self.idle

    def now_ns(self) -> int:
        """Return the machine's time since boot."""
        task = self.task
        return task.base_ns + task.runtime_ns

    def realtime_ns(self) -> int:
        """Return the machine's date, ns since 1970."""
        task = self.task
        return self.epoch_ns + task.base_ns + task.runtime_ns

    def set_date(self, epoch_ns: int | None) -> None:
        """Say which date it was at boot; None = VIRTUAL_EPOCH_NS."""
        self.epoch_ns = VIRTUAL_EPOCH_NS if epoch_ns is None else epoch_ns

    def fork(self) -> VirtualClock:
        """Return a clock that stands where this one stands."""
        return VirtualClock(self.epoch_ns, self.now_ns())


class WallClock:
    """The host's monotonic clock since boot. realtime_ns(): the date, ns since 1970: the host's, or one that began elsewhere."""

    __slots__ = ("_start", "epoch_ns", "idle", "realtime_ns", "task")
    virtual = False

    def __init__(self, epoch_ns: int | None = None, now_ns: int = 0) -> None:
        self._start = time.monotonic_ns() - now_ns
        self.set_date(epoch_ns)
        self.idle = Idle()
        self.task: Charged = self.idle

    def now_ns(self) -> int:
        """Return the machine's time since boot."""
        return time.monotonic_ns() - self._start

    def set_date(self, epoch_ns: int | None) -> None:
        """Say which date it was at boot; None = the host's own date, which is then read directly, for speed."""
        self.epoch_ns = epoch_ns
        self.realtime_ns = time.time_ns if epoch_ns is None else self._shifted_ns

    def _shifted_ns(self) -> int:
        assert self.epoch_ns is not None
        return self.epoch_ns + time.monotonic_ns() - self._start

    def fork(self) -> WallClock:
        """Return a clock that shows the same times."""
        twin = WallClock.__new__(WallClock)
        twin._start = self._start
        twin.set_date(self.epoch_ns)
        twin.idle = Idle()
        twin.task = twin.idle
        return twin


AnyClock = VirtualClock | WallClock


def host_now_ns() -> int:
    """Return the host's monotonic clock: for the hub's waiting, watchdogs and benchmarks, never for guests."""
    return time.monotonic_ns()


def host_perf_ns() -> int:
    """Return the host's finest clock, for benchmarks and the boot log."""
    return time.perf_counter_ns()


def host_sleep_ns(duration_ns: int) -> None:
    """Block the host's thread."""
    if duration_ns > 0:
        time.sleep(duration_ns / 1e9)
