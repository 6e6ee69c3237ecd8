"""Python's integers, however long, in pieces that each take milliseconds.

An operation of Python's on integers of a million digits can't be interrupted, and its division takes quadratic time, as do
str() and int() (which moreover refuse more than 4300 digits). So what is long is cut here: products after Karatsuba, quotients
after Burnikel and Ziegler ("Fast Recursive Division", MPI-I-98-1-022), texts at powers of ten. Between the pieces others get
their turn, and signals are delivered. What a result will take is charged before it is made.

    Integers(k)    multiply, divide (of what isn't negative), power, power_of_ten, digits, parse
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_SMALL: Final = 1 << 13  # bits that nobody needs to account for
_PIECE: Final = 1 << 17  # bits of a factor that Python may take at once
_DIVISOR: Final = 1 << 15  # bits of a divisor that Python may take at once
_AREA: Final = 1 << 33  # bits of dividend times bits of divisor, for the same
_CHUNK: Final = 2000  # digits that Python may turn into text and back
_CHUNK_BITS: Final = 6643
_BITS_A_DIGIT: Final = 3.3219280948873626
_KEPT: Final = 64


class Integers:
    """See the file's head. made: bytes of long results so far, for whoever accounts for what is kept."""

    def __init__(self, k: Syscalls) -> None:
        self._k = k
        self.made = 0
        self._tens: list[int] = [10**n for n in range(128)]
        self._long_tens: dict[int, int] = {}

    def reserve(self, bits: int) -> None:
        """See to it that a result of so many bits will fit into memory. Raises OutOfMemory."""
        size = bits >> 3
        self._k.charge(size)
        self._k.charge(-size)
        self.made += size

    def tick(self, number: int) -> None:
        """Account for a step of a loop over integers like this one."""
        self._k.tick(5 + (number.bit_length() >> 8))

    # -- products ------------------------------------------------------------------------------------------------------

    def multiply(self, a: int, b: int) -> int:
        """Return a * b."""
        size = a.bit_length() + b.bit_length()
        if size <= _SMALL:
            return a * b
        self.reserve(size)
        product = self._product(abs(a), abs(b))
        return -product if (a < 0) is not (b < 0) else product

    def _product(self, a: int, b: int) -> int:
        if a < b:
            a, b = b, a
        long, short = a.bit_length(), b.bit_length()
        if long <= _PIECE:
            self._k.tick(1 + (long * short >> 19))
            return a * b
        half = (long + 1) >> 1
        high, low = a >> half, a & ((1 << half) - 1)
        if short <= half:
            return (self._product(high, b) << half) + self._product(low, b)
        high_b, low_b = b >> half, b & ((1 << half) - 1)
        top, bottom = self._product(high, high_b), self._product(low, low_b)
        middle = self._product(high + low, high_b + low_b) - top - bottom
        return (((top << half) + middle) << half) + bottom

    def power(self, base: int, exponent: int) -> int:
        """Return base ** exponent; exponent: not negative."""
        if abs(base) < 2:
            return 1 if exponent == 0 else base if exponent & 1 else base * base
        size = (base.bit_length() - 1) * exponent + 1
        if size <= _SMALL:
            small: int = base**exponent
            return small
        self.reserve(size)
        result = 1
        for bit in range(exponent.bit_length() - 1, -1, -1):
            result = self.multiply(result, result)
            if exponent >> bit & 1:
                result = self.multiply(result, base)
        return result

    def power_of_ten(self, exponent: int) -> int:
        """Return 10 ** exponent. The last ones are kept."""
        if exponent < 128:
            return self._tens[exponent]
        found = self._long_tens.get(exponent)
        if found is None:
            found = self.power(5, exponent) << exponent
            if len(self._long_tens) >= _KEPT or exponent > 100_000:
                self._long_tens.clear()
            self._long_tens[exponent] = found
        return found

    # -- quotients -----------------------------------------------------------------------------------------------------

    def divide(self, a: int, b: int) -> tuple[int, int]:
        """Return (quotient, remainder) of two integers that aren't negative; b: not 0."""
        long, short = a.bit_length(), b.bit_length()
        if long <= _SMALL:
            return divmod(a, b)
        if (short <= _DIVISOR and (long - short) * short <= _AREA) or long < short:
            self._k.tick(1 + (short * max(long - short, 0) >> 17))
            return divmod(a, b)
        if short <= _DIVISOR:
            return self._by_short(a, b, _AREA // (8 * short))
        size = (short + 7) >> 3
        shift = 8 * size - short
        quotient, rest = self._by_long(a << shift, b << shift, size)
        return quotient, rest >> shift

    def _by_short(self, a: int, b: int, size: int) -> tuple[int, int]:
        """Divide by what is short, `size` bytes of `a` at a time."""
        text = a.to_bytes(-(-a.bit_length() // (8 * size)) * size, "big")
        parts: list[bytes] = []
        rest = 0
        for at in range(0, len(text), size):
            self._k.tick(1 + _AREA >> 17)
            digit, rest = divmod((rest << 8 * size) | int.from_bytes(text[at : at + size], "big"), b)
            parts.append(digit.to_bytes(size, "big"))
        return int.from_bytes(b"".join(parts), "big"), rest

    def _by_long(self, a: int, b: int, size: int) -> tuple[int, int]:
        """Divide by `size` bytes, the highest bit of which is set."""
        text = a.to_bytes(-(-a.bit_length() // (8 * size)) * size, "big")
        parts: list[bytes] = []
        rest = 0
        for at in range(0, len(text), size):
            digit, rest = self._two_by_one(
                (rest << 8 * size) | int.from_bytes(text[at : at + size], "big"), b, 8 * size
            )
            parts.append(digit.to_bytes(size, "big"))
        return int.from_bytes(b"".join(parts), "big"), rest

    def _two_by_one(self, a: int, b: int, bits: int) -> tuple[int, int]:
        """Divide 2 * bits by bits; a < b << bits."""
        if bits <= _DIVISOR:
            self._k.tick(1 + (bits * bits >> 17))
            return divmod(a, b)
        odd = bits & 1
        if odd:
            a, b, bits = a << 1, b << 1, bits + 1
        half = bits >> 1
        mask = (1 << half) - 1
        high, low = b >> half, b & mask
        first, rest = self._three_by_two(a >> bits, (a >> half) & mask, b, high, low, half)
        second, rest = self._three_by_two(rest, a & mask, b, high, low, half)
        return (first << half) | second, rest >> odd

    def _three_by_two(self, top: int, bottom: int, b: int, high: int, low: int, half: int) -> tuple[int, int]:
        """Divide `top` and `bottom`, three halves, by b, two of them."""
        if top >> half == high:
            digit, rest = (1 << half) - 1, top - (high << half) + high
        else:
            digit, rest = self._two_by_one(top, high, half)
        rest = ((rest << half) | bottom) - self._product(digit, low)
        while rest < 0:
            digit -= 1
            rest += b
        return digit, rest

    # -- texts ---------------------------------------------------------------------------------------------------------

    def length(self, number: int) -> int:
        """Return how many digits |number| has; 1 for 0."""
        number = abs(number)
        about = int((number.bit_length() - 1) / _BITS_A_DIGIT)
        if about < 1:
            return 1 if number < 10 else 2
        return about + (number >= self.power_of_ten(about)) + (number >= self.power_of_ten(about + 1))

    def digits(self, number: int) -> str:
        """Return the digits of what isn't negative."""
        if number.bit_length() <= 2 * _CHUNK_BITS:
            return str(number)
        width = _CHUNK
        while width * _BITS_A_DIGIT * 2 < number.bit_length():
            width *= 2
        parts: list[str] = []
        self._digits(number, width, parts)
        return "".join(parts).lstrip("0")

    def _digits(self, number: int, width: int, parts: list[str]) -> None:
        """Append 2 * width digits."""
        high, low = self.divide(number, self.power_of_ten(width))
        for part in (high, low):
            if width <= _CHUNK:
                self._k.tick(800)
                parts.append(str(part).zfill(width))
            else:
                self._digits(part, width >> 1, parts)

    def parse(self, digits: bytes) -> int:
        """Return the number that decimal digits say; 0 for none."""
        if len(digits) <= 2 * _CHUNK:
            return int(digits or b"0")
        self._k.tick(800)
        width = _CHUNK
        while 2 * width < len(digits):
            width *= 2
        high, low = self.parse(digits[:-width]), self.parse(digits[-width:])
        return self.multiply(high, self.power_of_ten(width)) + low
