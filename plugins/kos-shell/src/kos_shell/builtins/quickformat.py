"""printf's common formats, left to Python's `%`: where it does exactly what C does, and with arguments that hold no surprise."""

from __future__ import annotations

import re
from typing import NamedTuple

_SPEC = re.compile(r"%([-+ 0]*)(\d{0,4})(\.\d{1,4})?([sdiuxXo])")
SIGNED, UNSIGNED, TEXT, SIZED_TEXT = "duts"


class QuickFormat(NamedTuple):
    """template: for `%`. kinds: what each argument is: SIGNED, UNSIGNED, TEXT, or SIZED_TEXT (cut or padded: ASCII only)."""

    template: str
    kinds: str


def quick_format(pieces: list[str | re.Match[str]]) -> QuickFormat | None:
    """Return the quick form of a format cut into texts and conversions; None if it has one that Python does otherwise."""
    template, kinds = [], []
    for piece in pieces:
        if isinstance(piece, str):
            if "\0" in piece:
                return None
            template.append(piece.replace("%", "%%"))
            continue
        found = _SPEC.fullmatch(piece.group())
        if found is None:
            return None
        flags, width, precision, letter = found.groups()
        if letter == "s":
            if flags.strip("-"):
                return None
            kinds.append(SIZED_TEXT if width or precision else TEXT)
        else:
            signed = letter in "di"
            if (precision and "0" in flags) or precision == ".0" or (not signed and flags.strip("-0")):
                return None
            kinds.append(SIGNED if signed else UNSIGNED)
            letter = "d" if letter in "diu" else letter
        template.append(f"%{flags}{width}{precision or ''}{letter}")
    return QuickFormat("".join(template), "".join(kinds))


def filled(quick: QuickFormat, values: list[str]) -> str | None:
    """Return the format with these arguments, as many as it has conversions; None where the long way has to be gone."""
    found: list[str | int] = []
    for kind, value in zip(quick.kinds, values, strict=True):
        if kind == TEXT:
            found.append(value)
        elif kind == SIZED_TEXT:
            if not value.isascii():
                return None
            found.append(value)
        else:
            digits = value[1:] if kind == SIGNED and value[:1] == "-" else value
            if (
                not digits.isdecimal()
                or not digits.isascii()
                or len(digits) > 18
                or (digits[0] == "0" and digits != "0")
            ):
                return None
            found.append(int(value))
    return quick.template % tuple(found)
