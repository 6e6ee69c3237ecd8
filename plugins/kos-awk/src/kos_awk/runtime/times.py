"""strftime and mktime, in the zone that TZ names, by the machine's own files or TZ's rule; the host's are never read."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from kos_kernel.api import SysError

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

DEFAULT: Final = b"%a %b %e %H:%M:%S %Z %Y"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RULE: Final = re.compile(rb"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)[+-]?\d[^\n]*\Z")
_NAME: Final = re.compile(rb":?([A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*)\Z")
_SIX: Final = re.compile(rb"\s*(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)(?:\s+-?\d+)?")


def zone(k: Syscalls) -> tzinfo:
    """Return the zone of TZ, UTC if it names none that is known."""
    import io
    import zoneinfo

    text = k.env.get(b"TZ")
    data: bytes | None = None
    if text is None:
        data = _file(k, b"/etc/localtime")
    else:
        name = _NAME.match(text)
        if name is not None:
            data = _file(k, b"/usr/share/zoneinfo/" + name[1]) or _packaged(name[1].decode())
        if data is None and _RULE.match(text):
            head = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
            block = struct.pack(">lBB", 0, 0, 0) + b"UTC\0"
            data = head + block + head + block + b"\n" + text + b"\n"
    if data is not None:
        try:
            return zoneinfo.ZoneInfo.from_file(io.BytesIO(data))
        except (ValueError, struct.error, IndexError):
            pass
    return UTC


def _file(k: Syscalls, path: bytes) -> bytes | None:
    try:
        fd = k.open(path)
        data = k.read(fd, 1 << 20)
        k.close(fd)
    except SysError:
        return None
    return data


def _packaged(name: str) -> bytes | None:
    """Return a zone of the package tzdata, if that is installed."""
    from importlib import resources

    *folders, last = name.split("/")
    try:
        return resources.files(".".join(["tzdata.zoneinfo", *folders])).joinpath(last).read_bytes()
    except (ImportError, OSError, ValueError):
        return None


def strftime(k: Syscalls, form: bytes | None, when: float | None, utc: bool) -> bytes:
    """Return the time `when` (now if None) in a format, with C's names of days and months."""
    seconds = float(k.clock_ns() // 1_000_000_000) if when is None else when
    try:
        moment = (_EPOCH + timedelta(seconds=int(seconds))).astimezone(UTC if utc else zone(k))
    except (OverflowError, ValueError):
        return b""
    form = DEFAULT if form is None else form
    out: list[bytes] = []
    at = 0
    while at < len(form):
        stop = form.find(b"%", at)
        if stop < 0 or stop + 1 >= len(form):
            out.append(form[at:])
            break
        out.append(form[at:stop])
        letter = chr(form[stop + 1])
        at = stop + 2
        if letter in "EO" and at < len(form):
            letter = chr(form[at])
            at += 1
        made = _conversion(letter, moment, int(seconds))
        out.append(form[stop:at] if made is None else made.encode("utf-8", "surrogateescape"))
    return b"".join(out)


_DAYS: Final = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS: Final = "January February March April May June July August September October November December".split()


def _conversion(letter: str, t: datetime, seconds: int) -> str | None:
    hour = t.hour % 12 or 12
    if letter in "cDFrRTxX":
        parts = {
            "c": "%a %b %e %H:%M:%S %Y", "D": "%m/%d/%y", "F": "%Y-%m-%d", "r": "%I:%M:%S %p", "R": "%H:%M",
            "T": "%H:%M:%S", "x": "%m/%d/%y", "X": "%H:%M:%S",
        }[letter]  # fmt: skip
        return re.sub("%(.)", lambda found: _conversion(found[1], t, seconds) or "", parts)
    if letter in "GgV":
        year, week, _ = t.isocalendar()
        return f"{week:02d}" if letter == "V" else f"{year}" if letter == "G" else f"{year % 100:02d}"
    offset = t.utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    day = t.timetuple().tm_yday
    weekday = t.isoweekday() % 7
    table = {
        "a": _DAYS[t.weekday()][:3], "A": _DAYS[t.weekday()], "b": _MONTHS[t.month - 1][:3], "h": _MONTHS[t.month - 1][:3],
        "B": _MONTHS[t.month - 1], "C": f"{t.year // 100:02d}", "d": f"{t.day:02d}", "e": f"{t.day:2d}",
        "H": f"{t.hour:02d}", "I": f"{hour:02d}", "k": f"{t.hour:2d}", "l": f"{hour:2d}", "j": f"{day:03d}",
        "m": f"{t.month:02d}", "M": f"{t.minute:02d}", "n": "\n", "t": "\t", "p": "AM" if t.hour < 12 else "PM",
        "P": "am" if t.hour < 12 else "pm", "s": str(seconds), "S": f"{t.second:02d}", "u": str(t.isoweekday()),
        "w": str(weekday), "U": f"{(day + 6 - weekday) // 7:02d}", "W": f"{(day + 6 - t.weekday()) // 7:02d}",
        "y": f"{t.year % 100:02d}", "Y": str(t.year), "Z": t.tzname() or "",
        "z": f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}", "%": "%",
    }  # fmt: skip
    return table.get(letter)


def mktime(k: Syscalls, text: bytes, utc: bool) -> float:
    """Return seconds since 1970 of a date in words; parts may be out of their range. -1 if it is no date."""
    found = _SIX.match(text)
    if found is None or any(len(part) > 12 for part in found.groups()):
        return -1.0
    year, month, day, hour, minute, second = map(int, found.groups())
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    try:
        naive = datetime(year, month, 1) + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
        moment = naive.replace(tzinfo=UTC if utc else zone(k))
        return float((moment - _EPOCH) // timedelta(seconds=1))
    except (OverflowError, ValueError):
        return -1.0
