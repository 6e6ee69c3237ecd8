"""What sort's orderings make of a piece of text: values that Python compares as GNU compares the pieces.

    -n  as_number     integers; floats and fractions for decimals       -M  as_month     0 (none) to 12
    -g  as_float      (0 no number, 1 NaN, 2 number; the number)        -V  as_version   a string made to sort so
    -h  as_human      (unit with the sign; the number)                  -R  as_random    digest of a seed and the piece

Each takes a list and tries the quick way for all (one call of C) before it looks at pieces one by one.
Source: GNU coreutils 9.1 manual, sort invocation and Version sort ordering.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kos_kernel.api import parse_decimal

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBERS = re.compile(r"^[ \t]*(-?[0-9]*(?:\.[0-9]*)?)", re.MULTILINE)
_NUMBER = re.compile(r"[ \t\n]*(-?)([0-9]*)(?:\.([0-9]*))?")
_HUMAN = re.compile(r"[ \t\n]*(-?)([0-9]*)(?:\.([0-9]*))?(.?)", re.DOTALL)
_GENERAL = re.compile(
    r"[ \t\n\v\f\r]*([+-]?(?:0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?(?:[pP][+-]?[0-9]+)?"
    r"|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan))",
    re.IGNORECASE,
)
_INFINITY = float("inf")
_EXACT_DIGITS = 15  # decimals of so many digits keep their order as floats
_UNITS = {letter: order for order, letter in enumerate("KMGTPEZY", 1)} | {"k": 1}
_MONTHS = {name: number for number, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)}


def as_number(pieces: list[str]) -> list[Any]:
    """Return the numbers that the pieces begin with; 0 where there's none."""
    text = "\n".join(pieces)
    numbers = _NUMBERS.findall(text)
    if len(numbers) != len(pieces):  # a piece holds newlines
        return [_number(piece) for piece in pieces]
    if "." not in text:
        try:
            return list(map(int, numbers))
        except ValueError:  # some piece has no number
            pass
        return [_whole(number) for number in numbers]
    if max(map(len, numbers)) <= _EXACT_DIGITS:
        try:
            return list(map(float, numbers))
        except ValueError:
            pass
    return [_number(number) for number in numbers]


def _whole(text: str) -> int:
    digits = text.lstrip("-")
    if not digits:
        return 0
    number = int(digits) if len(digits) < 4000 else parse_decimal(digits.encode())
    return -number if text[0] == "-" else number


def _number(piece: str) -> Any:
    found = _NUMBER.match(piece)
    assert found is not None  # it matches anything
    sign, whole, fraction = found.groups()
    fraction = (fraction or "").rstrip("0")
    whole = whole.lstrip("0")
    if not fraction:
        return _whole(sign + whole) if whole else 0
    if len(whole) + len(fraction) <= _EXACT_DIGITS:
        return float(f"{sign}{whole}.{fraction}")
    size = Fraction(parse_decimal((whole + fraction).encode()), 10 ** len(fraction))
    return -size if sign else size


def as_human(pieces: list[str]) -> list[Any]:
    """Return (order of the unit, negative for negative numbers; the number) of 2K, 1.5G and the like."""
    result = []
    for piece in pieces:
        found = _HUMAN.match(piece)
        assert found is not None  # it matches anything
        sign, whole, fraction, unit = found.groups()
        if whole.strip("0") or (fraction or "").strip("0"):
            order = _UNITS.get(unit, 0)
            result.append((-order if sign else order, _number(piece)))
        else:
            result.append((0, 0))
    return result


def as_float(pieces: list[str]) -> list[Any]:
    """Return (class, number): what is no number comes first, then NaN, then numbers."""
    result = []
    for piece in pieces:
        found = _GENERAL.match(piece)
        if found is None:
            result.append((0, 0.0))
            continue
        text = found[1]
        if "x" in text or "X" in text:
            result.append((2, _long(text)))
            continue
        number = float(text)
        if number != number:
            result.append((1, float(text[0] == "-")))
        elif number in (_INFINITY, -_INFINITY) and "n" not in text.lower():
            result.append((2, _long(text)))  # too great for a double, not for a long one
        else:
            result.append((2, number))
    return result


def _long(text: str) -> Any:
    from kos_kernel.api import parse_long_double

    value, _, _ = parse_long_double(text.encode())
    size: Any = _INFINITY if value.kind == "inf" else value.size
    return -size if value.negative else size


def as_month(pieces: list[str]) -> list[Any]:
    """Return 1 for JAN to 12 for DEC, 0 for anything else."""
    return [_MONTHS.get(piece.lstrip(" \t\n")[:3].upper(), 0) for piece in pieces]


def as_random(seed: bytes) -> Callable[[list[str]], list[Any]]:
    """Return what maps pieces to numbers that look random, equal ones to equal numbers."""
    from hashlib import md5

    start = md5(seed, usedforsecurity=False)

    def digests(pieces: list[str]) -> list[Any]:
        result = []
        for piece in pieces:
            mixed = start.copy()
            mixed.update(piece.encode("latin-1"))
            result.append(int.from_bytes(mixed.digest(), "big"))
        return result

    return digests


# ---------------------------------------------------------------- versions
# Letters come before other characters, and "~" even before the end; a number counts by its value. The characters of a key:
# 1 is ~, 2 the end (and the number 0), 3 + length begins a number of so many digits, then letters, then all others.
_LETTERS, _OTHERS = 0x10000, 0x10100
_PLACE = {
    code: chr(1) if code == 0x7E else chr((_LETTERS if chr(code).isalpha() and code < 128 else _OTHERS) + code)
    for code in range(256)
}
_PARTS = re.compile(r"([^0-9]*)([0-9]*)")
_SUFFIXES = re.compile(r"(?:\.[A-Za-z~][A-Za-z0-9~]*)+")
_LONGEST = 0xD000


def version_key(text: str) -> str:
    """Return a string that sorts as the version of text does."""
    out = []
    for letters, digits in _PARTS.findall(text):
        digits = digits.lstrip("0")
        out.append(letters.translate(_PLACE))
        out.append(chr(2) if not digits else chr(3 + min(len(digits), _LONGEST)) + digits)
    return "".join(out)


def as_version(pieces: list[str]) -> list[Any]:
    """Return keys in the order of version numbers: hidden names first, suffixes like .tar.gz only if the rest is equal."""
    return [_version(piece) for piece in pieces]


def _version(piece: str) -> tuple[int, str, str]:
    if piece in ("", ".", ".."):
        return len(piece), "", ""
    prefix = piece
    for run in _SUFFIXES.finditer(piece):
        if run.end() == len(piece):
            prefix = piece[: run.start()]
    return 3 if piece[0] == "." else 4, version_key(prefix), version_key(piece)


# ---------------------------------------------------------------- turned round
_INVERTED = {code: chr(0x1FF - code) for code in range(256)}


def inverted(values: list[Any]) -> list[Any]:
    """Return values that compare the other way round."""
    if not values:
        return values
    if isinstance(values[0], str):  # a shorter one came first: now its end comes after every character
        return [value.translate(_INVERTED) + "\u0200" for value in values]
    if isinstance(values[0], tuple):
        return [tuple(_turned(part) if isinstance(part, str) else -part for part in value) for value in values]
    return [-value for value in values]


def _turned(key: str) -> str:
    return "".join([chr(0x10FFFF - ord(char)) for char in key]) + "\U0010ffff"
