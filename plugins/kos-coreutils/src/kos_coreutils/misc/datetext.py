"""Reading a date as people write it, with the grammar of GNU's parse_datetime.

    read(b"next monday 10:00 +0200", now_ns, zone) -> ns since 1970, or None

A text is a sequence of items in any order, at most one of each: a date, a time of day, a zone, a day of the week; and any
number of relative items ("2 days ago", "next month", "tomorrow"). Two things surprise: "ago" turns only the item before it,
and a signed number after a time of day is a zone, so that "12:00 +3 hours" is an hour after noon three hours east.
Everything is read left to right with at most four tokens of look-ahead.

Source: GNU coreutils 9.1 manual, Date input formats; what the manual leaves open was tried out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kos_kernel.api import broken_down, days_from_civil

if TYPE_CHECKING:
    from kos_kernel.api import Zone

_NS = 1_000_000_000
_LAST_YEAR = (1 << 31) + 1900
_MONTHS = {name: number for number, name in enumerate(
    "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER".split(), 1)}  # fmt: skip
_DAYS = {name: number for number, name in enumerate(
    "SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY".split())}  # fmt: skip
_OTHER_MONTHS = {"SEPT": 9}
_OTHER_DAYS = {"TUES": 2, "WEDNES": 3, "THUR": 4, "THURS": 4}
_UNITS = {"YEAR": ("year", 1), "MONTH": ("month", 1), "FORTNIGHT": ("day", 14), "WEEK": ("day", 7), "DAY": ("day", 1),
          "HOUR": ("hour", 1), "MINUTE": ("minute", 1), "MIN": ("minute", 1), "SECOND": ("second", 1), "SEC": ("second", 1),
          }  # fmt: skip
_ORDINALS = {"LAST": -1, "THIS": 0, "NEXT": 1, "FIRST": 1, "THIRD": 3, "FOURTH": 4, "FIFTH": 5, "SIXTH": 6, "SEVENTH": 7,
             "EIGHTH": 8, "NINTH": 9, "TENTH": 10, "ELEVENTH": 11, "TWELFTH": 12}  # fmt: skip
_SHIFTS = {"TOMORROW": 1, "YESTERDAY": -1, "TODAY": 0, "NOW": 0}
# minutes east; a zone of summer time has its hour in it
_ZONES = {
    "GMT": 0, "UT": 0, "UTC": 0, "WET": 0, "WEST": 60, "BST": 60, "ART": -180, "BRT": -180, "BRST": -120, "NST": -210,
    "NDT": -150, "AST": -240, "ADT": -180, "CLT": -240, "CLST": -180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300,
    "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600, "HAST": -600, "HADT": -540,
    "SST": -720, "WAT": 60, "CET": 60, "CEST": 120, "MET": 60, "MEZ": 60, "MEST": 120, "MESZ": 120, "EET": 120, "EEST": 180,
    "CAT": 120, "SAST": 120, "EAT": 180, "MSK": 180, "MSD": 240, "IST": 330, "SGT": 480, "KST": 540, "JST": 540, "GST": 600,
    "NZST": 720, "NZDT": 780,
}  # fmt: skip
_MERIDIANS = {"AM": 0, "A.M.": 0, "PM": 12, "P.M.": 12}
_MILITARY = {letter: hours * 60 for letters, sign in (("ABCDEFGHIKLM", 1), ("NOPQRSTUVWXY", -1))
             for hours, letter in ((sign * (place + 1), letter) for place, letter in enumerate(letters))}  # fmt: skip
_TOKEN = re.compile(
    r"[ \t\n\v\f\r]*(?:(?P<signed>[-+][-+ \t\n]*[0-9]+|[0-9]+)(?:[.,](?P<fraction>[0-9]+))?|(?P<word>[A-Za-z][A-Za-z.]*)"
    r"|(?P<other>.))",
    re.DOTALL,
)
_EPOCH = re.compile(r"[ \t\n\v\f\r]*@[ \t\n\v\f\r]*([-+]?)([0-9]{1,19})(?:[.,]([0-9]+))?[ \t\n\v\f\r]*\Z")


class _Unreadable(Exception):
    pass


class _Token(NamedTuple):
    """kind: number, signed, decimal, word kinds (month, day, unit, ordinal, shift, ago, meridian, zone, dst, t), or a character."""

    kind: str
    value: int = 0
    digits: int = 0
    unit: str = ""
    fraction: str = ""


_END = _Token("end")


def read(text: bytes, now_ns: int, zone: Zone, notes: list[str] | None = None) -> int | None:
    """Return the moment in ns since 1970, None if the text is no date. now_ns: what relative dates start from.

    notes: takes lines that say what was understood, for date --debug.
    """
    try:
        words = text.decode("ascii")
        found = _EPOCH.match(words)
        if found is not None:
            ns = int(found[2]) * _NS + int((found[3] or "")[:9].ljust(9, "0"))
            return -ns if found[1] == "-" else ns
        reader = _Reader(_tokens(words, now_ns, zone), now_ns, zone)
        if notes is not None:
            notes += reader.notes()
        return reader.result()
    except (_Unreadable, UnicodeDecodeError, OverflowError):
        return None


# ---------------------------------------------------------------- tokens
def _tokens(text: str, now_ns: int, zone: Zone) -> list[_Token]:
    local = _local_names(now_ns, zone)
    tokens, at, depth = [], 0, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            break  # blanks at the end
        at = found.end()
        if depth or found["other"] == "(":
            # a comment; a word or number within is nothing
            depth += {"(": 1, ")": -1}.get(found["other"] or "", 0)
            continue
        number = found["signed"]
        if number is not None:
            bare = number.lstrip("+- \t\n")
            signed = not number[0].isdigit()
            if len(bare) > 18:
                raise _Unreadable
            value = -int(bare) if signed and number[0] == "-" else int(bare)
            if found["fraction"] is not None:
                sign = "-" if number[0] == "-" else "+" if signed else ""
                tokens.append(_Token("decimal", value, len(bare), sign, found["fraction"]))
            else:
                tokens.append(_Token("signed" if signed else "number", value, len(bare)))
        elif found["word"] is not None:
            tokens.append(_word(found["word"].upper(), local))
        elif found["other"] not in ("+", "-"):  # a sign before no number is nothing
            tokens.append(_Token(found["other"]))
    return tokens


def _local_names(now_ns: int, zone: Zone) -> dict[str, int]:
    """Return the abbreviations of the local zone, in minutes east: around now, and half a year away."""
    names: dict[str, int] = {}
    for away in (0, 91, 182, 273):
        east, name = zone.offset(now_ns // _NS + away * 86400)
        names.setdefault(name.decode("latin-1").upper(), east // 60)
    return names


def _word(word: str, local: dict[str, int]) -> _Token:
    if word in _MERIDIANS:
        return _Token("meridian", _MERIDIANS[word])
    short = len(word) == 3 or (len(word) == 4 and word[3] == ".")
    for kind, table, others in (("month", _MONTHS, _OTHER_MONTHS), ("day", _DAYS, _OTHER_DAYS)):
        for name, value in table.items():
            if name == word or (short and name[:3] == word[:3]):
                return _Token(kind, value)
        if word in others:
            return _Token(kind, others[word])
    if word in local and word not in ("GMT", "UT", "UTC"):
        return _Token("zone", local[word])
    if word in _ZONES:
        return _Token("zone", _ZONES[word])
    if word == "DST":
        return _Token("dst")
    for unit in (word, word.removesuffix("S")):
        if unit in _UNITS:
            return _Token("unit", _UNITS[unit][1], 0, _UNITS[unit][0])
    if word in _ORDINALS:
        return _Token("ordinal", _ORDINALS[word])
    if word in _SHIFTS:
        return _Token("shift", _SHIFTS[word])
    if word in ("AGO", "HENCE"):
        return _Token("ago", -1 if word == "AGO" else 1)
    if word == "T":
        return _Token("t")
    if word == "Z":
        return _Token("zone", 0)
    if word in _MILITARY:
        return _Token("zone", _MILITARY[word])
    bare = word.replace(".", "")
    if bare != word and bare:
        return _word(bare, local)
    raise _Unreadable


# ---------------------------------------------------------------- items
class _Reader:
    """Reads the items; then works out the moment."""

    def __init__(self, tokens: list[_Token], now_ns: int, zone: Zone) -> None:
        self.tokens = [*tokens, _END, _END, _END, _END]
        self.at = 0
        self.zone = zone
        self.now = broken_down(now_ns, zone)
        self.year, self.month, self.day = self.now.year, self.now.month, self.now.day
        self.year_digits = 0
        self.hour, self.minute, self.second, self.ns = self.now.hour, self.now.minute, self.now.second, self.now.ns
        self.half: int | None = None  # 0 am, 12 pm
        self.weekday: int | None = None
        self.weekday_count = 0
        self.east: int | None = None  # minutes
        self.dates = self.times = self.days = self.zones = 0
        self.relative = dict.fromkeys(("year", "month", "day", "hour", "minute", "second", "ns"), 0)
        self.any_relative = False
        while self.tokens[self.at].kind != "end":
            self.item()

    def kinds(self, count: int) -> list[str]:
        return [token.kind for token in self.tokens[self.at : self.at + count]]

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def item(self) -> None:
        kind = self.tokens[self.at].kind
        if kind == "number":
            self.from_number()
        elif kind == "month":
            self.from_month()
        elif kind == "zone" or (kind == "t" and not self.zones):
            self.from_zone()
        elif kind == "day":
            self.set_weekday(0)
            if self.tokens[self.at].kind == ",":
                self.at += 1
        elif kind == "ordinal":
            count = self.take().value
            if self.tokens[self.at].kind == "day":
                self.set_weekday(count)
            else:
                self.add(count)
        elif kind in ("signed", "decimal"):
            token = self.take()
            self.add(token.value, token)
        elif kind == "unit":
            self.add(1)
        elif kind == "shift":
            self.relative["day"] += self.take().value
            self.any_relative = True
        elif kind == "dst":
            raise _Unreadable
        else:
            raise _Unreadable

    def from_number(self) -> None:
        """Read what begins with a number without a sign: a time, a date, a count, or digits that have to be guessed."""
        _, two, three = self.kinds(3)
        if two == "meridian":
            self.set_time(self.take().value, 0, 0, 0, self.take().value)
        elif two == ":" and three == "number":
            self.clock()
        elif two == ":" and three == "decimal":
            raise _Unreadable
        elif two == "/" and three == "number":
            self.slashes()
        elif two == "signed" and three == "signed":
            year = self.take()
            self.set_date(year, -self.take().value, -self.take().value)
            if self.tokens[self.at].kind == "t" and self.kinds(3)[1] == "number":
                self.at += 1
                if self.kinds(2)[1] != ":":
                    raise _Unreadable
                self.clock(meridian=False)
        elif two == "month" and three == "signed":
            day, month, year = self.take(), self.take(), self.take_year_after_dash()
            self.set_date(year, month.value, day.value)
        elif two == "month":
            day, month = self.take(), self.take()
            self.set_date(self.take() if three == "number" else None, month.value, day.value)
        elif two == "day":
            self.set_weekday(self.take().value)
        elif two == "unit":
            self.add(self.take().value)
        elif two == "signed" and three != "unit":
            hour = self.take()
            self.set_time(hour.value, 0, 0, 0, None)
            self.offset()
        else:
            self.digits(self.take())

    def take_year_after_dash(self) -> _Token:
        token = self.take()
        return _Token("number", abs(token.value), token.digits)

    def clock(self, *, meridian: bool = True) -> None:
        """Read 10:00, 10:00:30.5, perhaps with am or pm, or with an offset."""
        hour = self.take().value
        self.at += 1
        minute = self.take()
        if minute.digits > 2:
            raise _Unreadable
        second = ns = 0
        if self.tokens[self.at].kind == ":":
            self.at += 1
            token = self.take()
            if token.kind not in ("number", "decimal") or token.unit:
                raise _Unreadable
            second, ns = token.value, int(token.fraction[:9].ljust(9, "0") or "0")
        half = self.take().value if meridian and self.tokens[self.at].kind == "meridian" else None
        self.set_time(hour, minute.value, second, ns, half)
        if half is None and self.tokens[self.at].kind == "signed":
            self.offset()

    def slashes(self) -> None:
        """Read 12/25, 12/25/2023 or 2023/12/25."""
        first = self.take()
        self.at += 1
        second = self.take()
        if self.kinds(2) == ["/", "number"]:
            self.at += 1
            third = self.take()
            if first.digits >= 4:
                self.set_date(first, second.value, third.value)
            else:
                self.set_date(third, first.value, second.value)
        else:
            self.set_date(None, first.value, second.value)

    def from_month(self) -> None:
        month = self.take().value
        kinds = self.kinds(4)
        if kinds[:2] == ["signed", "signed"]:
            day = -self.take().value
            self.set_date(self.take_year_after_dash(), month, day)
        elif kinds[0] == "number":
            day = self.take().value
            if kinds[1:3] == [",", "number"]:
                self.at += 1
                self.set_date(self.take(), month, day)
            else:
                self.set_date(None, month, day)
        else:
            raise _Unreadable

    def from_zone(self) -> None:
        token = self.take()
        east = -7 * 60 if token.kind == "t" else token.value
        kinds = self.kinds(2)
        if kinds[0] == "signed" and kinds[1] != "unit":
            east += self.signed_offset()
        elif kinds[0] == "dst":
            self.at += 1
            east += 60
        self.set_zone(east)

    def offset(self) -> None:
        self.set_zone(self.signed_offset())

    def signed_offset(self) -> int:
        """Read +HH, +HHMM or +HH:MM in minutes."""
        token = self.take()
        size = abs(token.value)
        if self.kinds(2) == [":", "number"]:
            self.at += 1
            size = size * 60 + self.take().value
        else:
            size = size * 60 if token.digits <= 2 else size // 100 * 60 + size % 100
        if size > 24 * 60:
            raise _Unreadable
        return -size if token.value < 0 else size

    def digits(self, token: _Token) -> None:
        """Take a number that nothing explains: a year, a date, or a time of day, by what is there already and its length."""
        value = token.value
        if self.dates and not self.year_digits and not self.any_relative and (self.times or token.digits > 2):
            self.year, self.year_digits = self.full_year(token), token.digits
        elif token.digits > 4:
            year = _Token("number", value // 10000, token.digits - 4)
            self.set_date(year, value // 100 % 100, value % 100)
        elif token.digits <= 2:
            self.set_time(value, 0, 0, 0, None)
        else:
            self.set_time(value // 100, value % 100, 0, 0, None)

    # ------------------------------------------------------------ what items say
    @staticmethod
    def full_year(token: _Token) -> int:
        if token.digits == 2:
            return token.value + (1900 if token.value > 68 else 2000)
        return token.value

    def set_date(self, year: _Token | None, month: int, day: int) -> None:
        self.dates += 1
        self.month, self.day = month, day
        if year is not None:
            self.year, self.year_digits = self.full_year(year), year.digits

    def set_time(self, hour: int, minute: int, second: int, ns: int, half: int | None) -> None:
        self.times += 1
        self.hour, self.minute, self.second, self.ns, self.half = hour, minute, second, ns, half

    def set_zone(self, east: int) -> None:
        self.zones += 1
        self.east = east

    def set_weekday(self, count: int) -> None:
        self.days += 1
        self.weekday, self.weekday_count = self.take().value, count

    def add(self, count: int, exact: _Token | None = None) -> None:
        """Take a unit for this count, and an "ago" after it."""
        token = self.take()
        if token.kind != "unit":
            raise _Unreadable
        ns = 0
        if exact is not None and exact.kind == "decimal":
            if token.unit != "second":
                raise _Unreadable
            ns = int(exact.fraction[:9].ljust(9, "0"))
            ns = -ns if exact.unit == "-" else ns
        sign = self.take().value if self.tokens[self.at].kind == "ago" else 1
        self.relative[token.unit] += sign * count * token.value
        self.relative["ns"] += sign * ns
        self.any_relative = True

    def notes(self) -> list[str]:
        """Return what was read, a line for each part."""
        lines = []
        if self.dates:
            lines.append(f"parsed date part: (Y-M-D) {self.year:04}-{self.month:02}-{self.day:02}")
        if self.times:
            half = {None: "", 0: " AM", 12: " PM"}[self.half]
            lines.append(f"parsed time part: {self.hour:02}:{self.minute:02}:{self.second:02}{half}")
        if self.days:
            name = list(_DAYS)[self.weekday or 0].capitalize()[:3]
            lines.append(f"parsed day part: {name} (day ordinal={self.weekday_count} number={self.weekday})")
        if self.any_relative:
            parts = [f"{count:+} {unit}(s)" for unit, count in self.relative.items() if count]
            lines.append("parsed relative part: " + (" ".join(parts) or "today/this/now"))
        if self.east is not None:
            sign = "-" if self.east < 0 else "+"
            lines.append(f"parsed zone part: UTC{sign}{abs(self.east) // 60:02}:{abs(self.east) % 60:02}")
        return lines

    # ------------------------------------------------------------ the moment
    def result(self) -> int:
        """Return the moment that the items mean. Raises _Unreadable if there is no such date or time."""
        if max(self.dates, self.times, self.days, self.zones) > 1:
            raise _Unreadable
        if self.times:
            if self.half is not None:
                if not 1 <= self.hour <= 12:
                    raise _Unreadable
                self.hour = self.hour % 12 + self.half
        elif not self.any_relative or self.dates or self.days:
            self.hour = self.minute = self.second = self.ns = 0
        seconds = self.seconds(self.year, self.month, self.day)
        if not (1 <= self.month <= 12 and 0 <= self.hour < 24 and 0 <= self.minute < 60 and 0 <= self.second < 60):
            raise _Unreadable
        if self.day < 1 or self.day > 31 or not self.shows(seconds):
            raise _Unreadable
        year, month, day = self.year, self.month, self.day
        if self.days and not self.dates and self.weekday is not None:
            today = (days_from_civil(year, month, day) + 4) % 7
            ahead = (self.weekday - today) % 7
            day += ahead + 7 * (self.weekday_count - (1 if self.weekday_count > 0 and ahead else 0))
        moved = self.relative
        total = (year + moved["year"]) * 12 + month - 1 + moved["month"]
        year, month = total // 12, total % 12 + 1
        if not -_LAST_YEAR < year < _LAST_YEAR or abs(moved["day"]) > 10**12:
            raise _Unreadable
        seconds = self.seconds(year, month, day + moved["day"])
        seconds += moved["hour"] * 3600 + moved["minute"] * 60 + moved["second"]
        if abs(seconds) >= 1 << 62:
            raise _Unreadable
        return seconds * _NS + self.ns + moved["ns"]

    def seconds(self, year: int, month: int, day: int) -> int:
        """Return the moment when clocks show the time of day on that day: in the zone that was named, or the local one."""
        if self.east is None:
            return self.zone.seconds_at(year, month, day, self.hour, self.minute, self.second)
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        days = days_from_civil(year, month, 1) + day - 1
        return days * 86400 + self.hour * 3600 + self.minute * 60 + self.second - self.east * 60

    def shows(self, seconds: int) -> bool:
        """Tell whether the calendar and the clocks ever show what was asked for: not on February 30th, nor in a lost hour."""
        east = self.zone.offset(seconds)[0] if self.east is None else self.east * 60
        days, rest = divmod(seconds + east, 86400)
        return (
            days
            == days_from_civil(self.year, self.month, 1) + self.day - 1
            < days_from_civil(self.year + self.month // 12, self.month % 12 + 1, 1)
            and rest == self.hour * 3600 + self.minute * 60 + self.second
        )
