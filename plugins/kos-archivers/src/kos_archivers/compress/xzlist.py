"""xz --list: what the indexes of an .xz file say, without unfolding anything. Source: the .xz file format, 1.1.0.

A file is streams one after another, perhaps with padding; a stream ends in an index and a footer, so all is read from the end.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from .codecs import CodecError

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_CHECKS = {0: "None", 1: "CRC32", 4: "CRC64", 10: "SHA-256"}


class Sums:
    """What a list counts."""

    def __init__(self) -> None:
        self.streams = self.blocks = self.packed = self.whole = 0
        self.checks: list[str] = []

    def add(self, other: Sums) -> None:
        """Add another file's."""
        self.streams += other.streams
        self.blocks += other.blocks
        self.packed += other.packed
        self.whole += other.whole
        self.checks += [check for check in other.checks if check not in self.checks]

    def line(self, name: bytes) -> bytes:
        """Return the line of a list."""
        from .xz import size_text

        share = self.packed / self.whole if self.whole else 10.0
        ratio = b"---" if share > 9.999 else b"%.3f" % share
        return b"%5d %7d  %11s  %11s  %5s  %-7s %s\n" % (
            self.streams, self.blocks, size_text(self.packed), size_text(self.whole), ratio, ",".join(self.checks).encode(), name,
        )  # fmt: skip


def measure(k: Syscalls, fd: int) -> Sums:
    """Return what a file's indexes say. Raises CodecError and SysError."""
    end = k.fstat(fd).size
    sums = Sums()
    sums.packed = end
    if end < 24:
        raise CodecError("small" if end else "empty")
    if k.pread(fd, 6, 0) != b"\xfd7zXZ\0":
        raise CodecError("format")
    if end % 4:
        raise CodecError("data")
    while end > 0:
        while end >= 4 and k.pread(fd, 4, end - 4) == b"\0\0\0\0":
            end -= 4
            k.tick()
        if end <= 0:
            break
        end = _stream(k, fd, end, sums)
        k.tick()
    return sums


def _stream(k: Syscalls, fd: int, end: int, sums: Sums) -> int:
    """Count the stream that ends there; return where it begins."""
    footer = k.pread(fd, 12, end - 12) if end >= 32 else b""
    if len(footer) < 12 or footer[10:] != b"YZ":
        raise CodecError("data")
    if zlib.crc32(footer[4:10]) != int.from_bytes(footer[:4], "little") or footer[8]:
        raise CodecError("data")
    size = (int.from_bytes(footer[4:8], "little") + 1) * 4
    start = end - 12 - size
    if start < 12:
        raise CodecError("data")
    blocks, packed, whole = _index(k, fd, start, size)
    begin = start - packed - 12
    if begin < 0 or k.pread(fd, 6, begin) != b"\xfd7zXZ\0":
        raise CodecError("data")
    sums.streams += 1
    sums.blocks += blocks
    sums.whole += whole
    check = _CHECKS.get(footer[9] & 15, f"Unknown-{footer[9] & 15}")
    if check not in sums.checks:
        sums.checks.append(check)
    return begin


def _index(k: Syscalls, fd: int, start: int, size: int) -> tuple[int, int, int]:
    """Return (blocks, bytes they take, bytes they unfold to) of an index, read a piece at a time."""
    buffer, at, place = b"", 0, start
    last = start + size - 4
    check = 0

    def byte() -> int:
        nonlocal buffer, at, place, check
        if at >= len(buffer):
            buffer, at = k.pread(fd, min(1 << 16, last - place), place), 0
            if not buffer:
                raise CodecError("data")
            check = zlib.crc32(buffer, check)
            place += len(buffer)
        at += 1
        return buffer[at - 1]

    def number() -> int:
        value = shift = 0
        while True:
            one = byte()
            value |= (one & 127) << shift
            if one < 128:
                return value
            shift += 7
            if shift > 56:
                raise CodecError("data")

    if byte():
        raise CodecError("data")
    blocks = number()
    packed = whole = 0
    for counted in range(blocks):
        packed += number() + 3 & ~3
        whole += number()
        if counted % 4096 == 0:
            k.tick()
    while place - len(buffer) + at < last:
        if byte():
            raise CodecError("data")
    if check != int.from_bytes(k.pread(fd, 4, last), "little"):
        raise CodecError("data")
    return blocks, packed, whole
