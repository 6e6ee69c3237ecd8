"""factor: numbers and their prime factors. Pollard's rho in Brent's form, Miller-Rabin; any size, as GNU's with GMP."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from kos_kernel.api import (
    CHUNK,
    Command,
    SysError,
    Writer,
    cause,
    complain,
    decimal_digits,
    parse_decimal,
    parsed,
    quote,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kos_kernel.api import Syscalls

FACTOR = Command(
    "factor",
    like="(GNU coreutils) 9.1",
    usage=("[NUMBER]...", "OPTION"),
    summary="Print the prime factors of each specified integer NUMBER.  If none\n"
    "are specified on the command line, read them from standard input.",
)
_NUMBER = re.compile(rb" *\+?([0-9]+)")
_SMALL = [n for n in range(2, 2000) if all(n % d for d in range(2, math.isqrt(n) + 1))]
_WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)  # decide below 3.3e24; beyond, more are asked
_DECIDED = 3317044064679887385961981
_STEP = 128
_MOST_DIGITS = 100_000


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print factors. Status 1 if an argument is no number."""
    _opts, words = parsed(k, FACTOR, argv)
    out = Writer(k)
    status = 0
    try:
        for word in words or _tokens(k, out):
            if not _print(k, out, word):
                status = 1
    except SysError as error:
        out.flush()
        complain(k, b"error reading input: " + cause(error))
        status = 1
    out.flush()
    return status


def _tokens(k: Syscalls, out: Writer) -> Iterator[bytes]:
    rest = b""
    while True:
        out.flush()
        data = k.read(0, CHUNK)
        words = re.split(rb"[\n\t ]", rest + data)
        rest = words.pop() if data else b""
        yield from filter(None, words)
        if not data:
            return
        if len(rest) > 1 << 20:
            k.charge(len(rest))


def _print(k: Syscalls, out: Writer, word: bytes) -> bool:
    word = word.split(b"\0", 1)[0]
    found = _NUMBER.fullmatch(word)
    if found is None or len(found[1]) > _MOST_DIGITS:
        out.flush()
        why = b" is too large" if found is not None else b" is not a valid positive integer"
        complain(k, quote(word) + why)
        return False
    number = parse_decimal(found[1])
    factors = factors_of(k, number)
    out.write(b" ".join([decimal_digits(number) + b":", *map(decimal_digits, factors)]) + b"\n")
    return True


def factors_of(k: Syscalls, number: int) -> list[int]:
    """Return the prime factors, ascending; none of 0 and 1."""
    if number < 2:
        return []
    factors = []
    for prime in _SMALL:
        while number % prime == 0:
            factors.append(prime)
            number //= prime
    todo = [number] if number > 1 else []
    while todo:
        number = todo.pop()
        if is_prime(k, number):
            factors.append(number)
            continue
        root = math.isqrt(number)
        if root * root == number:
            todo += [root, root]
            continue
        divisor = _divisor(k, number)
        todo += [divisor, number // divisor]
    return sorted(factors)


def is_prime(k: Syscalls, number: int) -> bool:
    """Tell whether a number beyond the small primes is prime. Certain below 3.3e24, beyond that beyond doubt."""
    if number < 4_000_000:
        return all(number % prime for prime in _SMALL if prime * prime <= number)
    odd, twos = number - 1, 0
    while not odd & 1:
        odd >>= 1
        twos += 1
    bases = _WITNESSES if number < _DECIDED else tuple(_SMALL[:40])
    for base in bases:
        x = pow(base, odd, number)
        k.tick(1 + number.bit_length() // 8)
        if x in (1, number - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % number
            if x == number - 1:
                break
        else:
            return False
    return True


def _divisor(k: Syscalls, number: int) -> int:
    """Return a divisor of a composite number."""
    for offset in range(1, number):
        y, r, product, divisor = 2, 1, 1, 1
        x = saved = y
        while divisor == 1:
            x = y
            for _ in range(r):
                y = (y * y + offset) % number
            done = 0
            while done < r and divisor == 1:
                saved = y
                for _ in range(min(_STEP, r - done)):
                    y = (y * y + offset) % number
                    product = product * abs(x - y) % number
                divisor = math.gcd(product, number)
                done += _STEP
                k.tick(_STEP * (1 + number.bit_length() // 64))
            r *= 2
        if divisor == number:
            divisor = 1
            while divisor == 1:
                saved = (saved * saved + offset) % number
                divisor = math.gcd(abs(x - saved), number)
        if divisor != number:
            return divisor
    return number
