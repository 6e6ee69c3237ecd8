"""Who else can match: real-regex if it is installed, Python's `re` where it can't be led astray.

    linear_engine(source, facts, line_end)     real-regex on this pattern, or None
    simple_engine(root, source)                re on this pattern if it is harmless, or None

Both speak bytes and the same notation. `re` backtracks: it hung 35 seconds on (a+)+b against 26 letters. It is harmless where
each start costs a bounded number of steps: characters, short counted repetitions, choices of plain words, and an unbounded
repetition at the very end, where nothing can fail after it.

real-regex is linear in the data, but a step costs up to 13 ns for each way of reading on that is open (measured), and nothing can
interrupt a search under way. So repetitions that hold many open are positions.py's, and long lists of words are asked about a
limited stretch of lines at a time; a single line that is too long for that is a PatternLimit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from kos_kernel.toolkit.regex import analysis
from kos_kernel.toolkit.regex.errors import PatternLimit
from kos_kernel.toolkit.regex.tree import Node

_WIDEST: Final = 256
_FEW_CHOICES: Final = 64  # with so few, any amount of data is a matter of seconds at worst
_STEPS: Final = 300_000_000  # of one search: data times choices
_DEEPEST: Final = 50  # `re` compiles nested groups by recursion


@cache
def _real() -> Any:
    """Return the module real-regex brings, or None. Asked once a process: what is installed doesn't change."""
    try:
        import real
    except ImportError:
        return None
    return real


def linear_engine(source: bytes, facts: analysis.Facts, line_end: bytes | None) -> Any:
    """Return an engine that matches `source` in linear time, or None if there is none or the pattern is too much for it.

    line_end: matches never cross it.
    """
    real = _real()
    if real is None or facts.width > _WIDEST:
        return None
    try:
        pattern = real.compile(source)
    except (real.error, RecursionError, MemoryError, OverflowError):
        return None
    return pattern if facts.choices <= _FEW_CHOICES else _Portioned(pattern, facts.choices, line_end)


def simple_engine(root: Node, source: bytes) -> Any:
    """Return `re` on this pattern if no text can make it slow, else None."""
    return backtracking_engine(source) if analysis.harmless_to_backtracking(root) else None


def backtracking_engine(source: bytes, flags: int = 0) -> Any:
    """Return `re` on this pattern, which the caller knows to be harmless for the texts at hand; None if it's too deep."""
    if source.count(b"(") > _DEEPEST:
        return None
    try:
        return re.compile(source, re.DOTALL | flags)
    except (RecursionError, OverflowError, re.error):
        return None


class _Portioned:
    """An engine asked about so much data at a time that no call takes more than a few seconds."""

    __slots__ = ("_line_end", "_most", "_pattern")

    def __init__(self, pattern: Any, width: int, line_end: bytes | None) -> None:
        self._pattern = pattern
        self._line_end = line_end
        self._most = max(1, _STEPS // width)

    def search(self, data: bytes, pos: int = 0, endpos: int | None = None, /) -> Any:
        if endpos is None or endpos > len(data):
            endpos = len(data)
        while endpos - pos > self._most:
            stop = -1 if self._line_end is None else data.rfind(self._line_end, pos, pos + self._most)
            if stop < 0:
                raise PatternLimit("this pattern needs too much time for this text")
            found = self._pattern.search(data, pos, stop)
            if found is not None:
                return found
            pos = stop + 1
        return self._pattern.search(data, pos, endpos)

    def finditer(self, data: bytes, pos: int = 0, endpos: int | None = None, /) -> Iterator[Any]:
        """Yield the matches; only for patterns that never match nothing."""
        while True:
            found = self.search(data, pos, endpos)
            if found is None:
                return
            pos = found.end()
            yield found

    def split(self, data: bytes, /) -> list[Any]:
        if len(data) > self._most:
            raise PatternLimit("this pattern needs too much time for this text")
        return self._pattern.split(data)  # type: ignore[no-any-return]

    def subn(self, replacement: bytes, data: bytes, count: int = 0, /) -> tuple[Any, int]:
        if len(data) > self._most:
            raise PatternLimit("this pattern needs too much time for this text")
        return self._pattern.subn(replacement, data, count)  # type: ignore[no-any-return]
