"""Output in lines of limited length: a number that is longer is broken, with a backslash at each break."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kos_kernel.api import Writer

_USUAL: Final = 70
_NUMBER: Final = re.compile(rb"\s*[-+]?[0-9]{1,9}")


def line_length(setting: bytes | None, usual: int = _USUAL) -> int:
    """Return what BC_LINE_LENGTH or DC_LINE_LENGTH says; 0, and what is no number: lines of any length."""
    if setting is None:
        return usual
    number = _NUMBER.match(setting)
    length = int(number[0]) if number else 0
    return length if length == 0 or length >= 3 else usual


class Columns:
    """A writer that knows in which column it is. A line has `length` - 1 characters at most, the backslash among them."""

    def __init__(self, out: Writer, length: int) -> None:
        self._out = out
        self._most = length - 2
        self._column = 0

    def put(self, text: bytes) -> None:
        """Write text; its newlines begin lines."""
        lines = text.split(b"\n")
        self._put(lines[0])
        for line in lines[1:]:
            self._out.write(b"\n")
            self._column = 0
            self._put(line)

    def _put(self, text: bytes) -> None:
        most = self._most
        if most < 0 or self._column + len(text) <= most:
            self._column += len(text)
            self._out.write(text)
            return
        at = most - self._column
        parts = [text[:at]]
        while at < len(text):
            parts.append(text[at : at + most])
            at += most
        self._column = len(parts[-1])
        self._out.write(b"\\\n".join(parts))

    def newline(self) -> None:
        """End the line."""
        self._out.write(b"\n")
        self._column = 0
