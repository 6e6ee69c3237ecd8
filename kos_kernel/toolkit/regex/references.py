"""A compiled pattern with back-references.

Its outline, the pattern with each back-reference replaced by what its group can match, is searched for first, in linear time:
where it isn't, no match is. From each place where it is, backtrack.py tries, within a budget; texts that are short for
their pattern go to `re`, whose worst case is then a millisecond.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from kos_kernel.toolkit.regex import analysis
from kos_kernel.toolkit.regex.analysis import Facts
from kos_kernel.toolkit.regex.backtrack import Backtracker, without_back_references
from kos_kernel.toolkit.regex.compiled import LONG_SOURCE, Regex
from kos_kernel.toolkit.regex.engines import backtracking_engine
from kos_kernel.toolkit.regex.found import Found
from kos_kernel.toolkit.regex.parser import Pattern
from kos_kernel.toolkit.regex.translate import translate

if TYPE_CHECKING:
    from kos_kernel.toolkit.regex.types import Engine, Match

_RE_STEPS: Final = 200_000  # what `re` may need at worst for a back-reference: about a millisecond


class BackReferences(Regex):
    """A pattern with back-references. `_outline` is the pattern without them: where it finds nothing, neither do we."""

    __slots__ = ("_known_ascii", "_outline", "_reach", "_simple", "_simple_utf8")

    def __init__(
        self,
        pattern: bytes,
        parsed: Pattern,
        facts: Facts,
        utf8: bool,
        line_end: bytes | None,
        lines: bool,
        third_party: bool,
        icase: bool,
    ) -> None:
        super().__init__(pattern, parsed, facts._replace(span_safe=False), utf8, line_end, lines, third_party, icase)
        root = without_back_references(parsed.root, parsed.groups)
        outline_facts = analysis.analyse(root)
        self._outline = Regex(pattern, Pattern(root, 0, False), outline_facts, utf8, line_end, lines, third_party)
        self._backtracker = Backtracker(parsed.root, parsed.groups)
        # `re` may do the short texts if nothing in the pattern but plain repetitions can be read in several ways
        self._reach = 0
        self._known_ascii: tuple[bytes, bool] | None = None
        self._simple_utf8: list[Engine | None] = []
        self._simple: Engine | None = None
        powers = analysis.open_repetitions(parsed.root)
        if powers is not None:
            self._reach = int(_RE_STEPS ** (1 / (powers + 1)))
            self._simple = self._backtracking("ascii" if utf8 else "latin-1")
        self.search = self._search

    def locate(self, data: bytes, pos: int = 0, endpos: int | None = None) -> int:
        found = self._search(data, pos, endpos)
        return -1 if found is None else found.start()

    def finditer(self, data: bytes, pos: int = 0, endpos: int | None = None) -> Iterator[Match]:
        return self._finditer(data, pos, len(data) if endpos is None else endpos)

    def sub(
        self,
        replacement: bytes | Callable[[Match], bytes],
        data: bytes,
        count: int = 0,
        pos: int = 0,
        tick: Callable[[], None] | None = None,
    ) -> tuple[bytes, int]:
        function = (lambda _: replacement) if isinstance(replacement, bytes) else replacement
        return super().sub(function, data, count, pos, tick)

    def _engine_for(self, data: bytes) -> Engine | None:
        return None

    def _leftmost(self, data: bytes, pos: int, endpos: int) -> int:
        return self.locate(data, pos, endpos)

    def _backtracking(self, encoding: str) -> Engine | None:
        if encoding == "utf-8" and (self._icase or self._facts.has_word_places):
            return None
        source = translate(self._root, encoding=encoding, line_end=self._line_end, lines=self._lines, groups=True)
        if len(source) > LONG_SOURCE:
            return None
        engine: Engine | None = backtracking_engine(source, re.IGNORECASE if self._icase else 0)
        return engine

    def _simple_for(self, data: bytes) -> Engine | None:
        """Return `re` for this data, if the pattern is one that it can do in bounded time on a short text."""
        if not self._reach or self._encoding == "latin-1":
            return self._simple
        known = self._known_ascii
        if known is None or known[0] is not data:
            known = self._known_ascii = (data, data.isascii())
        if known[1]:
            return self._simple
        if not self._simple_utf8:
            self._simple_utf8.append(self._backtracking("utf-8"))
        return self._simple_utf8[0]

    def _search(self, data: bytes, pos: int = 0, endpos: int | None = None, /) -> Match | None:
        if endpos is None or endpos > len(data):
            endpos = len(data)
        budget: list[int] = []
        outline, line_end, reach = self._outline, self._line_end, self._reach
        simple = self._simple_for(data)
        while pos <= endpos:
            if simple is not None and endpos - pos <= reach:
                found_by_re: Match | None = simple.search(data, pos, endpos)
                return found_by_re
            start = outline.locate(data, pos, endpos)
            if start < 0:
                return None
            if simple is not None and line_end is not None:
                stop = data.find(line_end, start, endpos)
                stop = endpos if stop < 0 else stop
                if stop - start <= reach:
                    match: Match | None = simple.search(data, start, stop)
                    if match is not None:
                        return match
                    pos = stop + 1
                    continue
            text, low, offsets = self._line(data, start, endpos)
            first = start - low if offsets is None else offsets.index(start - low)
            assert self._backtracker is not None  # made with the regex
            found = self._backtracker.longest(text, first, budget)
            if found is not None:
                end, flat = found
                places = [
                    low + (place if offsets is None else offsets[place]) if place >= 0 else -1 for place in (end, *flat)
                ]
                spans = list(zip(places[1::2], places[2::2], strict=True))
                return Found(self, data, start, places[0], endpos, spans)
            pos = start + self._step(data, start)
        return None
