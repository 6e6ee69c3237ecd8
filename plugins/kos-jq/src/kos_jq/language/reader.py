"""JSON texts from a stream of bytes, one value after another, with jq's own mistakes' names.

    source = Values(read)          read() returns the next bytes, b"" at the end
    source.next()                  a value, or raises EndOfInput or BadJson

Most values go through Python's own parser; what that doesn't take (a mistake, numbers like 01, great depth) is read again by
`strict`, which knows jq's grammar, where a mistake is, and doesn't recurse.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from itertools import accumulate
from json import JSONDecoder
from typing import Any

from .strict import Incomplete, read_value

BLANK = re.compile(r"[ \t\r\n\ufeff\x1e]*")
_LONE = re.compile(r"\\u[dD][89a-fA-F]")
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?$)', re.DOTALL)
_NOT_BRACKETS = re.compile(r"[^\[\]{}]+")
_DELTA = {"[": 1, "{": 1, "]": -1, "}": -1}
_PRIMITIVE = re.compile(r"[-+.0-9A-Za-z]+")


class EndOfInput(Exception):
    """There is no further value."""


def _integer(text: str) -> Any:
    return int(text) if len(text) < 4000 else float(text)


def _real(text: str) -> Any:
    number = float(text)
    return (
        int(number) if number.is_integer() and -(1 << 53) < number < 1 << 53 and (number or text[0] != "-") else number
    )


def _constant(text: str) -> Any:
    return float("nan") if text == "NaN" else float("-inf") if text[0] == "-" else float("inf")


_decoder = JSONDecoder(parse_float=_real, parse_constant=_constant, strict=True)
_slow_decoder = JSONDecoder(parse_float=_real, parse_int=_integer, parse_constant=_constant, strict=True)


class Values:
    """The values of one stream.

    spend: told how many characters are held, for the process's account. sequence: values are set apart by RS (--seq).
    """

    def __init__(self, read: Callable[[], bytes], spend: Callable[[int], None]) -> None:
        self._read = read
        self._spend = spend
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._text = ""
        self._at = 0
        self._over = False
        self._lines = 0  # newlines in what was thrown away
        self._column_base = 0

    def lines_seen(self) -> int:
        """Return how many lines were read to get the last value, its own included."""
        count = self._lines + self._text.count("\n", 0, self._at)
        return count + (1 if self._text.find("\n", self._at) >= 0 else 0)

    def new_file(self) -> None:
        """What is read from now on is another file: its lines are counted from the first one."""
        self._lines = -self._text.count("\n")

    def more(self) -> bool:
        """Read on; False at the end."""
        if self._over:
            return False
        data = self._read()
        if not data:
            self._over = True
            self._text += self._decode(b"", True)
            return False
        if self._at:
            self._lines += self._text.count("\n", 0, self._at)
            last = self._text.rfind("\n", 0, self._at)
            self._column_base = self._at - last - 1 if last >= 0 else self._column_base + self._at
            self._text = self._text[self._at :]
            self._at = 0
        self._text += self._decode(data)
        self._spend(len(data) // 8)
        return True

    def next(self) -> Any:
        """Return the next value. Raises EndOfInput at the end, BadJson for what is none."""
        while True:
            blank = BLANK.match(self._text, self._at)
            assert blank is not None
            self._at = blank.end()
            if self._at < len(self._text):
                break
            if not self.more():
                raise EndOfInput
        depth: list[int] | None = None
        while True:
            try:
                value, end = self._fast()
            except Incomplete:
                if self._over:
                    return self._slow()
                # A value that goes on: read until its brackets may be balanced.
                if depth is None:
                    depth = [0, 0]
                    self._measure(depth, self._text[self._at :])
                while True:
                    before = len(self._text) - self._at
                    if not self.more():
                        break
                    if self._measure(depth, self._text[before:]):
                        break
                continue
            self._spend(end - self._at)  # what Python makes of a text takes several times its size
            self._at = end
            return value

    @staticmethod
    def _measure(state: list[int], new: str) -> bool:
        """Follow the depth of brackets through new text; True if it may have come back to nothing.

        state: the depth, and whether a string is open (1), or open behind a backslash (2).
        """
        if state[1]:
            new = ('"\\' if state[1] == 2 else '"') + new
        state[1] = 0
        last = ""
        for found in _STRINGS.finditer(new):
            last = found[0]
        if last and new.endswith(last) and not re.fullmatch(r'"(?:[^"\\]|\\.)*"', last, re.DOTALL):
            state[1] = 2 if (len(last) - len(last.rstrip("\\"))) % 2 else 1
        brackets = _NOT_BRACKETS.sub("", _STRINGS.sub("", new))
        low = min(accumulate(map(_DELTA.__getitem__, brackets), initial=state[0]))
        state[0] += brackets.count("[") + brackets.count("{") - brackets.count("]") - brackets.count("}")
        return low <= 0

    def _fast(self) -> tuple[Any, int]:
        text, at = self._text, self._at
        first = text[at]
        if first not in '[{"':
            word = _PRIMITIVE.match(text, at)
            if word is None:
                return self._checked()
            if word.end() == len(text) and not self._over:
                if len(text) - at > 1 << 20:
                    return self._checked()
                self.more()
                return self._fast()
        try:
            value, end = _decoder.raw_decode(text, at)
        except RecursionError:
            return self._checked()
        except ValueError as error:
            where = getattr(error, "pos", None)
            if where is None:  # more digits than Python likes
                try:
                    return _slow_decoder.raw_decode(text, at)
                except (ValueError, RecursionError):
                    return self._checked()
            if where >= len(text) - 12 and not self._over:
                raise Incomplete
            message = str(error)
            if not self._over and message.startswith("Unterminated string"):
                raise Incomplete
            return self._checked()
        if _LONE.search(text, at, end):
            return self._checked()
        following = text[end : end + 1]
        if first not in '[{"' and following and following not in ' \t\r\n,:[]{}"\x1e':
            return self._checked()
        return value, end

    def _checked(self) -> tuple[Any, int]:
        return read_value(self._text, self._at, self._over, self._lines, self._column_base)

    def _slow(self) -> Any:
        value, end = self._checked()
        self._spend(end - self._at)
        self._at = end
        return value
