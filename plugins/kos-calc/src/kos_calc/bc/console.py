"""What a program gets from outside while it runs: read() and random()."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kos_kernel.api import SysError

from ..numbers.notation import parse

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from ..numbers.arithmetic import Arithmetic, Number

_DIGITS: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PIECE: Final = 4096


class Console:
    """Standard input behind what the parser took of it, and a sequence of pseudo-random numbers, the same in each run."""

    def __init__(self, k: Syscalls) -> None:
        self._k = k
        self._text = b""
        self._at = 0
        self._sequence: list[int] = []

    # -- read ----------------------------------------------------------------------------------------------------------

    def _byte(self) -> int:
        """Return the next byte, -1 at the end."""
        if self._at >= len(self._text):
            try:
                self._text = self._k.read(0, _PIECE)
            except SysError:
                self._text = b""
            self._at = 0
            if not self._text:
                return -1
        self._at += 1
        return self._text[self._at - 1]

    def _character(self) -> int:
        """Return a digit in capitals, a point, a sign; a blank for what ends a number, `:` for the rest, -1 at the end."""
        char = self._byte()
        if char == 92:
            char = self._byte()
            if char == 10:
                char = self._byte()
        if 97 <= char <= 122:
            return char - 32
        if 48 <= char <= 57 or 65 <= char <= 90 or char in b".+-" or char < 0:
            return char
        return 32 if char <= 32 else 58

    def read_number(self, arithmetic: Arithmetic, base: int) -> Number:
        """Return the next number of standard input, 0 at its end."""
        char = self._character()
        while char == 32:
            char = self._character()
        negative = char == 45
        if char >= 0 and char in b"+-":
            char = self._character()
        while char == 32:
            char = self._character()
        text = bytearray()
        while char >= 0 and (char in _DIGITS or (char == 46 and b"." not in text)):
            text.append(char)
            if len(text) & 0xFFFF == 0:
                self._k.tick(64)
                arithmetic.integers.reserve(8 * len(text))
            char = self._character()
        digits = bytes(text)
        if digits == b".":
            digits = b""
        value = parse(arithmetic, digits, base) if digits else (0, 0)
        return (-value[0], value[1]) if negative else value

    # -- random --------------------------------------------------------------------------------------------------------

    def random(self) -> int:
        """Return the next number of the additive sequence r[i] = r[i-3] + r[i-31], begun from 1."""
        state = self._sequence
        if not state:
            state.append(1)
            while len(state) < 31:
                state.append(16807 * state[-1] % 2147483647)
            state += state[:3]
            for _ in range(310):
                self._advance()
        return self._advance() >> 1

    def _advance(self) -> int:
        state = self._sequence
        value = (state[-31] + state[-3]) & 0xFFFFFFFF
        state.append(value)
        del state[0]
        return value
