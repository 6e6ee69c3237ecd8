"""The format of the old command compress (.Z): LZW with codes of 9 to 16 bits. Reading only, as gzip has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK

from .codecs import CodecError

if TYPE_CHECKING:
    from .codecs import Feed

MAGIC = b"\x1f\x9d"
_CLEAR = 256
_FIRST_BITS = 9
_SHORT = 64  # words up to this are kept whole; of longer ones only the last byte and what it follows: 65,536 words stay small


class LzwReader:
    """The data of a .Z file. Codes come in groups of eight; a change of their width skips the rest of a group."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._out = bytearray()
        self._ended = False
        self.garbage = b""
        self.total = 0
        self._ready = False
        self._group = b""
        self._codes: list[int] = []

    def _start(self) -> None:
        head = self._feed.exactly(3)
        if head[:2] != MAGIC:
            raise CodecError("eof" if MAGIC.startswith(head) else "format")
        if len(head) < 3:
            raise CodecError("eof")
        self._most_bits = head[2] & 0x1F
        self._blocks = bool(head[2] & 0x80)
        if head[2] & 0x60:
            raise CodecError("flags", head[2])
        if not _FIRST_BITS <= self._most_bits <= 16:
            raise CodecError("bits", self._most_bits)
        self._reset()
        self._old = -1
        self._ready = True

    def _reset(self) -> None:
        self._bits = _FIRST_BITS
        self._table: list[bytes | tuple[int, int]] = [bytes([code]) for code in range(256)]
        if self._blocks:
            self._table.append(b"")

    def _next_codes(self) -> bool:
        """Read a group of eight codes of the present width; False at the end."""
        bits = self._bits
        raw = self._feed.exactly(bits)
        if not raw:
            return False
        number = int.from_bytes(raw, "little")
        mask = (1 << bits) - 1
        self._codes = [number >> shift & mask for shift in range(0, len(raw) * 8 - bits + 1, bits)]
        return bool(self._codes)

    def _word(self, code: int) -> bytes:
        """Return the bytes that a code stands for."""
        found = self._table[code]
        if isinstance(found, bytes):
            return found
        tail = bytearray()
        while not isinstance(found, bytes):
            code, last = found
            tail.append(last)
            found = self._table[code]
        tail.reverse()
        return found + bytes(tail)

    def read(self) -> bytes:
        if not self._ready:
            self._start()
        out = self._out
        while len(out) < CHUNK and not self._ended:
            if not self._next_codes():
                self._ended = True
                break
            for code in self._codes:
                if code == _CLEAR and self._blocks:
                    self._reset()
                    self._old = -1
                    break  # the rest of the group is nothing
                table = self._table
                if self._old < 0:
                    if code > 255:
                        raise CodecError("lzw")
                    out += self._word(code)
                    self._old = code
                    continue
                before = self._word(self._old)
                if code < len(table):
                    word = self._word(code)
                elif code == len(table) and len(table) < 1 << self._most_bits:
                    word = before + before[:1]
                else:
                    raise CodecError("lzw")
                out += word
                if len(table) < 1 << self._most_bits:
                    table.append(before + word[:1] if len(before) < _SHORT else (self._old, word[0]))
                self._old = code
                if len(table) >= 1 << self._bits and self._bits < self._most_bits:
                    self._bits += 1
                    break
        data = bytes(out[:CHUNK])
        del out[:CHUNK]
        self.total += len(data)
        return data
