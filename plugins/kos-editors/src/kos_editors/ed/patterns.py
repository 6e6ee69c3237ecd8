"""Regular expressions of ed's commands: read with their delimiter, compiled, kept for the empty pattern.

The last pattern is one for addresses, `g` and `s` alike: // means it, whoever used it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import PatternError, PatternLimit, compile_regex

from .errors import EdError

if TYPE_CHECKING:
    from kos_kernel.api import Match, Regex

    from .script import Text


class Patterns:
    """The last pattern, and how to read a new one."""

    def __init__(self, *, extended: bool, utf8: bool) -> None:
        self.syntax = "ere" if extended else "bre"
        self.utf8 = utf8
        self.last: Regex | None = None
        self._text = b""
        self._icase = False

    def read(self, text: Text) -> tuple[bytes, bytes]:
        """Return (delimiter, pattern) read from a command; the closing delimiter stays unread, and may be missing.

        Raises EdError for a delimiter that can't be one.
        """
        delimiter = text.take()
        if delimiter in b" \n":
            raise EdError(b"Invalid pattern delimiter")
        start = text.at
        while (byte := text.peek()) not in (delimiter, b"\n"):
            if byte == b"[":
                self._skip_set(text)
            elif byte == b"\\":
                text.at += 1
                if text.peek() == b"\n":
                    raise EdError(b"Trailing backslash (\\)")
            text.at += 1
        return delimiter, text.data[start : text.at]

    def use(self, pattern: bytes, *, icase: bool = False) -> Regex:
        """Return a pattern compiled, which becomes the last one; the last one if it's empty. Raises EdError."""
        if not pattern:
            if self.last is None:
                raise EdError(b"No previous pattern")
            if not icase or self._icase:
                return self.last
            pattern = self._text
        try:
            self.last = compile_regex(pattern, syntax=self.syntax, icase=icase, utf8=self.utf8, groups="gnu")
        except PatternError as error:
            said = str(error).encode("utf-8", "replace")
            raise EdError(b"Unmatched ( or \\(" if said == b"Unmatched ) or \\)" else said) from None
        self._text, self._icase = pattern, icase
        return self.last

    def _skip_set(self, text: Text) -> None:
        """Step to the last byte of a bracket expression, in which the delimiter is a character like others."""
        text.at += 1
        if text.peek() == b"^":
            text.at += 1
        if text.peek() == b"]":
            text.at += 1
        while (byte := text.peek()) != b"]":
            if byte == b"\n":
                raise EdError(b"Unbalanced brackets ([])")
            if byte == b"[" and text.peek(1) in (b".", b":", b"="):
                kind = text.peek(1)
                text.at += 2
                while not (text.peek() == kind and text.peek(1) == b"]"):
                    if text.peek() == b"\n":
                        raise EdError(b"Unbalanced brackets ([])")
                    text.at += 1
                text.at += 1
            text.at += 1


def search(regex: Regex, data: bytes, at: int = 0) -> Match | None:
    """Return the first match from `at` on, None if there is none. Raises EdError if that takes too long."""
    try:
        return regex.search(data, at)
    except PatternLimit as error:
        raise EdError(str(error).encode("utf-8", "replace")) from None
