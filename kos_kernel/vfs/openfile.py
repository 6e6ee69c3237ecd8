"""Open files: what a descriptor points to.

An `OpenFile` is Linux's open file description: an inode, a position, flags. Several descriptors, in several processes, may
share one (`refs`). Its kinds override what they do differently:

    OpenFile ─┬─ RegularFile     bytes at a position, through the inode
              ├─ DirectoryFile   names
              ├─ SnapshotFile    a generated file: the bytes as they were at open
              ├─ PipeReader, PipeWriter, FilledPipe, FifoBoth     (pipe.py)
              ├─ DeviceFile      (devices.py)   SocketFile (net/)   HostInput, HostOutput (hostio.py)
              └─ PathFile        O_PATH: a place, not to be read

read and write may block: they run on the calling program's fiber.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from .. import errors
from ..abi import (
    O_ACCMODE,
    O_APPEND,
    O_NOATIME,
    O_NONBLOCK,
    O_RDONLY,
    O_WRONLY,
    POLLIN,
    POLLOUT,
    SEEK_CUR,
    SEEK_END,
    SEEK_SET,
)
from ..contracts.fs import GeneratedFile, Inode
from .dentry import Dentry

LINE_BLOCK = 160  # what read_until looks at first: most lines are shorter
DAY_NS = 86_400_000_000_000
MAX_OFFSET = (1 << 63) - 1
Bytes = bytes | bytearray | memoryview


class OpenFile:
    """Base of all kinds. inode and dentry are None where there is no name (pipes, sockets, the host's ends)."""

    __slots__ = ("dentry", "flags", "inode", "pos", "refs")

    kind = "file"

    def __init__(self, inode: Inode | None, flags: int, dentry: Dentry | None = None) -> None:
        self.inode = inode
        self.pos = 0
        self.flags = flags
        self.refs = 1
        self.dentry = dentry
        if inode is not None:
            inode.opens += 1

    # ---- what kinds override
    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, blocking until there are some; b"" at the end."""
        raise errors.InvalidArgument(None, f"a {self.kind} can't be read")

    def read_until(self, delimiter: bytes, limit: int) -> bytes:
        """Return what `read` gives up to and with the first `delimiter`, `limit` bytes at most, and not a byte more.

        Shorter at the end. Interrupted carries what was taken until then as `data`. What can't seek is read byte by byte.
        """
        out = bytearray()
        try:
            self.seek(0, SEEK_CUR)
        except errors.SysError:
            return self._read_until_bytewise(delimiter, limit)
        block = LINE_BLOCK
        while len(out) < limit:
            data = self.read(min(block, limit - len(out)))
            at = data.find(delimiter) + 1
            if at and at < len(data):
                self.seek(at - len(data), SEEK_CUR)
            out += data[: at or len(data)]
            if at or not data:
                break
            block *= 4
        return bytes(out)

    def _read_until_bytewise(self, delimiter: bytes, limit: int) -> bytes:
        out = bytearray()
        try:
            while len(out) < limit:
                byte = self.read(1)
                out += byte
                if not byte or byte == delimiter:
                    break
        except errors.Interrupted as interrupted:
            interrupted.data = bytes(out)
            raise
        except errors.ResourceUnavailable:
            if not out:
                raise
        return bytes(out)

    def write(self, data: Bytes) -> int:
        """Take bytes and return how many."""
        raise errors.InvalidArgument(None, f"a {self.kind} can't be written")

    def pread(self, size: int, offset: int) -> bytes:
        """Read at an offset without moving the position."""
        raise errors.IllegalSeek()

    def pwrite(self, data: Bytes, offset: int) -> int:
        """Write at an offset without moving the position."""
        raise errors.IllegalSeek()

    def seek(self, offset: int, whence: int) -> int:
        """Move the position and return it."""
        raise errors.IllegalSeek()

    def poll(self) -> int:
        """Return the POLL* bits that hold now."""
        return POLLIN | POLLOUT

    def wait_queues(self, events: int) -> tuple[Any, ...]:
        """Return the wait queues whose wake-ups mean that poll() may have changed."""
        return ()

    def ioctl(self, request: int, arg: Any) -> Any:
        """Answer an ioctl."""
        raise errors.NotATerminal()

    def released(self) -> None:
        """The last descriptor went away. Must neither block nor raise."""

    def describe(self) -> bytes:
        """Return what /proc/PID/fd shows when there is no path."""
        return b"anon_inode:[" + self.kind.encode() + b"]"

    # ---- common
    def attributes(self) -> Any:
        """Return the header that fstat shows."""
        if self.inode is None:
            raise errors.BadDescriptor()
        return self.inode.attr

    def close(self) -> None:
        """Give up one reference; the last one releases the inode too."""
        self.refs -= 1
        if self.refs == 0:
            self.released()
            inode = self.inode
            if inode is not None:
                inode.opens -= 1
                if inode.opens == 0 and inode.attr.nlink == 0:
                    inode.fs.forget(inode)

    @property
    def readable(self) -> bool:
        """Tell whether it was opened for reading."""
        return self.flags & O_ACCMODE != O_WRONLY

    @property
    def writable(self) -> bool:
        """Tell whether it was opened for writing."""
        return self.flags & O_ACCMODE != O_RDONLY

    @property
    def nonblocking(self) -> bool:
        """Tell whether it must not block."""
        return self.flags & O_NONBLOCK != 0


class RegularFile(OpenFile):
    """Bytes at a position. clock gives the date for relatime; None = the mount says noatime."""

    __slots__ = ("clock",)

    def __init__(self, inode: Inode, flags: int, dentry: Dentry | None, clock: Any) -> None:
        # OpenFile.__init__, written out: opening a file is a hot path
        self.inode: Inode = inode
        self.pos = 0
        self.flags = flags
        self.refs = 1
        self.dentry = dentry
        inode.opens += 1
        self.clock = None if flags & O_NOATIME else clock

    def read(self, size: int) -> bytes:
        inode = self.inode
        data = inode.read(self.pos, size)
        self.pos += len(data)
        attr = inode.attr
        if attr.atime_ns <= attr.mtime_ns and self.clock is not None:
            inode.touch_atime(self.clock.realtime_ns())  # relatime: only the first read after a change counts
        return data

    def read_until(self, delimiter: bytes, limit: int) -> bytes:
        block = LINE_BLOCK
        parts: list[bytes] = []
        while limit > 0:
            data = self.read(min(block, limit))
            at = data.find(delimiter) + 1
            if at:
                self.pos -= len(data) - at
                if not parts:
                    return data[:at]
                parts.append(data[:at])
                break
            parts.append(data)
            if len(data) < min(block, limit):
                break
            limit -= len(data)
            block *= 4
        return b"".join(parts)

    def write(self, data: Bytes) -> int:
        inode = self.inode
        if self.flags & O_APPEND:
            if not data:
                return 0  # and the position stays
            pos = inode.attr.size
        else:
            pos = self.pos
        count = inode.write(pos, data)
        self.pos = pos + count
        return count

    def pread(self, size: int, offset: int) -> bytes:
        return self.inode.read(offset, size)

    def pwrite(self, data: Bytes, offset: int) -> int:
        return self.inode.write(self.inode.attr.size if self.flags & O_APPEND else offset, data)

    def seek(self, offset: int, whence: int) -> int:
        self.pos = _sought(self.pos, self.inode.attr.size, offset, whence)
        return self.pos


def _sought(pos: int, size: int, offset: int, whence: int) -> int:
    if whence == SEEK_CUR:
        offset += pos
    elif whence == SEEK_END:
        offset += size
    elif whence != SEEK_SET:
        raise errors.InvalidArgument(None, f"unknown whence {whence}")
    if not 0 <= offset <= MAX_OFFSET:
        raise errors.InvalidArgument(None, f"the position would be {offset}")
    return offset


class SnapshotFile(OpenFile):
    """A generated file: its content is made once, at the first read, so that a reader in pieces sees one state."""

    __slots__ = ("data",)

    inode: GeneratedFile

    def __init__(self, inode: GeneratedFile, flags: int, dentry: Dentry | None) -> None:
        super().__init__(inode, flags, dentry)
        self.data: bytes | None = None

    def _content(self) -> bytes:
        if self.data is None:
            self.data = self.inode.snapshot()
        return self.data

    def read(self, size: int) -> bytes:
        data = self._content()[self.pos : self.pos + size]
        self.pos += len(data)
        return data

    def pread(self, size: int, offset: int) -> bytes:
        return self._content()[offset : offset + size]

    def write(self, data: Bytes) -> int:
        return self.inode.write(self.pos, data)

    def seek(self, offset: int, whence: int) -> int:
        if whence == SEEK_SET and offset == 0:
            self.data = None  # rewinding reads it anew, as Linux's seq files do
        self.pos = _sought(self.pos, 0, offset, whence)
        return self.pos


def take_until(chunks: deque[bytes], delimiter: bytes, limit: int) -> bytes:
    """Take from the front of a queue of bytes (not empty) up to and with `delimiter`, at most `limit` bytes.

    A chunk of many lines is cut into them at once, so that each line costs the same whatever stands behind it.
    """
    chunk = chunks.popleft()
    at = chunk.find(delimiter) + 1
    if at and at < len(chunk):
        pieces = chunk.split(delimiter)
        rest = pieces.pop()
        if rest:
            chunks.appendleft(rest)
        chunks.extendleft([piece + delimiter for piece in reversed(pieces)])
        chunk = chunks.popleft()
    if len(chunk) > limit:
        chunks.appendleft(chunk[limit:])
        chunk = chunk[:limit]
    return chunk


class DirectoryFile(OpenFile):
    """A directory, for getdents, fchdir and *at() calls."""

    __slots__ = ()

    kind = "directory"

    def read(self, size: int) -> bytes:
        raise errors.IsADirectory()

    def pread(self, size: int, offset: int) -> bytes:
        raise errors.IsADirectory()

    def pwrite(self, data: Bytes, offset: int) -> int:
        raise errors.BadDescriptor()

    def seek(self, offset: int, whence: int) -> int:
        if whence == SEEK_END:
            raise errors.InvalidArgument(
                None, "a directory has no end to seek from"
            )  # as tmpfs; a disk's directory may differ
        self.pos = _sought(self.pos, 0, offset, whence)
        return self.pos


class PathFile(OpenFile):
    """A place (O_PATH): it can be stat'ed and walked from, not read or written."""

    __slots__ = ()

    kind = "path"

    def read(self, size: int) -> bytes:
        raise errors.BadDescriptor()

    def write(self, data: Bytes) -> int:
        raise errors.BadDescriptor()

    def pread(self, size: int, offset: int) -> bytes:
        raise errors.BadDescriptor()

    def pwrite(self, data: Bytes, offset: int) -> int:
        raise errors.BadDescriptor()

    def seek(self, offset: int, whence: int) -> int:
        raise errors.BadDescriptor()


Opener = Callable[[Inode, int, Dentry], OpenFile]
