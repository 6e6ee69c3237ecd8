"""Times as people read them: nanoseconds since 1970 to a date in the machine's time zone, and its formatting.

    zone = zone_of(k)                       from TZ, else /etc/localtime, else UTC; all files are the machine's own
    when = broken_down(ns, zone)            Moment(year, month, day, hour, ...)
    strftime(b"%F %T.%N %z", when)          the directives and flags of GNU date
    zone.seconds_at(y, mo, d, h, mi, s)     the way back

TZ may be a POSIX rule (`EST5EDT,M3.2.0,M11.1.0`, `<+03>-3`) or name a TZif file under the machine's /usr/share/zoneinfo.
A TZ that is neither means UTC, as in glibc.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ..errors import SysError
from .accounts import read_whole

if TYPE_CHECKING:
    from ..syscalls import Syscalls

_DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTH_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December")  # fmt: skip
_SHORT_MONTHS = tuple(name[:3].encode() for name in _MONTH_NAMES)


def days_from_civil(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01 to that day of the Gregorian calendar, for any year."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Return (year, month, day) of a day counted from 1970-01-01."""
    days += 719468
    era = days // 146097
    of_era = days - era * 146097
    of_cycle = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * of_cycle + of_cycle // 4 - of_cycle // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return of_cycle + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1


class Moment(NamedTuple):
    """A point in time on a wall clock somewhere. weekday: 0 Sunday; yearday: 0 is January 1st; offset: seconds east."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    ns: int
    weekday: int
    yearday: int
    offset: int
    zone: bytes
    epoch: int


class Zone:
    """A time zone: what a clock there is ahead of UTC at any moment."""

    __slots__ = ("_at", "_fixed")

    def __init__(self, at: Callable[[int], tuple[int, bytes]] | None, fixed: tuple[int, bytes] = (0, b"UTC")) -> None:
        self._at = at
        self._fixed = fixed

    def offset(self, seconds: int) -> tuple[int, bytes]:
        """Return (seconds east of UTC, abbreviation) at that moment."""
        return self._fixed if self._at is None else self._at(seconds)

    def seconds_at(self, year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
        """Return the moment at which clocks there show that; fields may overflow. Of two, standard time's."""
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        local = days_from_civil(year, month, 1) * 86400 + (day - 1) * 86400 + hour * 3600 + minute * 60 + second
        if self._at is None:
            return local - self._fixed[0]
        before, after = self.offset(local - 86400)[0], self.offset(local + 86400)[0]
        for guess in (after, before) if after < before else (before, after):
            if self.offset(local - guess)[0] == guess:
                return local - guess
        return local - before


UTC = Zone(None)


def broken_down(ns: int, zone: Zone) -> Moment:
    """Return what clocks and calendars in the zone show at that moment (ns since 1970)."""
    seconds, fraction = divmod(ns, 1_000_000_000)
    east, name = zone.offset(seconds)
    days, rest = divmod(seconds + east, 86400)
    year, month, day = civil_from_days(days)
    hour, rest = divmod(rest, 3600)
    minute, second = divmod(rest, 60)
    yearday = days - days_from_civil(year, 1, 1)
    return Moment(year, month, day, hour, minute, second, fraction, (days + 4) % 7, yearday, east, name, seconds)


# ---------------------------------------------------------------- zones
def known_zone(k: Syscalls, text: bytes) -> Zone:
    """Return the zone of a TZ value by the machine's files and the POSIX rules; UTC for what they don't know."""
    text = text.removeprefix(b":")
    if text in (b"", b"UTC", b"UTC0", b"GMT"):
        return UTC if text != b"GMT" else Zone(None, (0, b"GMT"))
    if text.startswith(b"/"):
        return zone_file(k, text) or UTC
    if b".." not in text:
        found = zone_file(k, b"/usr/share/zoneinfo/" + text)
        if found is not None:
            return found
    return _posix_zone(text) or UTC


def zone_file(k: Syscalls, path: bytes) -> Zone | None:
    try:
        data = read_whole(k, path)
    except SysError:
        return None
    if data[:4] != b"TZif":
        return None
    import datetime
    import io
    import zoneinfo

    try:
        rules = zoneinfo.ZoneInfo.from_file(io.BytesIO(data))
    except ValueError:
        return None
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

    def at(seconds: int) -> tuple[int, bytes]:
        try:
            when = (epoch + datetime.timedelta(seconds=seconds)).astimezone(rules)
        except OverflowError:
            return 0, b"UTC"
        east = when.utcoffset()
        return (0 if east is None else int(east.total_seconds())), (when.tzname() or "UTC").encode()

    return Zone(at)


_POSIX_ZONE = (
    rb"(?P<std>[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)(?P<off>[+-]?\d{1,3}(?::\d{1,2}){0,2})"
    rb"(?:(?P<dst>[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)(?P<dstoff>[+-]?\d{1,3}(?::\d{1,2}){0,2})?"
    rb"(?:,(?P<start>[^,]+),(?P<end>[^,]+))?)?\Z"
)


def _clock_seconds(text: bytes) -> int:
    sign = -1 if text[:1] == b"-" else 1
    parts = [int(part) for part in text.lstrip(b"+-").split(b":")] + [0, 0]
    return sign * (parts[0] * 3600 + parts[1] * 60 + parts[2])


def _posix_zone(text: bytes) -> Zone | None:
    match = re.match(_POSIX_ZONE, text)
    if match is None:
        return None
    std, standard_east = match["std"].strip(b"<>"), -_clock_seconds(match["off"])
    if not match["dst"]:
        return Zone(None, (standard_east, std))
    dst = match["dst"].strip(b"<>")
    summer_east = -_clock_seconds(match["dstoff"]) if match["dstoff"] else standard_east + 3600
    start, end = match["start"] or b"M3.2.0", match["end"] or b"M11.1.0"
    if not (re.match(_RULE, start) and re.match(_RULE, end)):
        return None

    def at(seconds: int) -> tuple[int, bytes]:
        year = civil_from_days((seconds + standard_east) // 86400)[0]
        begins = _rule_seconds(start, year) - standard_east
        ends = _rule_seconds(end, year) - summer_east
        summer = begins <= seconds < ends if begins < ends else not ends <= seconds < begins
        return (summer_east, dst) if summer else (standard_east, std)

    return Zone(at)


_RULE = rb"(?:M(\d{1,2})\.(\d)\.(\d)|J(\d{1,3})|(\d{1,3}))(?:/([+-]?\d{1,3}(?::\d{1,2}){0,2}))?\Z"


def _rule_seconds(rule: bytes, year: int) -> int:
    """Return the local second, counted from 1970, at which a rule such as M3.2.0/2 strikes in that year."""
    match = re.match(_RULE, rule)
    assert match is not None
    month, week, weekday, julian, zero_based, clock = match.groups()
    if month:
        first = days_from_civil(year, int(month), 1)
        day = first + (int(weekday) - (first + 4)) % 7 + 7 * (int(week) - 1)
        later = days_from_civil(year + int(month) // 12, int(month) % 12 + 1, 1)
        while day >= later:
            day -= 7
    elif julian:
        leap = days_from_civil(year, 3, 1) - days_from_civil(year, 2, 1) == 29
        day = days_from_civil(year, 1, 1) + int(julian) - 1 + (leap and int(julian) >= 60)
    else:
        day = days_from_civil(year, 1, 1) + int(zero_based)
    return day * 86400 + (_clock_seconds(clock) if clock else 7200)


# ---------------------------------------------------------------- formatting
_DIRECTIVE = re.compile(rb"%([-_0+^#]*)(\d*)([EO]?)(:{0,3}[a-zA-Z%])")


def strftime(form: bytes, when: Moment) -> bytes:
    """Return the time in that format: C-locale names, GNU's flags (- _ 0 + ^ #), widths, E and O, %N and %:z."""
    return _DIRECTIVE.sub(lambda match: _directive(match, when), form) if b"%" in form else form


def short_stamp(when: Moment) -> bytes:
    """Return `Jan  2 03:04`, what `%b %e %H:%M` gives, quicker."""
    return b"%s %2d %02d:%02d" % (_SHORT_MONTHS[when.month - 1], when.day, when.hour, when.minute)


def _iso_week(when: Moment) -> tuple[int, int]:
    """Return (ISO year, ISO week)."""
    weekday = (when.weekday + 6) % 7
    week = (when.yearday - weekday + 10) // 7
    if week < 1:
        year = when.year - 1
        return year, _weeks_in(year)
    return (when.year + 1, 1) if week > _weeks_in(when.year) else (when.year, week)


def _weeks_in(year: int) -> int:
    first = (days_from_civil(year, 1, 1) + 4) % 7
    last = (days_from_civil(year, 12, 31) + 4) % 7
    return 53 if first == 4 or last == 4 else 52


def _directive(match: re.Match[bytes], when: Moment) -> bytes:
    """Return one directive's text. Source: the GNU manual, and date 9.1 tried out with every flag, width and letter."""
    flags, width_text, modifier, letter = (part.decode() for part in match.groups())
    width = min(int(width_text), 4096) if width_text else -1
    colons, letter = len(letter) - 1, letter[-1]
    pad = next((flag for flag in reversed(flags) if flag in "-_0+"), "")
    upper, lower = "^" in flags, False
    if letter + modifier in _DEAF:
        modifier = ""
    if match.group(0) == b"%%":
        return b"%"
    if (colons and letter != "z") or (modifier and modifier not in _TAKES.get(letter, "")) or letter not in _TAKES:
        return _padded(match.group(0).decode("ascii"), pad, width).encode("ascii")
    elif letter == "N":
        return _fraction(when.ns, pad, width)
    elif letter == "F":
        return _full_date(when, pad, width)
    elif letter == "z" and not modifier:
        return _offset(when.offset, colons, pad, width)
    elif letter == "z":
        text = _offset(when.offset, colons, "", -1).decode("ascii")
    elif letter in _NUMBERS and not modifier:
        return _number(*_NUMBERS[letter](when), letter in "CgGyY", pad, width)
    elif letter in _NUMBERS:  # E and O: other digits, which the C locale doesn't have
        text = _number(*_NUMBERS[letter](when), False, "-" if letter in "CGY" else "", -1).decode("ascii")
    elif letter == "D":
        text = f"{when.month:02d}/{when.day:02d}/" + _number(when.year % 100, 2, "0", True, pad, -1).decode("ascii")
    elif letter in _COMPOSED:
        text = strftime(_COMPOSED[letter], when).decode("utf-8", "surrogateescape")
    else:
        text = _WORDS[letter](when)
        if "#" in flags:
            upper, lower = letter not in "pPZ", letter in "pPZ"
        lower = lower or letter == "P"
    if lower or upper:
        text = text.lower() if lower else text.upper()
    return _padded(text, pad, width).encode("utf-8", "surrogateescape")


def _padded(text: str, pad: str, width: int) -> str:
    return text if pad == "-" else text.rjust(width, "0" if pad and pad in "0+" else " ")


def _number(number: int, digits: int, usual_pad: str, year: bool, pad: str, width: int, shown: str = "") -> bytes:
    """Return a number. shown: how its digits are written, if not in the plain way; then it always has a sign."""
    pad = pad or usual_pad
    text = shown or str(abs(number))
    signed = bool(shown) or (year and pad == "+" and (abs(number) > (99 if digits == 2 else 9999) or digits < width))
    sign = "-" if number < 0 else "+" if signed else ""
    missing = max(0, (digits if width < 0 else width) - len(sign) - len(text)) if pad != "-" else 0
    filled = " " * missing + sign if pad in ("_", " ") else sign + "0" * missing
    return (filled + text).encode("ascii")


def _offset(east: int, colons: int, pad: str, width: int) -> bytes:
    """Return %z, %:z, %::z or %:::z."""
    ahead = abs(east)
    hours, minutes, seconds = ahead // 3600, ahead // 60 % 60, ahead % 60
    if colons == 3:
        colons = 2 if seconds else 1 if minutes else -1
    if colons == 0:
        size, text = 5, str(hours * 100 + minutes)
    elif colons < 0:
        size, text = 3, str(hours)
    else:
        size = 3 + 3 * colons
        text = f"{hours}:{minutes:02d}" + (f":{seconds:02d}" if colons == 2 else "")
    return _number(-1 if east < 0 else 1, size, "0", False, pad, width, text)


def _fraction(ns: int, pad: str, width: int) -> bytes:
    """Return %N: the first digits of the fraction, without zeros at the end where the flag - or _ says so."""
    size = width if width > 0 else 9
    digits = f"{ns:09d}"[:size].rstrip("0") or "0"
    return (digits if pad == "-" else digits.ljust(size, " " if pad == "_" else "0")).encode("ascii")


def _full_date(when: Moment, pad: str, width: int) -> bytes:
    """Return %F, whose padding is the year's."""
    pad, size = ("+", 4) if not pad and width < 0 else (pad, max(0, width - 6))
    year = _number(when.year, 4, "0", True, pad, size)
    return year + b"-%02d-%02d" % (when.month, when.day)


_COMPOSED = {
    "c": b"%a %b %e %H:%M:%S %-Y", "r": b"%I:%M:%S %p", "R": b"%H:%M",
    "T": b"%H:%M:%S", "x": b"%m/%d/%y", "X": b"%H:%M:%S",
}  # fmt: skip
_NUMBERS: dict[str, Callable[[Moment], tuple[int, int, str]]] = {
    "C": lambda t: (t.year // 100, 2, "0"),
    "d": lambda t: (t.day, 2, "0"),
    "e": lambda t: (t.day, 2, " "),
    "g": lambda t: (_iso_week(t)[0] % 100, 2, "0"),
    "G": lambda t: (_iso_week(t)[0], 4, "0"),
    "H": lambda t: (t.hour, 2, "0"),
    "I": lambda t: ((t.hour + 11) % 12 + 1, 2, "0"),
    "j": lambda t: (t.yearday + 1, 3, "0"),
    "k": lambda t: (t.hour, 2, " "),
    "l": lambda t: ((t.hour + 11) % 12 + 1, 2, " "),
    "m": lambda t: (t.month, 2, "0"),
    "M": lambda t: (t.minute, 2, "0"),
    "q": lambda t: ((t.month - 1) // 3 + 1, 1, "0"),
    "s": lambda t: (t.epoch, 1, "0"),
    "S": lambda t: (t.second, 2, "0"),
    "u": lambda t: (t.weekday or 7, 1, "0"),
    "U": lambda t: ((t.yearday + 7 - t.weekday) // 7, 2, "0"),
    "V": lambda t: (_iso_week(t)[1], 2, "0"),
    "w": lambda t: (t.weekday, 1, "0"),
    "W": lambda t: ((t.yearday + 7 - (t.weekday + 6) % 7) // 7, 2, "0"),
    "y": lambda t: (t.year % 100, 2, "0"),
    "Y": lambda t: (t.year, 4, "0"),
}
_WORDS: dict[str, Callable[[Moment], str]] = {
    "a": lambda t: _DAY_NAMES[t.weekday][:3],
    "A": lambda t: _DAY_NAMES[t.weekday],
    "b": lambda t: _MONTH_NAMES[t.month - 1][:3],
    "B": lambda t: _MONTH_NAMES[t.month - 1],
    "h": lambda t: _MONTH_NAMES[t.month - 1][:3],
    "n": lambda t: "\n",
    "p": lambda t: "AM" if t.hour < 12 else "PM",
    "P": lambda t: "am" if t.hour < 12 else "pm",
    "t": lambda t: "\t",
    "Z": lambda t: t.zone.decode("utf-8", "surrogateescape"),
}
# letter -> which of E and O may stand before it
_TAKES = {
    **dict.fromkeys("aADF", ""),
    **dict.fromkeys("bBhdeHIjklmMSuUVwWgGNz", "O"),
    **dict.fromkeys("cxXY", "E"),
    **dict.fromkeys("qs", ""),
    **dict.fromkeys("CntpPrRTyZ", "EO"),
}
_DEAF = ("qE", "sE", "sO", "uE", "zE")  # and where it changes nothing
