"""The functions of dates: broken down times are [year, month from 0, day, hours, minutes, seconds, weekday, day of the year].

The machine's time is UTC here: localtime and strflocaltime know no other zone.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable
from typing import Any

from ..language.values import JqError, is_number, normal

_EPOCH = datetime.datetime(1970, 1, 1)
_DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
_MONTHS = "January February March April May June July August September October November December".split()
_FORMAT = re.compile(r"%([-_0^#]?)([A-Za-z%])")


def _moment(broken: Any, name: str) -> tuple[datetime.datetime, float]:
    if type(broken) is not list or len(broken) < 6 or not all(is_number(part) for part in broken):
        raise JqError(f"{name} requires parsed datetime inputs")
    year, month, day, hours, minutes, seconds = broken[:6]
    try:
        start = datetime.datetime(int(year) + int(month) // 12, int(month) % 12 + 1, 1)
        moment = start + datetime.timedelta(
            days=int(day) - 1, hours=int(hours), minutes=int(minutes), seconds=int(seconds)
        )
    except (OverflowError, ValueError):
        raise JqError("invalid gmtime representation")
    return moment, seconds


def gmtime(x: Any, name: str = "gmtime") -> Any:
    """Return a broken down time."""
    if not is_number(x):
        raise JqError(f"{name}() requires numeric inputs")
    try:
        moment = _EPOCH + datetime.timedelta(seconds=math.floor(x))
    except (OverflowError, ValueError):
        raise JqError("error converting number of seconds since epoch to datetime")
    seconds = normal(moment.second + (x - math.floor(x)))
    weekday = moment.isoweekday() % 7
    return [moment.year, moment.month - 1, moment.day, moment.hour, moment.minute, seconds, weekday, _day(moment)]


def _day(moment: datetime.datetime) -> int:
    return moment.timetuple().tm_yday - 1


def mktime(x: Any) -> Any:
    """Return the seconds since 1970."""
    if type(x) is not list:
        raise JqError("mktime requires array inputs")
    moment, _ = _moment(x, "mktime")
    return int((moment - _EPOCH).total_seconds())


def strftime(x: Any, form: Any, name: str = "strftime/1") -> str:
    """Return a time as text."""
    if is_number(x):
        x = gmtime(x)
    elif type(x) is not list:
        raise JqError(f"{name} requires parsed datetime inputs")
    if type(form) is not str:
        raise JqError(f"{name} requires a string format")
    moment, _ = _moment(x, name)

    def piece(found: re.Match[str]) -> str:
        flag, letter = found[1], found[2]
        number = {
            "d": (moment.day, 2, "0"), "e": (moment.day, 2, " "), "H": (moment.hour, 2, "0"), "k": (moment.hour, 2, " "),
            "I": (moment.hour % 12 or 12, 2, "0"), "l": (moment.hour % 12 or 12, 2, " "), "j": (_day(moment) + 1, 3, "0"),
            "m": (moment.month, 2, "0"), "M": (moment.minute, 2, "0"), "S": (moment.second, 2, "0"),
            "Y": (moment.year, 1, "0"), "y": (moment.year % 100, 2, "0"), "C": (moment.year // 100, 2, "0"),
            "s": (int((moment - _EPOCH).total_seconds()), 1, "0"), "u": (moment.isoweekday(), 1, "0"),
            "w": (moment.isoweekday() % 7, 1, "0"), "G": (moment.isocalendar()[0], 1, "0"),
            "g": (moment.isocalendar()[0] % 100, 2, "0"), "V": (moment.isocalendar()[1], 2, "0"),
            "U": ((_day(moment) + 7 - moment.isoweekday() % 7) // 7, 2, "0"),
            "W": ((_day(moment) + 7 - (moment.isoweekday() - 1)) // 7, 2, "0"),
        }.get(letter)  # fmt: skip
        if number is not None:
            value, width, pad = number
            pad = {"-": "", "_": " ", "0": "0"}.get(flag, pad)
            text = str(value).rjust(width, pad) if pad else str(value)
        else:
            parts = {
                "a": _DAYS[moment.isoweekday() % 7][:3], "A": _DAYS[moment.isoweekday() % 7], "b": _MONTHS[moment.month - 1][:3],
                "h": _MONTHS[moment.month - 1][:3], "B": _MONTHS[moment.month - 1], "p": "AM" if moment.hour < 12 else "PM",
                "P": "am" if moment.hour < 12 else "pm", "Z": "UTC", "z": "+0000", "%": "%", "n": "\n", "t": "\t",
            }  # fmt: skip
            longer = {
                "c": "%a %b %e %H:%M:%S %Y", "D": "%m/%d/%y", "x": "%m/%d/%y", "F": "%Y-%m-%d", "R": "%H:%M", "T": "%H:%M:%S",
                "X": "%H:%M:%S", "r": "%I:%M:%S %p",
            }  # fmt: skip
            if letter in longer:
                text = _FORMAT.sub(piece, longer[letter])
            elif letter in parts:
                text = parts[letter]
            else:
                return found[0]
        return text.upper() if flag == "^" else text.swapcase() if flag == "#" else text

    return _FORMAT.sub(piece, form)


_FIELDS = {
    "d": r"[ ]?\d{1,2}", "e": r"[ ]?\d{1,2}", "H": r"[ ]?\d{1,2}", "I": r"\d{1,2}", "j": r"\d{1,3}", "m": r"\d{1,2}",
    "M": r"\d{1,2}", "S": r"\d{1,2}", "Y": r"[+-]?\d{1,4}", "y": r"\d{1,2}", "p": r"[AaPp][Mm]", "s": r"-?\d{1,12}",
    "Z": r"[A-Za-z]+", "z": r"[+-]\d{2}:?\d{2}|Z", "u": r"\d", "w": r"\d",
    "a": "|".join([*_DAYS, *[day[:3] for day in _DAYS]]), "b": "|".join([*_MONTHS, *[month[:3] for month in _MONTHS]]),
}  # fmt: skip
_FIELDS |= {"A": _FIELDS["a"], "B": _FIELDS["b"], "h": _FIELDS["b"]}
_LONGER = {"T": "%H:%M:%S", "D": "%m/%d/%y", "F": "%Y-%m-%d", "R": "%H:%M", "c": "%a %b %e %H:%M:%S %Y"}


def strptime(x: Any, form: Any) -> Any:
    """Return the broken down time that a text says."""
    if type(x) is not str:
        raise JqError("strptime/1 requires string inputs and arguments")
    if type(form) is not str:
        raise JqError("strptime/1 requires string inputs and arguments")
    for letter, longer in _LONGER.items():
        form = form.replace("%" + letter, longer)
    wrong = JqError(f'date "{x}" does not match format "{form}"')
    if len(x) > 1000 or len(form) > 1000:
        raise wrong
    at = 0
    found: dict[str, str] = {}
    for piece in re.finditer(r"%(.)|\s+|[^%\s]", form):
        letter = piece[1]
        if letter is None or letter in "%nt":
            if piece[0].isspace() or letter in ("n", "t"):
                while at < len(x) and x[at].isspace():
                    at += 1
                continue
            if x[at : at + 1] != (letter or piece[0]):
                raise wrong
            at += 1
            continue
        match = re.compile(_FIELDS.get(letter, "(?!)"), re.IGNORECASE).match(x, at)
        if match is None:
            raise wrong
        found[letter] = match[0].strip()
        at = match.end()
    if at != len(x):
        raise wrong
    if "s" in found:
        return gmtime(int(found["s"]))
    year = int(found["Y"]) if "Y" in found else 1900
    if "y" in found:
        short = int(found["y"])
        year = short + (2000 if short < 69 else 1900)
    month = int(found.get("m", "1"))
    for letter in "bBh":
        if letter in found:
            month = [name[:3].lower() for name in _MONTHS].index(found[letter][:3].lower()) + 1
    hour = int(found.get("H", found.get("I", "0")))
    if "p" in found:
        hour = hour % 12 + (12 if found["p"].lower() == "pm" else 0)
    try:
        day = datetime.datetime(year, month, int(found.get("d", found.get("e", "1"))))
    except ValueError:
        raise wrong
    if "j" in found:
        day = datetime.datetime(year, 1, 1) + datetime.timedelta(days=int(found["j"]) - 1)
    minutes, seconds = int(found.get("M", "0")), int(found.get("S", "0"))
    if hour > 23 or minutes > 59 or seconds > 61:
        raise wrong
    return [day.year, day.month - 1, day.day, hour, minutes, seconds, day.isoweekday() % 7, _day(day)]


def install(functions: dict[tuple[str, int], Callable[..., Any]], host: Any) -> None:
    """Put the functions in the table."""
    functions.update(
        {
            ("gmtime", 0): gmtime,
            ("localtime", 0): lambda x: gmtime(x, "localtime"),
            ("mktime", 0): mktime,
            ("strftime", 1): strftime,
            ("strflocaltime", 1): lambda x, form: strftime(x, form, "strflocaltime/1"),
            ("strptime", 1): strptime,
        }
    )
