"""Shell patterns with groups, ?(a|b) *(..) +(..) @(..) !(..), matched by sets of positions held as the bits of an int.

Sets(items, ...).whole(text), .ends(text, lowest=...), .find(text, pos, Places(text))
"""

from __future__ import annotations

import re
from typing import Final

from kos_kernel.toolkit.glob.expressions import compile_source
from kos_kernel.toolkit.glob.parsing import ANY, CHAR, SET, STAR, Item
from kos_kernel.toolkit.regex.errors import PatternLimit

# Steps of a matching with groups, a second or two: only nested repetitions on long texts get there.
_MAX_STEPS: Final = 3_000_000


class Places:
    """Where each kind of character stands in a text, as the bits of an int, found once for each kind."""

    __slots__ = ("everywhere", "known", "length", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.length = len(text)
        self.everywhere = (1 << len(text)) - 1
        self.known: dict[tuple[int, str], int] = {}

    def of(self, item: Item, nocase: bool) -> int:
        """Return the set of positions whose character the item matches."""
        key = (item.kind, item.source or item.char)
        found = self.known.get(key)
        if found is None:
            found = 0
            source = item.source if item.kind == SET else re.escape(item.char)
            for hit in compile_source(source, nocase).finditer(self.text):
                found |= 1 << hit.start()
            self.known[key] = found
        return found


class Sets:
    """Matching with groups: from a set of starts to the set of all ends, item by item.

    A step is a shift and an `and` over the whole text at once. `*(x)` is repeated until no new end appears; `!(x)` asks for
    each start which ends x has, and takes the others. Each (negated group, start) is worked out once for a text, so the work
    is bounded by |pattern| * |text|^2 bit operations, sixty-four to a machine word.
    """

    __slots__ = ("_items", "_nocase", "_pathname", "_period")

    def __init__(self, items: list[Item], nocase: bool, period: bool, pathname: bool) -> None:
        self._items = items
        self._nocase = nocase
        self._period = period
        self._pathname = pathname

    def whole(self, text: str) -> bool:
        return bool(_Run(self, Places(text)).sequence(self._items, 1) >> len(text))

    def ends(self, text: str, *, lowest: bool) -> int | None:
        ends = _Run(self, Places(text)).sequence(self._items, 1)
        if not ends:
            return None
        return (ends & -ends).bit_length() - 1 if lowest else ends.bit_length() - 1

    def find(self, text: str, pos: int, places: Places) -> tuple[int, int] | None:
        run = _Run(self, places)
        # One backward question would do, but starts are few: only those from which the first item can go anywhere.
        for start in range(pos, len(text) + 1):
            ends = run.sequence(self._items, 1 << start)
            if ends:
                return start, ends.bit_length() - 1
        return None


class _Run:
    """One matching of one text."""

    __slots__ = ("_dots", "_memo", "_nocase", "_pathname", "_places", "_singles", "_steps", "_stops")

    def __init__(self, sets: Sets, places: Places) -> None:
        self._nocase = sets._nocase
        self._pathname = sets._pathname
        self._places = places
        self._memo: dict[tuple[int, int], int] = {}
        self._steps = 0
        text = places.text
        slashes = 0
        if self._pathname:
            for hit in re.finditer("/", text):
                slashes |= 1 << hit.start()
        self._dots = 0  # leading dots: no wildcard matches them, nor the nothing before them
        if sets._period:
            leading = slashes << 1 | 1
            for hit in re.finditer(r"\.", text):
                self._dots |= 1 << hit.start()
            self._dots &= leading
        self._singles = places.everywhere & ~slashes & ~self._dots  # what ? and [..] may match
        self._stops = slashes | 1 << places.length  # where a star must stop

    def sequence(self, items: list[Item], starts: int) -> int:
        for item in items:
            if not starts:
                return 0
            starts = self._step(item, starts)
        return starts

    def _step(self, item: Item, starts: int) -> int:
        kind, places = item.kind, self._places
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise PatternLimit("this pattern needs too much time for this text")
        if kind == CHAR:
            return (starts & places.of(item, self._nocase)) << 1
        if kind == SET:
            return (starts & places.of(item, self._nocase) & self._singles) << 1
        if kind == ANY:
            return (starts & self._singles) << 1
        if kind == STAR:
            return self._flood(starts)
        return self._group(item, starts)

    def _flood(self, starts: int) -> int:
        """Return what a star reaches: from each start everything up to the next place that wildcards can't pass."""
        starts &= ~self._dots
        reached = 0
        while starts:
            low = starts & -starts
            ahead = self._stops & -low
            past = (ahead & -ahead) << 1
            reached |= past - low
            starts &= -past
        return reached

    def _group(self, item: Item, starts: int) -> int:
        operator = item.operator
        if operator == "!":
            ends = 0
            rest = starts & ~self._dots
            while rest:
                low = rest & -rest
                ends |= self._others(item, low)
                rest ^= low
            return ends
        once = self._once(item, starts)
        if operator == "@":
            return once
        if operator == "?":
            return starts | once
        reached, fresh = once, once
        while fresh:
            fresh = self._once(item, fresh) & ~reached
            reached |= fresh
        return reached | starts if operator == "*" else reached

    def _once(self, item: Item, starts: int) -> int:
        ends = 0
        for choice in item.choices:
            ends |= self.sequence(choice, starts)
        return ends

    def _others(self, item: Item, start: int) -> int:
        """Return the ends of `!(...)` from one start (a single bit): all that a star reaches, less those of the group."""
        key = (id(item), start)
        found = self._memo.get(key)
        if found is None:
            found = self._flood(start) & ~self._once(item, start)
            self._memo[key] = found
        return found
