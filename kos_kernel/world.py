"""A world: one host thread, its hub, its fibers, and any number of machines on them.

The hub is whatever greenlet of the host drives the world at the moment. It runs a machine until something that the host waits
for has happened, and does for it what no fiber can: wait for the host's input, sleep under the wall clock, move virtual time.

    host thread ── drive(kernel, done) ──► next_task() ─► fiber ─► fiber ─► ... ─► nobody can run ─► idle()
                                                                                                      │
            other threads ── post(call) ──► woken through a pipe ◄────────────────────────────────────┘

A machine progresses while somebody drives it; under the virtual clock its time depends on nothing else, so what other
machines of the world do can't be seen in it.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent

from .abi import SIGKILL
from .clock import host_now_ns, host_sleep_ns
from .errors import KernelBug, WrongThread
from .fibers import FiberPool
from .hostsignals import HostSignals, wake_writer
from .kernel import Kernel
from .process import post_signal
from .vfs.hostio import HostInput

MAX_WAIT_S = 60.0


class Handle(weakref.ref[object]):
    """Knows when somebody's Machine is dropped, and whose it was."""

    __slots__ = ("kernel", "world")

    kernel: Kernel
    world: World


def _dropped(handle: weakref.ref[object]) -> None:
    assert isinstance(handle, Handle)
    if sys.is_finalizing():
        return  # the interpreter goes, and everything with it
    handle.world._handles.discard(handle)
    handle.world.doom(handle.kernel)


class World:
    """See above. Made by the thread that will drive it."""

    __slots__ = (
        "__weakref__", "_abandoned", "_doomed", "_handles", "_posts", "_signals", "_wake_read", "_wake_write", "inputs", "kernel",
        "memos", "pool", "thread",
    )  # fmt: skip

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.pool = FiberPool()
        self.memos: dict[str, dict[Any, Any]] = {}  # what programs compile from texts, by family: see memo()
        self._doomed: deque[Kernel] = deque()
        self._abandoned: list[Any] = []
        self._handles: set[Handle] = set()
        self.kernel: Kernel | None = None  # the one that is driven now
        self.inputs: list[HostInput] = []
        self._posts: deque[Callable[[], Any]] = deque()
        self._wake_read = self._wake_write = -1
        me = weakref.ref(self)
        self._signals = HostSignals(wake_writer(lambda: world._wake_write if (world := me()) is not None else -1))

    def memo(self, family: str) -> dict[Any, Any]:
        """Return the table in which a family of programs keeps what it compiles, for all machines of this thread.

        What is kept must depend on its key alone and never change; who fills the table bounds it.
        """
        table = self.memos.get(family)
        if table is None:
            table = self.memos[family] = {}
        return table

    # ---------------------------------------------------------------- other threads
    def post(self, call: Callable[[], Any]) -> None:
        """Have the world's thread make a call between two programs. From any thread; returns at once."""
        self._posts.append(call)
        kernel = self.kernel
        if kernel is not None:
            kernel.dispatcher.stop = True
        if self._wake_write >= 0:
            try:
                os.write(self._wake_write, b"!")
            except (BlockingIOError, OSError):
                pass  # the pipe is full: it will wake anyway

    def drain(self) -> None:
        """Make the posted calls. On the world's thread, in the hub."""
        while self._posts:
            try:
                call = self._posts.popleft()
            except IndexError:
                return
            call()

    def check_thread(self) -> None:
        """Raise WrongThread unless this is the world's thread."""
        if threading.get_ident() != self.thread:
            raise WrongThread(
                "this machine lives in another thread\n"
                "  make machines in the thread that uses them, or hand work over with machine.post(callable)"
            )

    # ---------------------------------------------------------------- driving
    def drive(self, kernel: Kernel, done: Callable[[], bool], *, deadline_ns: int | None = None) -> bool:
        """Run a machine until done() holds; False if nothing can ever happen any more in it.

        Called from a fiber of the same world (a program that uses the host's API) it raises KernelBug.
        """
        self.check_thread()
        if self.kernel is not None:
            raise KernelBug(
                "a machine of this thread is being driven already: don't use the host's API from inside a program"
            )
        dispatcher = kernel.dispatcher
        pool = self.pool
        pool.hub = getcurrent()
        self.kernel = kernel
        signals = self._signals
        armed = signals.arm(kernel)
        try:
            while True:
                if signals.interrupted:
                    signals.interrupted = 0
                    raise KeyboardInterrupt
                if pool.errand is not None:  # a fiber wants something begun on a fresh stack
                    errand, pool.errand = pool.errand, None
                    errand()
                    continue
                if self._posts:
                    self.drain()
                if done():
                    return True
                dispatcher.stop = False
                task = dispatcher.current or dispatcher.pick_in_hub()
                if task is not None:
                    (task.greenlet or pool.start(task)).switch()
                    continue
                if done():
                    return True
                if dispatcher.stop or self._posts:
                    continue
                if not self.idle(kernel):
                    return done()
        finally:
            if armed:
                signals.disarm()
            self.kernel = None
            pool.trim()
            if self._doomed:
                self._end_doomed()

    def step(self, kernel: Kernel, done: Callable[[], bool], slice_ns: int = 5_000_000) -> int | None:
        """Run a machine for a short time of the host's, for event loops.

        Returns how long the host may do other things before the next step, in ns (0: there is more to do); None if nothing
        can ever happen any more.
        """
        self.check_thread()
        dispatcher = kernel.dispatcher
        until_ns = host_now_ns() + slice_ns
        pause: list[int | None] = [0]

        def enough() -> bool:
            if done() or host_now_ns() >= until_ns:
                return True
            if dispatcher.current is None and not dispatcher.queued and not kernel.clock.virtual:
                deadline_ns = dispatcher.next_timer()
                if any(source.wanted for source in self.inputs):
                    pause[0] = 1_000_000
                    for source in self.inputs:
                        self._poll_input(source)
                elif deadline_ns is not None:
                    pause[0] = max(0, deadline_ns - kernel.clock.now_ns())
                else:
                    return False
                return pause[0] != 0
            return False

        dispatcher.crowded = True
        try:
            if not self.drive(kernel, enough):
                return None
        finally:
            dispatcher.crowded = False
        return pause[0]

    def _poll_input(self, source: HostInput) -> None:
        if not source.wanted or source.more is None:
            return
        if source.fileno is not None and not select.select([source.fileno], [], [], 0)[0]:
            return
        data = source.more()
        if data is not None:
            source.feed(data)

    # ---------------------------------------------------------------- ends
    def watch(self, handle: object, kernel: Kernel) -> None:
        """End a machine when its handle is dropped. Nothing here holds the handle, so dropping it is enough."""
        held = Handle(handle, _dropped)
        held.world = self
        held.kernel = kernel
        self._handles.add(held)

    def doom(self, kernel: Kernel) -> None:
        """End a machine that nobody holds any more: now, if this is the world's thread and it is at rest, else when it next is."""
        if kernel.closed:
            return
        self._doomed.append(kernel)
        if self.kernel is None and threading.get_ident() == self.thread:
            self._end_doomed()

    def _end_doomed(self) -> None:
        while self._doomed:
            self.end(self._doomed.popleft())

    def end(self, kernel: Kernel) -> None:
        """End every process of a machine and let go of it."""
        if kernel.closed:
            return
        kernel.closed = True

        def live() -> bool:
            return any(p.task is not None and not p.zombie for p in kernel.table.by_pid.values())

        if live():
            for process in list(kernel.table.by_pid.values()):
                if process.task is not None and not process.zombie:
                    post_signal(process, SIGKILL)
            self.drive(kernel, lambda: not live())
        self._abandoned.extend(kernel.abandoned)  # dropping one would run the program that doesn't listen
        if kernel.events.closed:
            kernel.events.emit("closed", kernel.clock.now_ns())
        kernel.dispatcher.timers.clear()
        _cut(kernel)

    def idle(self, kernel: Kernel) -> bool:
        """Nobody can run: wait for the host, or for the next timer. False if neither can come."""
        dispatcher = kernel.dispatcher
        waiting = [source for source in self.inputs if source.wanted]
        for source in waiting:
            if source.fileno is None and source.more is not None:
                data = source.more()
                if data is not None:
                    source.feed(data)
                    return True
        deadline_ns = dispatcher.next_timer()
        if kernel.clock.virtual:
            if waiting:
                self._wait_for_host(
                    waiting, None
                )  # input is a part of the machine's world: time stands still until it came
                return True
            if deadline_ns is None:
                return False
            dispatcher.advance_to(deadline_ns)
            return True
        if deadline_ns is None and not waiting:
            return False
        timeout_s = None if deadline_ns is None else max(0.0, (deadline_ns - kernel.clock.now_ns()) / 1e9)
        self._wait_for_host(waiting, timeout_s)
        return True

    def _wait_for_host(self, waiting: list[HostInput], timeout_s: float | None) -> None:
        """Block the thread until input is there, somebody posts, or the time is up."""
        timeout_s = MAX_WAIT_S if timeout_s is None else min(timeout_s, MAX_WAIT_S)
        self._open_wake_pipe()
        if self._posts:
            return
        by_fd = {source.fileno: source for source in waiting if source.fileno is not None}
        try:
            ready, _, _ = select.select([self._wake_read, *by_fd], [], [], timeout_s)
        except (OSError, ValueError):  # a platform whose select knows sockets only
            ready = list(by_fd)
            if not ready:
                host_sleep_ns(int(min(timeout_s, 0.01) * 1e9))
        for fd in ready:
            if fd == self._wake_read:
                os.read(fd, 4096)
                continue
            source = by_fd[fd]
            assert source.more is not None
            data = source.more()
            if data is not None:
                source.feed(data)

    def _open_wake_pipe(self) -> None:
        if self._wake_read < 0:
            self._wake_read, self._wake_write = os.pipe()
            os.set_blocking(self._wake_read, False)
            os.set_blocking(self._wake_write, False)

    def close(self) -> None:
        """Let the idle fibers and the wake-up pipe go."""
        self.pool.close()
        if self._wake_read >= 0:
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._wake_read = self._wake_write = -1

    def __del__(self) -> None:
        if self._wake_read >= 0:
            os.close(self._wake_read)
            os.close(self._wake_write)


def _cut(kernel: Kernel) -> None:
    """Cut the cycles between a kernel's objects, so that they go at once and not at the next garbage collection."""
    for process in kernel.table.by_pid.values():
        process.fs.vfs = None  # type: ignore[assignment]
        process.fds.files.clear()
    kernel.table.by_pid.clear()
    kernel.table.groups.clear()
    kernel.table.sessions.clear()
    kernel.sessions = ()
    kernel._hand = None
    kernel.view = None
    kernel.vfs.caches.clear()
    kernel.vfs.namespaces = ()
    kernel.devices.by_number.clear()
