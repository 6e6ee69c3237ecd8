"""The text being read: a buffer with a position that grows at its end, the lines in it, text put in for aliases.

The lexer matches regular expressions against `text` at `pos`. Invariants it relies on:

- `text` is empty or ends with a newline (one is added to the last line if it has none), so the character after a
  character that isn't a newline is always there;
- text is only added at the end (`more`) or put in at a place that is being read (`splice`): what was read stays.

Text comes in pieces of some 64 KiB, or line by line from a reader: a shell that reads its commands from a pipe must not
take more than the command needs. Pieces keep a splice cheap. As hostile text could ask for splices in a buffer that one
unending command made large, the characters moved by them are counted and bounded.
"""

from __future__ import annotations

from collections.abc import Callable

from kos_shell.syntax.errors import Incomplete, NestingTooDeep, ShellSyntaxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kos_shell.syntax.commands import Sequence
    from kos_shell.syntax.words import Word, WordPart

CHUNK = 1 << 16
SPLICE_BUDGET = 1 << 31

MAX_DEPTH = 150
"""Levels of nesting (compound commands, substitutions, quotes with expansions, parentheses) that a script may have.

A level takes at most six Python frames, so that this many fit into the default recursion limit of 1,000 above a caller's
hundred.
"""


class Source:
    """Text, position, lines. The layers above add the language: quotes, expansions, tokens, grammar."""

    if TYPE_CHECKING:
        # What lower layers call in higher ones: an expansion may hold commands, which hold words, which hold expansions.
        def expansion(self, quoted: bool) -> WordPart: ...
        def word_token(self) -> Word: ...
        def command_list(self, substitution: bool) -> Sequence: ...
        def unexpected(self) -> ShellSyntaxError: ...

    def __init__(self, text: str, more: Callable[[], str] | None = None, line: int = 1) -> None:
        self.text = ""
        self.pos = 0
        self.depth = 0
        self.templated = False  # all of the text is read as if in double quotes
        self._whole = text.replace("\0", "") if "\0" in text else text
        self._fed = 0
        self._taken = 0
        self._reader = more
        self._line = line
        self._line_pos = 0
        self._spliced = 0
        if len(self._whole) <= CHUNK and self._whole[-1:] == "\n":
            self.text = self._whole
            self._fed = self._taken = len(self._whole)

    @property
    def offset(self) -> int:
        """Where `pos` is in the whole text, whatever was put in or taken out before it."""
        return self._taken - len(self.text) + self.pos

    # ------------------------------------------------------------------------------------------------------------- text

    def more(self) -> bool:
        """Append the next piece to `text`. False at the end of the script."""
        if self._fed < len(self._whole):
            end = self._whole.find("\n", self._fed + CHUNK) + 1 or len(self._whole)
            piece = self._whole[self._fed : end]
            self._fed = end
        elif self._reader is not None:
            piece = self._reader().replace("\0", "")
            if not piece:
                self._reader = None
                return False
        else:
            return False
        while piece[-1] != "\n" and self._reader is not None:
            rest = self._reader().replace("\0", "")
            if not rest:
                self._reader = None
            piece += rest
        if piece[-1] != "\n":
            # A backslash at the very end stands for itself; with our newline behind it, it would join lines.
            backslashes = len(piece) - len(piece.rstrip("\\"))
            piece += "\\\n" if backslashes % 2 else "\n"
        self.text += piece
        self._taken += len(piece)
        return True

    def forget(self) -> None:
        """Drop what was read, so that the buffer holds no more than a piece and a command. Positions become invalid."""
        if self.pos > CHUNK:
            self.line_at(self.pos)
            self.text = self.text[self.pos :]
            self._line_pos = self.pos = 0

    def splice(self, start: int, end: int, replacement: str) -> None:
        """Put `replacement` in the place of text[start:end]; nothing from `start` on may have been read for good."""
        self._spliced += len(self.text)
        if self._spliced > SPLICE_BUDGET:
            raise ShellSyntaxError("syntax error: too much alias or line continuation text", self.line_at(start))
        joined = self.text.count("\n", start, end)
        if joined:  # what follows is still on the lines that it is on in the file
            self.line_at(start)
            self._line += joined
        self.text = self.text[:start] + replacement + self.text[end:]

    def join(self, pos: int) -> None:
        """Take the joined line (a backslash and a newline) at `pos` out of the text."""
        if pos + 2 == len(self.text):
            self.more()
        self.splice(pos, pos + 2, "")

    # ------------------------------------------------------------------------------------------------------------ lines

    def line_at(self, pos: int) -> int:
        """Return the number of the line that `pos` is on. Cheap if asked in order."""
        last = self._line_pos
        if pos >= last:
            self._line += self.text.count("\n", last, pos)
        else:
            self._line -= self.text.count("\n", pos, last)
        self._line_pos = pos
        return self._line

    def end_line(self) -> int:
        """Return the number of the line after the last one, where bash sees the end of the file."""
        return self.line_at(len(self.text))

    def line_text(self, pos: int) -> str:
        """Return the line that `pos` is on, without its newline."""
        end = self.text.find("\n", pos)
        return self.text[self.text.rfind("\n", 0, pos) + 1 : end if end >= 0 else len(self.text)]

    # ----------------------------------------------------------------------------------------------------------- errors

    def unclosed(self, closer: str, line: int) -> Incomplete:
        """The error for a quote, brace or parenthesis without its end. line: where it opened, or the end for $( )."""
        return Incomplete(f"unexpected EOF while looking for matching `{closer}'", line, closer)

    def enter(self) -> None:
        """Go one level of nesting deeper. (After an error nobody counts back; the parser starts anew at 0.)"""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NestingTooDeep(
                f"syntax error: nesting too deep (more than {MAX_DEPTH} levels)", self.line_at(self.pos)
            )
