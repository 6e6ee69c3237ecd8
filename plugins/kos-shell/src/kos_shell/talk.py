"""What whoever puts a prompt in front of a resident shell needs beyond `Session`: `kos shell` does, with an editor of its own.

    talk = Talk(session)
    talk.begin(k, prompt)      once: interactive, job control, start-up files
    talk.before_prompt(k)      each time: jobs that ended, LINES and COLUMNS, PROMPT_COMMAND
    talk.keep(text)            is this line one for the history?
    talk.run(k, text)          PS0, the command; Ctrl-D is talk.end_of_input(k)
    talk.highlight(text)       which characters are what

Methods that take `k` run on the shell's fiber, in a process whose descriptors 0, 1 and 2 are the terminal. The shell in the
machine that reads its terminal by itself (`bash -i`) is interactive.py and uses none of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.builtins.history import begin, end, remember
from kos_shell.interactive import before_command, before_prompt, ends_ignored, follow_window
from kos_shell.prompt import PROMPTS
from kos_shell.script import run_text
from kos_shell.terminal import interactive_signals, switch_job_control

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls
    from kos_shell.session import Session
    from kos_shell.shell import Shell

USE_EXIT = 'Use "exit" to leave the shell.\n'


class Talk:
    """The conversation with one resident shell."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._ends = 0

    @property
    def editing_mode(self) -> str:
        """Return "vi" or "emacs": what `set -o vi` asks of the line editor."""
        return "vi" if "vi" in self.session.shell.options else "emacs"

    @property
    def has_ended(self) -> bool:
        """Tell whether the shell is gone."""
        return self.session.exited is not None

    def begin(self, k: Syscalls, ps1: str) -> int:
        """Make the shell one that somebody types into, and run its start-up file; ps1: the prompt if nobody sets one."""
        self.session.within(k, lambda sh: 0)
        return self.session.within(k, lambda sh: self._start(sh, ps1))

    def _start(self, sh: Shell, ps1: str) -> int:
        from kos_shell.startup import run_startup_files

        sh.interactive = True
        sh.invocation += "i"
        interactive_signals(sh)
        sh.set_options(on=("expand_aliases", "history", "emacs"))
        for name, default in {**PROMPTS, "PS1": ps1, "HISTFILE": (sh.get("HOME") or "") + "/.bash_history"}.items():
            sh.vars.setdefault(name, default)
        switch_job_control(sh, True)
        run_startup_files(sh, login=False, rcfile=None, norc=False)
        begin(sh)
        return 0

    def before_prompt(self, k: Syscalls) -> None:
        """Do what is due before PS1. The status of the last command stays."""
        status = self.session.shell.status

        def action(sh: Shell) -> int:
            before_prompt(sh)
            return status

        self.session.within(k, action)

    def keep(self, text: str) -> bool:
        """Take a line into the shell's history; False if HISTCONTROL or HISTIGNORE say no."""
        sh = self.session.shell
        if "history" not in sh.options or not text.strip():
            return False
        remember(sh, text)
        return sh.history_added

    def interrupted(self) -> None:
        """Ctrl-C at the prompt: the line is given up."""
        self.session.shell.status = 130
        self._ends = 0

    def run(self, k: Syscalls, text: str) -> int:
        """Run what was typed and return its status."""
        self._ends = 0

        def action(sh: Shell) -> int:
            sh.command_number += 1
            follow_window(sh)
            shown = before_command(sh)
            if shown:
                sh.write_error(shown)
            return run_text(sh, text)

        return self._ended(self.session.within(k, action))

    def end_of_input(self, k: Syscalls) -> int:
        """Ctrl-D on an empty line: end the shell as `exit` does, unless IGNOREEOF or stopped jobs are against it."""
        self._ends += 1

        def action(sh: Shell) -> int:
            if self._ends <= ends_ignored(sh):
                sh.write_error(USE_EXIT)
                return sh.status
            sh.write_error("exit\n")
            return run_text(sh, "exit")

        return self._ended(self.session.within(k, action))

    def _ended(self, status: int) -> int:
        if self.has_ended:
            end(self.session.shell)
        return status

    def highlight(self, text: str) -> list[tuple[int, int, str]]:
        """Return (start, stop, kind) of what is to be shown in a colour; see highlight.py."""
        from kos_shell.highlight import spans

        sh = self.session.shell
        return spans(text, posix=sh.posix, extglob="extglob" in sh.options)
