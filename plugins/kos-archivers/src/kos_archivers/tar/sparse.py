"""Files with holes: finding them when an archive is made, and the maps that three formats of GNU tar have for them.

gnu: four pieces in the header, 21 in each block behind it. pax 0.0 and 0.1: keywords; 1.0: decimal lines before the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import OutOfMemory

from .headers import BLOCK, ZEROS, BadNumber, sparse_entries

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from .headers import Member
    from .pax import Extended
    from .source import Source

_MOST_PIECES = 1 << 20  # a map of more is refused: it would only serve to fill memory


class BadMap(Exception):
    """A map that makes no sense."""


def pieces_of(k: Syscalls, fd: int, size: int) -> list[tuple[int, int]]:
    """Return where a file's data are, in blocks of 512: what isn't zeros. The last entry may be empty: the end of the file.

    Source: sparse_scan_file_raw of GNU tar.
    """
    pieces: list[tuple[int, int]] = []
    start = length = offset = 0
    while data := k.pread(fd, 1 << 16, offset):
        for at in range(0, len(data), BLOCK):
            block = data[at : at + BLOCK]
            if block == ZEROS[: len(block)]:
                if length:
                    pieces.append((start, length))
                    length = 0
            else:
                if not length:
                    start = offset + at
                length += len(block)
        offset += len(data)
        k.tick()
    pieces.append((start, length) if length else (offset, 0))
    return pieces


def check(member: Member) -> None:
    """Raise BadMap unless the pieces of a member lie in order, inside the file, and fit the data that the archive holds."""
    at = total = 0
    for offset, length in member.sparse or []:
        if offset < at or length < 0:
            raise BadMap
        at = offset + length
        total += length
    if at > member.size or total > member.stored:
        raise BadMap


def read_old(source: Source, member: Member, header: bytes) -> None:
    """Complete a gnu map with the blocks that follow the header. Raises BadNumber, BadMap."""
    extended = header[482]
    while extended:
        block = source.block()
        if block is None:
            raise BadMap
        assert member.sparse is not None
        member.sparse += sparse_entries(block[:504])
        if len(member.sparse) > _MOST_PIECES:
            raise OutOfMemory
        extended = block[504]


def number(text: bytes) -> int:
    if not text.isdigit() or len(text) > 20:
        raise BadMap
    return int(text)


def apply_pax(member: Member, extended: Extended) -> None:
    """Give a member the map that keywords describe (0.0, 0.1), or note that one stands before the data (1.0)."""
    values = extended.values
    if b"GNU.sparse.name" in values:
        member.name = member.original = values[b"GNU.sparse.name"]
    size = values.get(b"GNU.sparse.realsize", values.get(b"GNU.sparse.size"))
    if size is None:
        return
    member.size = number(size)
    if b"GNU.sparse.map" in values:
        numbers = values[b"GNU.sparse.map"].split(b",")
    elif extended.pieces:
        numbers = extended.pieces
    elif b"GNU.sparse.major" in values:
        member.sparse = []
        return
    else:
        return
    if len(numbers) % 2 or len(numbers) > 2 * _MOST_PIECES:
        raise BadMap
    member.sparse = [(number(numbers[at]), number(numbers[at + 1])) for at in range(0, len(numbers), 2)]


def read_map(source: Source, member: Member) -> int:
    """Read the map of pax 1.0 before a member's data; return how many bytes it took. Raises BadMap."""
    taken = 0
    buffer = b""

    def line() -> bytes:
        nonlocal buffer, taken
        while b"\n" not in buffer:
            if taken + BLOCK > member.stored or len(buffer) > BLOCK:
                raise BadMap
            block = source.block()
            if block is None:
                raise BadMap
            taken += BLOCK
            buffer += block
        text, _, buffer = buffer.partition(b"\n")
        return text

    count = number(line())
    if count > _MOST_PIECES:
        raise BadMap
    pieces = []
    for _ in range(count):
        pieces.append((number(line()), number(line())))
    member.sparse = pieces
    return taken


def map_text(pieces: list[tuple[int, int]]) -> bytes:
    """Return the map of pax 1.0, padded to whole blocks."""
    text = b"%d\n" % len(pieces) + b"".join([b"%d\n%d\n" % piece for piece in pieces])
    return text + bytes(-len(text) % BLOCK)


def put_old(block: bytearray, pieces: list[tuple[int, int]], size: int) -> bytes:
    """Put a gnu map into a header (whose checksum is still to be made); return the blocks that follow it."""
    from .headers import number_text

    def put(target: bytearray, at: int, piece: tuple[int, int]) -> None:
        target[at : at + 24] = number_text(piece[0], 12, "gnu", "off_t") + number_text(piece[1], 12, "gnu", "off_t")

    for index, piece in enumerate(pieces[:4]):
        put(block, 386 + 24 * index, piece)
    rest = pieces[4:]
    block[482] = 1 if rest else 0
    block[483:495] = number_text(size, 12, "gnu", "off_t")
    out = []
    while rest:
        more = bytearray(BLOCK)
        for index, piece in enumerate(rest[:21]):
            put(more, 24 * index, piece)
        rest = rest[21:]
        more[504] = 1 if rest else 0
        out.append(bytes(more))
    return b"".join(out)


__all__ = ["BadMap", "BadNumber", "apply_pax", "check", "map_text", "pieces_of", "put_old", "read_map", "read_old"]
