"""The checksums that hashlib doesn't have: POSIX's CRC, the two of `sum`, and SM3 where OpenSSL lacks it.

Each has update(data) like a hash; the first three have `value` and `length`, SM3 has hexdigest().
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

_REVERSED = bytes(int(f"{n:08b}"[::-1], 2) for n in range(256))
_MASK = 0xFFFFFFFF


class Crc:
    """POSIX's cksum: zlib's polynomial with the bits the other way round, no initial value, the length at the end."""

    def __init__(self) -> None:
        self.state = 0
        self.length = 0

    def update(self, data: bytes) -> None:
        """Take in data."""
        self.length += len(data)
        self.state = zlib.crc32(data.translate(_REVERSED), self.state ^ _MASK) ^ _MASK

    @property
    def value(self) -> int:
        """The checksum of what was taken in."""
        size = self.length.to_bytes((self.length.bit_length() + 7) // 8, "little")
        state = zlib.crc32(size.translate(_REVERSED), self.state ^ _MASK)
        return int(f"{state:032b}"[::-1], 2)


class Bsd:
    """`sum -r`: 16 bits, rotated right before each byte is added."""

    def __init__(self) -> None:
        self.value = 0
        self.length = 0

    def update(self, data: bytes) -> None:
        """Take in data."""
        self.length += len(data)
        value = self.value
        for byte in data:
            value = ((value >> 1) + ((value & 1) << 15) + byte) & 0xFFFF
        self.value = value


class SystemV:
    """`sum -s`: the sum of the bytes, folded to 16 bits."""

    def __init__(self) -> None:
        self.total = 0
        self.length = 0

    def update(self, data: bytes) -> None:
        """Take in data."""
        self.length += len(data)
        self.total = (self.total + sum(data)) & _MASK

    @property
    def value(self) -> int:
        """The checksum of what was taken in."""
        once = (self.total & 0xFFFF) + (self.total >> 16)
        return (once & 0xFFFF) + (once >> 16)


def _rotated(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> (32 - by)) & _MASK


class Sm3:
    """GB/T 32905-2016, in Python."""

    def __init__(self) -> None:
        self.words: tuple[int, ...] = (
            0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
        )  # fmt: skip
        self.pending = b""
        self.length = 0

    def update(self, data: bytes) -> None:
        """Take in data."""
        self.length += len(data)
        data = self.pending + data
        whole = len(data) - len(data) % 64
        for at in range(0, whole, 64):
            self.words = self._compressed(data[at : at + 64])
        self.pending = data[whole:]

    def hexdigest(self) -> str:
        """Return the digest of what was taken in."""
        rest = self.pending + b"\x80"
        rest += b"\0" * ((56 - len(rest)) % 64) + (self.length * 8).to_bytes(8, "big")
        before = self.words
        for at in range(0, len(rest), 64):
            self.words = self._compressed(rest[at : at + 64])
        digest = "".join(f"{word:08x}" for word in self.words)
        self.words = before
        return digest

    def _compressed(self, block: bytes) -> tuple[int, ...]:
        w = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ _rotated(w[j - 3], 15)
            w.append(x ^ _rotated(x, 15) ^ _rotated(x, 23) ^ _rotated(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = self.words
        for j in range(64):
            turned = _rotated(a, 12)
            ss1 = _rotated((turned + e + _rotated(0x79CC4519 if j < 16 else 0x7A879D8A, j)) & _MASK, 7)
            ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
            gg = e ^ f ^ g if j < 16 else e & f | ~e & g
            tt1 = (ff + d + (ss1 ^ turned) + (w[j] ^ w[j + 4])) & _MASK
            tt2 = (gg + h + ss1 + w[j]) & _MASK
            a, b, c, d = tt1, a, _rotated(b, 9), c
            e, f, g, h = tt2 ^ _rotated(tt2, 9) ^ _rotated(tt2, 17), e, _rotated(f, 19), g
        return tuple(old ^ new for old, new in zip(self.words, (a, b, c, d, e, f, g, h), strict=True))


def new_digest(algorithm: str, bits: int) -> Any:
    """Return a fresh state of hashlib's kind. bits: the size of a BLAKE2b digest."""
    if algorithm == "blake2b":
        return hashlib.blake2b(digest_size=bits // 8)
    if algorithm == "sm3" and algorithm not in hashlib.algorithms_available:
        return Sm3()
    return hashlib.new(algorithm, usedforsecurity=False)


SIMPLE: dict[str, type[Crc] | type[Bsd] | type[SystemV]] = {"crc": Crc, "bsd": Bsd, "sysv": SystemV}
