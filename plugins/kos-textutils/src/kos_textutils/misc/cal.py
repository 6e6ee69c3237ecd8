"""cal: calendars of months and years."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, UsageError, Value, complain, parsed

from ..about import heed

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

CAL = Command(
    "cal",
    usage=["[OPTION]... [[[DAY] MONTH] YEAR]"],
    summary="Display a calendar, or some part of it. Without any arguments, display the current month.",
    options=[
        Flag("three", "3", "three", help="show previous, current and next month"),
        Flag("one", "1", "one", help="show only a single month (default)"),
        Value("months", "n", "months", metavar="NUM", help="show NUM months, starting with the given one"),
        Flag("sunday", "s", "sunday", help="Sunday as first day of week (default)"),
        Flag("monday", "m", "monday", help="Monday as first day of week"),
        Flag("julian", "j", "julian", help="use day-of-year for all dates"),
        Flag("year", "y", "year", help="show the whole year"),
        Flag("about", "h", value="help", hidden=True),
        Flag("about", "V", value="version", hidden=True),
    ],
)
_MONTHS = "January February March April May June July August September October November December".split()
_REFORM = (1752, 9)  # 3 to 13 September 1752 don't exist


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write the calendar. Status 1 for a date that isn't one."""
    opts, words = parsed(k, CAL, argv)
    heed(CAL, opts)
    today = datetime.datetime.fromtimestamp(k.clock_ns(0) / 1e9, datetime.UTC).date()
    if len(words) > 3:
        raise UsageError(CAL.error(opts, b"bad usage").text, 1)
    year, month = today.year, today.month
    whole = opts.year
    if words:
        if not re.fullmatch(rb"[0-9]{1,4}", words[-1]) or not int(words[-1]):
            complain(k, b"year '%s' not in range 1..9999" % words[-1])
            return 1
        year = int(words[-1])
        if len(words) == 1:
            whole = True
        else:
            found = _month(words[-2])
            if not found:
                complain(
                    k,
                    b"unknown month name: %s" % words[-2]
                    if not words[-2].isdigit()
                    else b"illegal month value: use 1-12",
                )
                return 1
            month = found
            if len(words) == 3 and not (words[0].isdigit() and 1 <= int(words[0][:9]) <= max(_days(year, month))):
                complain(k, b"illegal day value: use 1-%d" % max(_days(year, month)))
                return 1
    count = 12 if whole else 3 if opts.three else 1
    if opts.months is not None:
        if not re.fullmatch(rb"[0-9]{1,4}", opts.months) or not int(opts.months):
            complain(k, b"invalid month argument: '%s'" % opts.months)
            return 1
        count = int(opts.months)
    start = year * 12 + (0 if whole else month - 1) - (1 if opts.three and not whole else 0)
    width = 27 if opts.julian else 20
    across = min(2 if opts.julian else 3, count)
    lines = []
    if whole and opts.months is None:
        lines += (
            [str(year).center(width * across + 3 * (across - 1)).rstrip(), ""]
            if not opts.julian
            else [str(year).center(width * across + 3).rstrip(), ""]
        )
    for place in range(start, start + count, across):
        those = [
            (at // 12, at % 12 + 1) for at in range(place, min(place + across, start + count)) if 1 <= at // 12 <= 9999
        ]
        blocks = [_block(y, m, opts.monday, opts.julian, not whole) for y, m in those]
        rows = max((len(block) for block in blocks), default=0)
        for row in range(rows):
            cells = [(block[row] if row < len(block) else "").ljust(width) for block in blocks]
            lines.append(("   " if whole else "  ").join(cells))
        k.tick(16)
    k.write(1, ("\n".join(lines) + "\n").encode())
    return 0


def _month(text: bytes) -> int:
    if text.isdigit() and len(text) < 4:
        return int(text) if 1 <= int(text) <= 12 else 0
    word = text.decode("latin-1").lower()
    for number, name in enumerate(_MONTHS, 1):
        if word and (name.lower() == word or name[:3].lower() == word):
            return number
    return 0


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year <= 1752 or year % 100 != 0 or year % 400 == 0)


def _days(year: int, month: int) -> list[int]:
    """Return the days that a month has."""
    length = 30 if month in (4, 6, 9, 11) else 31 if month != 2 else 28 + _is_leap(year)
    return [day for day in range(1, length + 1) if (year, month) != _REFORM or not 3 <= day <= 13]


def _weekday(year: int, month: int, day: int) -> int:
    """Return a day's weekday, 0 for Sunday: Gregorian from 14 September 1752 on, before that Julian."""
    a = (14 - month) // 12
    y, m = year + 4800 - a, month + 12 * a - 3
    number = day + (153 * m + 2) // 5 + 365 * y + y // 4
    if (year, month, day) >= (*_REFORM, 14):
        number += -(y // 100) + y // 400 - 32045
    else:
        number -= 32083
    return (number + 1) % 7


def _block(year: int, month: int, monday: bool, julian: bool, with_year: bool) -> list[str]:
    """Return a month's eight lines."""
    size = 3 if julian else 2
    width = 7 * size + 6
    names = ("Sun Mon Tue Wed Thu Fri Sat" if julian else "Su Mo Tu We Th Fr Sa").split()
    if monday:
        names = names[1:] + names[:1]
    title = f"{_MONTHS[month - 1]} {year}" if with_year else _MONTHS[month - 1]
    lines = [title.center(width), " ".join([name.rjust(size) for name in names])]
    before = sum([len(_days(year, other)) for other in range(1, month)])
    cells = [" " * size] * ((_weekday(year, month, 1) - monday) % 7)
    for place, day in enumerate(_days(year, month), 1):
        cells.append(str(before + place if julian else day).rjust(size))
    for at in range(0, 42, 7):
        lines.append(" ".join(cells[at : at + 7]).ljust(width))
    return lines
