"""The suffixes of split's pieces: aa, ab, ... yz, zaaa, ...: they grow before they run out, and still sort in order."""

from __future__ import annotations


class SuffixesExhausted(Exception):
    """There is no further suffix of that length."""


class Suffixes:
    """One sequence of suffixes. grows: widen when the first letter reaches the alphabet's last."""

    def __init__(self, alphabet: bytes, length: int, start: int, grows: bool) -> None:
        self._alphabet = alphabet
        self._length = length
        self._next = start
        self._grows = grows
        self._lead = b""

    def next(self) -> bytes:
        """Return the next suffix. Raises SuffixesExhausted."""
        base = len(self._alphabet)
        number, length = self._next, self._length
        limit = base**length
        if self._grows and number >= limit - base ** (length - 1):
            self._lead += self._alphabet[-1:]
            self._length = length = length + 1
            self._next = number = 0
            limit = base**length
        if number >= limit:
            raise SuffixesExhausted
        self._next += 1
        letters = bytearray()
        for _ in range(length):
            number, digit = divmod(number, base)
            letters.append(self._alphabet[digit])
        return self._lead + bytes(reversed(letters))
