"""Files that a compressor replaces by others: made new, filled, given the old one's owner, mode and times, then the old one goes.

made = Made(k, name)               O_CREAT | O_EXCL, for us alone until it's done. Raises FileExists and others
made.like(stat)                    owner, mode, times; then closed
made.drop()                        closed and removed, because something went wrong
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY, SysError

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from .codecs import ReaderLike, WriterLike


class Made:
    """A file in the making."""

    __slots__ = ("_k", "fd", "name", "size")

    def __init__(self, k: Syscalls, name: bytes) -> None:
        self._k = k
        self.name = name
        self.fd = k.open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
        self.size = 0

    def write(self, data: bytes) -> None:
        """Write all of it. Raises SysError."""
        write_all(self._k, self.fd, data)
        self.size += len(data)

    def like(self, mode: int, uid: int, gid: int, atime_ns: int, mtime_ns: int) -> None:
        """Give it the properties of the file that it replaces, as far as we may, and close it."""
        k, fd = self._k, self.fd
        k.futimens(fd, atime_ns, mtime_ns)
        try:
            k.fchown(fd, uid, gid)
        except SysError:  # not ours to give away: then no set-uid bit may be given with it
            mode &= 0o777
        k.fchmod(fd, mode & 0o7777)
        k.close(fd)

    def drop(self) -> None:
        """Close and remove it."""
        self._k.close(self.fd)
        try:
            self._k.unlink(self.name)
        except SysError:
            pass


class Sink:
    """Where the data of several files go one after another: a descriptor, or nowhere (fd -1)."""

    __slots__ = ("_k", "fd", "size")

    def __init__(self, k: Syscalls, fd: int) -> None:
        self._k = k
        self.fd = fd
        self.size = 0

    def write(self, data: bytes) -> None:
        """Write all of it. Raises SysError."""
        if self.fd >= 0:
            write_all(self._k, self.fd, data)
        self.size += len(data)


def write_all(k: Syscalls, fd: int, data: bytes) -> None:
    """Write data, however often that takes."""
    if data:
        written = k.write(fd, data)
        while written < len(data):
            data = data[written:]
            written = k.write(fd, data)


class WriteFailed(Exception):
    """Writing failed, and not reading. cause: the SysError."""

    def __init__(self, cause: SysError) -> None:
        super().__init__(cause)
        self.cause = cause


def unpack(reader: ReaderLike, sink: Made | Sink) -> None:
    """Write what a reader gives. Raises CodecError and SysError (of reading), WriteFailed."""
    while data := reader.read():
        try:
            sink.write(data)
        except SysError as error:
            raise WriteFailed(error) from None


def pack(reader: ReaderLike, writer: WriterLike, sink: Made | Sink) -> None:
    """Write what a writer makes of what a reader gives. Raises SysError (of reading), WriteFailed."""
    while data := reader.read():
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
