"""A folder of the host as a filesystem of the machine.

    HostInode ── place ──► folder.py (the only one that touches the host)

What is shown is the host's, but for: owner and group (options.uid, options.gid; bits of setuid and setgid are hidden, since
they would lend rights to somebody else), inode numbers (1, 2, 3 in the order of first sight), device numbers (none), and
with options.virtual_times all times (the boot's, until a program sets others).

Fifos, sockets and devices that the host has in the folder are listed, and opening them is refused. A fifo or socket that a
program of the machine makes works within the machine: the host has its name, the bytes never leave the kernel.

Read-only, a fork shares it. Writable, it can't be forked: two machines would write into one folder. Hard links to files
elsewhere on the host are files in the folder like any other; whoever grants a folder grants what is linked into it.
"""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary, finalize

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
    FileSystem,
    Inode,
    NoSpace,
    NoSuchDeviceOrAddress,
    NotPermitted,
    StaleHandle,
    StatFs,
    from_host,
)

from .folder import Folder, Place

if TYPE_CHECKING:
    from kos_kernel.api import Context

NUMBERS = 1 << 17  # how many inode numbers are remembered; beyond that, the oldest that nobody holds are given anew
FRESH = 2  # looks at a header that the lookup's own stat answers: the kernel's, in the system call that looked it up
PIECE = 1 << 20  # bytes in one read of the host
PLAIN = (S_IFREG, S_IFDIR, S_IFLNK)
_SPECIAL_NAMES = {S_IFIFO: "fifo", S_IFSOCK: "socket"}


class HostFs(FileSystem):
    """One mounted folder: options.source, an absolute path that is among ctx.host, what the configuration grants."""

    fstype = "host"
    cacheable = False

    def __init__(self, options: Any, ctx: Context) -> None:
        if options.source not in (ctx.host or ()):
            raise NotPermitted(None, "only the machine's configuration can grant a folder of the host")
        self.options = options
        self.readonly = options.mode == "ro"
        if self.readonly:
            self.fork_policy = "share"
        else:
            self.fork_policy = "refuse"
            self.fork_refusal = "it is a writable folder of the host, and two machines would write into it"
        self.folder = Folder(options.source)
        # Shared by forks, this object outlives its machine: it must not hold on to anything of a machine.
        self.now_ns: Callable[[], int] | None = None if self.readonly else ctx.clock.realtime_ns
        self.epoch_ns: int | None = ctx.clock.realtime_ns() - ctx.clock.now_ns() if options.virtual_times else None
        self.times: dict[int, tuple[int, int, int]] = {}  # number -> atime, mtime, ctime that programs set
        self.grown_bytes = self.grown_files = 0
        self.made: set[int] = set()  # numbers of fifos and sockets that the machine made
        self._numbers: dict[tuple[int, int, int], int] = {}
        self._next = 1
        self._live: WeakValueDictionary[int, HostInode] = WeakValueDictionary()
        finalize(self, self.folder.close)
        self._root = HostInode(self, self.number(self.folder.root.key, S_IFDIR), self.folder.root)
        self._live[self._root.ino] = self._root

    def root(self) -> Inode:
        return self._root

    def inode(self, ino: int) -> Inode:
        inode = self._live.get(ino)
        if inode is None:
            raise StaleHandle()
        return inode

    def number(self, key: tuple[int, int], kind: int) -> int:
        """Return the number that stands for a file of the host: the same at every sight."""
        numbers = self._numbers
        found = numbers.get((*key, kind))
        if found is None:
            if len(numbers) >= NUMBERS:
                live = self._live
                for old, number in list(numbers.items())[: NUMBERS // 2]:
                    if number not in live:
                        del numbers[old]
            found = numbers[*key, kind] = self._next
            self._next += 1
        return found

    def see(self, parent: Place, name: bytes, st: os.stat_result) -> HostInode:
        """Return the inode of what was just looked up: the one that is held, if somebody holds it."""
        kind = modes.S_IFMT(st.st_mode)
        number = self.number((st.st_dev, st.st_ino), kind)
        inode = self._live.get(number)
        if inode is None:
            make = HostInode if kind in PLAIN or number in self.made else HostSpecial
            inode = self._live[number] = make(self, number, Place(parent, name, st))
        elif not inode.place.pins:
            inode.place.parent, inode.place.name = parent, name
        inode.last = self.show(number, st)
        inode.fresh = FRESH
        return inode

    def show(self, number: int, st: os.stat_result) -> Attributes:
        """Return a file's header as the machine sees it."""
        mode = st.st_mode
        if mode & S_IFMT != S_IFDIR:
            mode &= ~(S_ISUID | S_ISGID)
        options = self.options
        attr = Attributes(mode, options.uid, options.gid, nlink=st.st_nlink, size=st.st_size)
        if self.epoch_ns is None:
            attr.atime_ns, attr.mtime_ns, attr.ctime_ns = st.st_atime_ns, st.st_mtime_ns, st.st_ctime_ns
        else:
            times = self.times.get(number) or (self.epoch_ns, self.epoch_ns, self.epoch_ns)
            attr.atime_ns, attr.mtime_ns, attr.ctime_ns = times
        return attr

    def stamp(self, inode: HostInode, atime_ns: int | None = None, mtime_ns: int | None = None) -> None:
        """Note that a program changed a file; under virtual times, that it did so now or set these stamps."""
        inode.fresh = 0
        if self.epoch_ns is not None and self.now_ns is not None:
            old = self.times.get(inode.ino) or (self.epoch_ns, self.epoch_ns, self.epoch_ns)
            self.times[inode.ino] = (
                old[0] if atime_ns is None else atime_ns,
                old[1] if mtime_ns is None else mtime_ns,
                self.now_ns(),
            )

    def changed(self, *inodes: HostInode) -> None:
        """Note that a program changed the content of files or directories now."""
        for inode in inodes:
            self.stamp(inode, mtime_ns=self.now_ns() if self.now_ns is not None else None)

    def may_grow(self, size_bytes: int, files: int = 0) -> None:
        """Raise NoSpace if programs have added to the folder what the mount allows."""
        if size_bytes > 0 and self.grown_bytes + size_bytes > self.options.size:
            raise NoSpace(None, f"programs may let this folder grow by {self.options.size} bytes")
        if files > 0 and self.grown_files + files > self.options.files:
            raise NoSpace(None, f"programs may let this folder grow by {self.options.files} files")

    def statfs(self) -> StatFs:
        """Return the figures of the host's disk; under virtual times none, for they would differ between runs."""
        if self.epoch_ns is not None:
            return StatFs(self.fstype)
        disk = self.folder.disk()
        return StatFs(
            self.fstype, disk.f_frsize, disk.f_blocks, disk.f_bfree, disk.f_bavail, disk.f_files, disk.f_ffree
        )

    def gone(self, inode: HostInode, size_bytes: int) -> None:
        """A program removed a file's last name: its number is given to nobody again, and it counts no more."""
        self.grown_files -= 1
        self.grown_bytes -= size_bytes
        self._live.pop(inode.ino, None)
        self._numbers.pop((*inode.place.key, inode.place.kind), None)
        if not inode.opens:
            self.forget(inode)

    def forget(self, inode: Inode) -> None:
        if isinstance(inode, HostInode):
            self.folder.forget(inode.place)
            self.times.pop(inode.ino, None)

    def unmounted(self) -> None:
        self.folder.release()


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
                entries.append(DirEntry(name, fs.number((device, number), kind), kind))
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
            inode = HostInode(fs, fs.number(made.key, S_IFREG), made)
            fs._live[inode.ino] = inode
        else:
            fs.folder.make_node(place, name, kind | bits)
            st = fs.folder.look(place, name)
            if st is None:
                raise StaleHandle(None, "the host removed it at once")
            if kind != S_IFDIR:
                fs.made.add(fs.number((st.st_dev, st.st_ino), kind))
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
        if inode is None:
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
