"""The host's signals while a machine is driven: Ctrl-C, and a watchdog for programs that never yield.

Both work on the main thread only, where Python runs signal handlers; elsewhere a program is held by its ticks alone, and a hard
guarantee is what a machine in a process of its own gives.

Ctrl-C (where the host left Python's default in place) must not surface inside whatever guest program runs, so it is noted and
raised as KeyboardInterrupt by the hub; a second one is raised at once.

The watchdog's timer counts the host's CPU time. A program that made no system call and no tick for `limit` seconds of it is
stuck in Python: it is killed. The handler raises only in the program's own code. If the kernel is on the stack, as in the
middle of a system call, the pending SIGKILL does it on the way out, so that nothing is torn.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what `signal` wraps: its enums cost more than the rest of a short run
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from .abi import SIGKILL
from .fibers import ProcessExit
from .process import post_signal

if TYPE_CHECKING:
    from .kernel import Kernel

_SIGINT = int(signal.SIGINT)
_SIGVTALRM = int(getattr(signal, "SIGVTALRM", 0))  # Windows has none, and is never armed
INTERVAL_S = 0.1
DEFAULT_LIMIT_S = 10.0
_OUR_BASE = ("kos_kernel.process", "kos_kernel.fibers")


class HostSignals:
    """Armed while one kernel is driven."""

    __slots__ = ("_kernel", "_limit_s", "_old_alarm", "_old_interrupt", "_seen", "_stalled_s", "_wake", "interrupted")

    def __init__(self, wake: Callable[[], None]) -> None:
        self.interrupted = 0
        self._wake = wake
        self._kernel: Kernel | None = None
        self._limit_s = DEFAULT_LIMIT_S
        self._seen: tuple[Any, int] = (None, 0)
        self._stalled_s = 0.0
        self._old_alarm: Any = None
        self._old_interrupt: Any = None

    def arm(self, kernel: Kernel) -> bool:
        """Begin to watch; False where that can't be done (another thread, a platform without timers)."""
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
            return False
        self._kernel = kernel
        self.interrupted = 0
        self._stalled_s = 0.0
        cpu_ns = kernel.limits.cpu_ns
        self._limit_s = DEFAULT_LIMIT_S if cpu_ns is None else cpu_ns / 1e9
        if _signal.getsignal(_SIGINT) is signal.default_int_handler:
            self._old_interrupt = _signal.signal(_SIGINT, self._on_interrupt)
        self._old_alarm = _signal.signal(_SIGVTALRM, self._on_tick)
        signal.setitimer(signal.ITIMER_VIRTUAL, INTERVAL_S, INTERVAL_S)
        return True

    def disarm(self) -> None:
        """Put everything back as it was."""
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        _signal.signal(_SIGVTALRM, self._old_alarm if self._old_alarm is not None else int(signal.SIG_DFL))
        if self._old_interrupt is not None:
            _signal.signal(_SIGINT, self._old_interrupt)
            self._old_interrupt = None
        self._kernel = None
        self._seen = (None, 0)  # a machine that is dropped must not be held here

    def _on_interrupt(self, signum: int, frame: FrameType | None) -> None:
        self.interrupted += 1
        kernel = self._kernel
        if kernel is None or self.interrupted > 1:
            raise KeyboardInterrupt
        dispatcher = kernel.dispatcher
        dispatcher.stop = True
        if dispatcher.current is not None:
            dispatcher.current.until = 0
        self._wake()

    def _on_tick(self, signum: int, frame: FrameType | None) -> None:
        kernel = self._kernel
        if kernel is None:
            return
        task = kernel.dispatcher.current
        if task is None:
            self._stalled_s = 0.0
            return
        seen = (task, task.runtime_ns)
        if seen != self._seen:
            self._seen = seen
            self._stalled_s = 0.0
            return
        self._stalled_s += INTERVAL_S
        if self._stalled_s < self._limit_s:
            return
        self._stalled_s = 0.0
        process = task.process
        now_ns = kernel.clock.now_ns()
        kernel.events.note(
            now_ns, 4, f"pid {process.pid} made no system call for {self._limit_s:g} s of CPU time; killed"
        )
        post_signal(process, SIGKILL)
        if _in_program(frame):
            process.dying = True
            process.exit_status = SIGKILL
            raise ProcessExit


def _in_program(frame: FrameType | None) -> bool:
    """Tell whether nothing of the kernel is between the interrupted line and the base of the program's fiber."""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith("kos_kernel."):
            return name in _OUR_BASE and frame.f_code.co_name in ("_live", "_main")
        frame = frame.f_back
    return False


def wake_writer(get_fd: Callable[[], int]) -> Callable[[], None]:
    """Return what wakes a hub that waits in select: a byte into its pipe, if it has one."""

    def wake() -> None:
        fd = get_fd()
        if fd >= 0:
            try:
                os.write(fd, b"!")
            except OSError:
                pass  # full: it wakes anyway

    return wake
