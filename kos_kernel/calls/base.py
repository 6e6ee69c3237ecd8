"""What every system call does first, and what the families share.

Entering a call charges its price and looks up if there is reason to (fibers.py). Hot calls write these three lines out;
the others call `_enter()`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors
from ..fibers import SYSCALL_NS, Task
from ..namespaces import process_of
from ..vfs.dentry import Dentry
from ..vfs.openfile import OpenFile

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..process import Process


class Call:
    """State that all families use. k.pid, k.env, k.argv are for programs; the rest is the kernel's own."""

    __slots__ = ("_kernel", "argv", "clock", "env", "fds", "fs", "pid", "process", "task")

    def __init__(self, kernel: Kernel, process: Process, task: Task) -> None:
        self._kernel = kernel
        self.process = process
        self.task = task
        self.fs = process.fs
        self.fds = process.fds
        self.clock = kernel.clock
        self.env = process.env
        self.argv: list[bytes] = process.argv
        self.pid = process.pid

    def _enter(self) -> None:
        task = self.task
        task.runtime_ns += SYSCALL_NS
        if task.runtime_ns >= task.until:
            self._kernel.dispatcher.attend()

    def _find(self, pid: int) -> Process:
        """Return a process by its number here, 0 = this one. Raises NoSuchProcess."""
        if pid == 0:
            return self.process
        found = process_of(self._kernel, pid, self.process)
        if found is None or found.zombie and found.parent is not self.process:
            raise errors.NoSuchProcess(None, f"there is no process {pid}")
        return found

    def _file(self, fd: int) -> OpenFile:
        file = self.fds.files.get(fd)
        if file is None:
            raise errors.BadDescriptor(None, f"descriptor {fd} is not open")
        return file

    def _start(self, dirfd: int | None) -> Dentry | None:
        """Return where a relative path begins: a directory's descriptor, or None for the cwd."""
        if dirfd is None:
            return None
        dentry = self._file(dirfd).dentry
        if dentry is None:
            raise errors.NotADirectory(None, f"descriptor {dirfd} is no directory")
        return dentry

    def _at(self, path: bytes, follow: bool, dirfd: int | None) -> Dentry:
        if path[:1] == b"/":
            dirfd = None
        return self.fs.at(path, follow) if dirfd is None else self.fs.walk(path, follow, self._start(dirfd))

    def _parent(self, path: bytes, dirfd: int | None = None) -> tuple[Dentry, bytes]:
        if dirfd is None or path[:1] == b"/":
            return self.fs.parent(path)
        start = self._start(dirfd)
        assert start is not None
        return self.fs.parent_at(path, start)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise errors.NoSuchSyscall(None, f"there is no system call {name!r}")
