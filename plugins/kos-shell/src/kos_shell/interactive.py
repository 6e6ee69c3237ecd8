"""A shell whose commands come from standard input: a pipe, a file, or a terminal with prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import SysError
from kos_shell.builtins.history import begin, end, remember
from kos_shell.errors import Discard, ShellExit
from kos_shell.input import read_line
from kos_shell.prompt import expand_prompt, prompt_text
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
        self.ends = 0  # how often Ctrl-D was typed in a row

    def before(self) -> None:
        """A new command begins."""
        self.number = 1

    def more(self) -> str:
        """Prompt and return the next line."""
        sh = self.sh
        if self.number == 1:
            before_prompt(sh)
        sh.write_error(prompt_text(sh, self.number))
        self.number = 2
        line = decode(read_line(sh, 0))
        self.ended = not line
        self.ends = self.ends + 1 if self.ended else 0
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
            if talk.ends <= ends_ignored(sh):
                sh.write_error('Use "exit" to leave the shell.\n')
                continue
            sh.write_error("exit\n")
            raise ShellExit(status if sh.status == status else sh.status)


def ends_ignored(sh: Shell) -> int:
    """Return how many Ctrl-D in a row don't end the shell: IGNOREEOF, which is 10 if it is set and no number."""
    text = sh.get("IGNOREEOF")
    if text is None:
        return 0
    return int(text) if text.isdecimal() and len(text) < 10 else 10


def before_command(sh: Shell) -> str:
    """Return what is to be shown between a command's last line and its output: PS0."""
    text = sh.get("PS0")
    return expand_prompt(sh, text) if text else ""


def follow_window(sh: Shell) -> None:
    """With checkwinsize: LINES and COLUMNS are the terminal's size, if it has one."""
    if "checkwinsize" not in sh.options or sh.terminal < 0:
        return
    try:
        rows, columns = sh.k.get_winsize(sh.terminal)
    except SysError:
        return
    if rows and columns:
        sh.assign("LINES", str(rows))
        sh.assign("COLUMNS", str(columns))


def before_prompt(sh: Shell) -> None:
    """What an interactive shell does before PS1: tell of jobs, follow the window's size, run PROMPT_COMMAND."""
    # A second `exit` in a row is meant, whatever jobs are stopped: the first one's warning lasts for one command.
    sh.notices = ["exit", "asked"] if sh.notices == ["exit"] else []
    sh.notify()
    follow_window(sh)
    commands = sh.elements("PROMPT_COMMAND")
    for command in commands:
        if command:
            status = sh.status
            run_text(sh, command)
            sh.status = status
