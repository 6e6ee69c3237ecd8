"""`compile`: one way to regular expressions for grep, sed, awk, find, expr and the shell.

    regex = compile(b"^(a|b)*$", syntax="ere")
    m = regex.search(data, pos, endpos)      None, or a match: m.start(n), m.end(n), m.span(n), m.group(n); (-1, -1), None if unset
    for m in regex.finditer(data): ...       as sed's g and grep -o count matches: none empty right behind another
    data, n = regex.sub(replacement, data)
    regex.locate(data, pos, endpos)          where the leftmost match starts, or -1: cheaper than search
    regex.lines(data)                        (start, end) of each line that has a match, in one pass over a buffer

Data and patterns are bytes, all positions are byte positions. In UTF-8 (the default) `.` takes one character, sets hold
characters, and a byte that is no UTF-8 is matched by itself alone; `utf8=False` is the C locale.
`^` and `$` mean the ends of the data (of `endpos`, if given); a character before `pos` is seen by `^`, `\\b` and `\\<`.

Who matches:

    real-regex      linear time, if installed (the extra `regex`); each search is bounded by |pattern| * |data|
    re              else, for patterns on which it can't do more than a few steps for each start
    positions.py    else; and for the ends of matches where the first match that an engine finds may not be the longest
    submatch.py     for groups, where an engine's may not be POSIX's
    backtrack.py    for back-references, with a budget; `re` where the text is short enough to make it safe

What is safe is decided by analysis.py. PatternError: the pattern is wrong, in glibc's words. PatternLimit, from any matching
call: it would take too long.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

from kos_kernel.toolkit.regex import analysis, charset, tree
from kos_kernel.toolkit.regex.analysis import Facts
from kos_kernel.toolkit.regex.dialects import DIALECTS
from kos_kernel.toolkit.regex.engines import backtracking_engine, linear_engine, simple_engine
from kos_kernel.toolkit.regex.errors import PatternError, PatternLimit
from kos_kernel.toolkit.regex.parser import Pattern, parse, parse_fixed
from kos_kernel.toolkit.regex.translate import translate
from kos_kernel.toolkit.regex.tree import Node

if TYPE_CHECKING:  # the rest is imported when a pattern needs it: most don't
    from kos_kernel.toolkit.regex.backtrack import Backtracker, Text
    from kos_kernel.toolkit.regex.longest import Longest
    from kos_kernel.toolkit.regex.positions import Instruction, Window
    from kos_kernel.toolkit.regex.submatch import Divider
    from kos_kernel.toolkit.regex.types import Engine, Match, Search

__all__ = ["PatternError", "PatternLimit", "Regex", "compile", "compile_any"]

_FIRST_WINDOW: Final = 256  # characters looked at for the end of a match, at first
_BLOCK: Final = 1 << 16  # bytes of lines searched at once by positions.py
_BIG: Final = 4096
_LONG_SOURCE: Final = 4000  # byte sequences of big sets, which positions.py does much faster
_SUB_IN_C: Final = 1 << 14  # longer data is substituted match by match, so that one call stays short
_RE_STEPS: Final = 200_000  # what `re` may need at worst for a back-reference: about a millisecond


class _Found:
    """A match whose groups are worked out when somebody asks."""

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


class Regex:
    """A compiled pattern. `search` is an attribute, so that it can be the engine's own method where nothing stands between."""

    __slots__ = (
        "_automaton", "_backtracker", "_checked", "_code", "_code_backward", "_direct", "_divider", "_encoding", "_engines",
        "_facts", "_gnu_groups", "_icase", "_line_end", "_lines", "_memo", "_root", "_separator", "_text", "_third_party",
        "groups", "pattern", "search",
    )  # fmt: skip

    search: Search

    def __init__(
        self,
        pattern: bytes,
        parsed: Pattern,
        facts: Facts,
        utf8: bool,
        line_end: bytes | None,
        lines: bool,
        third_party: bool,
        icase: bool = False,
        gnu_groups: bool = False,
    ) -> None:
        self.pattern = pattern
        self.groups = parsed.groups
        self._root = parsed.root
        self._encoding: Literal["utf-8", "latin-1"] = "utf-8" if utf8 else "latin-1"
        self._line_end = line_end
        self._lines = lines
        self._third_party = third_party
        self._icase = icase
        self._gnu_groups = gnu_groups
        self._backtracker: Backtracker | None = None
        self._text: tuple[bytes, int, int, Text, list[int] | None] | None = None
        if facts.ends_line and not lines:  # there is but one end, so the first match is the longest
            facts = facts._replace(span_safe=True)
        self._facts = facts
        self._separator = line_end[0] if line_end is not None else 10 if lines else None
        self._engines: dict[str, Engine | None] = {}
        self._code: list[Instruction] | None = None
        self._code_backward: list[Instruction] | None = None
        self._automaton: Longest | None = None
        self._divider: Divider | None = None
        self._checked: tuple[bytes, Engine | None] | None = None
        self._memo: tuple[bytes, int, int, int, list[int]] | None = None
        # An engine whose first match is the right one, and to whom all data looks alike, is asked directly.
        self._direct: Engine | None = None
        self.search = self._search
        if facts.span_safe and (facts.groups_safe or not parsed.groups) and _transparent(parsed.root, facts, utf8):
            self._direct = self._engine("ascii" if utf8 else "latin-1")
            if self._direct is not None:
                self.search = self._direct.search

    def __repr__(self) -> str:
        return f"Regex({self.pattern!r})"

    @property
    def nullable(self) -> bool:
        """Whether the pattern may match nothing at all."""
        return self._facts.nullable

    def locate(self, data: bytes, pos: int = 0, endpos: int | None = None) -> int:
        """Return where the leftmost match starts, or -1 if there is none."""
        if endpos is None:
            endpos = len(data)
        engine = self._direct or self._engine_for(data)
        if engine is not None:
            found = engine.search(data, pos, endpos)
            return -1 if found is None else int(found.start())
        return self._leftmost(data, pos, endpos)

    def finditer(self, data: bytes, pos: int = 0, endpos: int | None = None) -> Iterator[Match]:
        """Return an iterator over the matches from left to right, none overlapping, none empty right behind another."""
        if endpos is None:
            endpos = len(data)
        facts = self._facts
        if not facts.nullable and facts.span_safe and (facts.groups_safe or not self.groups):
            engine = self._direct or self._engine_for(data)
            if engine is not None:
                return engine.finditer(data, pos, endpos)
        return self._finditer(data, pos, endpos)

    def sub(
        self,
        replacement: bytes | Callable[[Match], bytes],
        data: bytes,
        count: int = 0,
        pos: int = 0,
        tick: Callable[[], None] | None = None,
    ) -> tuple[bytes, int]:
        """Return (data with its matches replaced, how many were).

        replacement: bytes, taken as they are, or a function of the match. count: how many at most, 0 for all.
        tick: called for each match in long data, so that a program can be interrupted: all searches of one text together may
        take time that grows with the square of its length (`a*b|a`).
        """
        facts = self._facts
        if (
            isinstance(replacement, bytes)
            and not pos
            and not facts.nullable
            and facts.span_safe
            and len(data) <= _SUB_IN_C
        ):
            engine = self._direct or self._engine_for(data)
            if engine is not None:
                changed, number = engine.subn(replacement.replace(b"\\", b"\\\\"), data, count)
                return changed, number
        pieces: list[bytes] = []
        at = number = 0
        for match in self.finditer(data, pos):
            if tick is not None:
                tick()
            start, end = match.span()
            pieces.append(data[at:start])
            pieces.append(replacement if isinstance(replacement, bytes) else replacement(match))
            at = end
            number += 1
            if number == count:
                break
        if not number:
            return data, 0
        pieces.append(data[at:])
        return b"".join(pieces), number

    def lines(self, data: bytes, pos: int = 0, endpos: int | None = None) -> list[tuple[int, int]]:
        """Return (start, end without the line's end) of each line of `data` that has a match, for patterns made with `newline`.

        pos stands at the start of a line. A line end at the very end of the data ends the last line and starts no other.
        """
        if self._line_end is None:
            raise ValueError("lines() is for patterns that know what ends a line: compile(..., newline=b'\\n')")
        line_end = self._line_end
        if endpos is None:
            endpos = len(data)
        if endpos > pos and data[endpos - 1 : endpos] == line_end:
            endpos -= 1
        elif endpos == pos:
            return []
        engine = self._direct or self._engine_for(data)
        find = data.find
        found: list[tuple[int, int]] = []
        rfind = data.rfind
        while pos <= endpos:
            if engine is not None:
                match = engine.search(data, pos, endpos)
                if match is None:
                    break
                at = match.start()
            else:
                at = self._leftmost(data, pos, endpos)
                if at < 0:
                    break
            stop = find(line_end, at, endpos)
            if stop < 0:
                stop = endpos
            found.append((rfind(line_end, pos, at) + 1 or pos, stop))
            pos = stop + 1
        return found

    # -- searching -----------------------------------------------------------------------------------------------------

    def _search(self, data: bytes, pos: int = 0, endpos: int | None = None, /) -> Match | None:
        if endpos is None or endpos > len(data):
            endpos = len(data)
        engine = self._engine_for(data)
        facts = self._facts
        if engine is None:
            start = self._leftmost(data, pos, endpos)
            if start < 0:
                return None
        else:
            found: Match | None = engine.search(data, pos, endpos)
            if found is None:
                return None
            if facts.span_safe:
                if facts.groups_safe or not self.groups:
                    return found
                return _Found(self, data, *found.span(), endpos, None)
            start = found.start()
        return _Found(self, data, start, self._longest(data, start, endpos), endpos, None)

    def _finditer(self, data: bytes, pos: int, endpos: int) -> Iterator[Match]:
        search = self.search
        behind = -1
        while pos <= endpos:
            match = search(data, pos, endpos)
            if match is None:
                return
            start, end = match.span()
            if start == end:
                pos = end + self._step(data, end)
                if start == behind:
                    continue
            else:
                pos = end
            behind = end
            yield match

    def _skip(self, data: bytes, at: int, count: int) -> int:
        """Return the place `count` characters after `at`."""
        if self._encoding == "latin-1" or data[at : at + count].isascii():
            return at + count
        characters = data[at : at + 4 * count].decode("utf-8", "surrogateescape")[:count]
        return at + len(characters.encode("utf-8", "surrogateescape"))

    def _step(self, data: bytes, at: int) -> int:
        """Return the length of the character at `at`: 1 beyond the end and for a byte that is no UTF-8."""
        if self._encoding == "latin-1" or at >= len(data) or data[at] < 0x80:
            return 1
        return len(data[at : at + 4].decode("utf-8", "surrogateescape")[0].encode("utf-8", "surrogateescape"))

    def _word(self) -> charset.Ranges:
        return charset.class_ranges("word", self._encoding == "utf-8") if self._facts.has_word_places else charset.EMPTY

    def _engine_for(self, data: bytes) -> Engine | None:
        if self._encoding == "latin-1":
            return self._engine("latin-1")
        if len(data) < _BIG:
            return self._engine("ascii" if data.isascii() else "utf-8")
        checked = self._checked  # one buffer is often searched line by line: look through it once
        if checked is None or checked[0] is not data:
            checked = self._checked = (data, self._engine("ascii" if data.isascii() else "utf-8"))
        return checked[1]

    def _engine(self, encoding: str) -> Engine | None:
        if encoding not in self._engines:
            facts = self._facts
            source = translate(
                self._root,
                encoding=encoding,
                line_end=self._line_end,
                lines=self._lines,
                groups=facts.span_safe and facts.groups_safe,
            )
            engine: Engine | None = None
            if self._third_party and (encoding != "utf-8" or len(source) <= _LONG_SOURCE):
                engine = linear_engine(source, facts, self._line_end)
            if engine is None and encoding != "utf-8":
                engine = simple_engine(self._root, source)
            self._engines[encoding] = engine
        return self._engines[encoding]

    # -- what positions.py is asked ------------------------------------------------------------------------------------

    def _window(self, data: bytes, start: int, end: int, endpos: int) -> Window:
        """Return data[start:end], a part of data[:endpos], with its neighbours."""
        piece = data[start:end]
        text: bytes | str = piece
        before = after = None
        if self._encoding == "latin-1":
            before = data[start - 1] if start else None
            after = data[end] if end < endpos else None
        else:
            if not piece.isascii():
                text = piece.decode("utf-8", "surrogateescape")
            if start:
                before = ord(data[max(0, start - 4) : start].decode("utf-8", "surrogateescape")[-1])
            if end < endpos:
                after = ord(data[end : min(end + 4, endpos)].decode("utf-8", "surrogateescape")[0])
        from kos_kernel.toolkit.regex.positions import Window

        return Window(text, before, after, word=self._word(), line_end=self._separator)

    def _longest(self, data: bytes, start: int, endpos: int) -> int:
        """Return the last end of all matches that start at `start`; there is one."""
        if self._facts.fixed is not None:
            return self._skip(data, start, self._facts.fixed)
        limit = endpos
        if self._line_end is not None:
            limit = data.find(self._line_end, start, endpos)
            if limit < 0:
                limit = endpos
        if self._facts.ends_line and not self._lines:
            return limit
        if self._code is None:
            from kos_kernel.toolkit.regex.positions import program

            self._code = program(self._root, backward=False)
        automaton = self._automaton
        if automaton is None:
            from kos_kernel.toolkit.regex.longest import Longest

            automaton = self._automaton = Longest(self._code, self._encoding == "utf-8")
        if automaton.usable:
            end = automaton.end(data, start, limit)
            if end >= 0:
                return end
        size = _FIRST_WINDOW
        while True:
            end = min(limit, start + size)
            if self._encoding == "utf-8":
                while end < limit and data[end] & 0xC0 == 0x80 and end - start > size - 4:
                    end -= 1  # not in the middle of a character
            window = self._window(data, start, end, endpos)
            ends, touched = window.run(self._code, 1)
            if touched and end < limit:
                size *= 4
                continue
            if not ends:
                raise AssertionError(f"{self!r}: an engine found a match at {start} that isn't there")
            return start + _bytes_before(window.text, ends.bit_length() - 1)

    def _leftmost(self, data: bytes, pos: int, endpos: int) -> int:
        """Return the first start of all matches at or after `pos`, or -1, with nothing but positions.py."""
        if self._code_backward is None:
            from kos_kernel.toolkit.regex.positions import program

            self._code_backward = program(self._root, backward=True)
        while pos <= endpos:
            memo = self._memo
            if memo is None or memo[0] is not data or not memo[1] <= pos <= memo[2] or memo[3] != endpos:
                end = endpos
                if self._line_end is not None:
                    end = data.find(self._line_end, min(pos + _BLOCK, endpos), endpos)
                    if end < 0:
                        end = endpos
                window = self._window(data, pos, end, endpos)
                starts, _ = window.run(self._code_backward, (1 << (window.length + 1)) - 1, backward=True)
                memo = self._memo = (data, pos, end, endpos, _places(window, starts, pos))
            places = memo[4]
            index = bisect_left(places, pos)
            if index < len(places):
                return places[index]
            pos = memo[2] + 1
        return -1

    def _divide(self, data: bytes, start: int, end: int, endpos: int) -> list[tuple[int, int]]:
        """Return the groups' spans of the match [start, end)."""
        if self._gnu_groups:
            gnu = self._divide_as_gnu(data, start, end, endpos)
            if gnu is not None:
                return gnu
        if self._divider is None:
            from kos_kernel.toolkit.regex.submatch import Divider

            self._divider = Divider(self._root, self.groups)
        window = self._window(data, start, end, endpos)
        text = window.text
        spans = self._divider.divide(window, 0, window.length)
        return [
            (low, high) if low < 0 else (start + _bytes_before(text, low), start + _bytes_before(text, high))
            for low, high in spans
        ]

    def _divide_as_gnu(self, data: bytes, start: int, end: int, endpos: int) -> list[tuple[int, int]] | None:
        """Return the groups' spans as GNU's regex has them, or None if its reading can't be made out."""
        if self._backtracker is None:
            from kos_kernel.toolkit.regex.backtrack import Backtracker

            self._backtracker = Backtracker(self._root, self.groups)
        text, low, offsets = self._line(data, start, endpos)
        first, last = start - low, end - low
        if offsets is not None:
            first, last = offsets.index(first), offsets.index(last)
        flat = self._backtracker.first(text, first, last)
        if flat is None:
            return None
        places = [-1 if place < 0 else low + (place if offsets is None else offsets[place]) for place in flat]
        return list(zip(places[::2], places[1::2], strict=True))

    def _line(self, data: bytes, at: int, endpos: int) -> tuple[Text, int, list[int] | None]:
        """Return the line (or the whole data) that holds `at`: (text, where it starts, its characters' byte offsets or None)."""
        low, high = 0, endpos
        if self._line_end is not None:
            low = data.rfind(self._line_end, 0, at) + 1
            high = data.find(self._line_end, at, endpos)
            if high < 0:
                high = endpos
        kept = self._text
        if kept is not None and kept[0] is data and kept[1] == low and kept[2] == high:
            return kept[3], low, kept[4]
        piece = data[low:high]
        offsets: list[int] | None = None
        chars: Sequence[int] = piece
        if self._encoding == "utf-8" and not piece.isascii():
            decoded = piece.decode("utf-8", "surrogateescape")
            chars = tuple(map(ord, decoded))
            offsets = [0]
            for char in decoded:
                offsets.append(offsets[-1] + len(char.encode("utf-8", "surrogateescape")))
        from kos_kernel.toolkit.regex.backtrack import Text

        text = Text(chars, self._word(), self._separator, self._icase)
        self._text = (data, low, high, text, offsets)
        return text, low, offsets


class _BackReferences(Regex):
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
        from kos_kernel.toolkit.regex.backtrack import Backtracker, without_back_references

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
        if len(source) > _LONG_SOURCE:
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
                return _Found(self, data, start, places[0], endpos, spans)
            pos = start + self._step(data, start)
        return None


def compile(
    pattern: bytes,
    *,
    syntax: str = "bre",
    icase: bool = False,
    newline: bytes | None = None,
    multiline: bool = False,
    utf8: bool = True,
    whole: Literal["line", "word"] | None = None,
    groups: Literal["posix", "gnu"] = "posix",
    third_party: bool = True,
) -> Regex:
    """Return `pattern` compiled.

    syntax: bre, ere, sed-ere, grep, egrep, awk, emacs or fixed (see dialects.py).
    newline: the byte between the lines of the data, for programs that search many lines at once (grep: b"\\n", grep -z: b"\\0"):
        nothing matches it, `^` and `$` stand at it. multiline: `^` and `$` stand at newlines, which stay characters (sed's M).
    whole: the match must be a whole line (grep -x) or stand between non-word characters (grep -w).
    groups: which of several readings of a match tells what its groups are. "posix": each part from the left as long as can be,
        a repetition's last round alone ((a|ab)(c|bcd)(d*) on abcd: ab, c, d). "gnu": the first one, and what earlier rounds
        left stays (a, bcd, nothing), as GNU's programs have it. They differ only where alternatives overlap.
    third_party: False asks the standard library's `re` and our own engines alone, as if nothing else were installed.
    Raises PatternError, whose text is glibc's sentence.
    """
    return compile_any(
        [pattern],
        syntax=syntax,
        icase=icase,
        newline=newline,
        multiline=multiline,
        utf8=utf8,
        whole=whole,
        groups=groups,
        third_party=third_party,
    )


def compile_any(
    patterns: Sequence[bytes],
    *,
    syntax: str = "bre",
    icase: bool = False,
    newline: bytes | None = None,
    multiline: bool = False,
    utf8: bool = True,
    whole: Literal["line", "word"] | None = None,
    groups: Literal["posix", "gnu"] = "posix",
    third_party: bool = True,
) -> Regex:
    """Return one regex that matches where any of the patterns does (grep -e A -e B, grep -f FILE); see `compile`.

    Groups are numbered through all patterns; a back-reference means its own pattern's group. No patterns match nothing.
    """
    encoding = "utf-8" if utf8 else "latin-1"
    line_end = None if newline is None else newline.decode("latin-1")
    roots: list[Node] = []
    opened = 0
    references = False
    for pattern in patterns:
        text = pattern.decode(encoding, "surrogateescape")
        if syntax == "fixed":
            parsed = parse_fixed(text, unicode=utf8, icase=icase, newline=line_end)
        else:
            dialect = DIALECTS.get(syntax)
            if dialect is None:
                raise ValueError(
                    f"no regular expressions are called {syntax!r}; there are: fixed, {', '.join(DIALECTS)}"
                )
            parsed = parse(text, dialect, unicode=utf8, icase=icase, newline=line_end, groups=opened)
        roots.append(parsed.root)
        opened += parsed.groups
        references = references or parsed.back_references
    root = tree.alt(roots) if roots else tree.char_set(())
    if whole == "line":
        root = tree.cat([tree.assertion(tree.BOL), root, tree.assertion(tree.EOL)])
    elif whole == "word":
        root = tree.cat([tree.assertion(tree.NO_WORD_BEFORE), root, tree.assertion(tree.NO_WORD_AFTER)])
    facts = analysis.analyse(root)
    parsed = Pattern(root, opened, references)
    whole_text = b"\n".join(patterns)
    if references:
        return _BackReferences(whole_text, parsed, facts, utf8, newline, multiline, third_party, icase)
    return Regex(whole_text, parsed, facts, utf8, newline, multiline, third_party, icase, groups == "gnu")


def _transparent(root: Node, facts: Facts, utf8: bool) -> bool:
    """Return whether the pattern means the same bytes in ASCII data as in any other."""
    if not utf8:
        return True
    if facts.has_word_places or facts.nullable:
        return False
    return all(not node.ranges or node.ranges[-1][1] < 0x80 for node in tree.postorder(root) if node.kind == tree.SET)


def _places(window: Window, mirrored: int, offset: int) -> list[int]:
    """Return the places of a mirrored set, as ascending byte positions of the data whose part at `offset` the window shows."""
    digits = format(mirrored, f"0{window.length + 1}b")  # the highest bit is the first place
    found = [hit.start() for hit in re.finditer("1", digits)]
    text = window.text
    if isinstance(text, bytes):
        return [place + offset for place in found] if offset else found
    before = 0
    for number, place in enumerate(found):
        offset += _bytes_before(text[before:place], place - before)
        found[number] = offset
        before = place
    return found


def _bytes_before(text: bytes | str, place: int) -> int:
    return place if isinstance(text, bytes) else len(text[:place].encode("utf-8", "surrogateescape"))
