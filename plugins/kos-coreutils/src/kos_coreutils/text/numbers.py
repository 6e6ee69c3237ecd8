"""Numbers as numfmt reads and shows them: with K, M, G behind, in powers of 1000 or 1024.

They are the long doubles that GNU's computes in, so each step rounds to 64 bits as its steps do.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from kos_kernel.api import LongDouble, render_long_double, round_long_double

SUFFIXES = b"KMGTPEZY"
NONE, AUTO, SI, IEC, IEC_I = "none", "auto", "si", "iec", "iec-i"
MOST_DIGITS, PRECISE_DIGITS = 27, 18
_INTMAX = (1 << 63) - 1
_DIGITS = re.compile(rb"(-?)([0-9]*)")


class BadNumber(Exception):
    """A number that can't be converted: GNU's words in front of the quoted input, and behind it."""

    def __init__(self, before: bytes, after: bytes = b"") -> None:
        super().__init__(before)
        self.before = before
        self.after = after


class Number(NamedTuple):
    """A number that was read. precision: its decimals. lossy: it has more digits than a long double keeps.  rest: what follows."""

    value: Fraction
    precision: int
    lossy: bool
    rest: bytes


def lossy(value: Fraction) -> Fraction:
    """Return a value as a long double keeps it."""
    result, _ = round_long_double(abs(value), False)
    return -result.size if value < 0 else result.size


def base_of(scale: str) -> int:
    """Return the factor between two suffixes."""
    return 1024 if scale in (IEC, IEC_I) else 1000


def _integer(text: bytes) -> tuple[int, bool, bool, int]:
    """Return (value, negative, more digits than are kept, where it ends) of an integer; without digits only before a point."""
    found = _DIGITS.match(text)
    assert found is not None
    digits = found[2].lstrip(b"0")
    if len(digits) > MOST_DIGITS:
        raise BadNumber(b"value too large to be converted: ")
    if not found[2] and text[found.end() : found.end() + 1] != b".":
        raise BadNumber(b"invalid number: ")
    value = int(digits or b"0")
    return (-value if found[1] else value), bool(found[1]), len(digits) > PRECISE_DIGITS, found.end()


def parse(text: bytes, scale: str) -> Number:
    """Return the number that text begins with. Raises BadNumber."""
    whole, negative, loss, at = _integer(text)
    value = lossy(Fraction(whole))
    precision = 0
    if text[at : at + 1] == b".":
        part, below, loss_too, length = _integer(text[at + 1 :])
        if below:
            raise BadNumber(b"invalid number: ")
        loss = loss or loss_too
        precision = length
        at += 1 + length
        fraction = lossy(lossy(Fraction(part)) / Fraction(10) ** length)
        value = lossy(value - fraction if negative else value + fraction)
    rest = text[at:]
    power, base = 0, base_of(scale)
    if rest:
        rest = rest.lstrip(b" \t")
        if not rest or rest[0] not in SUFFIXES:
            raise BadNumber(b"invalid suffix in input: ")
        if scale == NONE:
            raise BadNumber(b"rejecting suffix in input: ", b" (consider using --from)")
        power = SUFFIXES.find(rest[:1]) + 1
        rest = rest[1:]
        if scale == AUTO and rest[:1] == b"i":
            base = 1024
            rest = rest[1:]
        precision = 0  # the scale says how precise it is
    if scale == IEC_I:
        if rest[:1] != b"i":
            raise BadNumber(b"missing 'i' suffix in input: ", b" (e.g Ki/Mi/Gi)")
        rest = rest[1:]
    return Number(lossy(value * base**power), precision, loss, rest)


def _ceiling(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def _floor(value: Fraction) -> int:
    return value.numerator // value.denominator


def round_to_integer(value: Fraction, how: str) -> Fraction:
    """Return value as a whole number. how: up, down, from-zero, towards-zero, nearest."""
    times = int(value / _INTMAX)
    value = lossy(value - lossy(Fraction(_INTMAX)) * times)
    if how == "up":
        whole = _ceiling(value)
    elif how == "down":
        whole = _floor(value)
    elif how == "from-zero":
        whole = _floor(value) if value < 0 else _ceiling(value)
    elif how == "towards-zero":
        whole = int(value)
    else:
        whole = int(lossy(value - Fraction(1, 2) if value < 0 else value + Fraction(1, 2)))
    return lossy(Fraction(_INTMAX) * times + whole)


def scaled(value: Fraction, base: int) -> tuple[Fraction, int]:
    """Return value below base, and how often it was divided for that."""
    power = 0
    while abs(value) >= base:
        value = lossy(value / base)
        power += 1
    return value, power


def _fixed(value: Fraction, negative: bool, precision: int, zero_width: int) -> bytes:
    shown = render_long_double(LongDouble(negative, "finite", abs(value)), "f", "", precision)
    digits = shown.digits + b"0" * shown.zeros
    return shown.prefix + digits.rjust(zero_width - len(shown.prefix), b"0")


def show(value: Fraction, precision: int, fixed: int | None, scale: str, how: str, zero_width: int) -> bytes:
    """Return a value as text. precision: decimals if it isn't scaled. fixed: decimals that were asked for. zero_width: fill with 0."""
    if scale == NONE:
        factor = 10**precision
        result = lossy(round_to_integer(lossy(value * factor), how) / factor)
        return _fixed(result, result < 0 or (value < 0 and not result), precision, zero_width)
    base = base_of(scale)
    result, power = scaled(value, base)
    decimals = min(power * 3, fixed) if fixed is not None else 1 if abs(result) < 10 else 0
    factor = 10**decimals
    result = lossy(round_to_integer(lossy(result * factor), how) / factor)
    if abs(result) >= base:
        result = lossy(result / base)
        power += 1
    shown = fixed if fixed is not None else int(result != 0 and abs(result) < 10 and power > 0)
    letter = b"" if not power else SUFFIXES[power - 1 : power] or b"(error)"
    mark = b"i" if scale == IEC_I and power else b""
    return _fixed(result, result < 0, shown, zero_width) + letter + mark


def general(value: Fraction) -> bytes:
    """Return a value as %Lg prints it."""
    shown = render_long_double(LongDouble(value < 0, "finite", abs(value)), "g", "", None)
    return shown.prefix + shown.digits + b"0" * shown.zeros + shown.exponent
