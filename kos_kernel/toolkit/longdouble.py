"""The x87 `long double` of C on x86-64: read, rounded and printed exactly, in integers.

GNU's printf and seq compute in it, so `printf %.20f 0.1` shows 0.10000000000000000000 where a double would show
0.10000000000000000555. A value is a sign and a Fraction that fits a 64-bit significand; infinities and NaN stand apart.

    parse_long_double(text)           what strtold reads: (value, where it stopped, out of range?)
    render_long_double(value, ...)    what %a %e %f %g print, as a Rendered whose zeros the caller pads

Source: C17 7.21.6.1 and 7.22.1.3; glibc's choices where C leaves one (the leading digit of %a is 8 to f).
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from .integers import decimal_digits, parse_decimal

_SIGNIFICAND = 64
_LEAST = -16445  # exponent of the smallest subnormal
_MOST = 16384  # values stay below 2**_MOST
_KEPT_DIGITS = 6000  # more than any digit that can still matter, besides a sticky one
_FRACTION_DIGITS = 16500  # no long double has more decimals

_NUMBER = re.compile(
    rb"[ \t\n\v\f\r]*([+-]?)(?:(0[xX](?=[0-9a-fA-F]|\.[0-9a-fA-F]))([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?[0-9]+))?"
    rb"|([0-9]*)(?:(?:(?<=[0-9])\.|\.(?=[0-9]))([0-9]*))?(?:(?<=[0-9.])[eE]([+-]?[0-9]+))?)"
)
_NAME = re.compile(rb"[ \t\n\v\f\r]*([+-]?)(infinity|inf|nan(?:\([0-9a-zA-Z_]*\))?)", re.IGNORECASE)


class LongDouble(NamedTuple):
    """A value. kind: "finite", "inf" or "nan"; size: its absolute value if finite."""

    negative: bool
    kind: str
    size: Fraction


ZERO = LongDouble(False, "finite", Fraction(0))


def round_long_double(value: Fraction, negative: bool) -> tuple[LongDouble, bool]:
    """Return the nearest long double to a positive value (ties to even) and whether it was out of range."""
    if not value:
        return LongDouble(negative, "finite", value), False
    top, bottom = value.numerator, value.denominator
    exponent = max(top.bit_length() - bottom.bit_length() - _SIGNIFICAND, _LEAST)
    while True:
        if exponent >= 0:
            significand = divide_even(top, bottom << exponent)
        else:
            significand = divide_even(top << -exponent, bottom)
        if significand.bit_length() <= _SIGNIFICAND:
            break
        exponent += 1
    if significand and significand.bit_length() + exponent > _MOST:
        return LongDouble(negative, "inf", Fraction(0)), True
    result = Fraction(significand << exponent) if exponent >= 0 else Fraction(significand, 1 << -exponent)
    tiny = exponent == _LEAST and significand.bit_length() < _SIGNIFICAND and result != value
    return LongDouble(negative, "finite", result), tiny


def divide_even(top: int, bottom: int) -> int:
    """Return top / bottom rounded to an integer, ties to the even one."""
    quotient, rest = divmod(top, bottom)
    if rest * 2 > bottom or (rest * 2 == bottom and quotient & 1):
        quotient += 1
    return quotient


def parse_long_double(text: bytes) -> tuple[LongDouble, int, bool]:
    """Return (value, index after it, out of range); (0, 0, False) if text doesn't begin with a number."""
    found = _NAME.match(text)
    if found is not None:
        kind = "nan" if found[2][:1] in b"nN" else "inf"
        return LongDouble(found[1] == b"-", kind, Fraction(0)), found.end(), False
    found = _NUMBER.match(text)
    if found is None:
        return ZERO, 0, False
    sign, hexadecimal, whole_x, part_x, power_x, whole, part, power = found.groups()
    negative = sign == b"-"
    if hexadecimal:
        digits, fraction = whole_x + (part_x or b""), len(part_x or b"")
        exponent = _clamped(power_x) - 4 * fraction
        if len(digits) > _KEPT_DIGITS:
            exponent += 4 * (len(digits) - _KEPT_DIGITS)
            digits = digits[:_KEPT_DIGITS]
        number = int(digits, 16)
        if number and abs(exponent + number.bit_length()) > 40000:
            return _beyond(negative, exponent > 0), found.end(), True
        size = Fraction(number << exponent) if exponent >= 0 else Fraction(number, 1 << -exponent)
    else:
        if not whole and not part:
            return ZERO, 0, False
        digits, fraction = whole + (part or b""), len(part or b"")
        exponent = _clamped(power) - fraction
        digits = digits.lstrip(b"0")
        if len(digits) > _KEPT_DIGITS:
            exponent += len(digits) - _KEPT_DIGITS - 1
            digits = digits[:_KEPT_DIGITS] + (b"1" if digits[_KEPT_DIGITS:].strip(b"0") else b"0")
        number = parse_decimal(digits) if digits else 0
        if number and abs(exponent + len(digits)) > 12000:
            return _beyond(negative, exponent > 0), found.end(), True
        size = (
            Fraction(number * 10**exponent)
            if exponent >= 0
            else Fraction(number, 10**-exponent)
            if number
            else Fraction(0)
        )
    value, out_of_range = round_long_double(size, negative) if size else (LongDouble(negative, "finite", size), False)
    return value, found.end(), out_of_range


def _clamped(power: bytes | None) -> int:
    if not power:
        return 0
    if len(power) > 9:
        return -(10**9) if power[:1] == b"-" else 10**9
    return int(power)


def _beyond(negative: bool, huge: bool) -> LongDouble:
    return LongDouble(negative, "inf" if huge else "finite", Fraction(0))


class Rendered(NamedTuple):
    """A printed number in pieces: sign and 0x, digits, so many zeros that nobody stored, exponent."""

    prefix: bytes
    digits: bytes
    zeros: int
    exponent: bytes
    finite: bool


def render_long_double(value: LongDouble, conversion: str, flags: str, precision: int | None) -> Rendered:
    """Return value printed by %a, %e, %f or %g (capitals for capitals). flags: of "+", " ", "#"; precision None = C's default."""
    upper = conversion.isupper()
    kind = conversion.lower()
    sign = b"-" if value.negative else b"+" if "+" in flags else b" " if " " in flags else b""
    if value.kind != "finite":
        name = value.kind.encode()
        return Rendered(sign, name.upper() if upper else name, 0, b"", False)
    point = "#" in flags
    if kind == "a":
        result = _hexadecimal(value.size, precision, point)
    elif kind == "f":
        result = _fixed(value.size, 6 if precision is None else precision, point)
    elif kind == "e":
        result = _scientific(value.size, 6 if precision is None else precision, point)
    else:
        result = _general(value.size, 6 if precision is None else precision or 1, point)
    prefix, digits, zeros, exponent = result
    if upper:
        prefix, digits, exponent = prefix.upper(), digits.upper(), exponent.upper()
    return Rendered(sign + prefix, digits, zeros, exponent, True)


_Pieces = tuple[bytes, bytes, int, bytes]


def _fixed(size: Fraction, precision: int, point: bool) -> _Pieces:
    kept = min(precision, _FRACTION_DIGITS)
    digits = decimal_digits(divide_even(size.numerator * 10**kept, size.denominator)).rjust(kept + 1, b"0")
    if kept:
        digits = digits[:-kept] + b"." + digits[-kept:]
    elif point:
        digits += b"."
    return b"", digits, precision - kept, b""


def _decimal_exponent(size: Fraction) -> int:
    """Return floor(log10(size)) of a positive value."""
    guess = int((size.numerator.bit_length() - size.denominator.bit_length()) * 0.30102999566398) - 1
    while True:
        power = Fraction(10) ** (guess + 1)
        if size < power:
            return guess
        guess += 1


def _significant(size: Fraction, count: int) -> tuple[bytes, int]:
    """Return `count` rounded digits of a value and its decimal exponent."""
    if not size:
        return b"0" * count, 0
    exponent = _decimal_exponent(size)
    shift = count - 1 - exponent
    if shift >= 0:
        number = divide_even(size.numerator * 10**shift, size.denominator)
    else:
        number = divide_even(size.numerator, size.denominator * 10**-shift)
    digits = decimal_digits(number)
    if len(digits) > count:
        return digits[:-1], exponent + 1
    return digits, exponent


def _scientific(size: Fraction, precision: int, point: bool) -> _Pieces:
    kept = min(precision, _FRACTION_DIGITS)
    digits, exponent = _significant(size, kept + 1)
    if kept or point:
        digits = digits[:1] + b"." + digits[1:]
    return b"", digits, precision - kept, b"e%+03d" % exponent


def _general(size: Fraction, precision: int, point: bool) -> _Pieces:
    kept = min(precision, _FRACTION_DIGITS)
    digits, exponent = _significant(size, kept)
    if not -4 <= exponent < precision:
        tail = digits[1:] if point else digits[1:].rstrip(b"0")
        dot = b"." if tail or point else b""
        return b"", digits[:1] + dot + tail, precision - kept if point else 0, b"e%+03d" % exponent
    if exponent < 0:
        digits = b"0" * -exponent + digits
        exponent = 0
    digits = digits.ljust(exponent + 1, b"0")
    tail = digits[exponent + 1 :] if point else digits[exponent + 1 :].rstrip(b"0")
    dot = b"." if tail or point else b""
    return b"", digits[: exponent + 1] + dot + tail, precision - kept if point else 0, b""


def _hexadecimal(size: Fraction, precision: int | None, point: bool) -> _Pieces:
    if not size:
        zeros = precision or 0
        return b"0x", b"0" + (b"." if zeros or point else b""), zeros, b"p+0"
    bits = _SIGNIFICAND
    exponent = max(size.numerator.bit_length() - size.denominator.bit_length() - bits, _LEAST)
    scaled = size / Fraction(2) ** exponent
    if scaled >= 1 << bits:
        exponent += 1
        scaled /= 2
    elif scaled < 1 << (bits - 1) and exponent > _LEAST:
        exponent -= 1
        scaled *= 2
    number = int(scaled)
    power = exponent + bits - 4
    zeros = 0
    if precision is not None and precision < 15:
        drop = 4 * (15 - precision)
        number = divide_even(number, 1 << drop)
        if number >> (4 * precision + 4):
            number >>= 4
            power += 4
        text = b"%0*x" % (precision + 1, number)
    else:
        text = b"%016x" % number
        if precision is None:
            text = text[:1] + text[1:].rstrip(b"0")
        else:
            zeros = precision - 15
    if len(text) > 1 or point:
        text = text[:1] + b"." + text[1:]
    return b"0x", text, zeros, b"p%+d" % power
