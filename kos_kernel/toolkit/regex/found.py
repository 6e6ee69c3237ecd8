"""A match whose groups are worked out when somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kos_kernel.toolkit.regex.compiled import Regex


class Found:
    """A match in `data`; has the methods of types.Match."""

    __slots__ = ("_data", "_end", "_endpos", "_regex", "_spans", "_start")

    def __init__(
        self, regex: Regex, data: bytes, start: int, end: int, endpos: int, spans: Sequence[tuple[int, int]] | None
    ) -> None:
        self._regex = regex
        self._data = data
        self._start = start
        self._end = end
        self._endpos = endpos
        self._spans = spans

    def span(self, group: int = 0, /) -> tuple[int, int]:
        if group == 0:
            return self._start, self._end
        if self._spans is None:
            self._spans = self._regex._divide(self._data, self._start, self._end, self._endpos)
        if not 0 < group <= len(self._spans):
            raise IndexError("no such group")
        return self._spans[group - 1]

    def start(self, group: int = 0, /) -> int:
        return self.span(group)[0]

    def end(self, group: int = 0, /) -> int:
        return self.span(group)[1]

    def group(self, group: int = 0, /) -> bytes | None:
        start, end = self.span(group)
        return None if start < 0 else self._data[start:end]

    def __repr__(self) -> str:
        return f"<match {self._start}-{self._end} {self._data[self._start : self._end]!r}>"
