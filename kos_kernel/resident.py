"""A shell that stays: a process that holds no fiber between the scripts it is asked to run.

The interpreter's state is a session object of the shell plugin (`ProgramFamily.sessions`); it is plain data at rest, so a fork
carries it. What a session has: `run(k, script) -> int`, `fork() -> session`, `exited` (an exit status once `exit` was called).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import PluginError
from .kernel import Kernel
from .process import Process
from .vfs.openfile import OpenFile

if TYPE_CHECKING:
    from .platform import Platform

PROGRAM = "bash"


class ResidentShell:
    """A process and its session."""

    __slots__ = ("process", "session")

    def __init__(self, process: Process, session: Any) -> None:
        self.process = process
        self.session = session

    @staticmethod
    def start(kernel: Kernel, platform: Platform, process: Process) -> ResidentShell:
        """Make a process a shell at its prompt. PluginError if no installed plugin brings a shell that can stay."""
        factory = platform.session_factory(kernel.config, PROGRAM)
        if factory is None:
            process.finish(0)
            raise PluginError(f"no installed plugin has a resident {PROGRAM}\n  install kos-shell")
        process.resident = True
        process.comm = PROGRAM.encode()
        process.argv = [PROGRAM.encode()]
        process.exe = b"/usr/bin/" + PROGRAM.encode()
        session = factory(env=dict(process.env), name=PROGRAM, cache=platform.world().memo("shell"), pid=process.pid)
        return ResidentShell(process, session)

    def begin(self, script: bytes, files: dict[int, OpenFile]) -> None:
        """Run a script: give the process a fiber and descriptors until it is done."""
        process = self.process
        for fd, file in files.items():
            process.fds.put(fd, file)
        process.begin(self._run, (script,))

    def _run(self, k: Any, script: bytes) -> int:
        status: int = self.session.run(k, script)
        if self.session.exited is not None:
            k.exit(self.session.exited)
        for fd in (0, 1, 2):
            if fd in k.fds.files:
                k.close(fd)
        return status

    def fork(self, kernel: Kernel, process: Process) -> ResidentShell:
        """Return the copy for a forked machine, around its process there."""
        return ResidentShell(process, self.session.fork())
