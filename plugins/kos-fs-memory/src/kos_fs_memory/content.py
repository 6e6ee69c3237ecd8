"""The bytes of a file, in the form that suits how it was written.

bytes         written in one go: a read of all of it returns the very object
bytearray     written in parts, up to SMALL: owned, changed in place
list          above SMALL: chunks of CHUNK bytes, so that a write into a shared 100 MB file copies one chunk;
              None stands for a chunk of zeros (a hole). A chunk is bytes (perhaps shared) or an owned bytearray.
"""

from __future__ import annotations

SMALL = 1 << 17
CHUNK = 1 << 16
_SHIFT, _MASK = 16, CHUNK - 1
_ZEROS = bytes(CHUNK)

Chunks = list["bytes | bytearray | None"]
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
    assert isinstance(content, list)
    while offset < end:
        begin = offset & _MASK
        length = min(CHUNK - begin, end - offset)
        index = offset >> _SHIFT
        chunk = content[index] if index < len(content) else None
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


def to_chunks(content: bytes | bytearray) -> Chunks:
    """Return a small content as chunks."""
    view = memoryview(content)
    return [bytes(view[begin : begin + CHUNK]) for begin in range(0, len(content), CHUNK)]


def write_chunks(chunks: Chunks, owned: set[int], offset: int, data: bytes | bytearray | memoryview) -> None:
    """Store `data` at `offset`. owned: which chunks are bytearrays of this machine's own."""
    view = memoryview(data)
    done, total = 0, len(view)
    while done < total:
        index, begin = offset >> _SHIFT, offset & _MASK
        piece = view[done : done + CHUNK - begin]
        while index >= len(chunks):
            chunks.append(None)
        if begin == 0 and len(piece) == CHUNK:
            chunks[index] = bytes(piece)
            owned.discard(index)
        else:
            chunk = chunks[index]
            if index not in owned or type(chunk) is not bytearray:
                chunk = chunks[index] = bytearray(chunk or b"")
                owned.add(index)
            if len(chunk) < begin:
                chunk.extend(bytes(begin - len(chunk)))
            chunk[begin : begin + len(piece)] = piece
        done += len(piece)
        offset += len(piece)


def cut_chunks(chunks: Chunks, owned: set[int], size: int) -> None:
    """Make chunks end at `size`."""
    count = (size + CHUNK - 1) >> _SHIFT
    del chunks[count:]
    owned.difference_update([index for index in owned if index >= count])
    if size & _MASK and len(chunks) == count and count:
        last = chunks[-1]
        if last is not None and len(last) > size & _MASK:
            chunks[-1] = bytes(memoryview(last)[: size & _MASK])
            owned.discard(count - 1)
