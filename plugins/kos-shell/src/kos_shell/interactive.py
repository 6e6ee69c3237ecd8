"""A shell whose commands come from standard input: a pipe, a file, or a terminal with prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        return decode(read_line(sh, 0))

    return run_text(sh, "", more=more, top=True)


def _converse(sh: Shell) -> int:
    """Prompt, read, run, until `exit` or the end of the input."""
    state = {"number": 1, "eof": False}

    def more() -> str:
        if state["number"] == 1:
            _before_prompt(sh)
        sh.write_error(prompt_text(sh, int(state["number"])))
        state["number"] = 2
        line = decode(read_line(sh, 0))
        if not line:
            state["eof"] = True
        return line

    while True:
        state["number"] = 1
        try:
            status = run_text(sh, "", more=lambda: _one_command(sh, more, state), top=True)
        except Discard as jump:
            sh.status = jump.status
            sh.write_error("\n")
            continue
        if state["eof"]:
            if "ignoreeof" in sh.options:
                sh.write_error('Use "exit" to leave the shell.\n')
                state["eof"] = False
                continue
            sh.write_error("exit\n")
            raise ShellExit(status if sh.status == status else sh.status)


def _one_command(sh: Shell, more: object, state: dict[str, object]) -> str:
    """Give the parser its next line; the prompt is PS1 when it starts a command."""
    return more()  # type: ignore[operator, no-any-return]


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
