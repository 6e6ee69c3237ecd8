"""-d: what differs between members and files. The findings go to standard output, as GNU tar has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_NOFOLLOW,
    O_NONBLOCK,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    SysError,
    cause,
    major,
    minor,
)  # fmt: skip

from . import headers as h

if TYPE_CHECKING:
    from kos_kernel.api import Stat

    from .headers import Member
    from .listing import Lister
    from .reading import Members
    from .run import Tar


class Comparer:
    """One run of -d."""

    def __init__(self, tar: Tar, members: Members, lister: Lister) -> None:
        self._tar = tar
        self._members = members
        members.lenient = True
        self._lister = lister

    def take(self, member: Member) -> None:
        """Compare a member with the file of its name."""
        tar = self._tar
        if tar.verbose:
            self._lister.show(member)
        try:
            stat = tar.k.stat(member.name, follow=bool(tar.o.dereference))
        except SysError as error:
            tar.differs(b"%s: Warning: Cannot stat: %s" % (tar.shown(member.name), cause(error)))
            return
        kind = member.type
        if kind in (h.REGULAR, h.OLD_REGULAR, h.CONTIGUOUS, h.SPARSE):
            self._file(member, stat)
        elif kind in (h.DIRECTORY, h.DUMPDIR):
            if self._kind(member, stat, S_IFDIR) and stat.mode & 0o7777 != member.mode:
                self._say(member, b"Mode differs")
        elif kind == h.SYMLINK:
            self._symlink(member, stat)
        elif kind == h.LINK:
            self._link(member, stat)
        elif kind in (h.CHAR, h.DEVICE, h.FIFO):
            self._special(member, stat)

    def _say(self, member: Member, text: bytes) -> None:
        tar = self._tar
        tar.listing.write(b"%s: %s\n" % (tar.shown(member.name), text))
        tar.status = max(tar.status, 1)

    def _kind(self, member: Member, stat: Stat, kind: int) -> bool:
        if stat.mode & S_IFMT == kind:
            return True
        self._say(member, b"File type differs")
        return False

    def _file(self, member: Member, stat: Stat) -> None:
        tar, k = self._tar, self._tar.k
        if not self._kind(member, stat, S_IFREG):
            return
        if stat.mode & 0o7777 != member.mode:
            self._say(member, b"Mode differs")
        uid, gid = member.uid, member.gid
        if not tar.o.numeric:
            found = tar.accounts.uid(member.uname) if member.uname else None
            uid = uid if found is None else found
            found = tar.accounts.gid(member.gname) if member.gname else None
            gid = gid if found is None else found
        if stat.uid != uid:
            self._say(member, b"Uid differs")
        if stat.gid != gid:
            self._say(member, b"Gid differs")
        whole = member.mtime_ns % 10**9 == 0  # most formats keep seconds alone
        if (stat.mtime_ns // 10**9 != member.mtime_ns // 10**9) if whole else stat.mtime_ns != member.mtime_ns:
            self._say(member, b"Mod time differs")
        if stat.size != member.size:
            self._say(member, b"Size differs")
            return
        try:
            fd = k.open(member.name, O_NONBLOCK | (0 if tar.o.dereference else O_NOFOLLOW))
        except SysError as error:
            tar.failed(b"open", member.name, error)
            return
        try:
            if not self._equal(member, fd):
                self._say(member, b"Contents differ")
        finally:
            k.close(fd)

    def _equal(self, member: Member, fd: int) -> bool:
        k, members = self._tar.k, self._members
        at = 0
        if member.sparse is None:
            while data := members.data():
                if k.pread(fd, len(data), at) != data:
                    return False
                at += len(data)
            return True
        buffer = b""
        for offset, length in [*member.sparse, (member.size, 0)]:
            while at < offset:
                hole = k.pread(fd, min(1 << 16, offset - at), at)
                if not hole or hole.strip(b"\0"):
                    return False
                at += len(hole)
            while length > 0:
                buffer = buffer or members.data()
                piece, buffer = buffer[:length], buffer[length:]
                if not piece or k.pread(fd, len(piece), at) != piece:
                    return False
                at += len(piece)
                length -= len(piece)
        return True

    def _symlink(self, member: Member, stat: Stat) -> None:
        if stat.mode & S_IFMT != S_IFLNK:
            try:
                self._tar.k.readlink(member.name)
            except SysError as error:
                self._tar.differs(b"%s: Warning: Cannot readlink: %s" % (self._tar.shown(member.name), cause(error)))
            return
        if self._tar.k.readlink(member.name) != member.link:
            self._say(member, b"Symlink differs")

    def _link(self, member: Member, stat: Stat) -> None:
        tar = self._tar
        try:
            other = tar.k.lstat(member.link)
        except SysError as error:
            tar.differs(b"%s: Warning: Cannot stat: %s" % (tar.shown(member.link), cause(error)))
            return
        if (other.dev, other.ino) != (stat.dev, stat.ino):
            self._say(member, b"Not linked to %s" % tar.listed(member.link))

    def _special(self, member: Member, stat: Stat) -> None:
        kind = {h.CHAR: S_IFCHR, h.DEVICE: S_IFBLK, h.FIFO: S_IFIFO}[member.type]
        if not self._kind(member, stat, kind):
            return
        if kind != S_IFIFO:
            if (major(stat.rdev), minor(stat.rdev)) != (member.major, member.minor):
                self._say(member, b"Device number differs")
                return
        if stat.mode & 0o7777 != member.mode:
            self._say(member, b"Mode differs")
