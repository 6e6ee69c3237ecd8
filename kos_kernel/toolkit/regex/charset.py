"""Sets of characters as sorted ranges of code points: classes, complements, case, and their UTF-8 bytes.

A set is a tuple of (low, high) pairs, sorted, neither touching nor overlapping: easy to hash, to complement, to turn into
bytes. In UTF-8 the universe is U+0000..U+10FFFF without the surrogates; a byte that is no UTF-8 travels through us as the
lone surrogate U+DC80..U+DCFF (Python's surrogateescape), so it is outside of every class and of every complement, which is
what glibc does: an invalid byte matches neither `.` nor `[^a]`. In the C locale the universe is the 256 bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

Ranges = tuple[tuple[int, int], ...]

EMPTY: Final[Ranges] = ()
ANY_UTF8: Final[Ranges] = ((0, 0xD7FF), (0xE000, 0x10FFFF))
ANY_BYTE: Final[Ranges] = ((0, 0xFF),)

_ASCII_CLASSES: Final[dict[str, Ranges]] = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": ((48, 57),),
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": ((65, 90),),
    "word": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}
ALL_CLASSES: Final = frozenset(_ASCII_CLASSES)

_LAST_ASSIGNED: Final = 0x323AF  # no letter, digit or symbol lies beyond it but for the few below
_BEYOND: Final[Ranges] = ((0xE0001, 0xE0001), (0xE0020, 0xE007F), (0xE0100, 0xE01EF))
_PRIVATE: Final[Ranges] = ((0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))


def union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return the set of everything in `ranges`, which may overlap and come in any order."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            if high > merged[-1][1]:
                merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return tuple(merged)


def subtract(ranges: Ranges, less: Ranges) -> Ranges:
    """Return what is in `ranges` and not in `less`."""
    result: list[tuple[int, int]] = []
    for low, high in ranges:
        for cut_low, cut_high in less:
            if cut_high < low:
                continue
            if cut_low > high:
                break
            if cut_low > low:
                result.append((low, cut_low - 1))
            low = cut_high + 1
        if low <= high:
            result.append((low, high))
    return tuple(result)


def intersects(one: Ranges, other: Ranges) -> bool:
    """Return whether the two sets share a member."""
    left, right = iter(one), iter(other)
    try:
        a, b = next(left), next(right)
        while True:
            if a[1] < b[0]:
                a = next(left)
            elif b[1] < a[0]:
                b = next(right)
            else:
                return True
    except StopIteration:
        return False


def covers(big: Ranges, small: Ranges) -> bool:
    """Return whether everything in `small` is in `big`."""
    return not subtract(small, big)


def contains(ranges: Ranges, char: int) -> bool:
    """Return whether the code point is in the set."""
    if len(ranges) < 8:
        for low, high in ranges:
            if low <= char <= high:
                return True
        return False
    left, right = 0, len(ranges)
    while left < right:
        middle = (left + right) // 2
        if ranges[middle][1] < char:
            left = middle + 1
        else:
            right = middle
    return left < len(ranges) and ranges[left][0] <= char


@cache
def class_ranges(name: str, unicode: bool) -> Ranges:
    """Return the members of [:name:] (and of "word": alnum with the underscore), beyond ASCII too if `unicode`.

    Raises KeyError for a class that POSIX doesn't have. The tables beyond ASCII come from Python's Unicode database and take
    some 20 ms the first time one is asked for. Differs from glibc by the version of Unicode alone.
    """
    ascii_part = _ASCII_CLASSES[name]
    if not unicode or name in ("digit", "xdigit"):
        return ascii_part
    return union(ascii_part + _beyond_ascii(name))


def _beyond_ascii(name: str) -> Ranges:
    if name == "alpha" or name == "alnum" or name == "word":
        return _which("alnum")  # POSIX has no digits but 0-9, so those of other scripts count as letters, as in glibc
    if name == "lower" or name == "upper":
        return _which(name)
    if name == "cntrl":
        return ((0x80, 0x9F), (0x2028, 0x2029))
    if name == "blank":
        return subtract(_which("space"), ((0x80, 0x9F), (0x2028, 0x2029)))
    if name == "space":
        return union(((0x2028, 0x2029), *subtract(_which("space"), ((0x80, 0x9F),))))
    shown = union(_which("shown") + _BEYOND + _PRIVATE)
    if name == "print":
        return shown
    if name == "graph":
        return subtract(shown, _beyond_ascii("space"))
    return subtract(_beyond_ascii("graph"), _which("alnum"))  # punct


@cache
def _which(kind: str) -> Ranges:
    """Return the characters beyond ASCII that are of a kind, by Python's Unicode database."""
    import re
    import unicodedata

    text = "".join(map(chr, range(0x80, 0xD800))) + "".join(map(chr, range(0xE000, _LAST_ASSIGNED + 1)))

    def spans(pattern: str) -> Iterator[tuple[int, int]]:
        for found in re.finditer(pattern, text):
            yield from subtract(((ord(found[0][0]), ord(found[0][-1])),), ((0xD800, 0xDFFF),))

    if kind == "alnum":
        return union(spans(r"[^\W_]+"))
    if kind == "space":  # the no-break spaces are no spaces to iswspace
        return subtract(union(spans(r"\s+")), ((0x85, 0x85), (0xA0, 0xA0), (0x2007, 0x2007), (0x202F, 0x202F)))
    if kind == "lower":
        chosen = (ord(char) for char in text if char.islower() or (char.upper() != char and char.istitle()))
    elif kind == "upper":
        chosen = (ord(char) for char in text if char.isupper() or (char.lower() != char and char.istitle()))
    else:
        category = unicodedata.category
        chosen = (ord(char) for char in text if category(char) not in ("Cc", "Cn", "Cs", "Co", "Zl", "Zp"))
    return union((number, number) for number in chosen)


def fold(ranges: Ranges, unicode: bool) -> Ranges:
    """Return the set closed under upper and lower case, as a search that ignores case needs it."""
    extra: list[tuple[int, int]] = []
    for low, high in ranges:
        first, last = max(low, 65), min(high, 90)
        if first <= last:
            extra.append((first + 32, last + 32))
        first, last = max(low, 97), min(high, 122)
        if first <= last:
            extra.append((first - 32, last - 32))
    closed = union((*ranges, *extra))
    if not unicode:
        return closed
    extra = []
    for char, others in _case_pairs().items() if _size(closed) > 64 else _pairs_of(closed):
        if contains(closed, char):
            extra += [(other, other) for other in others]
    return union((*closed, *extra))


def _size(ranges: Ranges) -> int:
    return sum(high - low + 1 for low, high in ranges)


def _pairs_of(ranges: Ranges) -> list[tuple[int, tuple[int, ...]]]:
    """Return (character, its case variants) for each member of a small set; ASCII needs no table but for K, S and the sharp s."""
    pairs = []
    for low, high in ranges:
        for number in range(low, high + 1):
            if number < 128 and chr(number) not in "kKsS":
                continue
            others = _variants(number)
            if others:
                pairs.append((number, others))
    return pairs


def _variants(number: int) -> tuple[int, ...]:
    """Return the other characters that differ from this one by (simple) case alone."""
    char = chr(number)
    found = set()
    for base in {char, char.lower(), char.upper()}:
        if len(base) == 1:
            found |= {text for text in (base, base.lower(), base.upper()) if len(text) == 1}
    for special in ("Kkſ\u212a", "Ssſ", "Åå\u212b", "Ωω\u2126", "ẞß"):
        if char in special and char in _SPECIAL[special]:
            found |= set(_SPECIAL[special])
    return tuple(sorted(ord(text) for text in found if text != char and not 0xD800 <= ord(text) <= 0xDFFF))


_SPECIAL: Final[dict[str, str]] = {
    "Kkſ\u212a": "Kk\u212a",
    "Ssſ": "Ssſ",
    "Åå\u212b": "Åå\u212b",
    "Ωω\u2126": "Ωω\u2126",
    "ẞß": "ẞß",
}


@cache
def _case_pairs() -> dict[int, tuple[int, ...]]:
    pairs = {}
    for number in range(0x80, 0x1E944):
        if 0xD800 <= number <= 0xDFFF:
            continue
        char = chr(number)
        if char.lower() != char or char.upper() != char:
            others = _variants(number)
            if others:
                pairs[number] = others
    for char in "kKsS":
        pairs[ord(char)] = _variants(ord(char))
    return pairs


# -- UTF-8 -------------------------------------------------------------------------------------------------------------

ByteRanges = tuple[tuple[int, int], ...]  # one (low, high) for each byte of a sequence

_LENGTH_LIMITS: Final = ((0x7F, 1), (0x7FF, 2), (0xFFFF, 3), (0x10FFFF, 4))


def utf8_sequences(ranges: Ranges) -> list[ByteRanges]:
    """Return the set as byte sequences: each a tuple of byte ranges, together exactly the UTF-8 of the members.

    A lone surrogate U+DC80..U+DCFF in the set stands for a raw byte and comes out as that byte.
    Source: the usual split of a range where its bytes' ranges stop being independent (Ken Thompson; RE2, rust's utf8-ranges).
    """
    found: list[ByteRanges] = []
    for low, high in ranges:
        for piece_low, piece_high in subtract(((low, high),), ((0xD800, 0xDFFF),)):
            _split(piece_low, piece_high, found)
        raw_low, raw_high = max(low, 0xDC80), min(high, 0xDCFF)
        if raw_low <= raw_high:
            found.append(((raw_low - 0xDC00, raw_high - 0xDC00),))
    return found


def _split(low: int, high: int, found: list[ByteRanges]) -> None:
    pending = [(low, high)]
    while pending:
        low, high = pending.pop()
        if low > high:
            continue
        for limit, _ in _LENGTH_LIMITS:
            if low <= limit < high:
                pending.append((limit + 1, high))
                high = limit
                break
        if high < 0x80:
            found.append(((low, high),))
            continue
        whole = True
        for step in range(1, 4):
            mask = (1 << (6 * step)) - 1
            if low & ~mask != high & ~mask:
                if low & mask:
                    pending.append(((low | mask) + 1, high))
                    pending.append((low, low | mask))
                    whole = False
                    break
                if high & mask != mask:
                    pending.append((high & ~mask, high))
                    pending.append((low, (high & ~mask) - 1))
                    whole = False
                    break
        if whole:
            first, last = chr(low).encode(), chr(high).encode()
            found.append(tuple(zip(first, last, strict=True)))
