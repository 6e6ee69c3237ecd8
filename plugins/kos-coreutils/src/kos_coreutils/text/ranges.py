"""Lists of numbers and ranges, as cut reads them: 1,3-5,7-."""

from __future__ import annotations

from kos_kernel.api import quote

END = (1 << 64) - 1  # of an open range


class BadList(ValueError):
    """The list is wrong: GNU's message, bytes."""

    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


def parse_ranges(text: bytes, *, fields: bool, lone_dash: bool = False) -> list[tuple[int, int]]:
    """Return the ranges (first, last), from 1, sorted, those that touch joined. fields: for the wording of errors.

    lone_dash: "-" stands for everything.
    Ranges are separated by commas or blanks. Raises BadList.
    """
    ranges = []
    for item in text.replace(b" ", b",").replace(b"\t", b",").split(b","):
        first, dash, last = item.partition(b"-")
        for part in (first, last):
            if part and not part.isdigit():
                _wrong(item, part, fields)
        if not dash:
            low = high = _number(first, fields) if first else 0
            if not low:
                raise BadList(
                    b"fields are numbered from 1" if fields else b"byte/character positions are numbered from 1"
                )
        else:
            if not first and not last and not lone_dash:
                raise BadList(b"invalid range with no endpoint: " + item)
            low = _number(first, fields) if first else 1
            high = _number(last, fields) if last else END
            if not low:
                raise BadList(
                    b"fields are numbered from 1" if fields else b"byte/character positions are numbered from 1"
                )
            if high < low:
                raise BadList(b"invalid decreasing range")
        ranges.append((low, high))
    ranges.sort()
    joined: list[tuple[int, int]] = []
    for low, high in ranges:
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


def complement(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ranges of everything that isn't in ranges."""
    result, start = [], 1
    for low, high in ranges:
        if low > start:
            result.append((start, low - 1))
        start = high + 1
    if start <= END:
        result.append((start, END))
    return result


def _number(text: bytes, fields: bool) -> int:
    if len(text) > 20 or int(text) >= END:
        what = b"field number" if fields else b"byte/character offset"
        raise BadList(b"%s %s is too large" % (what, quote(text)))
    return int(text)


def _wrong(item: bytes, part: bytes, fields: bool) -> None:
    if not part[:1].isdigit() and part is not item.partition(b"-")[2]:
        part = item
    elif b"-" in part:
        raise BadList(b"invalid field range" if fields else b"invalid byte or character range")
    rest = part.lstrip(b"0123456789")
    what = b"invalid field value " if fields else b"invalid byte/character position "
    raise BadList(what + quote(rest))
