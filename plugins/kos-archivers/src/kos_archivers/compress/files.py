"""Files that a compressor replaces by others: made new, filled, given the old one's owner, mode and times, then the old one goes.

made = Made(k, name)               O_CREAT | O_EXCL, for us alone until it's done. Raises FileExists and others
made.like(stat)                    owner, mode, times; then closed
made.drop()                        closed and removed, because something went wrong

A signal that ends the program takes the unfinished file with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_CREAT,
    O_EXCL,
    O_NOFOLLOW,
    O_WRONLY,
    SIG_DFL,
    SIG_IGN,
    SIG_UNBLOCK,
    SIGHUP,
    SIGINT,
    SIGTERM,
    SysError,
)  # fmt: skip

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from .codecs import ReaderLike, WriterLike

_FATAL = (SIGHUP, SIGINT, SIGTERM)


class Made:
    """A file in the making."""

    __slots__ = ("fd", "k", "name", "size")

    def __init__(self, k: Syscalls, name: bytes) -> None:
        self.k = k
        self.name = name
        self.fd = k.open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
        self.size = 0
        for signum in _FATAL:
            if k.sigaction(signum, self._die) == SIG_IGN:
                k.sigaction(signum, SIG_IGN)

    def _die(self, signum: int) -> None:
        """Remove the file, and end as the signal would have it."""
        k = self.k
        try:
            k.unlink(self.name)
        except SysError:
            pass
        k.sigaction(signum, SIG_DFL)
        k.sigmask(SIG_UNBLOCK, [signum])  # it is blocked while it is handled
        k.kill(k.getpid(), signum)

    def done(self) -> None:
        """The file is complete: signals are what they were."""
        for signum in _FATAL:
            if self.k.sigaction(signum, SIG_DFL) == SIG_IGN:
                self.k.sigaction(signum, SIG_IGN)

    def write(self, data: bytes) -> None:
        """Write all of it. Raises SysError."""
        write_all(self.k, self.fd, data)
        self.size += len(data)

    def like(self, mode: int, uid: int, gid: int, atime_ns: int, mtime_ns: int) -> None:
        """Give it the properties of the file that it replaces, as far as we may, and close it."""
        k, fd = self.k, self.fd
        k.futimens(fd, atime_ns, mtime_ns)
        try:
            k.fchown(fd, uid, gid)
        except SysError:  # not ours to give away: then no set-uid bit may be given with it
            mode &= 0o777
        k.fchmod(fd, mode & 0o7777)
        k.close(fd)
        self.done()

    def drop(self) -> None:
        """Close and remove it."""
        self.done()
        self.k.close(self.fd)
        try:
            self.k.unlink(self.name)
        except SysError:
            pass


class Sink:
    """Where the data of several files go one after another: a descriptor, or nowhere (fd -1)."""

    __slots__ = ("fd", "k", "size")

    def __init__(self, k: Syscalls, fd: int) -> None:
        self.k = k
        self.fd = fd
        self.size = 0

    def write(self, data: bytes) -> None:
        """Write all of it. Raises SysError."""
        if self.fd >= 0:
            write_all(self.k, self.fd, data)
        self.size += len(data)


def write_all(k: Syscalls, fd: int, data: bytes) -> None:
    """Write data, however often that takes."""
    if data:
        written = k.write(fd, data)
        while written < len(data):
            data = data[written:]
            written = k.write(fd, data)


def work(size: int) -> int:
    """Return how many units of work it is to pack or unfold so many bytes: signals and others get their turn in between."""
    return (size >> 8) + 1


class WriteFailed(Exception):
    """Writing failed, and not reading. cause: the SysError."""

    def __init__(self, cause: SysError) -> None:
        super().__init__(cause)
        self.cause = cause


def unpack(reader: ReaderLike, sink: Made | Sink) -> None:
    """Write what a reader gives. Raises CodecError and SysError (of reading), WriteFailed."""
    while data := reader.read():
        sink.k.tick(work(len(data)))
        try:
            sink.write(data)
        except SysError as error:
            raise WriteFailed(error) from None


def pack(reader: ReaderLike, writer: WriterLike, sink: Made | Sink) -> None:
    """Write what a writer makes of what a reader gives. Raises SysError (of reading), WriteFailed."""
    while data := reader.read():
        sink.k.tick(work(len(data)))
        packed = writer.compress(data)
        if packed:
            try:
                sink.write(packed)
            except SysError as error:
                raise WriteFailed(error) from None
    try:
        sink.write(writer.finish())
    except SysError as error:
        raise WriteFailed(error) from None
