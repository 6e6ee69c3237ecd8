"""What goes wrong in arithmetic."""

from __future__ import annotations

from kos_shell.errors import ExpansionFailure


class ArithmeticError_(ExpansionFailure):
    """An expression that can't be read or evaluated; `str()` is bash's text without the shell's name and line.

    expression: the text being read (of a variable, if its value was).  token: what was left where it went wrong, or None.
    """

    of_subscript = False
    whole = False
    """Whether it gives up the whole line, past eval and `.`: of a value for a variable with the attribute -i."""

    def __init__(self, expression: str, message: str, token: str | None) -> None:
        self.expression = expression
        self.message = message
        self.token = token

    def said_by(self, command: str) -> ArithmeticError_:
        """Return the error as a builtin tells it; of a subscript none tells."""
        if self.of_subscript:
            return self
        error = ArithmeticError_("", f"{command}: {self}", None)
        error.status = self.status
        error.whole = self.whole
        return error

    def __str__(self) -> str:
        text = self.expression.lstrip(" \t\n")
        shown = f"{text}: {self.message}" if text else self.message
        return shown if self.token is None else f'{shown} (error token is "{self.token}")'


class NotPlainNumber(Exception):
    """A `$x` inside an expression isn't a plain number just now: its text has to be put in place and read anew."""
