"""Tab stops as expand and unexpand take them: one width, or a list that may go on with /N or +N."""

from __future__ import annotations

import re

from kos_kernel.api import quote

_BEYOND = 1 << 62


class BadTabs(ValueError):
    """The list is wrong: GNU's message, bytes."""

    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


class TabStops:
    """Where tabs lead. width: of equal stops, 0 if they are listed."""

    def __init__(self, lists: list[bytes]) -> None:
        stops: list[int] = []
        self.every = 0  # after the list: multiples of it...
        self.offset = 0  # ...counted from here
        for text in lists:
            for number, mark in self._items(text):
                if mark and self.every and (mark == b"+") != bool(self.offset):
                    raise BadTabs(b"'/' specifier is mutually exclusive with '+'")
                if mark == b"/":
                    if self.every:
                        raise BadTabs(b"'/' specifier only allowed with the last value")
                    self.every = number
                elif mark == b"+":
                    if self.every:
                        raise BadTabs(b"'+' specifier only allowed with the last value")
                    self.every, self.offset = number, -1
                else:
                    if self.every:
                        what = b"+" if self.offset else b"/"
                        raise BadTabs(b"'%s' specifier only allowed with the last value" % what)
                    stops.append(number)
        previous = 0
        for stop in stops:
            if stop == 0:
                raise BadTabs(b"tab size cannot be 0")
            if stop <= previous:
                raise BadTabs(b"tab sizes must be ascending")
            previous = stop
        if self.offset:
            self.offset = stops[-1] if stops else 0
        self.width = 0
        if not stops:
            self.width = self.every or 8
        elif len(stops) == 1 and not self.every:
            self.width = stops[0]
        self.stops = [] if self.width else stops

    @staticmethod
    def _items(text: bytes) -> list[tuple[int, bytes]]:
        items = []
        for word in re.split(rb"[, \t]+", text):
            if not word:
                continue
            found = re.match(rb"([/+]*)([0-9]*)(.*)", word, re.DOTALL)
            assert found is not None  # it matches anything
            mark, digits, rest = found[1][-1:], found[2], found[3]
            if rest[:1] in (b"/", b"+"):
                raise BadTabs(b"'%s' specifier not at start of number: %s" % (rest[:1], quote(rest)))
            if rest:
                raise BadTabs(b"tab size contains invalid character(s): " + quote(rest))
            if len(digits) > 19:
                raise BadTabs(b"tab stop is too large " + quote(digits))
            items.append((int(digits or b"0"), mark))
        return items

    def next(self, column: int) -> tuple[int, bool]:
        """Return (the stop after a column, False), or (column + 1, True) when there are no more."""
        if self.width:
            return column + self.width - column % self.width, False
        for stop in self.stops:
            if stop > column:
                return stop, False
        if self.every:
            return column + self.every - (column - self.offset) % self.every, False
        return column + 1, True
