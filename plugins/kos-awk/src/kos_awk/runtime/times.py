"""strftime and mktime, in the zone that TZ names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kos_kernel.api import UTC, broken_down, zone_of
from kos_kernel.api import strftime as formatted

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

DEFAULT: Final = b"%a %b %e %H:%M:%S %Z %Y"
_SIX: Final = re.compile(rb"\s*(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)(?:\s+-?\d+)?")


def strftime(k: Syscalls, form: bytes | None, when: float | None, utc: bool) -> bytes:
    """Return the time `when` (now if None) in a format, with C's names of days and months; "" if it's no time."""
    seconds = float(k.clock_ns() // 1_000_000_000) if when is None else when
    if not -6.7e10 < seconds < 2.5e11:  # years 0 to 9999
        return b""
    moment = broken_down(int(seconds) * 1_000_000_000, UTC if utc else zone_of(k))
    form = DEFAULT if form is None else form.replace(b"%N", b"%%N")  # that is date's alone
    return formatted(form, moment)


def mktime(k: Syscalls, text: bytes, utc: bool) -> float:
    """Return seconds since 1970 of a date in words; parts may be out of their range. -1 if it is no date."""
    found = _SIX.match(text)
    if found is None or any(len(part) > 12 for part in found.groups()):
        return -1.0
    year, month, day, hour, minute, second = map(int, found.groups())
    if not -10_000 < year < 100_000:
        return -1.0
    return float((UTC if utc else zone_of(k)).seconds_at(year, month, day, hour, minute, second))
