"""From two files' lines to the list of changes: what is left out of the search, the search, and where changes are put.

    changes(old, new, rules, tick) -> [Change, ...]        in the order of the files, none touching the next

1. Lines get numbers: the same number for lines that count as equal (rules.key).
2. Equal lines at both ends are set aside, all but `horizon` of them.
3. Lines that the other file lacks are changed for sure and not searched. Nor are lines so frequent there that they say little,
   if they stand among such lines.
4. Myers' search marks the rest.
5. A run of changed lines that could as well be a line later or earlier is joined with its neighbours and moved to the end, or
   to where it stands beside a run of the other file.

Steps 3 and 5 and their numbers are those by which GNU diff is known, so that hunks come out the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from .lines import Rules, Side
from .myers import Comparison


class Change(NamedTuple):
    """`deleted` lines of the old file from line `old` (0 is the first), for `inserted` of the new one from `new`."""

    old: int
    new: int
    deleted: int
    inserted: int


def changes(
    old: Side, new: Side, rules: Rules, tick: Callable[[int], None], *, minimal: bool, heuristic: bool, horizon: int
) -> list[Change]:
    """Return what differs between two files."""
    begin, suffix = _common_ends(old, new, rules.robust, horizon)
    ends = (len(old.lines) - suffix, len(new.lines) - suffix)
    numbers: dict[bytes | tuple[bytes, int], int] = {}
    sides: list[list[int]] = []
    for side, end in zip((old, new), ends, strict=True):
        sides.append(_numbered(side, begin, end, rules, numbers, tick))
    marks = [bytearray(len(side) + 2) for side in sides]  # one more at either end, never set
    kept = _worth_searching(sides, marks, minimal)
    first, second = kept
    one, two = marks
    Comparison(
        [sides[0][index] for index in first],
        [sides[1][index] for index in second],
        lambda index: one.__setitem__(first[index] + 1, 1),
        lambda index: two.__setitem__(second[index] + 1, 1),
        tick,
        minimal=minimal,
        heuristic=heuristic,
    ).run()
    _shift(sides[0], one, two)
    _shift(sides[1], two, one)
    return _listed(one, two, begin)


def _common_ends(old: Side, new: Side, robust: bool, horizon: int) -> tuple[int, int]:
    """Return how many lines at the beginning and at the end are equal in both files, less the horizon."""
    one, two = old.lines, new.lines
    shorter = min(len(one), len(two))
    prefix = 0
    if one[:shorter] == two[:shorter]:
        prefix = shorter
    else:
        low, high = 0, shorter  # lines below low are equal, those up to high are not
        while high - low > 1:
            middle = (low + high) // 2
            if one[low:middle] == two[low:middle]:
                low = middle
            else:
                high = middle
        prefix = low
    if robust and prefix and (prefix == len(one) and old.incomplete) != (prefix == len(two) and new.incomplete):
        prefix -= 1
    prefix = max(0, prefix - horizon)
    suffix = 0
    if not robust or old.incomplete == new.incomplete:
        most = shorter - prefix
        while suffix < most and one[-1 - suffix] == two[-1 - suffix]:
            suffix += 1
    return prefix, max(0, suffix - horizon)


def _numbered(
    side: Side,
    begin: int,
    end: int,
    rules: Rules,
    numbers: dict[bytes | tuple[bytes, int], int],
    tick: Callable[[int], None],
) -> list[int]:
    """Return the lines' numbers; equal lines have equal ones."""
    lines = side.lines[begin:end]
    incomplete = side.incomplete and end == len(side.lines) and end > begin and rules.robust and rules.strict_end
    last = lines.pop() if incomplete else b""
    key = rules.key
    number = numbers.setdefault
    found: list[int] = []
    step = 1 << 12
    for start in range(0, len(lines), step):
        part = lines[start : start + step]
        tick(len(part) if key is None else 4 * len(part))
        if key is None:
            found += [number(line, len(numbers)) for line in part]
        else:
            found += [number(key(line), len(numbers)) for line in part]
    if incomplete:
        found.append(number((last if key is None else key(last), 0), len(numbers)))
    return found


def _worth_searching(sides: list[list[int]], marks: list[bytearray], minimal: bool) -> list[list[int]]:
    """Mark the lines that aren't to be searched as changed, and return the places of the others."""
    if minimal:
        return [list(range(len(side))) for side in sides]
    counts = [Counter(side) for side in sides]
    kept = []
    for which in (0, 1):
        side, other = sides[which], counts[1 - which]
        many, rest = 5, len(side) // 64 >> 2
        while rest > 0:
            many *= 2
            rest >>= 2
        discards = bytearray(len(side) + 1)
        for index, number in enumerate(side):
            matches = other[number]
            if not matches:
                discards[index] = 1
            elif matches > many:
                discards[index] = 2
        _keep_doubtful(discards, len(side))
        mark = marks[which]
        places = []
        for index in range(len(side)):
            if discards[index]:
                mark[index + 1] = 1
            else:
                places.append(index)
        kept.append(places)
    return kept


def _keep_doubtful(discards: bytearray, end: int) -> None:
    """Take back the discarding of frequent lines (2) where they aren't in the midst of lines that have no match (1)."""
    index = 0
    while index < end:
        if discards[index] == 2:
            discards[index] = 0
        elif discards[index]:
            stop = discards.find(0, index)
            doubtful = discards.count(2, index, stop)
            while stop > index and discards[stop - 1] == 2:
                stop -= 1
                discards[stop] = 0
                doubtful -= 1
            length = stop - index
            if doubtful * 4 > length:
                discards[index:stop] = discards[index:stop].replace(b"\2", b"\0")
            elif doubtful:
                _thin_out(discards, index, length)
                index += length - 1
            else:
                index += length - 1
        index += 1


def _thin_out(discards: bytearray, start: int, length: int) -> None:
    """Take back the frequent lines of a run that come many together, or near its ends."""
    least, rest = 1, length >> 4
    while rest > 0:
        least <<= 1
        rest >>= 2
    least += 1
    place = together = 0
    while place < length:
        if discards[start + place] != 2:
            together = 0
        else:
            together += 1
            if together == least:
                place -= together  # back to the first of them, to take all back
            elif together > least:
                discards[start + place] = 0
        place += 1
    for order in (range(start, start + length), range(start + length - 1, start - 1, -1)):
        together = 0
        for place, index in enumerate(order):
            if place >= 8 and discards[index] == 1:
                break
            if discards[index] == 1:
                together += 1
            else:
                discards[index] = 0
                together = 0
            if together == 3:
                break


def _shift(numbers: list[int], mine: bytearray, other: bytearray) -> None:
    """Join and move the runs of changed lines of one file. The marks of line i are at i + 1."""
    end = len(numbers)
    i = j = 0
    while True:
        run = mine.find(1, i + 1) - 1
        if run < 0:
            return
        while i < run:
            while other[j + 1]:
                j += 1
            j += 1
            i += 1
        start = i
        i += 1
        while mine[i + 1]:
            i += 1
        while other[j + 1]:
            j += 1
        while True:
            length = i - start
            while start and numbers[start - 1] == numbers[i - 1]:
                start -= 1
                mine[start + 1] = 1
                i -= 1
                mine[i + 1] = 0
                while mine[start]:
                    start -= 1
                j -= 1
                while other[j + 1]:
                    j -= 1
            corresponding = i if other[j] else end
            while i != end and numbers[start] == numbers[i]:
                mine[start + 1] = 0
                start += 1
                mine[i + 1] = 1
                i += 1
                while mine[i + 1]:
                    i += 1
                j += 1
                while other[j + 1]:
                    j += 1
                    corresponding = i
            if length == i - start:
                break
        while corresponding < i:
            start -= 1
            mine[start + 1] = 1
            i -= 1
            mine[i + 1] = 0
            j -= 1
            while other[j + 1]:
                j -= 1


def _listed(one: bytearray, two: bytearray, begin: int) -> list[Change]:
    """Return the marked runs as changes; `begin` lines were set aside before the first."""
    found: list[Change] = []
    i = j = 0
    last = len(one) - 2
    while True:
        next_one, next_two = one.find(1, i + 1), two.find(1, j + 1)
        if next_one < 0 and next_two < 0:
            return found
        steps = min(
            next_one - i - 1 if next_one >= 0 else last - i if next_two < 0 else next_two - j - 1,
            next_two - j - 1 if next_two >= 0 else next_one - i - 1,
        )
        i += steps
        j += steps
        from_i, from_j = i, j
        while one[i + 1]:
            i += 1
        while two[j + 1]:
            j += 1
        found.append(Change(begin + from_i, begin + from_j, i - from_i, j - from_j))
