"""What the parser says of text that is no script.

ShellSyntaxError          the text is wrong, whatever follows
  Incomplete              the text is a valid beginning: a terminal asks for more (PS2), a file has an unexpected end
  NestingTooDeep          more levels of nesting than `parser.MAX_DEPTH`; bash has no such limit, Python's stack has
"""

from __future__ import annotations


class ShellSyntaxError(Exception):
    """A syntax error in bash's words.

    message: without any prefix, as ``syntax error near unexpected token `)'``.
    line: the line that bash names. token: the token it stumbled over ("newline" for a line end), or "".
    detail: what bash prints on a second line, such as the source line in `' (the newline removed), or "".
    discard: bash gives up only the rest of this line, sets $? to 1 and reads on (a compound array value); else a script
        ends with status 2.
    conditional: it is within [[ ]]: bash has said all there is to say (the message may be empty) when its parser stops, and a
        script ends with the status of the last command, under `set -e` with 2. nested: it is within $( ), and that status isn't 0.
    """

    def __init__(
        self,
        message: str,
        line: int,
        token: str = "",
        detail: str = "",
        discard: bool = False,
        conditional: bool = False,
        nested: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.token = token
        self.detail = detail
        self.discard = discard
        self.conditional = conditional
        self.nested = nested

    def report(self, name: str) -> str:
        """Return what goes to standard error, each line ended: ``name: line 3: syntax error ...``. name: "x.sh", "bash: -c"."""
        texts = (self.message, *self.detail.split("\n"))
        return "".join(f"{name}: line {self.line}: {text}\n" for text in texts if text)

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


class Incomplete(ShellSyntaxError):
    """The text ends in the middle of something. `token` is what would close it, if that is one character."""


class NestingTooDeep(ShellSyntaxError):
    """Too many levels of nesting."""
