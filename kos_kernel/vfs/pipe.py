"""Pipes and fifos: a bounded buffer with a reading and a writing side.

Writers block while the buffer is full, readers while it is empty; when the last writer goes readers get end of file, when the
last reader goes writers get SIGPIPE and EPIPE. Writes of up to PIPE_BUF bytes are never torn by another writer.

The buffer is a deque of the byte strings that were written: a chunk passes from writer to reader without a copy when sizes fit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import errors
from ..abi import FIONREAD, O_NONBLOCK, POLLERR, POLLHUP, POLLIN, POLLOUT, S_IFIFO
from ..contracts.fs import Attributes, Inode
from ..fibers import Dispatcher, WaitQueue
from .dentry import Dentry
from .openfile import Bytes, OpenFile, take_until

if TYPE_CHECKING:
    from ..kernel import Kernel

CAPACITY = 65536
PIPE_BUF = 4096


class Pipe:
    """The buffer between readers and writers. broken(): called when somebody writes without readers; posts SIGPIPE."""

    __slots__ = ("attr", "broken", "chunks", "not_empty", "not_full", "number", "opened", "readers", "size", "writers")

    def __init__(self, dispatcher: Dispatcher, number: int, broken: Callable[[], None]) -> None:
        self.chunks: deque[bytes] = deque()
        self.size = 0
        self.readers = 0
        self.writers = 0
        self.opened = 0  # how often an end of a fifo was opened, so that a waiting open sees a peer that came and went
        self.not_empty = WaitQueue(dispatcher)
        self.not_full = WaitQueue(dispatcher)
        self.number = number
        self.broken = broken
        self.attr: Attributes | None = None  # made when somebody asks

    def read(self, size: int, nonblocking: bool) -> bytes:
        """Return 1 to `size` bytes, or b"" when it is empty and no writer is left."""
        chunks = self.chunks
        while not chunks:
            if not self.writers or size <= 0:
                return b""
            if nonblocking:
                raise errors.ResourceUnavailable()
            self.not_empty.wait()
        if size <= 0:
            return b""
        if self.size <= size:
            data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            chunks.clear()
            self.size = 0
        else:
            data = self._take(size)
        if self.not_full.sleepers:
            self.not_full.wake_all()
        return data

    def read_until(self, delimiter: bytes, limit: int, nonblocking: bool) -> bytes:
        """Return what is there up to and with `delimiter`, waiting for it; see OpenFile.read_until."""
        parts: list[bytes] = []
        while limit > 0:
            if not self.chunks:
                if not self.writers:
                    break
                if nonblocking:
                    if parts:
                        break
                    raise errors.ResourceUnavailable()
                try:
                    self.not_empty.wait()
                except errors.Interrupted as interrupted:
                    interrupted.data = b"".join(parts)
                    raise
                continue
            piece = take_until(self.chunks, delimiter, limit)
            self.size -= len(piece)
            if self.not_full.sleepers:
                self.not_full.wake_all()
            if not parts and piece.endswith(delimiter):
                return piece
            parts.append(piece)
            if piece.endswith(delimiter):
                break
            limit -= len(piece)
        return b"".join(parts)

    def _take(self, size: int) -> bytes:
        parts = []
        wanted = size
        chunks = self.chunks
        while wanted:
            chunk = chunks.popleft()
            if len(chunk) > wanted:
                chunks.appendleft(chunk[wanted:])
                chunk = chunk[:wanted]
            parts.append(chunk)
            wanted -= len(chunk)
        self.size -= size
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def write(self, data: Bytes, nonblocking: bool) -> int:
        """Take all of `data`, blocking while the buffer is full; a non-blocking write may take a part."""
        total = len(data)
        if total <= CAPACITY - self.size and self.readers:
            if total:
                self.chunks.append(data if type(data) is bytes else bytes(data))
                self.size += total
                if self.not_empty.sleepers:
                    self.not_empty.wake_all()
            return total
        return self._write_slowly(data, nonblocking)

    def _write_slowly(self, data: Bytes, nonblocking: bool) -> int:
        total, done = len(data), 0
        view = memoryview(data)
        need = total if total <= PIPE_BUF else 1
        while done < total:
            if not self.readers:
                self.broken()
                raise errors.BrokenPipe()
            room = CAPACITY - self.size
            if room < need:
                if nonblocking:
                    if done:
                        return done
                    raise errors.ResourceUnavailable()
                try:
                    self.not_full.wait()
                except errors.Interrupted:
                    if done:
                        return done
                    raise
                continue
            piece = bytes(view[done : done + room])
            self.chunks.append(piece)
            self.size += len(piece)
            done += len(piece)
            self.not_empty.wake_all()
        return done

    def left(self) -> None:
        """An end went away: with the last one goes what nobody has read (a fifo may be opened again, and is empty then)."""
        if not self.readers and not self.writers:
            self.chunks.clear()
            self.size = 0

    def header(self) -> Attributes:
        """Return what fstat shows of a nameless pipe."""
        if self.attr is None:
            self.attr = Attributes(S_IFIFO | 0o600)
        return self.attr


class PipeReader(OpenFile):
    """The reading end."""

    __slots__ = ("pipe",)

    kind = "pipe"

    def __init__(self, pipe: Pipe, flags: int = 0, inode: Inode | None = None, dentry: Dentry | None = None) -> None:
        super().__init__(inode, flags, dentry)
        self.pipe = pipe
        pipe.readers += 1

    def read(self, size: int) -> bytes:
        return self.pipe.read(size, self.flags & O_NONBLOCK != 0)

    def read_until(self, delimiter: bytes, limit: int) -> bytes:
        return self.pipe.read_until(delimiter, limit, self.flags & O_NONBLOCK != 0)

    def write(self, data: Bytes) -> int:
        raise errors.BadDescriptor()

    def released(self) -> None:
        pipe = self.pipe
        pipe.readers -= 1
        if not pipe.readers:
            pipe.not_full.wake_all()
            pipe.left()

    def poll(self) -> int:
        pipe = self.pipe
        return (POLLIN if pipe.size else 0) | (0 if pipe.writers else POLLHUP)

    def wait_queues(self, events: int) -> tuple[Any, ...]:
        return (self.pipe.not_empty,)

    def ioctl(self, request: int, arg: Any) -> Any:
        return _pipe_ioctl(self.pipe, request)

    def attributes(self) -> Any:
        return self.inode.attr if self.inode is not None else self.pipe.header()

    @property
    def number(self) -> int:
        """The inode number, of both ends."""
        return self.pipe.number

    def describe(self) -> bytes:
        return b"pipe:[%d]" % self.pipe.number


class PipeWriter(OpenFile):
    """The writing end."""

    __slots__ = ("pipe",)

    kind = "pipe"

    def __init__(self, pipe: Pipe, flags: int = 1, inode: Inode | None = None, dentry: Dentry | None = None) -> None:
        super().__init__(inode, flags, dentry)
        self.pipe = pipe
        pipe.writers += 1

    def read(self, size: int) -> bytes:
        raise errors.BadDescriptor()

    def write(self, data: Bytes) -> int:
        return self.pipe.write(data, self.flags & O_NONBLOCK != 0)

    def released(self) -> None:
        pipe = self.pipe
        pipe.writers -= 1
        if not pipe.writers:
            pipe.not_empty.wake_all()
            pipe.left()

    def poll(self) -> int:
        pipe = self.pipe
        return (POLLOUT if CAPACITY - pipe.size >= PIPE_BUF else 0) | (0 if pipe.readers else POLLERR)

    def wait_queues(self, events: int) -> tuple[Any, ...]:
        return (self.pipe.not_full,)

    def ioctl(self, request: int, arg: Any) -> Any:
        return _pipe_ioctl(self.pipe, request)

    def attributes(self) -> Any:
        return self.inode.attr if self.inode is not None else self.pipe.header()

    @property
    def number(self) -> int:
        """The inode number, of both ends."""
        return self.pipe.number

    def describe(self) -> bytes:
        return b"pipe:[%d]" % self.pipe.number


class FifoBoth(PipeReader):
    """A fifo opened for reading and writing: never blocks at open, never sees end of file."""

    __slots__ = ()

    def __init__(self, pipe: Pipe, flags: int, inode: Inode, dentry: Dentry) -> None:
        super().__init__(pipe, flags, inode, dentry)
        pipe.writers += 1

    def write(self, data: Bytes) -> int:
        return self.pipe.write(data, self.flags & O_NONBLOCK != 0)

    def released(self) -> None:
        super().released()
        self.pipe.writers -= 1
        if not self.pipe.writers:
            self.pipe.not_empty.wake_all()
            self.pipe.left()


class FilledPipe(OpenFile):
    """The reading end of a pipe that holds `data` and has no writer: never blocks, so it needs no queues.

    InvalidArgument if that is more than a pipe holds.
    """

    __slots__ = ("cred", "data", "number")

    kind = "pipe"

    def __init__(self, kernel: Kernel, data: bytes) -> None:
        if len(data) > CAPACITY:
            raise errors.InvalidArgument(None, f"a pipe holds {CAPACITY} bytes, not {len(data)}")
        # OpenFile.__init__, written out
        self.inode = self.dentry = None
        self.pos = self.flags = 0
        self.refs = 1
        self.data = data
        maker = kernel.dispatcher.current
        self.cred = kernel.init.cred if maker is None else maker.process.cred
        kernel.anon += 1
        self.number = kernel.anon

    def read(self, size: int) -> bytes:
        data = self.data
        if len(data) <= size:
            self.data = b""
            return data
        self.data = data[size:]
        return data[:size]

    def read_until(self, delimiter: bytes, limit: int) -> bytes:
        return self.read(min(limit, self.data.find(delimiter) + 1 or len(self.data)))

    def write(self, data: Bytes) -> int:
        raise errors.BadDescriptor()

    def poll(self) -> int:
        return POLLIN | POLLHUP if self.data else POLLHUP

    def ioctl(self, request: int, arg: Any) -> Any:
        if request == FIONREAD:
            return len(self.data)
        raise errors.NotATerminal()

    def attributes(self) -> Any:
        return Attributes(S_IFIFO | 0o600, self.cred.euid, self.cred.egid)

    def describe(self) -> bytes:
        return b"pipe:[%d]" % self.number


def _pipe_ioctl(pipe: Pipe, request: int) -> int:
    if request == FIONREAD:
        return pipe.size
    raise errors.NotATerminal()
