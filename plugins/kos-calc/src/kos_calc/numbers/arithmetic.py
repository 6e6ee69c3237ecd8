"""Arithmetic with scales, as POSIX describes it for bc and GNU does it to the last digit.

A number is a pair (value, scale) and stands for value / 10**scale. What an operation drops it drops towards zero. How many digits
after the point a result has:

    a + b, a - b    the greater scale
    a * b           min(a.scale + b.scale, max(scale, a.scale, b.scale))
    a / b           scale
    a % b           max(a.scale, b.scale + scale): a - (a / b) * b
    a ^ n           min(a.scale * n, max(scale, a.scale)); scale for a negative n
    sqrt(a)         max(scale, a.scale); 0 and 1 give themselves, as whole numbers
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .integers import Integers

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

Number = tuple[int, int]

ZERO: Final[Number] = (0, 0)
ONE: Final[Number] = (1, 0)
MAX_EXPONENT: Final = 2147483649  # what GNU reads of a whole number: nine digits up to 214748364, and one more


class ExponentTooLarge(Exception):
    """A power that GNU doesn't compute either."""


class Arithmetic:
    """The operations. integers: what carries them out."""

    def __init__(self, k: Syscalls) -> None:
        self.integers = Integers(k)
        self._ten = self.integers.power_of_ten

    def tick(self, a: Number) -> None:
        """Account for a step of a loop over numbers like a."""
        self.integers.tick(a[0])

    def rescaled(self, a: Number, scale: int) -> int:
        """Return a's value with so many digits after the point, at least as many as it has."""
        value, have = a
        return value if have == scale else self.integers.multiply(value, self._ten(scale - have))

    def truncated(self, a: Number, scale: int) -> Number:
        """Return a number with `scale` digits at most."""
        value, have = a
        return a if have <= scale else (self.quotient(value, self._ten(have - scale)), scale)

    def quotient(self, a: int, b: int) -> int:
        """Return a / b as a whole number, towards zero. Raises ZeroDivisionError."""
        if not b:
            raise ZeroDivisionError
        found = self.integers.divide(abs(a), abs(b))[0]
        return -found if (a < 0) is not (b < 0) else found

    def add(self, a: Number, b: Number) -> Number:
        """Return a + b."""
        if a[1] == b[1]:
            return a[0] + b[0], a[1]
        scale = max(a[1], b[1])
        return self.rescaled(a, scale) + self.rescaled(b, scale), scale

    def subtract(self, a: Number, b: Number) -> Number:
        """Return a - b."""
        if a[1] == b[1]:
            return a[0] - b[0], a[1]
        scale = max(a[1], b[1])
        return self.rescaled(a, scale) - self.rescaled(b, scale), scale

    def compare(self, a: Number, b: Number) -> int:
        """Return what is below, equal to or above 0 as a is below, equal to or above b."""
        return self.subtract(a, b)[0]

    def multiply(self, a: Number, b: Number, scale: int) -> Number:
        """Return a * b."""
        full = a[1] + b[1]
        return self.truncated((self.integers.multiply(a[0], b[0]), full), min(full, max(scale, a[1], b[1])))

    def divide(self, a: Number, b: Number, scale: int) -> Number:
        """Return a / b. Raises ZeroDivisionError."""
        if not b[0]:
            raise ZeroDivisionError
        shift = scale + b[1] - a[1]
        if shift >= 0:
            self.integers.reserve(shift * 10 // 3)
            return self.quotient(self.integers.multiply(a[0], self._ten(shift)), b[0]), scale
        return self.quotient(a[0], self.integers.multiply(b[0], self._ten(-shift))), scale

    def divide_with_rest(self, a: Number, b: Number, scale: int) -> tuple[Number, Number]:
        """Return (a / b, a % b). Raises ZeroDivisionError."""
        quotient = self.divide(a, b, scale)
        product = (self.integers.multiply(quotient[0], b[0]), quotient[1] + b[1])
        rest = self.subtract(a, product)
        wanted = max(a[1], b[1] + scale)
        return quotient, (self.rescaled(rest, wanted), wanted)

    def power(self, a: Number, n: int, scale: int) -> Number:
        """Return a ^ n. Raises ExponentTooLarge, and ZeroDivisionError for 0 to a negative power."""
        if n == 0:
            return ONE
        size = abs(n)
        if size > MAX_EXPONENT:
            raise ExponentTooLarge
        full: Number = (self.integers.power(a[0], size), a[1] * size)
        if n < 0:
            return self.divide(ONE, full, scale)
        return self.truncated(full, min(full[1], max(scale, a[1])))

    def power_modulo(self, a: int, n: int, m: int) -> int:
        """Return a ^ n % m of whole numbers, with the sign of the remainder that a division would leave. n: not negative."""
        integers = self.integers
        size = abs(m)
        base, result = integers.divide(abs(a), size)[1], integers.divide(1, size)[1]
        for bit in range(n.bit_length() - 1, -1, -1):
            result = integers.divide(integers.multiply(result, result), size)[1]
            if n >> bit & 1:
                result = integers.divide(integers.multiply(result, base), size)[1]
        return -result if a < 0 and n & 1 else result

    def square_root(self, a: Number, scale: int) -> Number:
        """Return the square root of what isn't negative, by Newton's steps at growing precision, as GNU takes them."""
        if not a[0]:
            return ZERO
        side = self.compare(a, ONE)
        if not side:
            return ONE
        wanted = max(scale, a[1])
        if side < 0:
            guess, precision = ONE, a[1]
        else:
            whole = self.quotient(a[0], self._ten(a[1]))
            guess, precision = (self._ten(self.integers.length(whole) // 2), 0), 3
        while True:
            before = guess
            self.tick(guess)
            guess = self.multiply(self.add(self.divide(a, guess, precision), guess), (5, 1), precision)
            value, have = self.subtract(guess, before)
            if abs(self.truncated((value, have), precision)[0]) <= self._one_at(have, precision):
                if precision >= wanted + 1:
                    break
                precision = min(precision * 3, wanted + 1)
        return self.divide(guess, ONE, wanted)

    @staticmethod
    def _one_at(have: int, precision: int) -> int:
        """Return 1 if the last of `precision` digits is there at all."""
        return 1 if have >= precision else 0

    def length(self, a: Number) -> int:
        """Return how many digits a number has, before the point and behind."""
        value, scale = a
        if not value:
            return scale or 1
        return max(self.integers.length(value), scale)

    def whole(self, a: Number) -> int:
        """Return a number without what stands behind its point."""
        return a[0] if not a[1] else self.quotient(a[0], self._ten(a[1]))
