"""Times as these programs show them: seconds since 1970 to what a clock shows in the machine's time zone.

    zone = zone_of(k)                    from TZ, else /etc/localtime, else UTC; all files are the machine's own
    when = broken_down(seconds, zone)    Moment(year, month, day, hour, minute, second)
    zone.seconds(moment)                 the way back

TZ may be a POSIX rule (`EST5EDT,M3.2.0,M11.1.0`, `<+03>-3`) or name a TZif file under the machine's /usr/share/zoneinfo.
A TZ that is neither means UTC, as in glibc.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from kos_kernel.api import Syscalls, SysError

_DAY = 86400
_LARGEST_ZONE = 1 << 20


class Moment(NamedTuple):
    """What calendar and clock show somewhere."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int


class Zone:
    """A time zone: how far its clocks are ahead of UTC at any moment."""

    __slots__ = ("_east",)

    def __init__(self, east: Callable[[int], int]) -> None:
        self._east = east

    def east(self, seconds: int) -> int:
        """Return the seconds east of UTC at that moment."""
        return self._east(seconds)

    def seconds(self, when: Moment) -> int:
        """Return the moment at which clocks there show that."""
        local = days_from_civil(when.year, when.month, when.day) * _DAY
        local += when.hour * 3600 + when.minute * 60 + when.second
        guess = local - self._east(local)
        return local - self._east(guess)


UTC = Zone(lambda seconds: 0)


def days_from_civil(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01 to that day of the Gregorian calendar."""
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


def broken_down(seconds: int, zone: Zone) -> Moment:
    """Return what clocks in the zone show at that moment, seconds since 1970."""
    local = seconds + zone.east(seconds)
    days, rest = divmod(local, _DAY)
    return Moment(*civil_from_days(days), rest // 3600, rest // 60 % 60, rest % 60)


def zone_of(k: Syscalls) -> Zone:
    """Return the zone that the process's TZ names."""
    text = k.env.get(b"TZ")
    if text is None:
        return _zone_file(k, b"/etc/localtime") or UTC
    text = text.removeprefix(b":")
    if not text:
        return UTC
    if text[:1] == b"/":
        return _zone_file(k, text) or UTC
    if b".." not in text.split(b"/"):
        found = _zone_file(k, b"/usr/share/zoneinfo/" + text)
        if found is not None:
            return found
    return _posix_zone(text) or UTC


def _zone_file(k: Syscalls, path: bytes) -> Zone | None:
    try:
        fd = k.open(path)
        try:
            data = b""
            while len(data) < _LARGEST_ZONE and (more := k.read(fd)):
                data += more
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
    except Exception:  # whatever a broken file makes of it
        return None
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

    def east(seconds: int) -> int:
        try:
            offset = (epoch + datetime.timedelta(seconds=seconds)).astimezone(rules).utcoffset()
        except OverflowError:
            return 0
        return 0 if offset is None else int(offset.total_seconds())

    return Zone(east)


_NAME = rb"([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_OFFSET = rb"([+-]?\d{1,3}(?::\d{1,2}(?::\d{1,2})?)?)"
_POSIX = re.compile(_NAME + _OFFSET + rb"(?:" + _NAME + _OFFSET + rb"?(?:,([^,]+),([^,]+))?)?\Z")


def _hms(text: bytes) -> int:
    sign = -1 if text[:1] == b"-" else 1
    parts = [int(part) for part in text.lstrip(b"+-").split(b":")]
    return sign * sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))


def _posix_zone(text: bytes) -> Zone | None:
    found = _POSIX.match(text)
    if found is None:
        return None
    standard = -_hms(found[2])
    if found[3] is None:
        return Zone(lambda seconds: standard)
    summer = standard + 3600 if found[4] is None else -_hms(found[4])
    begin, end = _rule(found[5] or b"M3.2.0"), _rule(found[6] or b"M11.1.0")
    if begin is None or end is None:
        return None

    def east(seconds: int) -> int:
        year = civil_from_days((seconds + standard) // _DAY)[0]
        start, stop = begin(year) - standard, end(year) - summer
        inside = start <= seconds < stop if start < stop else not stop <= seconds < start
        return summer if inside else standard

    return Zone(east)


def _rule(text: bytes) -> Callable[[int], int] | None:
    """Return what gives the second, on the wall clock since 1970, at which a rule (M3.2.0/2, J60, 59) acts in a year."""
    day, _, time = text.partition(b"/")
    at = _hms(time) if re.fullmatch(_OFFSET, time) else 7200
    if found := re.fullmatch(rb"M(\d{1,2})\.(\d)\.(\d)", day):
        month, week, weekday = int(found[1]), int(found[2]), int(found[3])
        if not (1 <= month <= 12 and 1 <= week <= 5 and weekday <= 6):
            return None

        def by_week(year: int) -> int:
            first = days_from_civil(year, month, 1)
            date = first + (weekday - (first + 4) % 7) % 7 + 7 * (week - 1)
            after = days_from_civil(year + month // 12, month % 12 + 1, 1)
            return (date - 7 if date >= after else date) * _DAY + at

        return by_week
    if found := re.fullmatch(rb"(J?)(\d{1,3})", day):
        number = int(found[2])

        def by_day(year: int) -> int:
            leap = days_from_civil(year, 3, 1) - days_from_civil(year, 2, 28) == 2
            shift = number - 1 + (leap and number > 59) if found[1] else number
            return (days_from_civil(year, 1, 1) + shift) * _DAY + at

        return by_day
    return None
