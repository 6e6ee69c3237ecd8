"""The archive that zip changes: what it has, what is added or replaced, and writing it anew."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK, O_CREAT, O_EXCL, O_RDWR, FileTooLarge, NoSuchFile, SysError, cause

from ..compress.files import work, write_all
from ..stamps import broken_down
from .format import (
    DEFLATED,
    STORED,
    UTF8,
    BadMember,
    BadZip,
    Directory,
    Entry,
    central_header,
    data_start,
    end_record,
    exactly,
    local_header,
)
from .lists import share

if TYPE_CHECKING:
    from kos_kernel.api import Stat

    from .zip import Zip

_LEVEL_FLAGS = {1: 4, 2: 4, 8: 2, 9: 2}


class Input:
    """A file to be added: path on disk, name in the archive. stat: None for standard input."""

    __slots__ = ("name", "path", "stat")

    def __init__(self, path: bytes, name: bytes, stat: Stat | None) -> None:
        self.path = path
        self.name = name
        self.stat = stat

    @property
    def directory(self) -> bool:
        return self.stat is not None and self.stat.mode & 0o170000 == 0o040000


class Archive:
    """entries: what the old archive has. Written anew to a temporary file, or straight to standard output."""

    def __init__(self, job: Zip, name: bytes) -> None:
        self._job = job
        self._k = job.k
        self.name = name
        self.entries: list[Entry] = []
        self._old = -1
        self._old_stat: Stat | None = None
        self._fd = -1
        self._offset = 0
        self._seekable = True
        self._comment = b""
        self._whole = self._packed = 0

    def load(self) -> None:
        """Read the directory of the old archive, if there is one. Raises BadZip and SysError."""
        if self.name == b"-":
            return
        try:
            self._old = self._k.open(self.name)
        except NoSuchFile:
            return
        self._old_stat = self._k.fstat(self._old)
        directory = Directory(self._k, self._old)
        self._comment = directory.comment
        for entry in directory.entries():
            self.entries.append(entry)
            if len(self.entries) % 1024 == 0:
                self._k.charge(1024 * 600)

    @property
    def is_new(self) -> bool:
        """Whether there was no archive of that name."""
        return self._old < 0

    def is_itself(self, one: Input) -> bool:
        old, stat = self._old_stat, one.stat
        return old is not None and stat is not None and (old.dev, old.ino) == (stat.dev, stat.ino)

    # -- changing ------------------------------------------------------------------------------------------------------

    def delete(self, names: set[bytes]) -> None:
        """Write the archive without some members; an empty one goes altogether."""
        keep = []
        for entry in self.entries:
            if entry.name in names:
                self._tell(b"deleting: %s\n" % entry.name)
            else:
                keep.append(entry)
        if not keep:
            self._job.warn(b"zip file empty")
        self._begin()
        self._guarded(lambda: [self._copy(entry) for entry in keep])

    def update(self, inputs: list[Input]) -> bool | None:
        """Add and replace members; None if there was nothing to do."""
        flags = self._job.flags
        newer: dict[bytes, Input] = {one.name: one for one in inputs}
        have = {entry.name: entry for entry in self.entries}
        if "u" in flags or "f" in flags:
            newer = {name: one for name, one in newer.items() if self._is_newer(one, have.get(name))}
            if not newer:
                return None
        self._begin()

        def work() -> list[Entry]:
            done = []
            for entry in self.entries:
                one = newer.get(entry.name)
                verb = b"freshening" if "f" in flags else b"updating"
                done.append(self._copy(entry) if one is None else self._add(one, verb) or self._copy(entry))
            for name, one in newer.items():
                if name not in have:
                    added = self._add(one, b"  adding")
                    if added is not None:
                        done.append(added)
            return done

        self._guarded(work)
        if "v" in flags and self._whole:
            self._tell(
                b"total bytes=%d, compressed=%d -> %d%% savings\n"
                % (self._whole, self._packed, (share(self._whole, self._packed) + 5) // 10)
            )
        return True

    def _is_newer(self, one: Input, entry: Entry | None) -> bool:
        if entry is None:
            return "f" not in self._job.flags
        if one.stat is None:
            return True
        return one.stat.mtime_ns // 10**9 > entry.seconds(self._job.zone)

    def _tell(self, text: bytes) -> None:
        if "q" not in self._job.flags:
            if self.name == b"-":
                self._job.say(text)
            else:
                self._job.out.write(text)

    # -- writing -------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Open what is written to. Raises Stop."""
        from .zip import Stop

        k = self._k
        if self.name == b"-":
            self._fd, self._seekable = 1, False
            return
        folder, slash, _ = self.name.rpartition(b"/")
        for _attempt in range(100):
            letters = b"".join([b"%c" % (97 + byte % 26) for byte in k.getrandom(6)])
            self._temporary = folder + slash + b"zi" + letters
            try:
                self._fd = k.open(self._temporary, O_RDWR | O_CREAT | O_EXCL, 0o666)
                return
            except SysError as error:
                problem = error
        raise Stop(15, b"Could not create output file (%s: %s)" % (self.name, cause(problem)))

    def _guarded(self, work) -> None:  # type: ignore[no-untyped-def]
        """Write all members and the directory; the old archive stays if that fails. Raises Stop."""
        from .zip import Stop

        done = False
        try:
            entries = work()
            start = self._offset
            for entry in entries:
                self._write(central_header(entry))
            size = self._offset - start
            self._write(end_record(len(entries), start, size, self._comment))
            done = True
        except SysError as error:
            raise Stop(14, b"Output file write failure (write error on zip file: %s)" % cause(error)) from None
        except (BadMember, BadZip):
            raise Stop(3, b"Zip file structure invalid (%s)" % self.name) from None
        finally:
            if self._fd != 1:
                self._k.close(self._fd)
                if not done:
                    self._k.unlink(self._temporary)
        if self._fd != 1:
            if self._old_stat is not None:
                self._k.chmod(self._temporary, self._old_stat.mode & 0o7777)
            self._k.rename(self._temporary, self.name)

    def _write(self, data: bytes) -> None:
        write_all(self._k, self._fd, data)
        self._offset += len(data)

    def _copy(self, entry: Entry) -> Entry:
        """Copy a member of the old archive as it is."""
        k = self._k
        begin = data_start(k, self._old, entry)
        at, end = entry.offset, begin + entry.packed
        entry.offset = self._offset
        while at < end:
            data = exactly(k, self._old, min(CHUNK, end - at), at)
            self._write(data)
            at += len(data)
        if entry.flags & 8:
            tail = k.pread(self._old, 16, end)
            size = 16 if tail[:4] == b"PK\7\x08" else 12
            self._write(tail[:size])
        return entry

    def _add(self, one: Input, verb: bytes) -> Entry | None:
        """Add a file; None after complaining that it can't be read."""
        k, job = self._k, self._job
        stat = one.stat
        link = stat is not None and stat.mode & 0o170000 == 0o120000
        fd = 0
        if stat is not None and not link and not one.directory:
            try:
                fd = k.open(one.path)
            except SysError as error:
                job.warn(b"could not open for reading: %s\n%s" % (one.path, cause(error)))
                job.status = 18
                return None
        entry = self._entry(one)
        local = entry.extra
        entry.extra = self._central_extra(local)
        entry.offset = self._offset
        self._tell(b"%s: %s" % (verb, one.name))
        if link:
            target = k.readlink(one.path)
            entry.crc, entry.size, entry.packed = zlib.crc32(target), len(target), len(target)
            self._write(local_header(entry, local) + target)
        elif one.directory:
            self._write(local_header(entry, local))
        else:
            try:
                self._data(entry, local, fd, stat)
            finally:
                if fd:
                    k.close(fd)
        self._whole += entry.size
        self._packed += entry.packed
        tenths = share(entry.size, entry.packed)
        saved = (tenths + 5) // 10 if tenths >= 0 else -((5 - tenths) // 10)
        word = b"deflated" if entry.method == DEFLATED else b"stored"
        sizes = b"\t(in=%d) (out=%d)" % (entry.size, entry.packed) if "v" in job.flags else b""
        self._tell(b"%s (%s %d%%)\n" % (sizes, word, saved))
        return entry

    def _entry(self, one: Input) -> Entry:
        job, stat = self._job, one.stat
        entry = Entry(one.name)
        mtime = self._k.clock_ns() // 10**9 if stat is None else stat.mtime_ns // 10**9
        atime = mtime if stat is None else stat.atime_ns // 10**9
        mode = 0o010600 if stat is None else stat.mode
        entry.external = mode << 16 | (0x10 if one.directory else 0)
        when = broken_down(mtime + (mtime & 1), job.zone)
        if when.year < 1980:
            entry.date, entry.time = 1 << 5 | 1, 0
        else:
            entry.date = min(when.year - 1980, 127) << 9 | when.month << 5 | when.day
            entry.time = when.hour << 11 | when.minute << 5 | when.second >> 1
        if not one.name.isascii():
            try:
                one.name.decode()
                entry.flags |= UTF8
            except UnicodeDecodeError:
                pass
        if "X" not in job.flags:
            low, high = -(1 << 31), (1 << 31) - 1
            stamps = struct.pack("<ii", min(max(mtime, low), high), min(max(atime, low), high))
            entry.extra = struct.pack("<HHB", 0x5455, 9, 3) + stamps
            if stat is not None:
                entry.extra += struct.pack("<HHBBLBL", 0x7875, 11, 1, 4, stat.uid, 4, stat.gid)
        return entry

    def _central_extra(self, local: bytes) -> bytes:
        """Return the fields for the directory: the same without the access time."""
        if not local:
            return b""
        return struct.pack("<HHB", 0x5455, 5, 3) + local[5:9] + local[13:]

    def _data(self, entry: Entry, local: bytes, fd: int, stat: Stat | None) -> None:
        """Write a file's header and data, deflated if that makes them smaller."""
        level = self._job.level
        base = entry.name
        if stat is not None and stat.size == 0 or any(base.endswith(suffix) for suffix in self._job.stored_suffixes):
            level = 0
        if not self._seekable:
            self._streamed(entry, local, fd, level)
            return
        for attempt in (level, 0):
            entry.method = DEFLATED if attempt else STORED
            entry.needed = 20 if attempt else 10
            entry.flags = entry.flags & UTF8 | (_LEVEL_FLAGS.get(attempt, 0))
            self._write(local_header(entry, local))
            self._pack(entry, fd, attempt)
            if not attempt or entry.packed < entry.size or stat is None:
                break
            # It grew: once more, as it is.
            self._k.lseek(fd, 0)
            self._k.ftruncate(self._fd, entry.offset)
            self._k.lseek(self._fd, entry.offset)
            self._offset = entry.offset
            entry.crc = entry.size = entry.packed = 0
        end = self._offset
        if max(entry.size, entry.packed) >= 0xFFFFFFFF:
            raise FileTooLarge(self.name)
        self._k.pwrite(self._fd, local_header(entry, local), entry.offset)
        self._k.lseek(self._fd, end)

    def _streamed(self, entry: Entry, local: bytes, fd: int, level: int) -> None:
        """Write a member where nothing can be put right afterwards: sizes come behind the data."""
        entry.method = DEFLATED
        entry.needed = 20
        entry.flags |= 8 | _LEVEL_FLAGS.get(level, 0)
        self._write(local_header(entry, local))
        self._pack(entry, fd, level, deflate=True)
        self._write(struct.pack("<4sLLL", b"PK\7\x08", entry.crc, entry.packed & 0xFFFFFFFF, entry.size & 0xFFFFFFFF))

    def _pack(self, entry: Entry, fd: int, level: int, *, deflate: bool = False) -> None:
        k = self._k
        packer = zlib.compressobj(level, zlib.DEFLATED, -15, 8 if level < 9 else 9) if level or deflate else None
        before = self._offset
        crc = size = 0
        first = True
        while data := k.read(fd, CHUNK):
            if first:
                entry.internal = int(is_text(data))
                first = False
            crc = zlib.crc32(data, crc)
            size += len(data)
            k.tick(work(len(data)))
            packed = data if packer is None else packer.compress(data)
            if packed:
                self._write(packed)
        if packer is not None:
            self._write(packer.flush())
        entry.crc, entry.size, entry.packed = crc, size, self._offset - before


_BLACK = bytes([*range(7), *range(14, 26), *range(28, 32)])


def is_text(data: bytes) -> bool:
    """Tell whether data look like text. Source: zip's is_text_buf: no control characters but the usual, and something to read."""
    head = data[:32768]
    return len(head.translate(None, _BLACK)) == len(head) and bool(head.translate(None, bytes(range(9)) + b"\v\f\7\33"))
