"""A shell whose commands come from standard input: a pipe, a file, or a terminal with prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.builtins.history import begin, end, remember
from kos_shell.errors import Discard, ShellExit
from kos_shell.input import read_line
from kos_shell.prompt import prompt_text
from kos_shell.script import run_text
from kos_shell.shell import decode

if TYPE_CHECKING:
    from kos_shell.shell import Shell


def run_standard_input(sh: Shell) -> int:
    """Run the commands of standard input, taking no more of it than the shell needs: commands may read the rest."""
    if sh.interactive:
        return _converse(sh)

    def more() -> str:
        line = decode(read_line(sh, 0))
        if "verbose" in sh.options:
            sh.write_error(line)
        if "history" in sh.options:
            remember(sh, line)
        return line

    return run_text(sh, "", more=more, top=True)


class _Conversation:
    """Where the shell and its user are: which prompt is due, and whether the input has ended."""

    def __init__(self, sh: Shell) -> None:
        self.sh = sh
        self.number = 1
        self.ended = False

    def before(self) -> None:
        """A new command begins."""
        self.number = 1

    def more(self) -> str:
        """Prompt and return the next line."""
        sh = self.sh
        if self.number == 1:
            _before_prompt(sh)
        sh.write_error(prompt_text(sh, self.number))
        self.number = 2
        line = decode(read_line(sh, 0))
        self.ended = not line
        if "history" in sh.options:
            remember(sh, line)
        return line


def _converse(sh: Shell) -> int:
    """Prompt, read, run, until `exit` or the end of the input."""
    begin(sh)
    try:
        return _talk(sh)
    except ShellExit:
        end(sh)
        raise


def _talk(sh: Shell) -> int:
    talk = _Conversation(sh)
    while True:
        try:
            status = run_text(sh, "", more=talk.more, before=talk.before, top=True)
        except Discard as jump:
            sh.status = jump.status
            sh.write_error("\n")
            continue
        if talk.ended:
            if "ignoreeof" in sh.options:
                sh.write_error('Use "exit" to leave the shell.\n')
                continue
            sh.write_error("exit\n")
            raise ShellExit(status if sh.status == status else sh.status)


def _before_prompt(sh: Shell) -> None:
    """What an interactive shell does before PS1: tell of jobs, run PROMPT_COMMAND."""
    sh.notices = []
    sh.notify()
    commands = sh.elements("PROMPT_COMMAND")
    for command in commands:
        if command:
            status = sh.status
            run_text(sh, command)
            sh.status = status
