"""Compressed data, piece by piece: what tar, zip and the commands for single files share.

    feed = Feed(k, fd)                     raw bytes of a descriptor, with put-back
    reader = GzipReader(feed)              or Bzip2Reader, XzReader, ZstdReader, LzwReader
    while data := reader.read(): ...       at most CHUNK bytes at a time, whatever the compressed data unfold to
    reader.garbage                         what stood behind the end of the data: b"" nothing, else its first bytes

    writer = GzipWriter(level)             or Bzip2Writer, XzWriter, ZstdWriter
    out.write(writer.compress(data)); out.write(writer.finish())

A reader raises CodecError; its `kind` says what is wrong, so that each program words it in its own way:

    format     the data aren't of this kind        eof      they end too early
    data       they are damaged                    crc, length   their check doesn't fit
    method     of this kind, but in a way that nobody knows     memory   they ask for more memory than is given
    missing    the library for them isn't installed
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from kos_kernel.api import CHUNK

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

XZ_MEMORY = 136 << 20  # what xz -9 needs, twice
ZSTD_WINDOW_LOG = 27  # 128 MiB, the limit of the command zstd


class CodecError(Exception):
    """Compressed data that can't be read. kind: see the module's head."""

    def __init__(self, kind: str, detail: int = 0) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail


class Feed:
    """The raw bytes of a descriptor. taken: how many were handed out and not put back."""

    __slots__ = ("_fd", "_k", "_pending", "taken")

    def __init__(self, k: Syscalls, fd: int, head: bytes = b"") -> None:
        self._k = k
        self._fd = fd
        self._pending = head
        self.taken = 0

    def take(self) -> bytes:
        """Return some bytes, b"" at the end. Raises SysError."""
        data = self._pending
        if data:
            self._pending = b""
        else:
            data = self._k.read(self._fd, CHUNK)
        self.taken += len(data)
        return data

    def back(self, data: bytes) -> None:
        """Put back what was taken last."""
        self._pending = data + self._pending if self._pending else data
        self.taken -= len(data)

    def exactly(self, size: int) -> bytes:
        """Return `size` bytes, fewer only at the end. For headers: small sizes."""
        parts: list[bytes] = []
        while size > 0:
            data = self.take()
            if not data:
                break
            if len(data) > size:
                self.back(data[size:])
                data = data[:size]
            parts.append(data)
            size -= len(data)
        return b"".join(parts)

    def charge(self, delta_bytes: int) -> None:
        """Account for what a decompressor holds. Raises OutOfMemory."""
        self._k.charge(delta_bytes)

    def peek(self, size: int) -> bytes:
        """Return up to `size` bytes without taking them."""
        data = self.exactly(size)
        self.back(data)
        return data


class ReaderLike(Protocol):
    """What all readers are. total: bytes that came out."""

    garbage: bytes
    total: int

    def read(self) -> bytes:
        """Return the next bytes, at most CHUNK; b"" at the end. Raises CodecError and SysError."""
        ...


class WriterLike(Protocol):
    """What all writers are."""

    def compress(self, data: bytes) -> bytes:
        """Take data, return what is ready."""
        ...

    def finish(self) -> bytes:
        """Return the rest."""
        ...


class PlainReader:
    """Data as they are, for what isn't compressed after all."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.garbage = b""
        self.total = 0

    def read(self) -> bytes:
        data = self._feed.take()
        self.total += len(data)
        return data


class StreamReader:
    """Streams one after another through a decompressor that Python's modules for bz2, lzma and zstd share the shape of."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._unpacker: Any = None
        self._first = True
        self.garbage = b""
        self.total = 0
        self.ended = False
        self._charged = self._needed = 0

    def new(self, head: bytes) -> Any:
        """Return a decompressor for a stream that begins so."""
        raise NotImplementedError

    def needs(self, head: bytes) -> int:
        """Return how many bytes of memory the decompressor of such a stream takes, about."""
        raise NotImplementedError

    def _account(self, size: int) -> None:
        change, self._charged = size - self._charged, size
        if change:
            self._feed.charge(change)

    def begins(self, head: bytes, first: bool) -> bool:
        """Tell whether a stream begins so. Raises CodecError if it must, and doesn't."""
        raise NotImplementedError

    def read(self) -> bytes:
        """Return the next bytes. What the decompressor holds is accounted for until the end, or an error."""
        try:
            data = self._read()
        except CodecError:
            self._account(0)
            raise
        if not data:
            self._account(0)
        elif self._charged < self._needed:
            # A dictionary is filled with what came out; until then its pages aren't there.
            self._account(min(self._needed, self.total + (1 << 16)))
        return data

    def _read(self) -> bytes:
        feed = self._feed
        while not self.ended:
            unpacker = self._unpacker
            if unpacker is None:
                if not self._next_stream():
                    break
                unpacker = self._unpacker
            if unpacker.eof:
                feed.back(unpacker.unused_data)
                self._unpacker = None
                continue
            raw = b""
            if unpacker.needs_input:
                raw = feed.take()
                if not raw:
                    raise CodecError("eof")
            try:
                data = unpacker.decompress(raw, CHUNK)
            except MemoryError:
                raise CodecError("memory") from None
            except Exception as error:
                raise self.wrong(error) from None
            if data:
                self.total += len(data)
                return bytes(data)
        return b""

    def wrong(self, error: Exception) -> CodecError:
        """Return what a decompressor's complaint means."""
        return CodecError("data")

    def _next_stream(self) -> bool:
        head = self._feed.peek(16)
        first, self._first = self._first, False
        if not head and not first:
            self.ended = True
        elif not self.begins(head, first):
            self.garbage = head
            self.ended = True
        else:
            self._needed = self.needs(head)
            self._unpacker = self.new(head)
        return not self.ended


class Bzip2Reader(StreamReader):
    """bzip2: streams one after another; anything else behind the first is garbage."""

    def begins(self, head: bytes, first: bool) -> bool:
        fits = head[:3] == b"BZh" and head[3:4] in b"123456789" and len(head) > 3
        if first and not fits:
            raise CodecError("eof" if b"BZh".startswith(head[:3]) and len(head) < 4 else "format")
        return fits

    def new(self, head: bytes) -> Any:
        import bz2

        return bz2.BZ2Decompressor()

    def needs(self, head: bytes) -> int:
        return (head[3] - 48) * 400_000 + 100_000


class XzReader(StreamReader):
    """xz and, with `alone`, the older .lzma; padding of zeros may stand between streams, in fours."""

    def __init__(self, feed: Feed, form: str = "auto") -> None:
        super().__init__(feed)
        self.form = form

    def begins(self, head: bytes, first: bool) -> bool:
        is_xz = head[:6] == b"\xfd7zXZ\0"
        if first:
            if self.form == "auto":
                self.form = "xz" if is_xz else "lzma"
            if self.form == "xz" and not is_xz:
                raise CodecError("eof" if head and b"\xfd7zXZ\0".startswith(head) else "format")
            if self.form == "lzma" and not plausible_lzma(head):
                raise CodecError("format")
            return True
        if self.form == "lzma":
            raise CodecError("data")
        zeros = 0
        while head and not head.strip(b"\0"):
            zeros += len(self._feed.exactly(len(head)))
            head = self._feed.peek(16)
        lead = len(head) - len(head.lstrip(b"\0"))
        self._feed.exactly(lead)
        if (zeros + lead) % 4:
            raise CodecError("data")
        head = self._feed.peek(16)
        if not head:
            self.ended = True
            return True
        if head[:6] != b"\xfd7zXZ\0":
            raise CodecError("eof" if len(head) < 6 else "data")
        return True

    def new(self, head: bytes) -> Any:
        import lzma

        form = lzma.FORMAT_ALONE if self.form == "lzma" else lzma.FORMAT_XZ
        return lzma.LZMADecompressor(form, memlimit=XZ_MEMORY)

    def needs(self, head: bytes) -> int:
        if self.form == "lzma":
            return min(max(int.from_bytes(head[1:5], "little"), 4096), XZ_MEMORY)
        return min(dictionary_size(self._feed.peek(64)), XZ_MEMORY)

    def wrong(self, error: Exception) -> CodecError:
        return CodecError("memory" if "emory" in str(error) else "options" if "nsupported" in str(error) else "data")


def plausible_lzma(head: bytes) -> bool:
    """Tell whether an .lzma file may begin so: there is no magic number, only values that make sense.

    Source: liblzma's lzma_alone decoder: dictionary sizes of 2^n or 2^n + 2^(n-1), and known sizes below 256 GiB.
    """
    if len(head) < 13 or head[0] >= 225:
        return False
    size = int.from_bytes(head[1:5], "little")
    if size != 0xFFFFFFFF:
        low = size & -size
        if size and size != low and size != low * 3:
            return False
    length = int.from_bytes(head[5:13], "little")
    return length == (1 << 64) - 1 or length < (1 << 38)


def dictionary_size(head: bytes) -> int:
    """Return the size of the dictionary that the first block of an .xz stream asks for; 8 MiB if that can't be seen.

    Source: the .xz file format, block headers: sizes, then filters; LZMA2 has the id 0x21 and one byte, the size's logarithm.
    """
    at = 14
    if len(head) < 20:
        return 8 << 20
    for flag in (0x40, 0x80):
        if head[13] & flag:
            while at < len(head) and head[at] & 0x80:
                at += 1
            at += 1
    place = head.find(b"\x21\x01", at)
    bits = head[place + 2] if 0 <= place < len(head) - 2 else 22
    if bits > 40:
        return XZ_MEMORY
    return (2 | bits & 1) << (bits // 2 + 11)


def zstd_module() -> Any:
    """Return Python's zstd, of 3.14 or its backport. Raises CodecError("missing")."""
    from importlib import import_module

    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise CodecError("missing")


class ZstdReader(StreamReader):
    """zstd: frames one after another, skippable ones too."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._zstd = zstd_module()

    def begins(self, head: bytes, first: bool) -> bool:
        fits = head[:4] == b"\x28\xb5\x2f\xfd" or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F)
        if first and not fits:
            raise CodecError("format" if len(head) >= 4 else "short" if head else "empty")
        return fits

    def new(self, head: bytes) -> Any:
        zstd = self._zstd
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})

    def needs(self, head: bytes) -> int:
        """Return the window's size from the frame's header. Source: RFC 8878, 3.1.1.1."""
        descriptor = head[4] if len(head) > 5 else 0
        if descriptor & 0x20:
            width = (1, 2, 4, 8)[descriptor >> 6]
            at = 5 + (0, 1, 2, 4)[descriptor & 3]
            window = int.from_bytes(head[at : at + width], "little")
        else:
            log = 10 + (head[5] >> 3 if len(head) > 5 else 0)
            window = (1 << log) + ((1 << log) >> 3) * (head[5] & 7 if len(head) > 5 else 0)
        return min(window, 1 << ZSTD_WINDOW_LOG) + (1 << 18)

    def wrong(self, error: Exception) -> CodecError:
        return CodecError("memory" if "emory" in str(error) else "data")


# ---------------------------------------------------------------- writers


class StreamWriter:
    """A compressor whose memory is accounted for until it is done: as it fills with what it was given, `memory` at most."""

    def __init__(self, k: Syscalls, packer: Any, memory: int) -> None:
        self._k = k
        self._memory = memory
        self._packer = packer
        self._charged = self._taken = 0

    def compress(self, data: bytes) -> bytes:
        """Take data, return what is ready. Raises OutOfMemory."""
        self._taken += len(data)
        if self._charged < self._memory:
            wanted = min(self._memory, (1 << 20) + _HELD_PER_BYTE * self._taken)
            self._k.charge(wanted - self._charged)
            self._charged = wanted
        return bytes(self._packer.compress(data))

    def finish(self) -> bytes:
        """Return the rest."""
        data = bytes(self._packer.flush())
        self._k.charge(-self._charged)
        return data


_HELD_PER_BYTE = 11  # what xz keeps of each byte in its dictionary and the tables for it


class Bzip2Writer(StreamWriter):
    """bzip2 at a level of 1 to 9."""

    def __init__(self, k: Syscalls, level: int = 9) -> None:
        import bz2

        super().__init__(k, bz2.BZ2Compressor(level), level * 800_000 + 400_000)


_XZ_ENCODER_MIB = (3, 9, 17, 32, 48, 94, 94, 186, 370, 674)  # by level, as the manual of xz has it


class XzWriter(StreamWriter):
    """xz, or with form "lzma" the older .lzma. check: crc64, crc32, sha256, none."""

    def __init__(
        self, k: Syscalls, level: int = 6, *, extreme: bool = False, form: str = "xz", check: str = "crc64"
    ) -> None:
        import lzma

        memory = _XZ_ENCODER_MIB[level] << 20
        preset = level | (lzma.PRESET_EXTREME if extreme else 0)
        if form == "lzma":
            packer = lzma.LZMACompressor(lzma.FORMAT_ALONE, preset=preset)
        else:
            checks = {
                "none": lzma.CHECK_NONE,
                "crc32": lzma.CHECK_CRC32,
                "crc64": lzma.CHECK_CRC64,
                "sha256": lzma.CHECK_SHA256,
            }
            packer = lzma.LZMACompressor(lzma.FORMAT_XZ, check=checks[check], preset=preset)
        super().__init__(k, packer, memory)


class ZstdWriter(StreamWriter):
    """zstd at a level of 1 to 19. size: how much will come, for the frame's header, if that is known."""

    def __init__(self, k: Syscalls, level: int = 3, *, check: bool = True, size: int | None = None) -> None:
        zstd = zstd_module()
        parameter = zstd.CompressionParameter
        options = {parameter.compression_level: level, parameter.checksum_flag: int(check)}
        packer = zstd.ZstdCompressor(options=options)
        if size is not None:
            packer.set_pledged_input_size(size)
        memory = (4 << 20) if level <= 5 else (32 << 20) if level <= 12 else (96 << 20)
        super().__init__(k, packer, memory)
