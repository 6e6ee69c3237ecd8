"""Dates of --mtime and --newer: @SECONDS, YYYY-MM-DD [HH:MM[:SS[.FRACTION]]] [Z, UTC or +HH:MM], or a file whose time counts.

GNU tar reads far more forms of dates; what isn't one of these is refused, not guessed at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import SysError, cause

from ..stamps import UTC, Moment, zone_of
from .options import usage
from .run import Fatal

if TYPE_CHECKING:
    from .run import Tar

_EPOCH = re.compile(rb"@(-?\d{1,12})(?:\.(\d{1,18}))?\Z")
_DATE = re.compile(
    rb"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,18}))?)?)?"
    rb"\s*(?:(Z|UTC|GMT)|([+-])(\d{2}):?(\d{2}))?\Z"
)


def date_ns(tar: Tar, text: bytes, *, files: bool = True) -> int:
    """Return the ns since 1970 that a date or a file says. Raises Fatal."""
    if files and text[:1] in (b"/", b"."):
        try:
            return tar.k.stat(text).mtime_ns
        except SysError as error:
            tar.error(b"%s: Cannot stat: %s" % (tar.shown(text), cause(error)))
            raise usage(tar.name, b"Date sample file not found") from None
    if found := _EPOCH.match(text):
        part = int((found[2] or b"0")[:9].ljust(9, b"0"))
        return int(found[1]) * 10**9 + part
    found = _DATE.match(text.strip())
    if found is None:
        raise Fatal(b"Unknown date format: %s" % tar.quoted(text))
    year, month, day, hour, minute, second = (int(found[group] or b"0") for group in range(1, 7))
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60):
        raise Fatal(b"Unknown date format: %s" % tar.quoted(text))
    zone = UTC if found[8] or found[9] else zone_of(tar.k)
    seconds = zone.seconds(Moment(year, month, day, hour, minute, second))
    if found[9]:
        shift = int(found[10]) * 3600 + int(found[11]) * 60
        seconds -= shift if found[9] == b"+" else -shift
    return seconds * 10**9 + int((found[7] or b"0")[:9].ljust(9, b"0"))
