"""The reserved word `time`, and times as text: TIMEFORMAT, printf's %(fmt)T."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_kernel.api import CLOCK_MONOTONIC

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]

DEFAULT_FORMAT = "\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS"
POSIX_FORMAT = "real %2R\nuser %2U\nsys %2S"


def timed(run: Run, *, posix: bool) -> Run:
    """Return `run` that tells afterwards how long it took."""

    def measure(sh: Shell) -> int:
        k = sh.k
        before = k.times()
        start = k.clock_ns(CLOCK_MONOTONIC)
        try:
            return run(sh)
        finally:
            real = (k.clock_ns(CLOCK_MONOTONIC) - start) / 1e9
            after = k.times()
            user = after[0] + after[2] - before[0] - before[2]
            system = after[1] + after[3] - before[1] - before[3]
            form = POSIX_FORMAT if posix else sh.get("TIMEFORMAT")
            if form is None:
                form = DEFAULT_FORMAT
            if form:
                sh.write_error(time_text(form, real, user, system) + "\n")

    return measure


def time_text(form: str, real: float, user: float, system: float) -> str:
    """Return TIMEFORMAT filled in: %[p][l]R U S, %P, %%."""
    out: list[str] = []
    at = 0
    while at < len(form):
        c = form[at]
        at += 1
        if c != "%" or at >= len(form):
            out.append(c)
            continue
        digits = 3
        if form[at].isdigit():
            digits = min(int(form[at]), 3)
            at += 1
        long = form[at : at + 1] == "l"
        if long:
            at += 1
        letter = form[at : at + 1]
        at += 1
        if letter == "%":
            out.append("%")
        elif letter == "P":
            out.append(f"{(user + system) * 100 / real if real else 0:.2f}")
        elif letter in ("R", "U", "S"):
            seconds = {"R": real, "U": user, "S": system}[letter]
            out.append(_duration(seconds, digits, long))
        else:
            out.append("%" + letter)
    return "".join(out)


def _duration(seconds: float, digits: int, long: bool) -> str:
    scaled = int(seconds * 10**digits)
    whole, part = divmod(scaled, 10**digits)
    tail = f".{part:0{digits}d}" if digits else ""
    return f"{whole // 60}m{whole % 60}{tail}s" if long else f"{whole}{tail}"


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def format_time(sh: Shell, form: str, given: int | None) -> str:
    """Return strftime of `given` seconds since 1970 (None or -1: now; -2: when the shell started) in UTC or TZ's offset."""
    if given is None or given == -1:
        seconds = sh.k.clock_ns() // 1_000_000_000
    elif given == -2:
        seconds = sh.seconds_base_ns // 1_000_000_000
    else:
        seconds = given
    return strftime(form or "%X", seconds, sh.get("TZ") or "")


def _zone(name: str) -> tuple[str, int]:
    """Return (abbreviation, seconds east of UTC) of a TZ of the form NAME[+-]hh[:mm]; anything else is UTC."""
    import re

    found = re.match(r"([A-Za-z]{3,}|<[^>]+>)([-+]?)(\d{1,2})(?::(\d{2}))?", name)
    if found is None or name.upper() in ("UTC0", "UTC", "GMT"):
        return "UTC", 0
    offset = int(found.group(3)) * 3600 + int(found.group(4) or 0) * 60
    return found.group(1).strip("<>"), offset if found.group(2) == "-" else -offset


def strftime(form: str, seconds: int, zone: str = "") -> str:
    """Return a time as text in the C locale. Written out here because the host's own depends on its locale and zone."""
    from datetime import date

    label, offset = _zone(zone)
    days, rest = divmod(seconds + offset, 86400)
    ordinal = days + 719163
    if not 1 <= ordinal <= 3652059:
        return str(seconds)
    day = date.fromordinal(ordinal)
    hour, minute, second = rest // 3600, rest // 60 % 60, rest % 60
    year_day = day.timetuple().tm_yday
    weekday = day.weekday()
    sunday = (weekday + 1) % 7
    iso_year, iso_week, iso_day = day.isocalendar()
    sign, span = ("+", offset) if offset >= 0 else ("-", -offset)
    values: dict[str, str] = {
        "a": _DAYS[weekday][:3], "A": _DAYS[weekday], "b": _MONTHS[day.month - 1][:3], "h": _MONTHS[day.month - 1][:3],
        "B": _MONTHS[day.month - 1], "C": f"{day.year // 100:02d}", "d": f"{day.day:02d}", "e": f"{day.day:2d}",
        "g": f"{iso_year % 100:02d}", "G": str(iso_year), "H": f"{hour:02d}", "I": f"{(hour + 11) % 12 + 1:02d}",
        "j": f"{year_day:03d}", "k": f"{hour:2d}", "l": f"{(hour + 11) % 12 + 1:2d}", "m": f"{day.month:02d}",
        "M": f"{minute:02d}", "n": "\n", "p": "AM" if hour < 12 else "PM", "P": "am" if hour < 12 else "pm",
        "s": str(seconds), "S": f"{second:02d}", "t": "\t", "u": str(iso_day), "U": f"{(year_day + 6 - sunday) // 7:02d}",
        "V": f"{iso_week:02d}", "w": str(sunday), "W": f"{(year_day + 6 - weekday) // 7:02d}",
        "y": f"{day.year % 100:02d}", "Y": str(day.year), "z": f"{sign}{span // 3600:02d}{span // 60 % 60:02d}", "Z": label,
        "%": "%",
    }  # fmt: skip
    compound = {"c": "%a %b %e %H:%M:%S %Y", "D": "%m/%d/%y", "F": "%Y-%m-%d", "r": "%I:%M:%S %p", "R": "%H:%M",
                "T": "%H:%M:%S", "x": "%m/%d/%y", "X": "%H:%M:%S", "+": "%a %b %e %H:%M:%S %Z %Y"}  # fmt: skip
    out: list[str] = []
    at = 0
    while at < len(form):
        c = form[at]
        if c != "%" or at + 1 >= len(form):
            out.append(c)
            at += 1
            continue
        letter = form[at + 1]
        if letter in "EO" and at + 2 < len(form):
            at += 1
            letter = form[at + 1]
        at += 2
        if letter in compound:
            out.append(strftime(compound[letter], seconds, zone))
        else:
            out.append(values.get(letter, "%" + letter))
    return "".join(out)
