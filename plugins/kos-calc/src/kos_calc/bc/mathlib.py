"""The library of -l: s c a l e j.

The digits are GNU's, to the last one: each function reduces its argument, and sums its series, at the scales at which GNU's
library does, and each step drops what bc would drop there. They work on numbers directly, where GNU's are programs in bc.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..numbers.arithmetic import ONE, ZERO, Arithmetic, Number

_TWO: Final[Number] = (2, 0)
_FIFTH: Final[Number] = (2, 1)
_HALF: Final[Number] = (5, 1)
# Known arctangents, to be cut at 25, 40 and 60 digits.
_ATAN_1: Final = 785398163397448309615660845819875721049292349843776455243736
_ATAN_FIFTH: Final = 197395559849880758370049765194790293447585103787852101517688


def _minus(a: Number) -> Number:
    return -a[0], a[1]


def _series(
    arithmetic: Arithmetic, term: Number, factor: Number, scale: int, each: Callable[[Number, int], Number]
) -> Number:
    """Return term + ... + of odd powers: the term times factor again and again, each(term, i) what is added for i = 3, 5..."""
    total = term
    i = 3
    while True:
        arithmetic.tick(term)
        term = arithmetic.multiply(term, factor, scale)
        part = each(term, i)
        if not part[0]:
            return total
        total = arithmetic.add(total, part)
        i += 2


def exponential(arithmetic: Arithmetic, scale: int, x: Number) -> Number:
    """Return e to the power of x."""
    multiply, divide = arithmetic.multiply, arithmetic.divide
    negative = x[0] < 0
    if negative:
        x = _minus(x)
    # x counts 0.44 digits, as far as the scale shows them
    fine = arithmetic.whole(arithmetic.add((6 + scale, 0), multiply((44, 2), x, scale)))
    work = x[1] + 1
    halved = 0
    while arithmetic.compare(x, ONE) > 0:
        halved += 1
        x = divide(x, _TWO, work)
        work += 1
    work = fine
    total = arithmetic.add(ONE, x)
    power, factorial, i = x, ONE, 2
    while True:
        arithmetic.tick(power)
        power = multiply(power, x, work)
        factorial = multiply(factorial, (i, 0), work)
        part = divide(power, factorial, work)
        if not part[0]:
            break
        total = arithmetic.add(total, part)
        i += 1
    for _ in range(halved):
        total = multiply(total, total, work)
    return divide(ONE, total, scale) if negative else divide(total, ONE, scale)


def logarithm(arithmetic: Arithmetic, scale: int, x: Number) -> Number:
    """Return the natural logarithm of x; for what has none, the least number that `scale` suggests."""
    multiply, divide = arithmetic.multiply, arithmetic.divide
    if x[0] <= 0:
        return divide((1 - arithmetic.integers.power_of_ten(scale), 0), ONE, scale)
    work = scale + 6
    factor: Number = _TWO
    while arithmetic.compare(x, _TWO) >= 0:
        factor = multiply(factor, _TWO, work)
        x = arithmetic.square_root(x, work)
    while arithmetic.compare(x, _HALF) <= 0:
        factor = multiply(factor, _TWO, work)
        x = arithmetic.square_root(x, work)
    start = divide(arithmetic.subtract(x, ONE), arithmetic.add(x, ONE), work)
    square = multiply(start, start, work)
    total = _series(arithmetic, start, square, work, lambda term, i: divide(term, (i, 0), work))
    return divide(multiply(factor, total, work), ONE, scale)


def arctangent(arithmetic: Arithmetic, scale: int, x: Number) -> Number:
    """Return the arctangent of x."""
    multiply, divide = arithmetic.multiply, arithmetic.divide
    sign: Number = ONE
    if x[0] < 0:
        sign, x = (-1, 0), _minus(x)
    for special, digits in ((ONE, _ATAN_1), (_FIFTH, _ATAN_FIFTH)):
        if scale <= 60 and not arithmetic.compare(x, special):
            known = 25 if scale <= 25 else 40 if scale <= 40 else 60
            return divide((digits // 10 ** (60 - known), known), sign, scale)
    fifth: Number = ZERO
    if arithmetic.compare(x, _FIFTH) > 0:
        fifth = arctangent(arithmetic, scale + 5, _FIFTH)
    work = scale + 3
    count = 0
    while arithmetic.compare(x, _FIFTH) > 0:
        count += 1
        arithmetic.tick(x)
        x = divide(arithmetic.subtract(x, _FIFTH), arithmetic.add(ONE, multiply(x, _FIFTH, work)), work)
    square = multiply(_minus(x), x, work)
    total = _series(arithmetic, x, square, work, lambda term, i: divide(term, (i, 0), work))
    return divide(arithmetic.add(multiply((count, 0), fifth, scale), total), sign, scale)


def sine(arithmetic: Arithmetic, scale: int, x: Number) -> Number:
    """Return the sine of x."""
    multiply, divide = arithmetic.multiply, arithmetic.divide
    quarter = arctangent(arithmetic, scale * 11 // 10 + 2, ONE)
    negative = x[0] < 0
    if negative:
        x = _minus(x)
    # the nearest multiple of pi is taken off
    turns = divide(arithmetic.add(divide(x, quarter, 0), _TWO), (4, 0), 0)
    x = arithmetic.subtract(x, multiply(multiply((4, 0), turns, 0), quarter, 0))
    if turns[0] & 1:
        x = _minus(x)
    work = scale + 2
    square = multiply(_minus(x), x, work)
    total = term = x
    i = 3
    while True:
        arithmetic.tick(term)
        term = multiply(term, divide(square, (i * (i - 1), 0), work), work)
        if not term[0]:
            break
        total = arithmetic.add(total, term)
        i += 2
    return divide(_minus(total) if negative else total, ONE, scale)


def cosine(arithmetic: Arithmetic, scale: int, x: Number) -> Number:
    """Return the cosine of x."""
    work = scale * 12 // 10
    half = arithmetic.multiply(arctangent(arithmetic, work, ONE), _TWO, work)
    return arithmetic.divide(sine(arithmetic, work, arithmetic.add(x, half)), ONE, scale)


def bessel(arithmetic: Arithmetic, scale: int, n: Number, x: Number) -> Number:
    """Return the Bessel function of the first kind of integer order n of x."""
    multiply, divide = arithmetic.multiply, arithmetic.divide
    order = arithmetic.whole(n)
    negative = order < 0 and order % 2 == 1
    order = abs(order)
    factorial: Number = ONE
    for i in range(2, order + 1):
        arithmetic.tick(factorial)
        factorial = multiply(factorial, (i, 0), 0)
    work = scale * 3 // 2
    factor = divide(
        divide(arithmetic.power(x, order, work), arithmetic.power(_TWO, order, work), work), factorial, work
    )
    square = divide(multiply(_minus(x), x, work), (4, 0), work)
    work = scale * 3 // 2 + arithmetic.length(factor) - factor[1]
    total: Number = ONE
    term: Number = ONE
    i = 1
    while True:
        arithmetic.tick(term)
        term = divide(divide(multiply(term, square, work), (i, 0), work), (order + i, 0), work)
        if not term[0]:
            break
        total = arithmetic.add(total, term)
        i += 1
    return divide(multiply(_minus(factor) if negative else factor, total, scale), ONE, scale)


FUNCTIONS: Final[dict[str, Callable[..., Number]]] = {
    "e": exponential,
    "l": logarithm,
    "s": sine,
    "c": cosine,
    "a": arctangent,
    "j": bessel,
}
