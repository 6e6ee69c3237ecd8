"""The inodes of a host folder: the kernel's requests, turned into steps of folder.py."""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    S_ISGID,
    S_ISUID,
    Attributes,
    DirEntry,
    Inode,
    NoSuchDeviceOrAddress,
    NotPermitted,
    StaleHandle,
    from_host,
)

from .places import Place, key_of

if TYPE_CHECKING:
    from .hostfs import HostFs

PIECE = 1 << 20  # bytes in one read of the host
PLAIN = (S_IFREG, S_IFDIR, S_IFLNK)
_SPECIAL_NAMES = {S_IFIFO: "fifo", S_IFSOCK: "socket"}


class HostInode(Inode):
    """A file, directory or link of the folder."""

    __slots__ = ("__weakref__", "fresh", "gone", "last", "place")
    fs: HostFs

    def __init__(self, fs: HostFs, ino: int, place: Place) -> None:
        super().__init__(fs, ino)
        self.place = place
        self.gone = False  # a program removed its last name
        self.last: Attributes | None = None  # the header as it was last seen
        self.fresh = 0  # how many looks at it need not ask the host

    @property
    def attr(self) -> Attributes:
        """Return the header as it is now. Of something that the host took away: as it was, with no links left."""
        last = self.last
        if self.fresh and last is not None:
            self.fresh -= 1
            return last
        fs = self.fs
        st = None if self.gone and not self.place.pins else fs.folder.stat(self.place)
        if st is not None:
            last = self.last = fs.show(self.ino, st)
        elif last is None:
            last = self.last = Attributes(self.place.kind, fs.options.uid, fs.options.gid)
        if st is None or self.gone:
            last.nlink = 0
        return last

    # ---- directories
    def lookup(self, name: bytes) -> Inode | None:
        st = self.fs.folder.look(self.place, name)
        return None if st is None else self.fs.see(self.place, name, st)

    def readdir(self) -> Iterable[DirEntry]:
        fs = self.fs
        device = self.place.key[0]
        entries = []
        for name, number, kind in fs.folder.names(self.place):
            if kind:
                entries.append(DirEntry(name, fs.number((device, number, kind)), kind))
            else:  # a fifo, socket or device, or a disk that doesn't tell: look
                inode = self.lookup(name)
                if inode is not None:
                    entries.append(DirEntry(name, inode.ino, inode.attr.mode & S_IFMT))
        return entries

    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Inode:
        fs, place = self.fs, self.place
        kind, bits = mode & S_IFMT, mode & 0o7777
        if kind not in (S_IFREG, S_IFDIR, S_IFIFO, S_IFSOCK):
            raise NotPermitted(None, "devices can't be made in a folder of the host")
        if kind != S_IFDIR:
            _refuse_setid(bits)
        fs.may_grow(0, 1)
        if kind == S_IFREG:
            made = fs.folder.make_file(place, name, bits)
            inode = fs.hold(made)
        else:
            fs.folder.make_node(place, name, kind | bits)
            st = fs.folder.look(place, name)
            if st is None:
                raise StaleHandle(None, "the host removed it at once")
            if kind != S_IFDIR:
                fs.made.add(fs.number(key_of(st)))
            inode = fs.see(place, name, st)
            if modes.S_IMODE(st.st_mode) & 0o777 != bits & 0o777:
                fs.folder.set_mode(inode.place, bits)
        fs.grown_files += 1
        fs.changed(inode, self)
        return inode

    def symlink(self, name: bytes, target: bytes, uid: int, gid: int) -> Inode:
        fs = self.fs
        fs.may_grow(0, 1)
        fs.folder.make_link(self.place, name, target)
        fs.grown_files += 1
        fs.changed(self)
        inode = self.lookup(name)
        if not isinstance(inode, HostInode):
            raise StaleHandle(None, "the host removed it at once")
        fs.changed(inode)
        return inode

    def link(self, name: bytes, inode: Inode) -> None:
        assert isinstance(inode, HostInode), "links stay in one filesystem"
        self.fs.folder.link(inode.place, self.place, name)
        self.fs.stamp(inode)
        self.fs.changed(self)

    def unlink(self, name: bytes, inode: Inode) -> None:
        assert isinstance(inode, HostInode), "names are of this filesystem"
        self._leave(inode)
        self.fs.folder.remove(self.place, name, directory=False)
        self._left(inode)
        self.fs.changed(self)

    def _leave(self, inode: HostInode) -> None:
        """A name of `inode` is about to go: keep what must stay usable without."""
        inode.fresh = 0
        inode.last = inode.attr
        if inode.opens and inode.last.nlink <= 1:
            self.fs.folder.pin(inode.place)

    def _left(self, inode: HostInode) -> None:
        """A name of `inode` is gone."""
        last = inode.last
        assert last is not None, "_leave comes first"
        if last.nlink <= 1 or last.mode & S_IFMT == S_IFDIR:
            inode.gone = True
            self.fs.gone(inode, last.size if last.mode & S_IFMT == S_IFREG else 0)
        else:
            self.fs.stamp(inode)

    def rmdir(self, name: bytes, inode: Inode) -> None:
        assert isinstance(inode, HostInode), "names are of this filesystem"
        self._leave(inode)
        self.fs.folder.remove(self.place, name, directory=True)
        self._left(inode)
        self.fs.changed(self)

    def rename(self, name: bytes, inode: Inode, into: Inode, new_name: bytes, victim: Inode | None) -> None:
        assert isinstance(inode, HostInode) and isinstance(into, HostInode), "rename stays in one filesystem"
        if isinstance(victim, HostInode):
            self._leave(victim)
        self.fs.folder.rename(self.place, name, into.place, new_name)
        inode.place.parent, inode.place.name = into.place, new_name
        if isinstance(victim, HostInode):
            self._left(victim)
        self.fs.changed(self, into)
        self.fs.stamp(inode)

    # ---- data
    def read(self, offset: int, size: int) -> bytes:
        fd = self.fs.folder.data(self.place, os.O_RDONLY)
        if size <= PIECE:
            data: bytes = _host(os.pread, fd, size, offset)
            return data
        parts = []
        while size > 0:  # in pieces, so that no read sets aside more memory than it gets
            part = _host(os.pread, fd, min(size, PIECE), offset)
            parts.append(part)
            if len(part) < min(size, PIECE):
                break
            size -= len(part)
            offset += len(part)
        return b"".join(parts)

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> int:
        if not len(data):
            return 0
        fs = self.fs
        fd = fs.folder.data(self.place, os.O_WRONLY)
        size = _host(os.fstat, fd).st_size
        fs.may_grow(offset + len(data) - size)
        count: int = _host(os.pwrite, fd, data, offset)
        fs.grown_bytes += max(0, offset + count - size)
        fs.changed(self)
        return count

    def truncate(self, size: int) -> None:
        fs = self.fs
        fd = fs.folder.data(self.place, os.O_WRONLY)
        growth = size - _host(os.fstat, fd).st_size
        fs.may_grow(growth)
        _host(os.ftruncate, fd, size)
        fs.grown_bytes += growth
        fs.changed(self)

    def readlink(self) -> bytes:
        return self.fs.folder.readlink(self.place)

    def fsync(self) -> None:
        if self.place.kind == S_IFREG and not self.fs.readonly:
            _host(os.fsync, self.fs.folder.data(self.place, os.O_WRONLY))

    # ---- attributes
    def set_mode(self, mode: int, now_ns: int) -> None:
        if self.place.kind != S_IFDIR:
            _refuse_setid(mode)
        self.fs.folder.set_mode(self.place, mode)
        self.fs.stamp(self)

    def set_owner(self, uid: int, gid: int, now_ns: int) -> None:
        if (uid, gid) != (self.fs.options.uid, self.fs.options.gid):
            raise NotPermitted(
                None,
                f"all files of this mount belong to {self.fs.options.uid}:{self.fs.options.gid}, whoever makes them",
            )

    def set_times(self, atime_ns: int | None, mtime_ns: int | None, now_ns: int) -> None:
        self.fs.stamp(self, atime_ns, mtime_ns)
        if self.fs.epoch_ns is not None:
            return  # the host keeps its own
        attr = self.attr
        self.fs.folder.set_times(
            self.place, attr.atime_ns if atime_ns is None else atime_ns, attr.mtime_ns if mtime_ns is None else mtime_ns
        )


class HostSpecial(HostInode):
    """A fifo, socket or device of the host: it can be seen, and that is all."""

    __slots__ = ()
    special = True

    def open(self, flags: int) -> object | None:
        name = _SPECIAL_NAMES.get(self.place.kind, "device")
        raise NoSuchDeviceOrAddress(None, f"a {name} of the host can't be opened from inside")


def _host(function: Any, *arguments: Any) -> Any:
    """Call the host on a descriptor and translate what goes wrong."""
    try:
        return function(*arguments)
    except OSError as error:
        raise from_host(error) from None


def _refuse_setid(bits: int) -> None:
    if bits & (S_ISUID | S_ISGID):
        raise NotPermitted(
            None, "setuid and setgid files can't be made in a folder of the host: they would count there"
        )
