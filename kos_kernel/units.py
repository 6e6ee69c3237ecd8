"""PID 1: a state machine without a fiber. It reaps orphans, and looks after units when there are any.

The unit engine is brought in only when the machine has unit files (`Init.manager`); an idle init costs nothing and is carried
by a fork.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .abi import SIGINT, SIGTERM

if TYPE_CHECKING:
    from .kernel import Kernel
    from .process import Process


class Init:
    """What PID 1 does when told of something."""

    __slots__ = ("kernel", "manager")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.manager: Any = None

    def child_exited(self, child: Process) -> None:
        """A child or an orphan ended; it has been reaped."""
        if self.manager is not None:
            self.manager.process_exited(child.pid, child.exit_status)

    def signal(self, signum: int) -> None:
        """Somebody sent PID 1 a signal: it has no handlers, so as on Linux nothing happens, but the log says so."""
        if signum in (SIGTERM, SIGINT):
            self.kernel.events.note(self.kernel.clock.now_ns(), 5, f"init ignored signal {signum}")
