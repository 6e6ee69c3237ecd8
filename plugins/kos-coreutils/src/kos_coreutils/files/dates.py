"""Reading dates as people write them, for `touch -d`: `2024-02-29 12:30 UTC`, `next monday`, `3 days ago`, `@1700000000.5`.

    read_date(b"yesterday 10:00", now_ns, zone) -> ns since 1970, or None if it can't be read

What is understood: seconds with @; calendar dates (2024-02-29, 20240229, 2/29[/2024], 29 Feb [2024], Feb 29[, 2024]); times
of day (10:00, 10:00:30.5, 10am, 10:00 pm) with +HH[:MM] or a zone's letters; the ISO form with T; days of the week, with
next or last; now, today, yesterday, tomorrow, noon and midnight; N units, with ago. Parts come in any order. A date without
a time means midnight; a time without a date means today.
Source: the GNU manual's "Date input formats"; not understood: military zones other than Z, the Julian calendar, TZ="..." texts.
"""

from __future__ import annotations

import re

from .stamps import UTC, Zone, broken_down, days_from_civil

_MONTHS = {name: number for number, name in enumerate(
    "january february march april may june july august september october november december".split(), 1)}  # fmt: skip
_WEEKDAYS = {name: number for number, name in enumerate(
    "sunday monday tuesday wednesday thursday friday saturday".split())}  # fmt: skip
_UNITS = {
    "year": ("months", 12), "month": ("months", 1), "fortnight": ("days", 14), "week": ("days", 7), "day": ("days", 1),
    "hour": ("seconds", 3600), "minute": ("seconds", 60), "min": ("seconds", 60), "second": ("seconds", 1),
    "sec": ("seconds", 1),
}  # fmt: skip
_ORDINALS = {"last": -1, "this": 0, "next": 1, "first": 1, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
             "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12}  # fmt: skip
_ZONES = {"utc": 0, "gmt": 0, "ut": 0, "z": 0, "wet": 0, "cet": 3600, "met": 3600, "eet": 7200, "est": -18000, "edt": -14400,
          "cst": -21600, "cdt": -18000, "mst": -25200, "mdt": -21600, "pst": -28800, "pdt": -25200, "bst": 3600,
          "cest": 7200, "eest": 10800, "msk": 10800, "jst": 32400, "ist": 19800, "hst": -36000, "akst": -32400}  # fmt: skip

_TOKENS = re.compile(
    r"\s*(?:"
    r"(?P<iso>(?P<iy>\d{4,})-(?P<im>\d{1,2})-(?P<id>\d{1,2})(?:t(?=\d)|(?!\d)))"
    r"|(?P<us>(?P<um>\d{1,2})/(?P<ud>\d{1,2})(?:/(?P<uy>\d+))?)"
    r"|(?P<dashed>(?P<dd>\d{1,2})-(?P<dm>[a-z]+)-(?P<dy>\d+))"
    r"|(?P<time>(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d+))?)?\s*(?P<ap>[ap]\.?m\.?(?![a-z]))?"
    r"(?:\s*(?P<off>[+-]\d{1,2}(?::?\d{2})?)(?![\d])(?!\s*[a-z]))?)"
    r"|(?P<hour>(?P<hh>\d{1,2})\s*(?P<hap>[ap]\.?m\.?(?![a-z])))"
    r"|(?P<number>[+-]?\s*\d+)(?=\s*(?P<unit>[a-z]*))"
    r"|(?P<word>[a-z][a-z.]*)"
    r"|(?P<comma>,)"
    r"|(?P<paren>\([^()]*\))"
    r")"
)


class _Unreadable(Exception):
    pass


class _Reading:
    """The parts of a date that have been read so far."""

    def __init__(self) -> None:
        self.date: tuple[int | None, int, int] | None = None
        self.time: tuple[int, int, int, int] | None = None
        self.offset: int | None = None
        self.weekday: int | None = None
        self.weekday_step = 0
        self.months = self.days = self.seconds = 0
        self.relative = False

    def set_date(self, year: int | None, month: int, day: int) -> None:
        if self.date is not None or not 1 <= month <= 12 or not 1 <= day <= 31:
            raise _Unreadable
        self.date = (year, month, day)

    def set_time(self, hour: int, minute: int, second: int = 0, ns: int = 0) -> None:
        if self.time is not None or hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
            raise _Unreadable
        self.time = (hour, minute, second, ns)

    def set_offset(self, seconds: int) -> None:
        if self.offset is not None:
            raise _Unreadable
        self.offset = seconds

    def add(self, count: int, unit: str) -> None:
        kind, factor = _UNITS[unit]
        setattr(self, kind, getattr(self, kind) + count * factor)
        self.relative = True


def read_date(text: bytes, now_ns: int, zone: Zone) -> int | None:
    """Return the moment in ns since 1970, or None. now_ns: what relative dates start from."""
    try:
        words = text.decode("ascii").strip().lower()
        if words.startswith("@"):
            return _read_epoch(words[1:])
        return _resolve(_read(words), now_ns, zone)
    except (_Unreadable, UnicodeDecodeError, OverflowError):
        return None


def _read_epoch(text: str) -> int:
    match = re.fullmatch(r"(-?)(\d{1,18})(?:[.,](\d+))?", text)
    if match is None:
        raise _Unreadable
    ns = int(match[2]) * 1_000_000_000 + int((match[3] or "0")[:9].ljust(9, "0"))
    return -ns if match[1] else ns


def _unit(word: str) -> str | None:
    if word in _UNITS:
        return word
    return word[:-1] if word.endswith("s") and word[:-1] in _UNITS else None


def _named(word: str, table: dict[str, int]) -> int | None:
    """Return the number of a month or weekday: in full, or by three letters or more."""
    word = word.rstrip(".")
    if len(word) < 3:
        return None
    for name, number in table.items():
        if name == word or (
            name.startswith(word) and (len(word) == 3 or word in ("sept", "tues", "wednes", "thur", "thurs"))
        ):
            return number
    return None


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 2:
        return year + (1900 if year > 68 else 2000)
    return year


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise _Unreadable
    return hour % 12 + (12 if half.startswith("p") else 0)


def _offset(text: str) -> int:
    sign, digits = (-1 if text[0] == "-" else 1), text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    if hours > 24 or minutes > 59:
        raise _Unreadable
    return sign * (hours * 3600 + minutes * 60)


def _read(text: str) -> _Reading:
    """Return the parts of the text."""
    found = _Reading()
    at = 0
    pending: int | None = None  # a number or ordinal that waits for its unit
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None or match.end() == at:
            if not text[at:].strip():
                break
            raise _Unreadable
        at = match.end()
        if match["iso"]:
            found.set_date(int(match["iy"]), int(match["im"]), int(match["id"]))
        elif match["us"]:
            found.set_date(_year(match["uy"]) if match["uy"] else None, int(match["um"]), int(match["ud"]))
        elif match["dashed"]:
            month = _named(match["dm"], _MONTHS)
            if month is None:
                raise _Unreadable
            found.set_date(_year(match["dy"]), month, int(match["dd"]))
        elif match["time"]:
            hour = _hour(int(match["h"]), match["ap"])
            ns = int((match["f"] or "0")[:9].ljust(9, "0"))
            found.set_time(hour, int(match["mi"]), int(match["s"] or 0), ns)
            if match["off"]:
                found.set_offset(_offset(match["off"]))
        elif match["hour"]:
            found.set_time(_hour(int(match["hh"]), match["hap"]), 0)
        elif match["number"]:
            at = _read_number(found, match, text)
        elif match["word"]:
            pending, at = _read_word(found, match["word"], text, at, pending)
    if pending is not None:
        raise _Unreadable
    return found


def _read_number(found: _Reading, match: re.Match[str], text: str) -> int:
    """Read a number and what it counts; returns where to go on."""
    digits, following = match["number"].replace(" ", ""), match["unit"]
    at = match.end()
    unit = _unit(following)
    signed = digits[0] in "+-"
    if unit is not None:
        end = text.index(following, at) + len(following)
        found.add(int(digits), unit)
        return end
    month = None if signed else _named(following, _MONTHS)
    if month is not None:
        end = text.index(following, at) + len(following)
        year = re.compile(r"[\s,.]*(\d{4}|\d{2})(?![\d:])").match(text, end)
        found.set_date(_year(year[1]) if year else None, month, int(digits))
        return year.end() if year else end
    if signed:
        if found.time is None or found.offset is not None:
            raise _Unreadable
        found.set_offset(_offset(digits))
    elif len(digits) == 8 and found.date is None:
        found.set_date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    elif len(digits) == 6 and found.date is None:
        found.set_date(_year(digits[:2]), int(digits[2:4]), int(digits[4:]))
    elif len(digits) == 4 and found.date is not None and found.date[0] is None and found.time is not None:
        found.date = (int(digits), found.date[1], found.date[2])
    elif len(digits) in (1, 2, 4) and found.time is None:
        hour, minute = (int(digits[:2]), int(digits[2:])) if len(digits) == 4 else (int(digits), 0)
        found.set_time(hour, minute)
    else:
        raise _Unreadable
    return at


def _read_word(found: _Reading, word: str, text: str, at: int, pending: int | None) -> tuple[int | None, int]:
    """Read a word; returns (an ordinal that waits for its unit, where to go on)."""
    bare = word.rstrip(".")
    unit = _unit(bare)
    if unit is not None:
        found.add(1 if pending is None else pending, unit)
        return None, at
    weekday = _named(bare, _WEEKDAYS)
    if weekday is not None:
        if found.weekday is not None:
            raise _Unreadable
        found.weekday, found.weekday_step = weekday, pending or 0
        return None, at
    if pending is not None:
        raise _Unreadable
    if bare in _ORDINALS:
        return _ORDINALS[bare], at
    month = _named(bare, _MONTHS)
    if month is not None:
        day = re.compile(r"[\s.-]*(\d{1,2})(?![\d:])(?:(?:\s*,\s*|\s+|-)(\d{4})(?![\d:]))?").match(text, at)
        if day is None:
            raise _Unreadable
        found.set_date(int(day[2]) if day[2] else None, month, int(day[1]))
        return None, day.end()
    if bare in ("now", "today"):
        found.relative = True
    elif bare in ("yesterday", "tomorrow"):
        found.add(-1 if bare == "yesterday" else 1, "day")
    elif bare in ("midnight", "noon"):
        found.set_time(0 if bare == "midnight" else 12, 0)
    elif bare == "ago":
        found.months, found.days, found.seconds = -found.months, -found.days, -found.seconds
    elif bare in _ZONES:
        found.set_offset(_ZONES[bare])
        extra = re.compile(r"\s*([+-]\d{1,2}(?::?\d{2})?)(?!\s*[a-z\d])").match(text, at)
        if extra is not None:
            found.offset = (found.offset or 0) + _offset(extra[1])
            at = extra.end()
    elif bare not in ("and", "at", "t"):
        raise _Unreadable
    return None, at


def _resolve(found: _Reading, now_ns: int, zone: Zone) -> int:
    """Return the moment that the parts mean."""
    if found.offset is not None:
        zone = Zone(None, (found.offset, b"")) if found.offset else UTC
    now = broken_down(now_ns, zone)
    year, month, day = now.year, now.month, now.day
    hour, minute, second, ns = now.hour, now.minute, now.second, now.ns
    if found.date is not None:
        year, month, day = found.date[0] if found.date[0] is not None else year, found.date[1], found.date[2]
        later = days_from_civil(year + month // 12, month % 12 + 1, 1)
        if days_from_civil(year, month, day) >= later:
            raise _Unreadable
    if found.time is not None:
        hour, minute, second, ns = found.time
    elif found.date is not None or (found.weekday is not None and not found.relative):
        hour = minute = second = ns = 0
    elif not found.relative and found.offset is None and found.weekday is None:
        hour = minute = second = ns = 0  # an empty text means today's midnight
    if found.weekday is not None and found.date is None:
        today = (days_from_civil(year, month, day) + 4) % 7
        step = found.weekday_step
        ahead = (found.weekday - today) % 7
        day += ahead + 7 * (step - (1 if step > 0 and ahead else 0))
    total = year * 12 + month - 1 + found.months
    year, month = total // 12, total % 12 + 1
    if not -(10**9) < year < 10**9:
        raise _Unreadable
    seconds = zone.seconds_at(year, month, day + found.days, hour, minute, second)
    return (seconds + found.seconds) * 1_000_000_000 + ns
