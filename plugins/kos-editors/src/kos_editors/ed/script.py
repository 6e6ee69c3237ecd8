"""Where commands come from: standard input, or the list of commands of a `g`, which is one text.

    line = source.line()    a line with its newline; b"" at the end
    Text(line)              a line, or such a list, being read: text.peek(), text.take(), text.line()

The last line of standard input is no line if it has no newline: ed ignores it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kos_kernel.api import CHUNK, Interrupted, SysError

from .errors import EdError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls


class Source(Protocol):
    """What gives lines."""

    def line(self) -> bytes: ...


class Stdin:
    """Standard input, line by line. before: called before each read, to let the world see what was written so far."""

    def __init__(self, k: Syscalls, before: Callable[[], None], check: Callable[[], None]) -> None:
        self.k = k
        self.before = before
        self.check = check
        self.lines_read = 0
        self._pending = b""
        self._at = 0
        self._terminal = k.isatty(0)

    def line(self) -> bytes:
        """Return the next line with its newline, b"" at the end. A signal's handler may raise from here."""
        cut = self._pending.find(b"\n", self._at) + 1
        if not cut:
            parts = [self._pending[self._at :]]
            self._pending, self._at = b"", 0
            self.before()
            while True:
                try:
                    # No more than one line from what others read after us, as a shell's here-document.
                    data = self.k.read(0, CHUNK)
                except Interrupted:
                    self.check()
                    continue
                except SysError:
                    data = b""
                self.check()
                if not data:
                    return b""
                cut = data.find(b"\n") + 1
                if cut:
                    self._pending, self._at = data, cut
                    parts.append(data[:cut])
                    break
                parts.append(data)
                self.k.charge(len(data))
            self.lines_read += 1
            return b"".join(parts)
        at, self._at = self._at, cut
        self.lines_read += 1
        return self._pending[at:cut]


def extended(line: bytes, source: Source) -> bytes:
    r"""Return a line with those that follow its backslashes at the end, which stay: "a\\\nb\n". Raises EdError at the end of input."""
    while line.endswith(b"\\\n") and (len(line) - 1 - len(line[:-1].rstrip(b"\\"))) % 2:
        more = source.line()
        if not more:
            raise EdError(b"Unexpected end-of-file")
        line += more
    return line


class Text:
    """A line of a command, read from the left."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def peek(self, offset: int = 0) -> bytes:
        """Return the next byte, b"\\n" beyond the end."""
        return self.data[self.at + offset : self.at + offset + 1] or b"\n"

    def take(self) -> bytes:
        """Return the next byte and step over it."""
        byte = self.peek()
        self.at += 1
        return byte

    def blanks(self) -> None:
        """Step over blanks."""
        while self.peek() in b" \t\r\f\v":
            self.at += 1

    def number(self) -> int:
        """Return the decimal number that begins here. Raises EdError for one that no address can be."""
        start = self.at
        while self.peek().isdigit():
            self.at += 1
        digits = self.data[start : self.at].lstrip(b"0") or b"0"
        if len(digits) > 10 or int(digits) > 2**31 - 1:
            raise EdError(b"Number out of range")
        return int(digits)

    def line(self) -> bytes:
        """Return the rest of the line with its newline, b"" at the end: a list of commands is read so by `a` in a `g`."""
        at = self.at
        self.at = self.data.find(b"\n", at) + 1 or len(self.data)
        return self.data[at : self.at]
