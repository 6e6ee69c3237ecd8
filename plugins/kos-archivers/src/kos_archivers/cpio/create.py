"""cpio -o: an archive of the files that standard input names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK, S_IFBLK, S_IFCHR, S_IFLNK, S_IFMT, S_IFREG, SysError, Writer, cause, major, minor

from .format import FORMS, TRAILER, BadArchive, Member, header

if TYPE_CHECKING:
    from kos_kernel.api import Stat

    from .main import Cpio


class Creator:
    """In newc and crc the data of files with several names come with the last one; so earlier names wait."""

    def __init__(self, job: Cpio, fd: int) -> None:
        self._job = job
        self._k = job.k
        self._form = FORMS[job.o.form.lower()] if job.o.form is not None else "bin"
        self._out = Writer(job.k, fd, status=2)
        self._written = 0
        self._waiting: dict[tuple[int, int], list[tuple[bytes, Member]]] = {}
        self._inodes: dict[tuple[int, int], int] = {}

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._written += len(data)

    def run(self, names: list[bytes]) -> None:
        job = self._job
        for name in names:
            while name.startswith(b"./") and len(name) > 2:
                name = name[2:].lstrip(b"/") or b"."
            try:
                stat = self._k.stat(name, follow=bool(job.o.dereference))
            except SysError as error:
                job.failed(b"stat", name, error)
                continue
            self._one(name, stat)
        for waiting in self._waiting.values():
            self._together(waiting)
        trailer = Member(TRAILER)
        trailer.nlink = 1
        self._write(header(trailer, self._form))
        self._write(bytes(-self._written % job.block))
        self._out.flush()
        job.moved = self._written

    def _one(self, name: bytes, stat: Stat) -> None:
        job = self._job
        member = self._member(name, stat)
        kind = stat.mode & S_IFMT
        if kind == S_IFREG:
            if self._form in ("newc", "crc") and stat.nlink > 1:
                key = (stat.dev, stat.ino)
                waiting = self._waiting.setdefault(key, [])
                waiting.append((name, member))
                if len(waiting) == stat.nlink:
                    self._together(self._waiting.pop(key))
                job.tell(name)
                return
            self._file(name, member, stat.size)
        elif kind == S_IFLNK:
            target = self._k.readlink(name)
            member.size = len(target)
            self._put(member, target)
        else:
            self._put(member)
        job.tell(name)

    def _member(self, name: bytes, stat: Stat) -> Member:
        job = self._job
        member = Member(job.safer(name) if job.o.absolute is False else name)
        member.form = self._form
        member.mode, member.nlink, member.mtime = stat.mode, stat.nlink, stat.mtime_ns // 10**9
        member.uid = stat.uid if job.owner[0] < 0 else job.owner[0]
        member.gid = stat.gid if job.owner[1] < 0 else job.owner[1]
        member.dev = major(stat.dev) << 32 | minor(stat.dev)
        member.ino = stat.ino
        if self._form in ("odc", "bin"):
            # Small fields: inodes are numbered anew, so that different files stay different.
            member.ino = self._inodes.setdefault((stat.dev, stat.ino), len(self._inodes) + 1)
            member.dev = 0
        if stat.mode & S_IFMT in (S_IFCHR, S_IFBLK):
            member.rdev = major(stat.rdev) << 32 | minor(stat.rdev)
        return member

    def _put(self, member: Member, data: bytes = b"") -> None:
        try:
            self._write(header(member, self._form))
        except BadArchive as problem:
            self._job.error(problem.text)
            return
        self._write(data + bytes(member.padding))

    def _together(self, waiting: list[tuple[bytes, Member]]) -> None:
        for _, member in waiting[:-1]:
            member.size = 0
            self._put(member)
        name, member = waiting[-1]
        try:
            size = self._k.stat(name).size
        except SysError as error:
            self._job.failed(b"stat", name, error)
            return
        self._file(name, member, size)

    def _file(self, name: bytes, member: Member, size: int) -> None:
        job, k = self._job, self._k
        try:
            fd = k.open(name)
        except SysError as error:
            job.failed(b"open", name, error)
            return
        try:
            member.size = size
            if self._form == "crc":
                member.check = self._sum(fd, size)
            try:
                self._write(header(member, self._form))
            except BadArchive as problem:
                job.error(problem.text)
                return
            left = size
            while left > 0:
                data = k.read(fd, min(CHUNK, left))
                if not data:
                    job.say(b"File %s shrunk by %d bytes, padding with zeros" % (name, left))
                    job.status = 1
                    while left > 0:
                        self._write(bytes(min(left, CHUNK)))
                        left -= CHUNK
                    break
                self._write(data)
                left -= len(data)
            self._write(bytes(member.padding))
            if job.o.reset:
                stat = k.fstat(fd)
                k.futimens(fd, stat.atime_ns, stat.mtime_ns)
        except SysError as error:
            job.error(b"%s: %s" % (name, cause(error)))
        finally:
            k.close(fd)

    def _sum(self, fd: int, size: int) -> int:
        total = at = 0
        while at < size:
            data = self._k.pread(fd, min(CHUNK, size - at), at)
            if not data:
                break
            total += sum(data)
            at += len(data)
        return total & 0xFFFFFFFF


def create(job: Cpio, fd: int) -> None:
    """Write an archive of the files that standard input names."""
    Creator(job, fd).run(job.names())
