"""A device's context without a kernel: processes that don't run, and wait queues that play a script.

A device that would block calls `queue.wait()`; here that runs the next step of `world.script` (somebody types, a deadline
comes), and it is an error if there is none. So a test says what happens meanwhile, in order, and nothing sleeps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kos_kernel.api import Caller, DeviceContext, Interrupted


class Deadline(Exception):
    """A step of the script: the deadline came first."""


class FakeQueue:
    def __init__(self, world: World) -> None:
        self.world = world
        self.wakes = 0

    def wake_all(self) -> None:
        self.wakes += 1

    def wait(self, deadline_ns: int | None = None) -> bool:
        world = self.world
        if deadline_ns == 0 or world.pending:  # a look at signals
            pending, world.pending = world.pending, []
            if not pending:
                return False
            world.delivered += pending
            if world.handles & set(pending):
                raise Interrupted()
            if world.on_stop is not None:
                world.on_stop()
            return True
        assert world.script, "the device blocks, and nothing more will happen"
        step = world.script.pop(0)
        if step is Deadline:
            assert deadline_ns is not None, "it waits without a deadline"
            world.now = deadline_ns
            return False
        wakes = self.wakes
        step()
        assert self.wakes > wakes, "it wasn't woken by what happened"
        return True


class FakeEntropy:
    def __init__(self, seed: int) -> None:
        self.state = seed

    def bytes(self, count: int) -> bytes:
        self.state += 1
        return bytes((self.state + index) & 255 for index in range(count))


class World:
    """Time, processes and devices of a machine that isn't there. `who` is the process that calls."""

    def __init__(self) -> None:
        self.now = 1_000_000_000
        self.script: list[Any] = []
        self.who = Caller(100, 100, 100, 0, frozenset(), frozenset())
        self.signals: list[tuple[int, int]] = []  # what was sent: (group, signal)
        self.pending: list[int] = []  # of the caller
        self.delivered: list[int] = []
        self.handles: set[int] = set()
        self.orphans: set[int] = set()
        self.on_stop: Callable[[], None] | None = None
        self.devices: dict[str, tuple[Any, int]] = {}

    # the clock's face
    def now_ns(self) -> int:
        return self.now

    def realtime_ns(self) -> int:
        return self.now

    def signal_group(self, pgid: int, number: int) -> bool:
        if number:
            self.signals.append((pgid, number))
            if pgid == self.who.pgid:
                self.pending.append(number)
        return pgid not in self.orphans

    def context(self, seed: int = 7) -> Any:
        context = DeviceContext(self, FakeEntropy(seed), lambda level, text: None, lambda delay_ns, call: lambda: None)  # type: ignore[arg-type]
        context.queue = lambda: FakeQueue(self)
        context.caller = lambda: self.who
        context.signal_group = self.signal_group
        context.register = lambda name, device, mode: self.devices.__setitem__(name, (device, mode))
        context.unregister = lambda name: self.devices.__delitem__(name)
        return context

    def become(self, pid: int, pgid: int, sid: int, **masks: frozenset[int]) -> None:
        """Make another process the caller."""
        self.who = Caller(pid, pgid, sid, 0, masks.get("blocked", frozenset()), masks.get("ignored", frozenset()))


@pytest.fixture
def world() -> World:
    """Return a machine that isn't there."""
    return World()


@pytest.fixture
def deadline() -> type[Deadline]:
    """Return the step of a script at which a deadline comes."""
    return Deadline
