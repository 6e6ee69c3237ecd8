"""A filesystem in memory that forks in constant time.

Three things that are usually one, so that a fork can share them:

    directory body   name -> inode number                                 directory.py
    inode table      slot -> Record (header and body), copy-on-write      table.py
    MemoryInode      this machine's handle: identity for open files, cwds, dentries; made at first touch

A hard link is the same number in two directories, so a record that was cloned is seen under all its names at once, and by open
files, since they hold the handle. Fork gives both sides a new token; whoever writes to a record of another token clones it
first (`_own`), and a second stamp covers the body, so that chmod doesn't copy a directory.

An inode number is generation << 32 | slot: slots are used again, numbers never.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from kos_kernel.api import (
    S_IFDIR,
    S_IFLNK,
    S_IFMT,
    Context,
    DirEntry,
    FileSystem,
    FileTooLarge,
    Inode,
    NoData,
    NoSpace,
    StaleHandle,
    StatFs,
)

from .content import CHUNK, SMALL, Chunks, cut_chunks, fitting, next_data, read, stored, to_chunks, write_chunks
from .directory import Names, writable_copy
from .table import InodeTable

SLOT = (1 << 32) - 1
GENERATION = 1 << 32
INODE_BYTES = 512  # what an inode is taken to need besides its data
MAX_FILE = 1 << 44


class Record:
    """An inode's header and body, shared by forks until somebody writes. owner, body_owner: tokens of who may write.

    Kept small, since one is made for each new file; what few files have is in FullRecord.
    """

    __slots__ = (
        "atime_ns",
        "body",
        "body_owner",
        "ctime_ns",
        "gid",
        "mode",
        "mtime_ns",
        "nlink",
        "owner",
        "size",
        "uid",
    )

    rdev = 0
    xattrs: dict[bytes, bytes] | None = None
    owned: set[int] | None = None

    def __init__(
        self, owner: object, mode: int, uid: int, gid: int, nlink: int, size: int, now_ns: int, body: Any
    ) -> None:
        self.owner = self.body_owner = owner
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.nlink = nlink
        self.size = size
        self.atime_ns = self.mtime_ns = self.ctime_ns = now_ns
        self.body = body


class FullRecord(Record):
    """A record with a device number, extended attributes (a dict that is replaced, never changed in place), or chunks that it
    owns (`owned`: which of them are bytearrays of this owner's)."""

    __slots__ = ("owned", "rdev", "xattrs")

    rdev: int
    xattrs: dict[bytes, bytes] | None
    owned: set[int] | None


AnyRecord = TypeVar("AnyRecord", bound=Record)


def _copied(record: Record, owner: object, kind: type[AnyRecord]) -> AnyRecord:
    twin = kind.__new__(kind)
    twin.owner = owner
    twin.mode = record.mode
    twin.uid = record.uid
    twin.gid = record.gid
    twin.nlink = record.nlink
    twin.size = record.size
    twin.atime_ns = record.atime_ns
    twin.mtime_ns = record.mtime_ns
    twin.ctime_ns = record.ctime_ns
    twin.body = record.body
    twin.body_owner = record.body_owner
    if isinstance(twin, FullRecord):
        twin.rdev = record.rdev
        twin.xattrs = record.xattrs
        twin.owned = record.owned
    return twin


class MemoryInode(Inode):
    """The handle. attr: the record, replaced when it is cloned."""

    __slots__ = ("attr",)

    fs: MemoryFs
    attr: Record

    def __init__(self, fs: MemoryFs, ino: int, record: Record) -> None:
        self.fs = fs
        self.ino = ino
        self.opens = 0
        self.attr = record

    # ---- before a write
    def _own(self) -> Record:
        """Return the record, this machine's own."""
        record = self.attr
        token = self.fs.token
        if record.owner is not token:
            record = self.attr = _copied(record, token, type(record))
            self.fs.table.set(self.ino & SLOT, record)
        return record

    def _own_full(self) -> FullRecord:
        """Return this machine's own record with room for what few files have."""
        record = self._own()
        if type(record) is not FullRecord:
            record = self.attr = _copied(record, self.fs.token, FullRecord)
            self.fs.table.set(self.ino & SLOT, record)
        return record

    def _own_names(self) -> Record:
        """Return a directory's record with names that may be changed."""
        record = self._own()
        if record.body_owner is not self.fs.token:
            record.body = writable_copy(record.body)
            record.body_owner = self.fs.token
        return record

    # ---- directories
    def lookup(self, name: bytes) -> Inode | None:
        number = self.attr.body.get(name)
        return None if number is None else self.fs.inode(number)

    def readdir(self) -> Iterable[DirEntry]:
        table = self.fs.table
        names: Names = self.attr.body
        return [DirEntry(name, number, table.get(number & SLOT).mode & S_IFMT) for name, number in names.items()]

    def is_empty(self) -> bool:
        return not len(self.attr.body)

    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Inode:
        if mode & S_IFMT == S_IFDIR:
            made = self._add(name, Record(self.fs.token, mode, uid, gid, 2, 0, self.fs.clock.realtime_ns(), {}))
            self.attr.nlink += 1
            return made
        made = self._add(name, Record(self.fs.token, mode, uid, gid, 1, 0, self.fs.clock.realtime_ns(), b""))
        if rdev:
            made._own_full().rdev = rdev
        return made

    def symlink(self, name: bytes, target: bytes, uid: int, gid: int) -> Inode:
        return self._add(
            name, Record(self.fs.token, S_IFLNK | 0o777, uid, gid, 1, len(target), self.fs.clock.realtime_ns(), target)
        )

    def _add(self, name: bytes, record: Record) -> MemoryInode:
        """Put a new inode into this directory. A hot path: the page of the table is written directly where that is allowed."""
        fs = self.fs
        token = fs.token
        usage = fs.usage
        used = usage.used + INODE_BYTES
        if (used > usage.limit and not usage.grow(used)) or fs.count >= fs.max_inodes:
            raise NoSpace(None, f"the filesystem holds at most {usage.total} bytes and {fs.max_inodes} files")
        usage.used = used
        fs.count += 1
        free = fs.free
        if free is None:
            number = fs.next_slot
            fs.next_slot = number + 1
            if number & 63 and fs.page is not None:
                fs.page[number & 63] = record
            else:
                fs.page = fs.table.set(number, record)
        else:
            number, fs.free = free
            fs.table.set(number & SLOT, record)
        made = fs.handles[number] = MemoryInode(fs, number, record)
        mine = self.attr
        if mine.owner is not token or mine.body_owner is not token:
            mine = self._own_names()
        mine.body[name] = number
        mine.mtime_ns = mine.ctime_ns = record.mtime_ns
        return made

    def link(self, name: bytes, inode: Inode) -> None:
        assert isinstance(inode, MemoryInode)
        now_ns = self.fs.clock.realtime_ns()
        record = inode._own()
        record.nlink += 1
        record.ctime_ns = now_ns
        mine = self._own_names()
        mine.body[name] = inode.ino
        mine.mtime_ns = mine.ctime_ns = now_ns

    def unlink(self, name: bytes, inode: Inode) -> None:
        assert isinstance(inode, MemoryInode)
        fs = self.fs
        token = fs.token
        now_ns = fs.clock.realtime_ns()
        mine = self.attr
        if mine.owner is not token or mine.body_owner is not token:
            mine = self._own_names()
        del mine.body[name]
        mine.mtime_ns = mine.ctime_ns = now_ns
        record = inode.attr
        if record.owner is not token:
            record = inode._own()
        record.nlink -= 1
        record.ctime_ns = now_ns
        if record.nlink == 0 and inode.opens == 0:
            fs.forget(inode)

    def rmdir(self, name: bytes, inode: Inode) -> None:
        assert isinstance(inode, MemoryInode)
        self._remove_directory(name, inode)

    def _remove_directory(self, name: bytes, inode: MemoryInode) -> None:
        now_ns = self.fs.clock.realtime_ns()
        mine = self._own_names()
        del mine.body[name]
        mine.nlink -= 1
        mine.mtime_ns = mine.ctime_ns = now_ns
        record = inode._own()
        record.nlink = 0
        record.ctime_ns = now_ns
        if inode.opens == 0:
            self.fs.forget(inode)

    def rename(self, name: bytes, inode: Inode, into: Inode, new_name: bytes, victim: Inode | None) -> None:
        assert isinstance(inode, MemoryInode) and isinstance(into, MemoryInode)
        if victim is not None:
            assert isinstance(victim, MemoryInode)
            if victim.attr.mode & S_IFMT == S_IFDIR:
                into._remove_directory(new_name, victim)
            else:
                into.unlink(new_name, victim)
        mine, theirs = self._own_names(), into._own_names()
        del mine.body[name]
        theirs.body[new_name] = inode.ino
        moved = inode._own()
        if mine is not theirs and moved.mode & S_IFMT == S_IFDIR:
            mine.nlink -= 1
            theirs.nlink += 1
        now_ns = self.fs.clock.realtime_ns()
        mine.mtime_ns = mine.ctime_ns = theirs.mtime_ns = theirs.ctime_ns = moved.ctime_ns = now_ns

    # ---- data
    def read(self, offset: int, size: int) -> bytes:
        record = self.attr
        body = record.body
        if type(body) is bytes:
            return body if offset == 0 and size >= len(body) else body[offset : offset + size]
        if type(body) is not bytearray and type(body) is not Chunks:
            return super().read(offset, size)
        return read(body, record.size, offset, size)

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> int:
        record = self.attr
        fs = self.fs
        token = fs.token
        if record.owner is not token:
            record = self._own()
        size = record.size
        count = len(data)
        if not count:
            return 0  # not even a gap before it is made
        end = offset + count
        if end > MAX_FILE:
            if offset >= MAX_FILE:
                raise FileTooLarge(None, f"a file holds at most {MAX_FILE} bytes")
            count = MAX_FILE - offset
            data = memoryview(data)[:count]
            end = MAX_FILE
        body = record.body
        usage = fs.usage
        if end <= SMALL and type(body) is not Chunks:
            if end > size:
                growth = end - size
                if usage.used + growth > usage.limit and not usage.grow(usage.used + growth):
                    growth = max(0, usage.limit - usage.used)
                    count = size + growth - offset  # a part still fits
                    if count <= 0:
                        raise NoSpace(None, f"the filesystem holds at most {usage.total} bytes")
                    data = memoryview(data)[:count]
                    end = offset + count
                usage.used += growth
                record.size = end
            if size == 0 and offset == 0:
                record.body = bytes(data)
                record.body_owner = token
            else:
                if type(body) is not bytearray or record.body_owner is not token:
                    body = record.body = bytearray(body)
                    record.body_owner = token
                if offset > len(body):
                    body.extend(bytes(offset - len(body)))
                body[offset:end] = data
        else:
            record = self._own_full()
            chunks, owned = self._chunks(record)
            usage.grow(usage.used + len(data) + CHUNK)
            room = usage.limit - usage.used
            if room < count + CHUNK:
                count = fitting(chunks, offset, count, max(0, room))
                if not count:
                    raise NoSpace(None, f"the filesystem holds at most {usage.total} bytes")
                data = memoryview(data)[:count]
                end = offset + count
            usage.used += write_chunks(chunks, owned, offset, data)
            if end > size:
                record.size = end
        record.mtime_ns = record.ctime_ns = fs.clock.realtime_ns()
        return count

    def _chunks(self, record: FullRecord) -> tuple[Chunks, set[int]]:
        """Return the body as chunks that may be changed, and which of them are this machine's own."""
        body = record.body
        token = self.fs.token
        if type(body) is not Chunks:
            body = record.body = to_chunks(body)
            record.owned = set()
            record.body_owner = token
        elif record.body_owner is not token:
            body = record.body = body.duplicate()
            record.owned = set()
            record.body_owner = token
        if record.owned is None:
            record.owned = set()
        return body, record.owned

    def truncate(self, size: int) -> None:
        fs = self.fs
        record = self._own()
        old = record.size
        if size > MAX_FILE:
            raise FileTooLarge(None, f"a file holds at most {MAX_FILE} bytes")
        if size != old:
            usage = fs.usage
            if size == 0:
                usage.used -= stored(record.body)
                record.body = b""
                record.body_owner = fs.token
            elif size <= SMALL and type(record.body) is not Chunks:
                if size > old and usage.used + size - old > usage.limit and not usage.grow(usage.used + size - old):
                    raise NoSpace(None, f"the filesystem holds at most {usage.total} bytes")
                usage.used += size - old
                record.body = bytes(record.body)[:size].ljust(size, b"\0")
                record.body_owner = fs.token
            else:
                record = self._own_full()
                chunks, owned = self._chunks(record)
                if size < old:
                    usage.used -= cut_chunks(chunks, owned, size)
            record.size = size
        record.mtime_ns = record.ctime_ns = fs.clock.realtime_ns()

    def blocks(self) -> int:
        """Return how many blocks of 512 bytes its data takes: holes take none."""
        body = self.attr.body
        return (stored(body) + 4095 >> 12) * 8 if isinstance(body, (bytes, bytearray, Chunks)) else 0

    def next_data(self, offset: int) -> int:
        """Return the first place from `offset` on that isn't in a hole, or the size."""
        record = self.attr
        return next_data(record.body, record.size, offset)

    def readlink(self) -> bytes:
        target: bytes = self.attr.body
        return target

    # ---- attributes
    def set_mode(self, mode: int, now_ns: int) -> None:
        record = self._own()
        record.mode = record.mode & S_IFMT | mode
        record.ctime_ns = now_ns

    def set_owner(self, uid: int, gid: int, now_ns: int) -> None:
        record = self._own()
        record.uid, record.gid, record.ctime_ns = uid, gid, now_ns

    def set_times(self, atime_ns: int | None, mtime_ns: int | None, now_ns: int) -> None:
        record = self._own()
        if atime_ns is not None:
            record.atime_ns = atime_ns
        if mtime_ns is not None:
            record.mtime_ns = mtime_ns
        record.ctime_ns = now_ns

    def touch_atime(self, now_ns: int) -> None:
        self._own().atime_ns = now_ns

    def getxattr(self, name: bytes) -> bytes:
        xattrs = self.attr.xattrs
        if xattrs is None or name not in xattrs:
            raise NoData()
        return xattrs[name]

    def setxattr(self, name: bytes, value: bytes, now_ns: int) -> None:
        record = self._own_full()
        old = record.xattrs or {}
        usage = self.fs.usage
        growth = len(value) - len(old.get(name, b""))
        if usage.used + growth > usage.limit and not usage.grow(usage.used + growth):
            raise NoSpace(None, f"the filesystem holds at most {usage.total} bytes")
        usage.used += growth
        record.xattrs = {**old, name: value}
        record.ctime_ns = now_ns

    def listxattr(self) -> list[bytes]:
        return sorted(self.attr.xattrs or ())

    def removexattr(self, name: bytes, now_ns: int) -> None:
        value = self.getxattr(name)
        record = self._own_full()
        record.xattrs = {key: kept for key, kept in (record.xattrs or {}).items() if key != name}
        record.ctime_ns = now_ns
        self.fs.usage.used -= len(value)


STEP = 1 << 18  # room is asked of the machine in steps, so that a write compares with one number


class Usage:
    """How many bytes are used, of how many. total: what the filesystem holds; limit: how much of that the machine has granted.

    disk: the machine's account of all filesystems in memory, None where nobody keeps one.
    """

    __slots__ = ("disk", "limit", "total", "used")

    def __init__(self, total: int, used: int, disk: Any = None) -> None:
        self.total = total
        self.used = used
        self.disk = disk
        self.limit = total if disk is None else 0
        if disk is not None:
            disk.join(self.give_slack)
            self.grow(used)

    def give_slack(self) -> None:
        """Others need room: give back what isn't used."""
        self.disk.give(self.limit - self.used)
        self.limit = self.used

    def end(self) -> None:
        """Give everything back: nothing can be written any more."""
        if self.disk is not None:
            self.disk.leave(self.give_slack)
            self.disk.give(self.limit)
        self.limit = self.total = 0
        self.disk = None

    def grow(self, needed: int) -> bool:
        """Ask the machine for room up to `needed` bytes and a step beyond; True if there are `needed` now."""
        if needed > self.limit and self.disk is not None:
            wanted = min(self.total, needed + STEP)
            for _ in range(2):  # the first time it may have to give up its own slack too: see DiskAccount.take
                granted = self.disk.take(wanted - self.limit)
                self.limit += granted
        return needed <= self.limit

    def shrink(self) -> None:
        """Something was freed: give back what is far more than needed."""
        if self.disk is not None and self.limit - self.used > 4 * STEP:
            self.disk.give(self.limit - self.used - STEP)
            self.limit = self.used + STEP

    def fork(self, disk: Any) -> Usage:
        """Return the copy for a forked machine, whose account has the same sum."""
        twin = Usage.__new__(Usage)
        twin.total, twin.used, twin.limit, twin.disk = self.total, self.used, self.limit, disk
        if disk is not None:
            disk.join(twin.give_slack)
        return twin


class MemoryFs(FileSystem):
    """See above. options: size_bytes, max_inodes, mode, uid, gid of the root."""

    fstype = "memory"

    __slots__ = ("clock", "count", "free", "handles", "max_inodes", "next_slot", "page", "table", "token", "usage")

    def __init__(self, options: Any, ctx: Context) -> None:
        self.clock = ctx.clock
        self.token = object()
        self.table = InodeTable(self.token)
        self.handles: dict[int, MemoryInode] = {}
        self.free: Any = None  # (number, next): a list that forks share
        self.next_slot = 2
        self.page: Any = None  # the table's page that holds next_slot, while it is this machine's own
        self.count = 1
        self.max_inodes = options.max_inodes
        self.usage = Usage(options.size_bytes, INODE_BYTES, getattr(ctx, "disk", None))
        self.table.set(0, None)
        now_ns = ctx.clock.realtime_ns()
        self.table.set(1, Record(self.token, S_IFDIR | options.mode, options.uid, options.gid, 2, 0, now_ns, {}))

    def root(self) -> Inode:
        return self.inode(1)

    def inode(self, ino: int) -> Inode:
        found = self.handles.get(ino)
        if found is None:
            if not 0 < ino & SLOT < self.next_slot:
                raise StaleHandle()
            record = self.table.get(ino & SLOT)
            if record is None:
                raise StaleHandle()
            found = self.handles[ino] = MemoryInode(self, ino, record)
        return found

    def forget(self, inode: Inode) -> None:
        record = inode.attr
        number = inode.ino
        self.usage.used -= INODE_BYTES + (stored(record.body) if record.mode & S_IFMT not in (S_IFDIR, S_IFLNK) else 0)
        if record.xattrs:
            self.usage.used -= sum(map(len, record.xattrs.values()))
        self.usage.shrink()
        self.count -= 1
        self.table.set(number & SLOT, None)
        self.handles.pop(number, None)
        self.free = (number + GENERATION, self.free)

    def statfs(self) -> StatFs:
        limit, used = self.usage.total, self.usage.used
        free = max(0, limit - used) // 4096
        return StatFs("tmpfs", 4096, limit // 4096, free, free, self.max_inodes, self.max_inodes - self.count, 255)

    def unmounted(self) -> None:
        """Give the room back, unless somebody holds a file open: its content stays, and so does what it takes."""
        if not any(handle.opens for handle in self.handles.values()):
            self.usage.end()

    def fork(self, ctx: Context) -> FileSystem:
        twin = MemoryFs.__new__(MemoryFs)
        twin.clock = ctx.clock
        twin.token = object()
        self.token = object()
        twin.page = self.page = None
        twin.table = self.table.fork(twin.token, self.token)
        twin.handles = {}
        twin.free = self.free
        twin.next_slot = self.next_slot
        twin.count = self.count
        twin.max_inodes = self.max_inodes
        twin.usage = self.usage.fork(getattr(ctx, "disk", None))
        return twin
