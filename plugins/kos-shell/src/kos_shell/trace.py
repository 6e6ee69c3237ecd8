"""`set -x` and the DEBUG trap: what happens around commands when `sh.hooks` is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.errors import FunctionReturn
from kos_shell.expansion.quoting import trace_quote

if TYPE_CHECKING:
    from kos_shell.shell import Shell
    from kos_shell.syntax import tree


def text_of(node: tree.Node) -> str:
    """Return the text of a command or word, as `jobs` and `set -x` show it."""
    from kos_shell.syntax.unparse import unparse

    return unparse(node)


def before_command(sh: Shell, node: tree.Command, text: str | None = None) -> bool:
    """Run the DEBUG trap; BASH_COMMAND is the command that comes (or `text`, for the head of a compound one).

    True: with `shopt -s extdebug` the trap failed, so the command is not to be run (status 2: the function returns).
    """
    if not sh.in_trap:
        sh.command_text = node if text is None else text
    if "DEBUG" in sh.traps and "DEBUG" not in sh.in_trap:
        status = sh.run_trap("DEBUG", sh.status)
        if status and "extdebug" in sh.options:
            if status == 2 and (sh.in_function() or sh.source_depth):
                raise FunctionReturn(0)
            return True
    return False


def trace_words(sh: Shell, words: list[str]) -> None:
    """Show a command: PS4, then the words quoted so that they could be read again."""
    trace_line(sh, " ".join([trace_quote(word) for word in words]))


def trace_line(sh: Shell, text: str) -> None:
    """Show a line of `set -x`."""
    sh.write_error(f"{_prompt(sh)}{text}\n")


def _prompt(sh: Shell) -> str:
    """Return PS4 expanded, its first character once for each level of indirection."""
    raw = sh.get("PS4")
    if raw is None:
        return ""
    if raw == "+ ":
        text = raw
    else:
        from kos_shell.prompt import expand_prompt

        options = sh.options
        sh.set_options(off=("xtrace",))
        try:
            text = expand_prompt(sh, raw)
        finally:
            sh.options = options
            sh.set_options()
    return text[:1] * sh.trace_level + text[1:] if text else ""
