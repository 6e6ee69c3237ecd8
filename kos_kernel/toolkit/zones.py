"""The time zone that TZ names, for the commands that print times.

What the machine's own files and the POSIX rules don't know is looked up in the Python package `tzdata`, which comes with KOS.
The host's zone files are never read. A name that nobody knows means UTC, as in glibc.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .stamps import UTC, Zone, known_zone, zone_file

if TYPE_CHECKING:
    from ..syscalls import Syscalls

_NAME = re.compile(rb":?([A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*)\Z")


def zone_of(k: Syscalls) -> Zone:
    """Return the zone of the process: TZ, else the machine's /etc/localtime, else UTC."""
    text = k.env.get(b"TZ")
    return zone_file(k, b"/etc/localtime") or UTC if text is None else zone_named(k, text)


def zone_named(k: Syscalls, text: bytes) -> Zone:
    """Return the zone of a TZ value."""
    zone = known_zone(k, text)
    name = _NAME.match(text)
    if name is None or zone.offset(0) != (0, b"UTC") or name[1] in (b"UTC", b"UTC0", b"Etc/UTC"):
        return zone
    data = _packaged(name[1].decode())
    return zone if data is None else _zone(data)


def _packaged(name: str) -> bytes | None:
    """Return a zone's TZif data from the package tzdata; None if there's no package or no such zone."""
    from importlib import resources

    *folders, last = name.split("/")
    try:
        place = resources.files(".".join(["tzdata.zoneinfo", *folders]))
        return place.joinpath(last).read_bytes()
    except (ImportError, OSError, ValueError):
        return None


def _zone(data: bytes) -> Zone:
    import datetime
    import io
    import zoneinfo

    rules = zoneinfo.ZoneInfo.from_file(io.BytesIO(data))
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

    def at(seconds: int) -> tuple[int, bytes]:
        try:
            when = (epoch + datetime.timedelta(seconds=seconds)).astimezone(rules)
        except OverflowError:
            return 0, b"UTC"
        east = when.utcoffset()
        return (0 if east is None else int(east.total_seconds())), (when.tzname() or "UTC").encode()

    return Zone(at)
