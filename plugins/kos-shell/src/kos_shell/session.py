"""A shell that stays: state between scripts, without a fiber.

    session = Session(env={b"HOME": b"/root"}, pid=7)
    session.run(k, b"cd /tmp; x=1")       in a process, on its fiber
    session.run(k, b"echo $x")            1
    twin = session.fork()                 shares nothing that either can change

At rest a session is plain data (a Shell); a machine that is forked carries it. `feed`, `prompt` and `complete` are for
whoever puts a prompt in front of it; talk.py has the rest of what that takes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_kernel.api import SIG_DFL, SIGCHLD
from kos_shell.caches import Caches
from kos_shell.completion import complete_line
from kos_shell.errors import Discard, FunctionReturn, ShellExit
from kos_shell.prompt import prompt_text
from kos_shell.script import run_text
from kos_shell.shell import Shell, decode
from kos_shell.startup import run_exit_trap
from kos_shell.syntax.parser import Incomplete, ShellSyntaxError, parse
from kos_shell.terminal import leave_terminal, sit_at_terminal
from kos_shell.traps import PSEUDO, signal_number

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


class Session:
    """One resident shell. exited: the status that `exit` gave, None while it lives."""

    def __init__(
        self,
        *,
        env: dict[bytes, bytes] | None = None,
        name: str = "bash",
        cache: dict[Any, Any] | None = None,
        pid: int = 0,
    ) -> None:
        """cache: where the owner of many sessions keeps what they have parsed; shared by all that get the same one."""
        caches = Caches() if cache is None else Caches.of(cache)
        self._env = env
        self._pid = pid
        self._started = False
        self._moved = False
        self.exited: int | None = None
        self.shell = Shell(None, name=name, caches=caches)
        self.shell.stays = True
        if name == "sh":
            self.shell.set_options(on=("posix",))

    def run(self, k: Syscalls, script: bytes) -> int:
        """Run a script in process `k` and return its status. After `exit`, `exited` is set and nothing runs any more."""
        return self.within(k, lambda sh: run_text(sh, decode(script)))

    def within(self, k: Syscalls, action: Callable[[Shell], int]) -> int:
        """Have the shell do something in process `k`, as it runs a script; return the status, which is its $? then."""
        if self.exited is not None:
            return self.exited
        sh = self.shell
        if not self._started:
            self._start(k)
        else:
            sh.k = k
            if self._moved:
                self._take_signals()
            if sh.watching:
                sh.collect()  # what ended while nothing ran
        sh.stack = 0
        if "monitor" in sh.options:
            sit_at_terminal(sh)
        try:
            status = action(sh)
            if sh.pending:
                sh.run_pending()
        except (Discard, FunctionReturn) as jump:
            status = jump.status
        except ShellExit as jump:
            status = run_exit_trap(sh, jump.status) & 255
            self.exited = status
        sh.status = status
        if sh.own_signals:
            leave_terminal(sh)
        sh.reap()
        for job in sh.jobs.values():
            job.told = job.told or job.state == "Done"
        sh.forget_finished()
        return status

    def _start(self, k: Syscalls) -> None:
        if self._env is not None:
            k.env.clear()
            k.env.update(self._env)
        self.shell.start(k)
        if self._pid:
            self.shell.shell_pid = self._pid
        self._env = None
        self._started = True

    def _take_signals(self) -> None:
        """After a fork: handlers of the original are the original's; install our own."""
        self._moved = False
        sh = self.shell
        if sh.watching:  # no child came along
            sh.watching = False
            sh.k.sigaction(SIGCHLD, SIG_DFL)
        sh.lose_children()
        for name, action in sh.traps.items():
            if name not in PSEUDO and action:
                number = signal_number(name)
                if number:
                    sh.k.sigaction(number, sh.on_signal, restart=number == SIGCHLD)

    def fork(self) -> Session:
        """Return a copy, at rest, that shares nothing that either can change."""
        copy = Session.__new__(Session)
        copy._env = self._env
        copy._pid = self._pid
        copy._started = self._started
        copy._moved = True
        copy.exited = self.exited
        copy.shell = self.shell.fork()
        copy.shell.adopt_jobs(self.shell.jobs.values())
        copy.shell.k = None
        return copy

    # ------------------------------------------------------------------ for a prompt
    def feed(self, text: str) -> str:
        """Tell whether `text` is "complete" (may be run), "incomplete" (ask for more with PS2) or an "error"."""
        sh = self.shell
        try:
            parse(
                text,
                aliases=sh.aliases if "expand_aliases" in sh.options else None,
                posix=sh.posix,
                extglob="extglob" in sh.options,
                interactive=True,
            )
        except Incomplete:
            return "incomplete"
        except ShellSyntaxError:
            return "error"
        return "complete"

    def prompt(self, number: int) -> str:
        """Return PS1 (1) or PS2 (2) as it is to be shown. Before the first run: the shell's default."""
        if self.shell.k is None:
            return "$ " if number == 1 else "> "
        return prompt_text(self.shell, number)

    def commands(self) -> list[str]:
        """Return the names of all commands that there are."""
        from kos_shell.completion import commands

        return commands(self.shell, "")

    def complete(self, text: str, cursor: int) -> list[tuple[int, str]]:
        """Return (start, replacement) for each way the word before the cursor may go on: commands, variables, paths."""
        if self.shell.k is None:
            return []
        return complete_line(self.shell, text, cursor)
