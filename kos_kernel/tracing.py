"""System calls that are listened to. A machine nobody traces never imports this.

`TracedSyscalls` wraps every public call of Syscalls: it notes arguments and outcome and tells the observers of `syscall`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import SysError
from .fibers import ProcessExit, Task
from .kernel import Kernel
from .process import Process, Replaced
from .syscalls import Syscalls

_SILENT = frozenset(
    {"tick", "compute", "charge", "memo", "lines", "read_all", "on_fresh_stack", "nice", "mkfifo", "listdir", "lchown"}
)


class TracedSyscalls(Syscalls):
    """Syscalls that tell. Made by traced_syscalls."""

    __slots__ = ()


def _wrapped(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def traced(self: Syscalls, *args: Any, **options: Any) -> Any:
        events = self._kernel.events
        began_ns = self.clock.now_ns()
        pid = self.pid
        told = (*args, *(f"{key}={value!r}" for key, value in options.items()))
        try:
            result = call(self, *args, **options)
        except SysError as error:
            events.emit("syscall", began_ns, pid, name, told, None, error)
            raise
        except (ProcessExit, Replaced):
            events.emit("syscall", began_ns, pid, name, told, None, None)
            raise
        events.emit("syscall", began_ns, pid, name, told, result, None)
        return result

    traced.__name__ = name
    traced.__doc__ = call.__doc__
    return traced


for _name in dir(Syscalls):
    if not _name.startswith("_") and _name not in _SILENT and callable(getattr(Syscalls, _name)):
        setattr(TracedSyscalls, _name, _wrapped(_name, getattr(Syscalls, _name)))


def traced_syscalls(kernel: Kernel, process: Process, task: Task) -> Syscalls:
    """Return the traced door for a process."""
    return TracedSyscalls(kernel, process, task)
