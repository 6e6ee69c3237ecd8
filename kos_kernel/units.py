"""PID 1: a state machine without a fiber. It reaps orphans, and looks after units when there are any.

The unit engine is brought in only when the machine has unit files (`Init.manager`); an idle init costs nothing and is carried
by a fork.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .abi import SIGHUP, SIGINT, SIGTERM
from .errors import SysError

if TYPE_CHECKING:
    from .kernel import Kernel
    from .platform import Platform
    from .process import Process


class Init:
    """What PID 1 does when told of something."""

    __slots__ = ("kernel", "manager", "platform")

    def __init__(self, kernel: Kernel, platform: Platform) -> None:
        self.kernel = kernel
        self.platform = platform
        self.manager: Any = None

    def child_exited(self, child: Process) -> None:
        """A child or an orphan ended; it has been reaped."""
        if self.manager is not None:
            self.manager.process_exited(child.pid, child.exit_status, child.namespaces.group)

    def signal(self, signum: int) -> None:
        """Somebody sent PID 1 a signal. SIGHUP: look for unit files (again). Others do nothing, as on Linux, but the log says so."""
        if signum == SIGHUP:
            if self.manager is not None:
                self.manager.reload()
            else:
                begin_units(self.kernel, self.platform)
        elif signum in (SIGTERM, SIGINT):
            self.kernel.events.note(self.kernel.clock.now_ns(), 5, f"init ignored signal {signum}")


def begin_units(kernel: Kernel, platform: Platform) -> bool:
    """Bring in the service manager if there are unit files; tell whether it runs."""
    init = kernel.init.reactor
    if init.manager is not None:
        return True
    try:
        names = kernel.init_k.listdir(b"/etc/systemd/system")
    except SysError:
        return False
    if not any(b"." in name for name in names):
        return False
    from .unitmanager import UnitManager

    UnitManager.start(kernel, platform)
    return True
