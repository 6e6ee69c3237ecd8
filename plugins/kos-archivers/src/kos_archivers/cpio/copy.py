"""cpio -p: copying the files that standard input names into a directory, by way of an archive that is never written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK, S_IFBLK, S_IFCHR, S_IFLNK, S_IFMT, S_IFREG, SysError, major, minor

from .extract import Extractor
from .format import Member

if TYPE_CHECKING:
    from .main import Cpio


class FileFeed:
    """A file's data in place of an archive's."""

    def __init__(self, job: Cpio) -> None:
        self._k = job.k
        self.fd = -1
        self.taken = 0
        self._pending = b""

    def take(self) -> bytes:
        data, self._pending = self._pending, b""
        if not data and self.fd >= 0:
            data = self._k.read(self.fd, CHUNK)
        self.taken += len(data)
        return data

    def back(self, data: bytes) -> None:
        self._pending = data + self._pending
        self.taken -= len(data)

    def exactly(self, size: int) -> bytes:
        data = self.take()
        self.back(data[size:])
        return data[:size]

    def give(self, data: bytes) -> None:
        """Make this what is read next."""
        self._pending = data


class Copier(Extractor):
    """Extracts members that are made of files."""

    def __init__(self, job: Cpio, folder: bytes) -> None:
        self._files = FileFeed(job)
        super().__init__(job, self._files, [])  # type: ignore[arg-type]
        self._folder = folder

    def copy(self, names: list[bytes]) -> None:
        job, k = self._job, self._k
        for name in names:
            try:
                stat = k.stat(name, follow=bool(job.o.dereference))
            except SysError as error:
                job.failed(b"stat", name, error)
                continue
            member = Member(name)
            member.form = "bin"
            member.mode, member.uid, member.gid, member.nlink = stat.mode, stat.uid, stat.gid, stat.nlink
            member.mtime, member.dev, member.ino = stat.mtime_ns // 10**9, stat.dev, stat.ino
            kind = stat.mode & S_IFMT
            if kind in (S_IFCHR, S_IFBLK):
                member.rdev = major(stat.rdev) << 32 | minor(stat.rdev)
            target = self._folder.rstrip(b"/") + b"/" + name.lstrip(b"/")
            if kind == S_IFREG and job.o.link and self._linked(name, target, member):
                continue
            try:
                if kind == S_IFREG:
                    self._files.fd = k.open(name)
                    member.size = stat.size
                elif kind == S_IFLNK:
                    link = k.readlink(name)
                    self._files.give(link)
                    member.size = len(link)
                self._left = member.size
                member.name = target
                self._take(member)
            except SysError as error:
                job.failed(b"open", name, error)
            finally:
                if self._files.fd >= 0:
                    k.close(self._files.fd)
                    self._files.fd = -1
                self._files.give(b"")
        for member, link in self._symlinks:
            self._link(member, link)
        for folder in reversed(self._folders):
            self._attributes(folder)
        job.moved = self._files.taken + -self._files.taken % 512 or 1

    def _linked(self, name: bytes, target: bytes, member: Member) -> bool:
        member.name = target
        if not self._room(member, S_IFREG):
            return True
        return self._made(lambda: self._k.link(name, target), target, b"link")


def copy_through(job: Cpio, folder: bytes) -> None:
    """Copy the files that standard input names to a directory."""
    job.o.absolute = True  # where they go is below that directory
    job.o.list = job.o.to_stdout = job.o.crc_only = False
    Copier(job, folder).copy(job.names())
