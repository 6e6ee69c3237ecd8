"""Randomness. The only file that asks the host for any.

A machine's entropy is a keyed stream of our own: BLAKE2b over (key, counter), so every Python gives the same draws for the
same seed. Without a seed the key comes from the host. Forks draw from a stream of their own that depends on the parent's
state and on which fork it is, so that two forks of one machine differ and a run repeats.
"""

from __future__ import annotations

import os
from hashlib import blake2b

_BLOCK = 64


class Entropy:
    """A deterministic stream of random bytes. Not for keeping secrets from somebody who knows the seed."""

    __slots__ = ("_buffer", "_counter", "_derive", "_own_key", "children", "seed")

    def __init__(self, seed: int | None = None) -> None:
        self.seed = seed
        material = os.urandom(32) if seed is None else b"kos-seed:" + str(seed).encode()
        self._own_key = blake2b(material, digest_size=32).digest()
        self._derive: bytes | None = None  # what a child's key is still to be made of: most forks never draw
        self._counter = 0
        self._buffer = b""
        self.children = 0

    @property
    def _key(self) -> bytes:
        if self._derive is not None:
            self._own_key = blake2b(self._derive, key=self._own_key, digest_size=32).digest()
            self._derive = None
        return self._own_key

    def bytes(self, count: int) -> bytes:
        """Return the next `count` bytes of the stream."""
        buffer = self._buffer
        if len(buffer) < count:
            parts = [buffer]
            have = len(buffer)
            counter = self._counter
            while have < count:
                parts.append(blake2b(counter.to_bytes(8, "little"), key=self._key, digest_size=_BLOCK).digest())
                counter += 1
                have += _BLOCK
            self._counter = counter
            buffer = b"".join(parts)
        self._buffer = buffer[count:]
        return buffer[:count]

    def below(self, bound: int) -> int:
        """Return an integer in [0, bound), each equally likely (by rejection). bound >= 1."""
        size = (bound.bit_length() + 7) // 8 + 1
        limit = (1 << 8 * size) // bound * bound
        while True:
            draw = int.from_bytes(self.bytes(size), "little")
            if draw < limit:
                return draw % bound

    def child(self, name: str) -> Entropy:
        """Return a stream of its own for a part of the machine; the same name gives the same stream."""
        twin = Entropy.__new__(Entropy)
        twin.seed = self.seed
        twin._own_key = self._key
        twin._derive = name.encode()
        twin._counter = 0
        twin._buffer = b""
        twin.children = 0
        return twin

    def fork(self) -> Entropy:
        """Return the stream of a forked machine: different from this one's and from every other fork's."""
        self.children += 1
        return self.child(f"fork:{self.children}:{self._counter}:{len(self._buffer)}")
