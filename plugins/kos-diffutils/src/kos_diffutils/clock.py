"""Times as headings show them, in the zone that TZ or the machine's /etc/localtime names.

    zone = zone_of(k)              seconds since 1970 -> seconds east of UTC
    stamp(ns, zone)                2024-05-06 07:08:09.000000000 +0200
    old_stamp(ns, zone)            Mon May  6 07:08:09 2024

TZ is a POSIX rule (EST5EDT,M3.2.0,M11.1.0) or the name of a TZif file of the machine's; what is neither means UTC, as in glibc.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_kernel.api import SysError

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

Zone = Callable[[int], int]
_DAYS = (b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun")
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_CLOCK = r"[+-]?\d{1,3}(?::\d{1,2}){0,2}"
_RULE = re.compile(rf"(?:M(\d\d?)\.(\d)\.(\d)|J(\d{{1,3}})|(\d{{1,3}}))(?:/({_CLOCK}))?\Z")
_POSIX = re.compile(
    rf"(?:[A-Za-z]{{3,}}|<[\w+-]{{3,}}>)({_CLOCK})(?:(?:[A-Za-z]{{3,}}|<[\w+-]{{3,}}>)({_CLOCK})?(?:,([^,]+),([^,]+))?()?)?\Z"
)


def zone_of(k: Syscalls) -> Zone:
    """Return the zone of the process."""
    text = k.env.get(b"TZ")
    if text is None:
        return _from_file(k, b"/etc/localtime") or _utc
    text = text.removeprefix(b":")
    if text.startswith(b"/"):
        return _from_file(k, text) or _utc
    found = None if b".." in text or not text else _from_file(k, b"/usr/share/zoneinfo/" + text)
    return found or _posix(text.decode("latin-1")) or _utc


def stamp(ns: int, zone: Zone) -> bytes:
    """Return date, time to the nanosecond, and the zone."""
    seconds, fraction = divmod(ns, 1_000_000_000)
    east = zone(seconds)
    year, month, day, _, clock = _broken(seconds + east)
    sign = b"-" if east < 0 else b"+"
    hours, minutes = divmod(abs(east) // 60, 60)
    return b"%04d-%02d-%02d %s.%09d %s%02d%02d" % (year, month, day, clock, fraction, sign, hours, minutes)


def old_stamp(ns: int, zone: Zone) -> bytes:
    """Return weekday, month, day, time and year, as the C locale has them."""
    seconds = ns // 1_000_000_000
    year, month, day, weekday, clock = _broken(seconds + zone(seconds))
    return b"%s %s %2d %s %d" % (_DAYS[weekday], _MONTHS[month - 1], day, clock, year)


def _utc(seconds: int) -> int:
    return 0


def days_from_civil(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01 to a day of the Gregorian calendar, of any year."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def _broken(seconds: int) -> tuple[int, int, int, int, bytes]:
    """Return year, month, day, weekday (0 is Monday) and HH:MM:SS."""
    days, rest = divmod(seconds, 86400)
    era, of_era = divmod(days + 719468, 146097)
    of_cycle = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * of_cycle + of_cycle // 4 - of_cycle // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    clock = b"%02d:%02d:%02d" % (rest // 3600, rest // 60 % 60, rest % 60)
    day = of_year - (153 * shifted + 2) // 5 + 1
    return of_cycle + era * 400 + (month <= 2), month, day, (days + 3) % 7, clock


def _from_file(k: Syscalls, path: bytes) -> Zone | None:
    try:
        fd = k.open(path)
        try:
            data = k.read(fd, 1 << 18)
        finally:
            k.close(fd)
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

    def at(seconds: int) -> int:
        try:
            east = (epoch + datetime.timedelta(seconds=seconds)).astimezone(rules).utcoffset()
        except OverflowError:
            return 0
        return 0 if east is None else int(east.total_seconds())

    return at


def _posix(text: str) -> Zone | None:
    found = _POSIX.match(text)
    if found is None:
        return None
    standard = -_clock(found[1])
    if found[5] is None:
        return lambda seconds: standard
    summer = -_clock(found[2]) if found[2] else standard + 3600
    start, end = _RULE.match(found[3] or "M3.2.0"), _RULE.match(found[4] or "M11.1.0")
    if start is None or end is None:
        return None

    def at(seconds: int) -> int:
        year = _broken(seconds + standard)[0]
        begins, ends = _strikes(start, year) - standard, _strikes(end, year) - summer
        in_summer = begins <= seconds < ends if begins < ends else not ends <= seconds < begins
        return summer if in_summer else standard

    return at


def _clock(text: str) -> int:
    parts = [int(part) for part in text.lstrip("+-").split(":")] + [0, 0]
    seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
    return -seconds if text.startswith("-") else seconds


def _strikes(rule: re.Match[str], year: int) -> int:
    """Return the local second since 1970 at which a rule such as M3.2.0/2 strikes in that year."""
    month, week, weekday, julian, zero_based, clock = rule.groups()
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
    return day * 86400 + (_clock(clock) if clock else 7200)
