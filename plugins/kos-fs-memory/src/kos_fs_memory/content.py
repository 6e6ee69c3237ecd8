"""The bytes of a file, in the form that suits how it was written.

bytes         written in one go: a read of all of it returns the very object
bytearray     written in parts, up to SMALL: owned, changed in place
Chunks        above SMALL: chunks of CHUNK bytes by number, so that a write into a shared 100 MB file copies one chunk; a number
              that isn't there is a hole, and costs nothing. A chunk is bytes (perhaps shared) or an owned bytearray, and may be
              shorter than CHUNK: what is behind its end reads as zeros.
"""

from __future__ import annotations

SMALL = 1 << 17
CHUNK = 1 << 16
_SHIFT, _MASK = 16, CHUNK - 1
_ZEROS = bytes(CHUNK)


class Chunks(dict[int, "bytes | bytearray"]):
    """Number -> chunk. stored: how many bytes they hold together."""

    __slots__ = ("stored",)

    stored: int

    def duplicate(self) -> Chunks:
        """Return a copy that shares the chunks."""
        twin = Chunks(self)
        twin.stored = self.stored
        return twin


Content = bytes | bytearray | Chunks


def read(content: Content, size: int, offset: int, count: int) -> bytes:
    """Return up to `count` bytes from `offset` of a content that is `size` bytes long."""
    if type(content) is bytes:
        return content if offset == 0 and count >= len(content) else content[offset : offset + count]
    if type(content) is bytearray:
        return bytes(memoryview(content)[offset : offset + count])
    end = min(offset + count, size)
    if offset >= end:
        return b""
    parts = []
    assert isinstance(content, Chunks)
    while offset < end:
        begin = offset & _MASK
        length = min(CHUNK - begin, end - offset)
        chunk = content.get(offset >> _SHIFT)
        if chunk is None:
            parts.append(_ZEROS[:length])
        else:
            piece = (
                bytes(chunk)
                if begin == 0 and length == len(chunk)
                else bytes(memoryview(chunk)[begin : begin + length])
            )
            parts.append(piece if len(piece) == length else piece.ljust(length, b"\0"))
        offset += length
    return parts[0] if len(parts) == 1 else b"".join(parts)


def stored(content: Content) -> int:
    """Return how many bytes a content keeps."""
    return content.stored if type(content) is Chunks else len(content)


def to_chunks(content: bytes | bytearray) -> Chunks:
    """Return a small content as chunks."""
    view = memoryview(content)
    chunks = Chunks(
        (number, bytes(view[begin : begin + CHUNK])) for number, begin in enumerate(range(0, len(content), CHUNK))
    )
    chunks.stored = len(content)
    return chunks


def fitting(chunks: Chunks, offset: int, count: int, room: int) -> int:
    """Return how many of `count` bytes at `offset` can be stored when the chunks may grow by `room` bytes."""
    done = 0
    while done < count:
        begin = offset + done & _MASK
        piece = min(CHUNK - begin, count - done)
        held = len(chunks.get(offset + done >> _SHIFT, b""))
        growth = max(0, begin + piece - held)
        if growth > room:
            return done + max(0, max(held, held + room) - begin)
        room -= growth
        done += piece
    return count


def write_chunks(chunks: Chunks, owned: set[int], offset: int, data: bytes | bytearray | memoryview) -> int:
    """Store `data` at `offset` and return by how many bytes the chunks grew. owned: those that are this machine's bytearrays."""
    view = memoryview(data)
    done, total = 0, len(view)
    grown = 0
    while done < total:
        index, begin = offset >> _SHIFT, offset & _MASK
        piece = view[done : done + CHUNK - begin]
        chunk = chunks.get(index)
        held = 0 if chunk is None else len(chunk)
        if begin == 0 and len(piece) == CHUNK:
            chunks[index] = bytes(piece)
            owned.discard(index)
            grown += CHUNK - held
        else:
            if index not in owned or type(chunk) is not bytearray:
                chunk = chunks[index] = bytearray(chunk or b"")
                owned.add(index)
            if held < begin:
                chunk.extend(bytes(begin - held))
            chunk[begin : begin + len(piece)] = piece
            grown += len(chunk) - held
        done += len(piece)
        offset += len(piece)
    chunks.stored += grown
    return grown


def cut_chunks(chunks: Chunks, owned: set[int], size: int) -> int:
    """Make chunks end at `size` and return how many bytes are kept no more."""
    before = chunks.stored
    count = (size + CHUNK - 1) >> _SHIFT
    for index in [index for index in chunks if index >= count]:
        chunks.stored -= len(chunks.pop(index))
        owned.discard(index)
    last = chunks.get(count - 1)
    if size & _MASK and last is not None and len(last) > size & _MASK:
        chunks.stored -= len(last) - (size & _MASK)
        chunks[count - 1] = bytes(memoryview(last)[: size & _MASK])
        owned.discard(count - 1)
    return before - chunks.stored


def next_data(content: Content, size: int, offset: int) -> int:
    """Return the first place from `offset` on where something may be stored; `size` if there is none."""
    if type(content) is not Chunks:
        return min(offset, size)
    index = offset >> _SHIFT
    if index in content:
        return min(offset, size)
    return min(size, min((number << _SHIFT for number in content if number > index), default=size))
