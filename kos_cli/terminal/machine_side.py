"""The machine's terminal and the shell that sits at it.

The shell is resident: between commands it holds no fiber, and the machine can be stepped for its background jobs. For each
command it gets the terminal as descriptors 0, 1 and 2 and is the session's foreground; afterwards the terminal's modes are
put back, whatever the command did to them, and what was typed ahead is handed to the line editor.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kos_kernel.abi import O_APPEND, O_CREAT, O_NOCTTY, O_NONBLOCK, O_RDWR, O_WRONLY, TCGETS, TCSETS, TIOCSCTTY
from kos_kernel.errors import KosError, ResourceUnavailable, SysError

from ..machine_args import environment

if TYPE_CHECKING:
    from kos_kernel import Machine

CONSOLE = {"name": "console", "driver": "console"}
CONSOLE_NUMBER = (5, 1)
PROMPT = r"\[\e[32m\]\u@\h\[\e[0m\]:\[\e[34m\]\w\[\e[0m\]\$ "
ICANON, ECHO = 0o2, 0o10  # lflag bits of termios(3)
USER_PROCESS = 7
LOGIN = struct.Struct(
    "<hxxi32s4s32s256sxxxxiii36x"
)  # a record of utmp(5): type, pid, line, id, user, host, session, time


class _Keyboard:
    """Tells the hub that it isn't the end when every program sleeps: somebody may still type, which comes by `World.post`."""

    wanted = True
    fileno = None
    more = None


_KEYS_MAY_COME: Any = _Keyboard()


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
        from kos_shell.talk import Talk

        self.talk = Talk(self.session)
        self._status = 0
        self._finished = True
        self.typed_ahead = b""
        self._on_fiber(self._begin)
        self._log_in()

    @property
    def status(self) -> int:
        """Return the status that the shell ended with, or of what it did last."""
        return self._status

    def has_ended(self) -> bool:
        """Tell whether the shell is gone: its status is what the last command returned."""
        return bool(self._shell._resident.process.zombie)

    def run(self, text: str) -> int:
        """Run a command to its end, or until it has stopped; return its status."""
        return self._on_fiber(lambda k: self._command(k, lambda: self.talk.run(k, text)))

    def end_of_input(self) -> int:
        """Ctrl-D on an empty line: have the shell end, if nothing is against it; return its status."""
        return self._on_fiber(lambda k: self._command(k, lambda: self.talk.end_of_input(k)))

    def before_prompt(self) -> int:
        """Have the shell do what it does before PS1 (jobs, PROMPT_COMMAND); return the status of the last command."""

        def main(k: Any) -> int:
            self.talk.before_prompt(k)
            return int(self.session.shell.status)

        return self._on_fiber(lambda k: self._command(k, lambda: main(k)))

    def prompt(self, number: int) -> str:
        """Return PS1 (1) or PS2 (2) as it is to be shown."""
        return str(self._asked(lambda: self.session.prompt(number)))

    def complete(self, text: str, cursor: int) -> list[tuple[int, str]]:
        """Return (start, replacement) for each way the word before the cursor may go on."""
        return list(self._asked(lambda: self.session.complete(text, cursor)))

    def commands(self) -> frozenset[str]:
        """Return the names of all commands that there are."""
        return frozenset(self._asked(lambda: self.session.commands()))

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
    def _on_fiber(self, main: Callable[[Any], int]) -> int:
        """Run main(k) on the shell's process, with the machine's other programs beside it; return its status."""
        process = self._shell._resident.process
        self._finished = False
        process.host_waiter = lambda ended: self._ended(ended.exit_status)
        process.begin(lambda k, _: main(k), (None,))
        self._world.inputs.append(_KEYS_MAY_COME)
        try:
            self._world.drive(self._kernel, lambda: self._finished)
        finally:
            self._world.inputs.remove(_KEYS_MAY_COME)
        return self._status

    def _asked(self, question: Callable[[], Any]) -> Any:
        """Return what the shell answers. It may make system calls, so it is asked on its fiber."""
        answers = []

        def main(k: Any) -> int:
            self.session.shell.k = k
            with self._at_terminal(k):
                answers.append(question())
            return 0

        status = self._status
        self._on_fiber(main)
        self._status = status
        return answers[0]

    def _begin(self, k: Any) -> int:
        """Make the shell one that somebody types into: it has the terminal, job control, and isn't ended by the keyboard."""
        with self._at_terminal(k):
            try:
                k.ioctl(0, TIOCSCTTY, 0)
            except SysError:
                pass  # opening it was enough
            self.talk.begin(k, PROMPT)
            if self.session.exited is not None:
                k.exit(self.session.exited)
        return 0

    def _log_in(self) -> None:
        """Write the session into the list of logins, /run/utmp, which users, w and uptime read."""
        process = self._shell._resident.process
        user: bytes = process.env.get(b"USER", b"root")
        record = LOGIN.pack(
            USER_PROCESS, process.pid, b"console", b"cons", user, b"", process.group.session.id,
            self._kernel.clock.realtime_ns() // 10**9, 0,
        )  # fmt: skip
        hand = self._kernel.init_k
        try:
            fd = hand.open(b"/run/utmp", O_WRONLY | O_CREAT | O_APPEND, 0o644)
            hand.write(fd, record)
            hand.close(fd)
        except SysError:
            pass  # a machine without /run keeps no list

    def _command(self, k: Any, action: Callable[[], int]) -> int:
        """Do something with the terminal around it, and put the terminal right afterwards."""
        with self._at_terminal(k):
            status = action()
            if self.session.exited is not None:
                k.exit(self.session.exited)
            self.typed_ahead += self._take_keys(k)
            k.ioctl(0, TCSETS, self._modes)
        return status

    @contextmanager
    def _at_terminal(self, k: Any) -> Iterator[None]:
        """Give the process the terminal as 0, 1 and 2 for a while."""
        fd = self._open_console(k)
        for other in (0, 1, 2):
            if fd != other:
                k.dup2(fd, other)
        if fd > 2:
            k.close(fd)
        yield
        for one in (0, 1, 2):
            if one in k.fds.files:
                k.close(one)

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
