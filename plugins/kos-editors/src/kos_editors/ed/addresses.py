"""Addresses of lines: 5, $, ., 'a, /RE/, ?RE?, +2, -, and pairs of them with , or ;

count = addresses.read(text)    how many addresses there were; addresses.first and addresses.second are the last two
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import EdError
from .patterns import search

if TYPE_CHECKING:
    from .buffer import Buffer
    from .patterns import Patterns
    from .script import Text


class Addresses:
    """The addresses in front of a command; -1 for one that wasn't given."""

    def __init__(self, buffer: Buffer, patterns: Patterns) -> None:
        self.buffer = buffer
        self.patterns = patterns
        self.first = self.second = -1
        self.count = 0

    def read(self, text: Text) -> None:
        """Read the addresses of a command. Raises EdError."""
        buffer = self.buffer
        self.first = self.second = -1
        self.count = 0
        separated = False
        while True:
            address = self._one(text)
            if address is None and not self.count and text.peek() in b",;%":
                # a separator alone stands for its own defaults: 1,$ or .,$
                separator = text.take()
                self._push(buffer.current if separator == b";" else min(1, buffer.last))
                following = self._one(text)
                self._push(buffer.last if following is None else following)
            elif address is not None:
                self._push(address)
            elif separated:
                self._push(self.second)
            else:
                break
            if text.peek() not in b",;%":
                break
            separated = True
            self._jump(text.take())
        self.count = min(self.count, 2)
        if self.count == 1:
            self.first = self.second

    def third(self, text: Text) -> int:
        """Return the address that m and t take, the current line if none is given. Raises EdError."""
        buffer = self.buffer
        kept = self.first, self.second, self.count
        self.read(text)
        address = self.second if self.count else None
        self.first, self.second, self.count = kept
        if address is None:
            address = buffer.current
        if not 0 <= address <= buffer.last:
            raise EdError(b"Invalid address")
        return address

    def check(self, first: int, second: int) -> None:
        """Fill in addresses that weren't given, and see that they are lines, in order. Raises EdError."""
        if self.count == 0:
            self.first, self.second = first, second
        elif self.count == 1:
            self.first = self.second
        if not 1 <= self.first <= self.second <= self.buffer.last:
            raise EdError(b"Invalid address")

    def _push(self, address: int) -> None:
        self.first, self.second = self.second, address
        self.count += 1

    def _jump(self, separator: bytes) -> None:
        if separator == b";":
            if not 0 <= self.second <= self.buffer.last:
                raise EdError(b"Invalid address")
            self.buffer.current = self.second

    def _one(self, text: Text) -> int | None:
        """Return the address that begins here, None if none does. Raises EdError."""
        buffer = self.buffer
        address: int | None = None
        while True:
            text.blanks()
            byte = text.peek()
            if byte.isdigit():
                number = text.number()
                address = number if address is None else address + number
            elif byte in b"+-":
                text.at += 1
                if address is None:
                    address = buffer.current
                step = text.number() if text.peek().isdigit() else 1
                address += step if byte == b"+" else -step
            elif byte in b".$'/?":
                if address is not None:
                    raise EdError(b"Invalid address")
                if byte in b"/?":
                    address = self._matching(text)
                    continue
                text.at += 1
                if byte == b"'":
                    address = buffer.marked(text.take())
                else:
                    address = buffer.current if byte == b"." else buffer.last
            else:
                break
        if address is not None and not 0 <= address <= buffer.last:
            raise EdError(b"Invalid address")
        return address

    def _matching(self, text: Text) -> int:
        """Return the next line that matches, forward for / and backward for ?, around the ends of the buffer."""
        buffer = self.buffer
        forward = text.peek() == b"/"
        delimiter, pattern = self.patterns.read(text)
        regex = self.patterns.use(pattern)
        if text.peek() == delimiter:
            text.at += 1
        lines, last = buffer.lines, buffer.last
        step = 1 if forward else -1
        address = buffer.current
        for _ in range(last + 1):
            address = (address + step) % (last + 1)
            if address and search(regex, lines[address - 1].text):
                return address
            buffer.k.tick()
        raise EdError(b"No match")
