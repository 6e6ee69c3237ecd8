"""Numbers as texts, in bases from 2 on.

Digits are 0-9 and A-Z. One that its base doesn't have counts as the base's greatest, but stands for itself where it is the
whole number: so `ibase=A` means ten in every base. Above sixteen a digit is written as a decimal number with a space before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .arithmetic import Arithmetic, Number
    from .integers import Integers

_DIGITS: Final = "0123456789ABCDEF"
_FEW: Final = 32


def digit_value(char: int) -> int:
    """Return what a digit stands for: of 0-9, A-Z."""
    return char - 48 if char < 65 else char - 55


def parse(arithmetic: Arithmetic, text: bytes, base: int) -> Number:
    """Return the number that a constant says: digits, with at most one point."""
    whole, _, fraction = text.partition(b".")
    if base == 10:
        digits = whole + fraction
        if len(digits) == 1 and not fraction:
            return digit_value(digits[0]), 0
        if not digits.isdigit():
            digits = bytes(min(char, 57) for char in digits)
        return arithmetic.integers.parse(digits), len(fraction)
    value = (_value(arithmetic.integers, whole, base), 0) if len(whole) != 1 else (digit_value(whole[0]), 0)
    if not fraction:
        return value
    scale = len(fraction)
    part = arithmetic.divide(
        (_value(arithmetic.integers, fraction, base), 0), (arithmetic.integers.power(base, scale), 0), scale
    )
    return arithmetic.add(value, part)


def _value(integers: Integers, digits: bytes, base: int) -> int:
    """Return what digits say, none of which is taken for more than base - 1."""
    if len(digits) <= _FEW:
        value = 0
        for char in digits:
            value = value * base + min(digit_value(char), base - 1)
        return value
    integers.reserve(8 * len(digits))
    head = len(digits) % _FEW
    pieces = [digits[:head]] if head else []
    pieces += [digits[at : at + _FEW] for at in range(head, len(digits), _FEW)]
    parts = [_value(integers, piece, base) for piece in pieces]
    weight = base**_FEW
    while len(parts) > 1:  # pairs of neighbours become one, from the right
        odd = [parts.pop(0)] if len(parts) & 1 else []
        parts = odd + [integers.multiply(parts[at], weight) + parts[at + 1] for at in range(0, len(parts), 2)]
        weight = integers.multiply(weight, weight)
    return parts[0]


def show(arithmetic: Arithmetic, number: Number, base: int) -> str:
    """Return a number's text: without a zero before the point, `0` for nothing."""
    value, scale = number
    if not value:
        return "0"
    sign = "-" if value < 0 else ""
    integers = arithmetic.integers
    if base == 10:
        digits = integers.digits(abs(value))
        if not scale:
            return sign + digits
        if len(digits) <= scale:
            return f"{sign}.{digits.zfill(scale)}"
        return f"{sign}{digits[:-scale]}.{digits[-scale:]}"
    unit = integers.power_of_ten(scale)
    whole, fraction = integers.divide(abs(value), unit)
    width = len(str(base - 1))
    text = [sign]
    if base <= 16:
        text += [_DIGITS[digit] for digit in _in_base(integers, whole, base)]
    else:
        text += [f" {digit:0{width}}" for digit in _in_base(integers, whole, base)]
    if scale:
        digits_of_fraction = _fraction(integers, fraction, unit, base)
        if base <= 16:
            text.append("." + "".join(_DIGITS[digit] for digit in digits_of_fraction))
        else:
            text.append("." + " ".join(f"{digit:0{width}}" for digit in digits_of_fraction))
    return "".join(text)


def _in_base(integers: Integers, number: int, base: int) -> list[int]:
    """Return the digits of a whole number, the greatest first; none for 0."""
    powers = [base]
    while 2 * powers[-1].bit_length() - 2 < number.bit_length():
        powers.append(integers.multiply(powers[-1], powers[-1]))
    digits: list[int] = []
    _split(integers, number, powers, len(powers) - 1, digits)
    first = next((at for at, digit in enumerate(digits) if digit), len(digits))
    return digits[first:]


def _split(integers: Integers, number: int, powers: list[int], level: int, digits: list[int]) -> None:
    """Append 2 ** (level + 1) digits, with leading zeros."""
    if number < powers[0]:
        digits += [0] * ((1 << level + 1) - 1)
        digits.append(number)
        return
    high, low = integers.divide(number, powers[level])
    if level == 0:
        digits += (high, low)
        return
    _split(integers, high, powers, level - 1, digits)
    _split(integers, low, powers, level - 1, digits)


def _fraction(integers: Integers, rest: int, unit: int, base: int) -> list[int]:
    """Return as many digits of rest / unit as say what decimal digits say."""
    digits: list[int] = []
    reached = 1
    while reached < unit:
        integers.tick(unit)
        digit, rest = integers.divide(integers.multiply(rest, base), unit)
        digits.append(digit)
        reached = integers.multiply(reached, base)
    return digits
