"""A compiled pattern: who is asked for a match, for its end and for its groups, on which data.

The order of questions, for data that is ASCII and for data that isn't (the two have engines of their own):

    search   the engine finds the leftmost match. If its first match is the longest too (analysis.py), that is all;
             else `_longest` asks longest.py, or positions.py where that can't tell, how far the match goes
    groups   from the engine where its are POSIX's, else from submatch.py, or from backtrack.py if GNU's are wanted
    no engine for this pattern: `_leftmost` asks positions.py where matches start

Nothing is compiled before data asks for it, but for the first engine.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from kos_kernel.toolkit.regex import charset, tree
from kos_kernel.toolkit.regex.analysis import Facts
from kos_kernel.toolkit.regex.engines import linear_engine, simple_engine
from kos_kernel.toolkit.regex.found import Found
from kos_kernel.toolkit.regex.parser import Pattern
from kos_kernel.toolkit.regex.translate import translate
from kos_kernel.toolkit.regex.tree import Node

if TYPE_CHECKING:  # the rest is imported when a pattern needs it: most don't
    from kos_kernel.toolkit.regex.backtrack import Backtracker, Text
    from kos_kernel.toolkit.regex.longest import Longest
    from kos_kernel.toolkit.regex.positions import Instruction, Window
    from kos_kernel.toolkit.regex.submatch import Divider
    from kos_kernel.toolkit.regex.types import Engine, Match, Search

_PROBED: Final = 32  # matching lines that are looked for one by one
_CROWDED: Final = 256  # bytes from one to the next at which that costs more than a scan for lines
_FIRST_WINDOW: Final = 256  # characters looked at for the end of a match, at first
_BLOCK: Final = 1 << 16  # bytes of lines searched at once by positions.py
_BIG: Final = 4096
LONG_SOURCE: Final = 4000  # byte sequences of big sets, which positions.py does much faster
_SUB_IN_C: Final = 1 << 14  # longer data is substituted match by match, so that one call stays short


class Regex:
    """A compiled pattern. `search` is an attribute, so that it can be the engine's own method where nothing stands between."""

    __slots__ = (
        "_automaton", "_backtracker", "_checked", "_code", "_code_backward", "_direct", "_divider", "_encoding", "_engines",
        "_facts", "_gnu_groups", "_icase", "_line_end", "_line_engines", "_lines", "_memo", "_root", "_separator", "_text", "_third_party",
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
        self._line_engines: dict[str, Any] = {}
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

    @property
    def root(self) -> Node:
        """The pattern's tree."""
        return self._root

    @property
    def first_match_is_right(self) -> bool:
        """Whether an engine's first match is the longest, and never empty: then its own loops over matches are right, too."""
        return self._facts.span_safe and not self._facts.nullable

    def replacer(
        self, pieces: Sequence[bytes | None], progress: Callable[[int], object]
    ) -> Callable[[bytes, int], tuple[bytes, int]]:
        """Return a function of (data, count) that does what `sub` does, for many short data; see bulk.py."""
        from kos_kernel.toolkit.regex.bulk import replacer

        return replacer(self, pieces, progress)

    def divider(self) -> Callable[[bytes], list[bytes]]:
        """Return a function that splits data at the matches that aren't empty."""
        from kos_kernel.toolkit.regex.bulk import divider

        return divider(self)

    def engine_for(self, data: bytes) -> Engine | None:
        """Return the engine for this data, None if there is none."""
        return self._direct or self._engine_for(data)

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
        found, pos = self._some_lines(data, pos, endpos)
        if pos <= endpos:
            rfind = data.rfind
            spans = [match.span() for match in self._line_engine(data).finditer(data, pos, endpos)]
            found += [(rfind(line_end, pos, at) + 1 or pos, stop) for at, stop in spans]
        return found

    def count_lines(self, data: bytes) -> int:
        """Return how many lines of `data` have a match: len(lines(data)), quicker."""
        if self._line_end is None:
            return len(self.lines(data))  # which refuses
        if not data:
            return 0
        endpos = len(data) - data.endswith(self._line_end)
        found, pos = self._some_lines(data, 0, endpos)
        return len(found) + (len(self._line_engine(data).findall(data, pos, endpos)) if pos <= endpos else 0)

    def sub_lines(self, parts: Sequence[bytes | int], data: bytes, everywhere: bool) -> bytes | None:
        """Return `data` with the first match of each line, or every match, replaced, by one call of the engine.

        parts: what stands instead: bytes, and 0 for the match itself. None if that can't be done so for this pattern and data:
        then nothing is known. For patterns made with `newline`; the lines stay lines if no part holds a newline.
        """
        facts = self._facts
        if not facts.span_safe or facts.nullable or self._line_end is None or not self._third_party or self._lines:
            return None
        if everywhere:
            engine: Any = self._direct or self._engine_for(data)
            if not hasattr(engine, "findall"):  # long lists of words are asked in portions
                return None
            match, rest = b"\\g<0>", b""
        else:
            engine = self._line_engine(data, rest=True)
            match, rest = b"\\1", b"\\2"
        if engine is None:
            return None
        template = b"".join([match if part == 0 else part.replace(b"\\", b"\\\\") for part in parts])  # type: ignore[union-attr]
        changed: bytes = engine.subn(template + rest, data)[0]
        return changed

    def _some_lines(self, data: bytes, pos: int, endpos: int) -> tuple[list[tuple[int, int]], int]:
        """Return (lines that have a match, the place to go on from): beyond endpos, unless matching lines stand so close
        together that the rest is better done by `_line_engine`. Where they are rare, a plain search skips what lies between."""
        assert self._line_end is not None
        line_end = self._line_end
        engine = self._direct or self._engine_for(data)
        find, rfind = data.find, data.rfind
        found: list[tuple[int, int]] = []
        crowded = pos + _PROBED * _CROWDED
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
            if len(found) == _PROBED and pos < crowded and engine is not None and self._line_engine(data) is not None:
                return found, pos
        return found, endpos + 1

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
                return Found(self, data, *found.span(), endpos, None)
            start = found.start()
        return Found(self, data, start, self._longest(data, start, endpos), endpos, None)

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

    def _line_engine(self, data: bytes, rest: bool = False) -> Any:
        """Return what finds whole lines (linewise.py), None if there's no such thing for this pattern.

        rest: its groups 1 and 2 are the match and what follows it in its line.
        """
        encoding: str = self._encoding
        if encoding == "utf-8" and (self._direct is not None or data.isascii()):
            encoding = "ascii"
        key = encoding + " rest" if rest else encoding
        if key not in self._line_engines:
            from kos_kernel.toolkit.regex.linewise import line_engine

            assert self._line_end is not None
            usable = (
                self._third_party and not self._lines and (encoding != "utf-8" or self._engine("utf-8") is not None)
            )
            self._line_engines[key] = (
                line_engine(self._root, self._facts, encoding, self._line_end, rest) if usable else None
            )
        return self._line_engines[key]

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
            if self._third_party and (encoding != "utf-8" or len(source) <= LONG_SOURCE):
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
