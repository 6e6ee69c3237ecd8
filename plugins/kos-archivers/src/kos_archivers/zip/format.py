"""The zip format: members one after another, a central directory behind them, its end record last. Source: PKWARE's APPNOTE.

    directory = Directory(k, fd)          raises BadZip; for entry in directory.entries(): ...
    read_member(k, fd, entry)             a reader (see compress/codecs.py) that checks length and CRC

Numbers of a directory aren't trusted: entries are read as they come, each within the file.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kos_kernel.api import CHUNK

from ..compress.files import work

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from ..stamps import Zone

LOCAL, CENTRAL, END, END64, LOCATOR64, DESCRIPTOR = b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\7\x08"
STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
UTF8 = 0x800
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_FULL = 0xFFFFFFFF


class BadZip(Exception):
    """A file that is no zip archive, or a damaged one. kind: "end" no directory found, "directory", "local", "eof"."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class BadMember(Exception):
    """A member that can't be read. kind: "data", "crc", "length", "method", "encrypted", "local"; crc: what came out."""

    def __init__(self, kind: str, crc: int = 0) -> None:
        super().__init__(kind)
        self.kind = kind
        self.crc = crc


class Entry:
    """A member, as the central directory has it. raw: that directory's record, to be copied."""

    __slots__ = (
        "comment", "crc", "date", "extra", "external", "flags", "internal", "made_by", "method", "name", "needed", "offset",
        "packed", "size", "time", "uid",
    )  # fmt: skip

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.made_by, self.needed, self.flags, self.method = 0x031E, 10, 0, STORED
        self.time = self.date = 0
        self.crc = self.packed = self.size = 0
        self.extra = self.comment = b""
        self.internal = self.external = self.offset = 0

    @property
    def mode(self) -> int:
        """The Unix mode, 0 if there is none."""
        return self.external >> 16 if self.made_by >> 8 in (3, 19) else 0

    @property
    def is_directory(self) -> bool:
        return self.name.endswith(b"/")

    @property
    def is_symlink(self) -> bool:
        return self.mode & 0o170000 == 0o120000

    def unix_time(self) -> int | None:
        """Return the modification time, seconds since 1970, if an extra field has it."""
        for kind, data in extras(self.extra):
            if kind == 0x5455 and len(data) >= 5 and data[0] & 1:
                return int.from_bytes(data[1:5], "little", signed=True)
        return None

    def seconds(self, zone: Zone) -> int:
        """Return the modification time, seconds since 1970."""
        from ..stamps import Moment

        found = self.unix_time()
        if found is not None:
            return found
        month, day = min(max(self.date >> 5 & 15, 1), 12), max(self.date & 31, 1)
        return zone.seconds(
            Moment(1980 + (self.date >> 9), month, day, self.time >> 11, self.time >> 5 & 63, (self.time & 31) * 2)
        )


def extras(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the extra fields: (kind, data). A broken rest is passed over."""
    at = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        if at + 4 + size > len(data):
            return
        yield kind, data[at + 4 : at + 4 + size]
        at += 4 + size


class Directory:
    """count: how many entries it says to have. comment: the archive's. start: where it begins. shift: bytes before the archive."""

    def __init__(self, k: Syscalls, fd: int) -> None:
        self._k = k
        self._fd = fd
        self.file_size = k.fstat(fd).size
        tail_size = min(self.file_size, 65557)
        tail = exactly(k, fd, tail_size, self.file_size - tail_size)
        at = tail.rfind(END)
        if at < 0 or at + 22 > len(tail):
            raise BadZip("end")
        fields = _END.unpack_from(tail, at)
        self.count, size, start, comment = fields[4], fields[5], fields[6], fields[7]
        self.comment = tail[at + 22 : at + 22 + comment]
        end = self.file_size - tail_size + at
        if at >= 20 and tail[at - 20 : at - 16] == LOCATOR64:
            place = struct.unpack_from("<Q", tail, at - 12)[0]
            record = exactly(k, fd, 56, place) if place + 56 <= self.file_size else b""
            if record[:4] == END64:
                self.count, size, start = struct.unpack_from("<QQQ", record, 32)
                end = place
        self.start = start
        self.shift = end - size - start
        self.end = end
        if self.shift < 0 or size > end:
            raise BadZip("directory")

    def entries(self) -> Iterator[Entry]:
        """Yield the entries. Raises BadZip where the directory is broken."""
        at = self.start + self.shift
        k, fd = self._k, self._fd
        buffer = b""
        held = 0
        for number in range(self.count):
            if len(buffer) - held < 66000 + 46 and at + len(buffer) - held < self.end:
                position = at + len(buffer)
                buffer = buffer[held:] + exactly(k, fd, min(1 << 18, self.end - position), position)
                at += held
                held = 0
            if len(buffer) - held < 46 or buffer[held : held + 4] != CENTRAL:
                raise BadZip("directory" if number == 0 else "entry")
            fields = _CENTRAL.unpack_from(buffer, held)
            name_size, extra_size, comment_size = fields[10], fields[11], fields[12]
            begin = held + 46
            whole = begin + name_size + extra_size + comment_size
            if whole > len(buffer):
                raise BadZip("entry")
            entry = Entry(buffer[begin : begin + name_size])
            entry.made_by, entry.needed, entry.flags, entry.method, entry.time, entry.date = fields[1:7]
            entry.crc, entry.packed, entry.size = fields[7:10]
            entry.internal, entry.external, entry.offset = fields[14:17]
            entry.extra = buffer[begin + name_size : begin + name_size + extra_size]
            entry.comment = buffer[begin + name_size + extra_size : whole]
            _sizes64(entry)
            entry.offset += self.shift
            held = whole
            yield entry
            k.tick()


def _sizes64(entry: Entry) -> None:
    """Take sizes that don't fit 32 bits from the extra field."""
    for kind, data in extras(entry.extra):
        if kind == 1:
            at = 0
            for slot in ("size", "packed", "offset"):
                if getattr(entry, slot) == _FULL and at + 8 <= len(data):
                    setattr(entry, slot, int.from_bytes(data[at : at + 8], "little"))
                    at += 8


def exactly(k: Syscalls, fd: int, size: int, offset: int) -> bytes:
    """Return so many bytes from there. Raises BadZip if the file ends before."""
    parts = []
    while size > 0:
        data = k.pread(fd, min(size, CHUNK), offset)
        if not data:
            raise BadZip("eof")
        parts.append(data)
        size -= len(data)
        offset += len(data)
    return b"".join(parts)


def data_start(k: Syscalls, fd: int, entry: Entry) -> int:
    """Return where a member's data begin. Raises BadMember."""
    try:
        head = exactly(k, fd, 30, entry.offset)
    except BadZip:
        raise BadMember("local") from None
    if head[:4] != LOCAL:
        raise BadMember("local")
    fields = _LOCAL.unpack(head)
    return int(entry.offset + 30 + fields[9] + fields[10])


class MemberReader:
    """A member's data, unfolded a piece at a time and checked at the end."""

    def __init__(self, k: Syscalls, fd: int, entry: Entry) -> None:
        if entry.flags & 1:
            raise BadMember("encrypted")
        self._k = k
        self._fd = fd
        self._entry = entry
        self._at = data_start(k, fd, entry)
        self._left = entry.packed
        self._crc = 0
        self._ended = False
        self.garbage = b""
        self.total = 0
        self._unpacker: Any = None
        if entry.method == DEFLATED:
            self._unpacker = zlib.decompressobj(-15)
        elif entry.method == BZIP2:
            import bz2

            self._unpacker = bz2.BZ2Decompressor()
        elif entry.method == LZMA:
            self._start_lzma()
        elif entry.method != STORED:
            raise BadMember("method")

    def _start_lzma(self) -> None:
        import lzma

        head = self._raw(4)
        size = int.from_bytes(head[2:4], "little")
        props = self._raw(size) if size == 5 else b""
        if len(props) < 5 or props[0] >= 225:
            raise BadMember("data")
        rest, lc = divmod(props[0], 9)
        pb, lp = divmod(rest, 5)
        dictionary = int.from_bytes(props[1:5], "little")
        if lc + lp > 4 or dictionary > 1 << 26:
            raise BadMember("data")
        filters = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": max(dictionary, 4096)}]
        self._unpacker = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)

    def _raw(self, size: int) -> bytes:
        data = self._k.pread(self._fd, min(size, self._left), self._at)
        self._at += len(data)
        self._left -= len(data)
        return data

    def read(self) -> bytes:
        """Return the next bytes, b"" at the end. Raises BadMember."""
        while not self._ended:
            data = self._piece()
            if not data:
                continue
            self.total += len(data)
            self._k.tick(work(len(data)))
            self._crc = zlib.crc32(data, self._crc)
            if self.total > self._entry.size:
                raise BadMember("length")
            return data
        return b""

    def _piece(self) -> bytes:
        unpacker = self._unpacker
        if unpacker is None:
            data = self._raw(CHUNK)
            if not data:
                self._finish()
            return data
        if unpacker.eof:
            self._finish()
            return b""
        raw = getattr(unpacker, "unconsumed_tail", b"") or (b"" if not self._wants(unpacker) else self._raw(CHUNK))
        try:
            data = bytes(unpacker.decompress(raw, CHUNK))
        except Exception:  # each library has its own kind of error for damaged data
            raise BadMember("data") from None
        if not data and not raw and not unpacker.eof:
            if self._entry.method == LZMA and self.total == self._entry.size:
                self._finish()
            else:
                raise BadMember("data")
        return data

    def _wants(self, unpacker: Any) -> bool:
        return bool(getattr(unpacker, "needs_input", True))

    def _finish(self) -> None:
        self._ended = True
        if self.total != self._entry.size:
            raise BadMember("length")
        if self._crc != self._entry.crc:
            raise BadMember("crc", self._crc)


# ---------------------------------------------------------------- writing


def local_header(entry: Entry, extra: bytes) -> bytes:
    """Return a member's header."""
    size, packed = entry.size, entry.packed
    if max(size, packed) >= _FULL:
        extra = struct.pack("<HHQQ", 1, 16, size, packed) + extra
        size = packed = _FULL
    head = _LOCAL.pack(
        LOCAL, entry.needed, entry.flags, entry.method, entry.time, entry.date, entry.crc, packed, size, len(entry.name), len(extra),
    )  # fmt: skip
    return head + entry.name + extra


def central_header(entry: Entry) -> bytes:
    """Return an entry of the directory."""
    size, packed, offset, extra = entry.size, entry.packed, entry.offset, entry.extra
    large = b"".join([struct.pack("<Q", value) for value in (size, packed, offset) if value >= _FULL])
    if large:
        extra = struct.pack("<HH", 1, len(large)) + large + without(extra, 1)
        size, packed, offset = min(size, _FULL), min(packed, _FULL), min(offset, _FULL)
    head = _CENTRAL.pack(
        CENTRAL, entry.made_by, entry.needed, entry.flags, entry.method, entry.time, entry.date, entry.crc, packed, size,
        len(entry.name), len(extra), len(entry.comment), 0, entry.internal, entry.external, offset,
    )  # fmt: skip
    return head + entry.name + extra + entry.comment


def without(extra: bytes, kind: int) -> bytes:
    """Return extra fields but for those of a kind."""
    return b"".join([struct.pack("<HH", one, len(data)) + data for one, data in extras(extra) if one != kind])


def end_record(count: int, start: int, size: int, comment: bytes) -> bytes:
    """Return what an archive ends in."""
    out = b""
    if count >= 0xFFFF or max(start, size) >= _FULL:
        out = struct.pack("<4sQ2H2L4Q", END64, 44, 0x031E, 45, 0, 0, count, count, size, start)
        out += struct.pack("<4sLQL", LOCATOR64, 0, start + size, 1)
    count, start, size = min(count, 0xFFFF), min(start, _FULL), min(size, _FULL)
    return out + _END.pack(END, 0, 0, count, count, size, start, len(comment)) + comment
