"""Decimal text and integers of any size, both ways.

Python refuses to convert integers of more than 4,300 digits, because it's quadratic; the commands have GNU's arithmetic
without bound, so they convert in halves. Memory and time stay bounded by the argument that somebody had to pass.
"""

from __future__ import annotations

_AT_ONCE = 4000  # digits; below the interpreter's limit
_BITS_AT_ONCE = 13287  # a number of so many bits has at most _AT_ONCE digits


def parse_decimal(digits: bytes) -> int:
    """Return the number that a run of decimal digits stands for. Nothing but digits may be passed."""
    if len(digits) <= _AT_ONCE:
        return int(digits)
    half = len(digits) // 2
    power: int = 10**half
    return parse_decimal(digits[:-half]) * power + parse_decimal(digits[-half:])


def decimal_digits(number: int) -> bytes:
    """Return an integer's decimal digits, with a minus sign if it's negative."""
    if number.bit_length() <= _BITS_AT_ONCE:  # no comparison with 10**4000: it would be computed at each call
        return b"%d" % number
    if number < 0:
        return b"-" + decimal_digits(-number)
    half = int(number.bit_length() * 0.30103) // 2
    high, low = divmod(number, 10**half)
    return decimal_digits(high) + decimal_digits(low).rjust(half, b"0")
