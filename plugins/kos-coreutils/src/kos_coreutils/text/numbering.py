"""Lines with their numbers before them, many at a time: for cat -n and nl.

The numbers of a thousand lines differ in their last three digits alone, which are the same for every thousand: so each line
costs one concatenation, and what stands before the three digits is put between the lines by join.
"""

from __future__ import annotations

from operator import add

_LEAST = 2000  # lines for which a table of endings is worth its making


class Numbering:
    """Numbers lines as "%<width>d" and a separator do. width: at most so many columns that no number is cut."""

    def __init__(self, width: int, separator: bytes) -> None:
        self.form = b"%%%dd%%b" % width
        self.head = b"%%%dd" % max(width - 3, 1)
        self.separator = separator
        self.endings: list[bytes] = []

    def before(self, number: int) -> bytes:
        """Return what stands before one line."""
        return self.form % (number, self.separator)

    def lines(self, lines: list[bytes], number: int, end: bytes) -> bytes:
        """Return the lines, from this number on, each with this end."""
        if not lines:
            return b""
        if not self.endings:
            if len(lines) < _LEAST:
                return self._singly(lines, number, end)
            self.endings = [b"%03d%b" % (ending, self.separator) for ending in range(1000)]
        parts: list[bytes] = []
        at = 0
        if number < 1000:
            at = 1000 - number
            parts.append(self._singly(lines[:at], number, end))
        while at < len(lines):
            thousands, ending = divmod(number + at, 1000)
            head = self.head % thousands
            parts += [head, (end + head).join(map(add, self.endings[ending:], lines[at : at + 1000 - ending])), end]
            at += 1000 - ending
        return b"".join(parts)

    def _singly(self, lines: list[bytes], number: int, end: bytes) -> bytes:
        before = self.before
        return b"".join([before(index) + line + end for index, line in enumerate(lines, number)])
