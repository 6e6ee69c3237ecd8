"""The gzip format: members one after another, each with a header, deflated data, a check and a length. Source: RFC 1952."""

from __future__ import annotations

import zlib

from kos_kernel.api import CHUNK

from .codecs import CodecError, Feed

MAGIC = b"\x1f\x8b"
_CRC_OF_HEADER, _EXTRA, _NAME, _COMMENT, _ENCRYPTED, _RESERVED = 2, 4, 8, 16, 0x20, 0xC0
_LONGEST_FIELD = 1 << 16


class GzipReader:
    """The data of all members.

    name, mtime: what the first member's header says (None, 0: nothing). crc: the last member's. header_bytes: of all headers
    and checks, which no ratio counts. lenient: after the first member, zeros are padding and other bytes are garbage.
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._unpacker: zlib._Decompress | None = None
        self._crc = 0
        self._length = 0
        self._first = True
        self.garbage = b""
        self.total = 0
        self.ended = False
        self.name: bytes | None = None
        self.mtime = 0
        self.crc = 0
        self.header_bytes = 0

    def read(self) -> bytes:
        feed = self._feed
        while not self.ended:
            unpacker = self._unpacker
            if unpacker is None:
                if not self.header():
                    break
                unpacker = self._unpacker
                assert unpacker is not None
            raw = unpacker.unconsumed_tail or feed.take()
            if not raw and not unpacker.eof:
                # What zlib holds back while output is bounded comes without more input.
                data = unpacker.decompress(b"", CHUNK)
                if not data and not unpacker.eof:
                    raise CodecError("eof")
            else:
                try:
                    data = unpacker.decompress(raw, CHUNK)
                except zlib.error:
                    raise CodecError("data") from None
            self._crc = zlib.crc32(data, self._crc)
            self._length += len(data)
            if unpacker.eof:
                feed.back(unpacker.unused_data)
                self._unpacker = None
                self._trailer(len(data))
            if data:
                self.total += len(data)
                return data
        return b""

    def _trailer(self, last: int) -> None:
        tail = self._feed.exactly(8)
        self.header_bytes += 8
        if len(tail) < 8:
            self._fail("eof", last)
        self.crc = int.from_bytes(tail[:4], "little")
        crc_differs = self.crc != self._crc
        length_differs = int.from_bytes(tail[4:], "little") != self._length & 0xFFFFFFFF
        if crc_differs or length_differs:
            self._fail("both" if crc_differs and length_differs else "crc" if crc_differs else "length", last)
        self._crc = self._length = 0

    def _fail(self, kind: str, last: int) -> None:
        """Raise now if the last data are out already, else at the next read: gzip writes what it had."""
        if not last:
            raise CodecError(kind)
        self._failure = CodecError(kind)
        self.ended = True
        self.read = self._raise  # type: ignore[method-assign]

    def _raise(self) -> bytes:
        raise self._failure

    def header(self) -> bool:
        """Read a member's header; False at the end of the data. Raises CodecError."""
        feed = self._feed
        before = feed.taken
        head = feed.peek(10)
        first, self._first = self._first, False
        if not first:
            if not self._another(head):
                self.ended = True
                return False
        elif head[:2] != MAGIC:
            raise CodecError("eof" if len(head) < 2 else "format")
        head = feed.exactly(10)
        if len(head) >= 3 and head[2] != 8:
            raise CodecError("method", head[2])
        if len(head) < 10:
            raise CodecError("eof")
        flags = head[3]
        if flags & _ENCRYPTED:
            raise CodecError("encrypted")
        if flags & _RESERVED:
            raise CodecError("flags", flags)
        if flags & _EXTRA:
            size = feed.exactly(2)
            self._whole(size, 2)
            wanted = int.from_bytes(size, "little")
            self._whole(feed.exactly(wanted), wanted)
        name = self._text(first) if flags & _NAME else None
        if flags & _COMMENT:
            self._text(False)
        if flags & _CRC_OF_HEADER:
            self._whole(feed.exactly(2), 2)
        if first:
            self.name = name
            self.mtime = int.from_bytes(head[4:8], "little")
        self.header_bytes += feed.taken - before
        self._unpacker = zlib.decompressobj(-15)
        return True

    def _another(self, head: bytes) -> bool:
        if head[:2] == MAGIC:
            return True
        while head and not head.strip(b"\0"):
            self._feed.exactly(len(head))
            head = self._feed.peek(10)
        self.garbage = head
        return False

    def _whole(self, data: bytes, size: int) -> None:
        if len(data) < size:
            raise CodecError("eof")

    def _text(self, wanted: bool) -> bytes:
        """Return a text up to its zero; of one that is too long to be a name only the beginning."""
        kept = bytearray()
        while True:
            data = self._feed.take()
            if not data:
                raise CodecError("eof")
            text, zero, rest = data.partition(b"\0")
            if wanted and len(kept) < _LONGEST_FIELD:
                kept += text[:_LONGEST_FIELD]
            if zero:
                self._feed.back(rest)
                return bytes(kept)


class GzipWriter:
    """One member. level: 1 to 9. name, mtime: for the header; 0 is no time."""

    def __init__(self, level: int = 6, *, name: bytes | None = None, mtime: int = 0) -> None:
        self._packer = zlib.compressobj(level, zlib.DEFLATED, -15, 8 if level < 9 else 9)
        self._crc = 0
        self._length = 0
        stamp = mtime if 0 < mtime <= 0xFFFFFFFF else 0
        flags = 0 if name is None else _NAME
        best = 2 if level == 9 else 4 if level == 1 else 0
        self._head = MAGIC + bytes([8, flags]) + stamp.to_bytes(4, "little") + bytes([best, 3])
        if name is not None:
            self._head += name + b"\0"
        self.header_bytes = len(self._head) + 8

    def compress(self, data: bytes) -> bytes:
        self._crc = zlib.crc32(data, self._crc)
        self._length += len(data)
        head, self._head = self._head, b""
        return head + self._packer.compress(data)

    def finish(self) -> bytes:
        tail = self._crc.to_bytes(4, "little") + (self._length & 0xFFFFFFFF).to_bytes(4, "little")
        head, self._head = self._head, b""
        return head + self._packer.flush() + tail
