"""A folder of the host as a filesystem of the machine.

    HostInode ── place ──► folder.py (the only one that touches the host)

What is shown is the host's, but for: owner and group (options.uid, options.gid; bits of setuid and setgid are hidden, since
they would lend rights to somebody else), inode numbers (numbers.py), device numbers (none), and with options.virtual_times
all times (the boot's, until a program sets others).

Fifos, sockets and devices that the host has in the folder are listed, and opening them is refused. A fifo or socket that a
program of the machine makes works within the machine: the host has its name, the bytes never leave the kernel.

Read-only, a fork goes on with the same folder. Writable, it can't be forked: two machines would write into one folder. Hard links to files
elsewhere on the host are files in the folder like any other; whoever grants a folder grants what is linked into it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from kos_kernel.api import (
    S_IFDIR,
    S_IFMT,
    S_ISGID,
    S_ISUID,
    Attributes,
    FileSystem,
    Inode,
    NoSpace,
    NotPermitted,
    StaleHandle,
    StatFs,
)

from .folder import Folder, Root
from .inodes import PLAIN, HostInode, HostSpecial
from .numbers import Key, Numbers
from .places import Place, key_of

if TYPE_CHECKING:
    from kos_kernel.api import Context

FRESH = 2  # looks at a header that the lookup's own stat answers: the kernel's, in the system call that looked it up


class HostFs(FileSystem):
    """One mounted folder: options.source, an absolute path that is among ctx.host, what the configuration grants."""

    fstype = "host"
    cacheable = False

    def __init__(self, options: Any, ctx: Context, parent: HostFs | None = None) -> None:
        if parent is None and options.source not in (ctx.host or ()):
            raise NotPermitted(None, "only the machine's configuration can grant a folder of the host")
        self.options = options
        self.readonly = options.mode == "ro"
        if not self.readonly:
            self.fork_policy = "refuse"
            self.fork_refusal = "it is a writable folder of the host, and two machines would write into it"
        self.now_ns: Callable[[], int] = ctx.clock.realtime_ns
        self.epoch_ns: int | None = ctx.clock.realtime_ns() - ctx.clock.now_ns() if options.virtual_times else None
        self.times: dict[int, tuple[int, int, int]] = {}  # number -> atime, mtime, ctime that programs set
        self.grown_bytes = self.grown_files = 0
        self.made: set[int] = set()  # numbers of fifos and sockets that the machine made
        self._held: WeakValueDictionary[Key, HostInode] = WeakValueDictionary()
        if parent is None:
            self.folder = Folder(Root(options.source))
            self.numbers = Numbers()
            self._parent_held: WeakValueDictionary[Key, HostInode] = WeakValueDictionary()
        else:
            self.folder = parent.folder.fork()
            self.numbers = parent.numbers.fork()
            self._parent_held = parent._held
        self._root = self.hold(self.folder.root.place)

    def fork(self, ctx: Context) -> HostFs:
        """Return the mount for a forked machine: the same numbers so far, and nothing else in common but the folder."""
        return HostFs(self.options, ctx, self)

    def root(self) -> Inode:
        return self._root

    def inode(self, ino: int) -> Inode:
        """Return a held inode by its number; in a fork that was just made, also what the parent holds."""
        for inode in self._held.values():
            if inode.ino == ino:
                return inode
        for inode in self._parent_held.values():
            if inode.ino == ino:
                return self.hold(inode.place.copy())
        raise StaleHandle()

    def hold(self, place: Place) -> HostInode:
        """Return a new inode for a place."""
        number = self.numbers.of(place.key)
        make = HostInode if place.kind in PLAIN or number in self.made else HostSpecial
        inode = self._held[place.key] = make(self, number, place)
        return inode

    def number(self, key: Key) -> int:
        """Return the number that stands for a file of the host: the same at every sight."""
        held = self._held.get(key)
        return self.numbers.of(key) if held is None else held.ino

    def see(self, parent: Place, name: bytes, st: os.stat_result) -> HostInode:
        """Return the inode of what was just looked up: the one that is held, if somebody holds it."""
        inode = self._held.get(key_of(st))
        if inode is None:
            inode = self.hold(Place(parent, name, st))
        elif not inode.place.pins:
            inode.place.parent, inode.place.name = parent, name
        inode.last = self.show(inode.ino, st)
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
        if self.epoch_ns is not None:
            old = self.times.get(inode.ino) or (self.epoch_ns, self.epoch_ns, self.epoch_ns)
            self.times[inode.ino] = (
                old[0] if atime_ns is None else atime_ns,
                old[1] if mtime_ns is None else mtime_ns,
                self.now_ns(),
            )

    def changed(self, *inodes: HostInode) -> None:
        """Note that a program changed the content of files or directories now."""
        for inode in inodes:
            self.stamp(inode, mtime_ns=self.now_ns())

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
        self._held.pop(inode.place.key, None)
        self.numbers.forget(inode.place.key)
        if not inode.opens:
            self.forget(inode)

    def forget(self, inode: Inode) -> None:
        if isinstance(inode, HostInode):
            self.folder.forget(inode.place)
            self.times.pop(inode.ino, None)

    def unmounted(self) -> None:
        self.folder.release()
