"""The machine's terminal and the shell that sits at it.

The shell is resident: between commands it holds no fiber, and the machine can be stepped for its background jobs. For each
command it gets the terminal as descriptors 0, 1 and 2 and is the session's foreground; afterwards the terminal's modes are
put back, whatever the command did to them, and what was typed ahead is handed to the line editor.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_kernel.abi import O_NOCTTY, O_NONBLOCK, O_RDWR, TCGETS, TCSETS, TIOCSCTTY
from kos_kernel.errors import KosError, ResourceUnavailable, SysError

from ..machine_args import environment

if TYPE_CHECKING:
    from kos_kernel import Machine

CONSOLE = {"name": "console", "driver": "console"}
CONSOLE_NUMBER = (5, 1)
ICANON, ECHO = 0o2, 0o10  # lflag bits of termios(3)


class MachineTerminal:
    """One shell at one terminal. on_output: gets what the terminal shows."""

    def __init__(self, machine: Machine, parsed: Any, on_output: Callable[[bytes], None]) -> None:
        self._kernel = machine._open()
        self._world = machine._world
        console: Any = self._kernel.devices.find("char", CONSOLE_NUMBER)
        if console is None:
            raise KosError(
                "the machine has no console\n  add [[devices]] driver = 'console', or take away what removes it"
            )
        self.console = console
        console.on_output = on_output
        self._modes = console.settle(TCGETS, None)
        env = {b"TERM": os.fsencode(os.environ.get("TERM", "dumb")), **environment(parsed)}
        cwd = None if parsed.workdir is None else os.fsencode(parsed.workdir)
        try:
            self._shell = machine.shell(env=env, cwd=cwd, user=parsed.user)
        except OSError as error:
            raise KosError(f"--workdir {parsed.workdir}: {error.strerror} in the machine") from None
        self.session = self._shell.session
        self._status = 0
        self._finished = True
        self.typed_ahead = b""
        self.run(b"set -m")

    def has_ended(self) -> bool:
        """Tell whether the shell is gone: its status is what the last command returned."""
        return bool(self._shell._resident.process.zombie)

    def run(self, script: bytes) -> int:
        """Run a command to its end, or until it has stopped; return its status."""
        process = self._shell._resident.process
        self._finished = False
        process.host_waiter = lambda ended: self._ended(ended.exit_status)
        process.begin(self._main, (script,))
        self._world.drive(self._kernel, lambda: self._finished)
        return self._status

    def step(self) -> float:
        """Let background jobs go on for a moment; return how many seconds may pass before the next time."""
        if not any(p.task is not None and not p.zombie for p in self._kernel.table.by_pid.values()):
            return 0.2
        pause_ns = self._world.step(self._kernel, lambda: False)
        if pause_ns is None or self._kernel.clock.virtual:
            return 0.05
        return min(max(pause_ns / 1e9, 0.001), 0.05)

    def feed(self, keys: bytes) -> None:
        """Type. From any thread."""
        self._world.post(lambda: self.console.feed(keys))

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal another size. From any thread."""
        self._world.post(lambda: self.console.resize(rows, columns))

    # ---------------------------------------------------------------- in the machine
    def _main(self, k: Any, script: bytes) -> int:
        """Run one command on the shell's fiber, with the terminal around it."""
        fd = self._open_console(k)
        for other in (0, 1, 2):
            if fd != other:
                k.dup2(fd, other)
        if fd > 2:
            k.close(fd)
        try:
            k.ioctl(0, TIOCSCTTY, 0)
        except SysError:
            pass  # it has it already
        status: int = self.session.run(k, script)
        if self.session.exited is not None:
            k.exit(self.session.exited)
        self.typed_ahead += self._take_keys(k)
        k.ioctl(0, TCSETS, self._modes)
        for one in (0, 1, 2):
            if one in k.fds.files:
                k.close(one)
        return status

    def _open_console(self, k: Any) -> int:
        """Return a descriptor of the console, whoever the user is: they sit at it."""
        hand = self._kernel.init_k
        opened = hand.open(b"/dev/console", O_RDWR | O_NOCTTY)
        file = self._kernel.init.fds.close(opened)
        fd: int = k.fds.add(file)
        return fd

    def _take_keys(self, k: Any) -> bytes:
        """Return what was typed and read by nobody: whole lines, and the beginning of the next one."""
        modes = k.ioctl(0, TCGETS, None)
        modes.lflag &= ~(ICANON | ECHO)
        keys = b""
        try:
            k.ioctl(0, TCSETS, modes)
            k.set_flags(0, O_NONBLOCK)
            while piece := k.read(0, 4096):
                keys += piece
        except (ResourceUnavailable, SysError):
            pass
        return keys

    def _ended(self, wait_status: int) -> None:
        from kos_kernel.abi import WEXITSTATUS, WIFSIGNALED, WTERMSIG

        self._status = 128 + WTERMSIG(wait_status) if WIFSIGNALED(wait_status) else WEXITSTATUS(wait_status)
        self._finished = True
        self._kernel.dispatcher.stop = True
