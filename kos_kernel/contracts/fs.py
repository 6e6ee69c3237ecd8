"""The contract of a filesystem driver: an inode class and a filesystem that gives its root.

The kernel owns names, mounts, open files, permissions and limits; a driver owns inodes and what lies behind them. So the
smallest driver is a `FileSystem` with `root()` and an `Inode` with `lookup`, `readdir` and `read`; whatever it leaves out
raises the errno that Linux gives for a filesystem without that ability.

    kernel                              driver
    Mount, Dentry, OpenFile  ── ino ──  Inode (one object per inode while the kernel holds it) ── its own storage

Rules a driver keeps
- The same inode is the same `Inode` object as long as anything in the kernel refers to it (`opens` > 0 or a dentry): hard
  links, open files and the current directory all rely on `is`.
- `attr` is always up to date. It may be a property (a host folder) or a plain slot (memory).
- The kernel has checked permissions, types and names before it calls: `create` is called only for a name that isn't there,
  `unlink` only for one that is, `rename`'s victim is of a fitting type and, if a directory, empty as `is_empty` says.
- No method may switch fibers. Methods raise SysError, never a host's OSError.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from .. import errors
from ..abi import S_IFDIR, S_IFMT, S_IFREG

if TYPE_CHECKING:
    from .context import Context


class Attributes:
    """An inode's header. Times in ns since 1970; size in bytes; mode holds type and permission bits; rdev of a device node."""

    __slots__ = ("atime_ns", "ctime_ns", "gid", "mode", "mtime_ns", "nlink", "rdev", "size", "uid")

    def __init__(
        self, mode: int, uid: int = 0, gid: int = 0, *, nlink: int = 1, size: int = 0, time_ns: int = 0, rdev: int = 0
    ) -> None:
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.nlink = nlink
        self.size = size
        self.atime_ns = self.mtime_ns = self.ctime_ns = time_ns
        self.rdev = rdev


class DirEntry(NamedTuple):
    """One name in a directory. type: the S_IF* bits, or 0 when the driver would have to look."""

    name: bytes
    ino: int
    type: int = 0


class StatFs(NamedTuple):
    """What statfs(2) tells. Sizes in blocks of `bsize` bytes."""

    fstype: str
    bsize: int = 4096
    blocks: int = 0
    bfree: int = 0
    bavail: int = 0
    files: int = 0
    ffree: int = 0
    namelen: int = 255


class Inode:
    """An inode as the kernel handles it. Subclass it; each method you leave out refuses as Linux would.

    fs: its filesystem.  ino: its number, unique in the filesystem.  opens: how many open files, current directories and
    mount roots hold it; kept by the kernel.  attr: its header.
    """

    __slots__ = ("fs", "ino", "opens")

    fs: FileSystem
    ino: int
    opens: int
    attr: Any  # Attributes, or anything with the same names; a slot or a property
    special: ClassVar[bool] = False  # True: the kernel asks open() for the open file of a regular file or directory

    def __init__(self, fs: FileSystem, ino: int) -> None:
        self.fs = fs
        self.ino = ino
        self.opens = 0

    # ---- directories
    def lookup(self, name: bytes) -> Inode | None:
        """Return the inode called `name` in this directory, or None. Never called with b"." or b".."."""
        raise errors.NotADirectory()

    def readdir(self) -> Iterable[DirEntry]:
        """Return the directory's names without . and .., in the filesystem's own stable order."""
        raise errors.NotADirectory()

    def is_empty(self) -> bool:
        """Tell whether this directory has no names; the default lists it."""
        return not any(True for _ in self.readdir())

    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Inode:
        """Make a file, directory, fifo, socket or device node (by the S_IF* bits of `mode`) and return it."""
        raise errors.ReadOnlyFilesystem()

    def symlink(self, name: bytes, target: bytes, uid: int, gid: int) -> Inode:
        """Make a symbolic link and return it."""
        raise errors.NotPermitted(None, "this filesystem has no symbolic links")

    def link(self, name: bytes, inode: Inode) -> None:
        """Give `inode` (of this filesystem, no directory) one more name here; nlink grows by one."""
        raise errors.NotPermitted(None, "this filesystem has no hard links")

    def unlink(self, name: bytes, inode: Inode) -> None:
        """Remove a name that isn't a directory's; nlink shrinks by one. At nlink 0 the data goes with the last `opens`."""
        raise errors.ReadOnlyFilesystem()

    def rmdir(self, name: bytes, inode: Inode) -> None:
        """Remove an empty directory; its nlink becomes 0."""
        raise errors.ReadOnlyFilesystem()

    def rename(self, name: bytes, inode: Inode, into: Inode, new_name: bytes, victim: Inode | None) -> None:
        """Move `inode` from `name` here to `new_name` in the directory `into`, replacing `victim` in the same step."""
        raise errors.ReadOnlyFilesystem()

    # ---- data
    def read(self, offset: int, size: int) -> bytes:
        """Return up to `size` bytes from `offset`; b"" at or past the end. Short only at the end of the file."""
        raise errors.IsADirectory() if self.attr.mode & S_IFMT == S_IFDIR else errors.InvalidArgument()

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> int:
        """Store `data` at `offset` (a gap reads as zeros) and return how many bytes were taken, at least one."""
        raise errors.ReadOnlyFilesystem()

    def truncate(self, size: int) -> None:
        """Cut or extend (with zeros) to `size` bytes."""
        raise errors.ReadOnlyFilesystem()

    def readlink(self) -> bytes:
        """Return a symbolic link's target."""
        raise errors.InvalidArgument(None, "not a symbolic link")

    def follow(self) -> Any:
        """Return what a magic link leads to (as KernelView.follow_fd gave it), or None for an ordinary symlink.

        Asked only on filesystems that aren't cacheable.
        """
        return None

    def fsync(self) -> None:
        """Make the data durable. Nothing to do where nothing outlives the machine."""

    def open(self, flags: int) -> object | None:
        """Return a `kos_kernel.vfs.openfile.OpenFile` of the driver's own, or None for the kernel's regular one.

        Asked only where the class says `special = True`. For files whose content is made at open (as in /proc) see
        `GeneratedFile`, which the kernel knows.
        """
        return None

    # ---- attributes
    def set_mode(self, mode: int, now_ns: int) -> None:
        """Set the permission bits (07777) and ctime; the type stays."""
        raise errors.ReadOnlyFilesystem()

    def set_owner(self, uid: int, gid: int, now_ns: int) -> None:
        """Set owner and group (already resolved: never -1) and ctime."""
        raise errors.ReadOnlyFilesystem()

    def set_times(self, atime_ns: int | None, mtime_ns: int | None, now_ns: int) -> None:
        """Set the stamps that are not None, and ctime."""
        raise errors.ReadOnlyFilesystem()

    def touch_atime(self, now_ns: int) -> None:
        """Note an access (relatime has decided that it counts). A driver may leave it out."""

    # ---- extended attributes
    def getxattr(self, name: bytes) -> bytes:
        """Return the value; NoData if there is none of that name."""
        raise errors.NotSupported(None, "this filesystem has no extended attributes")

    def setxattr(self, name: bytes, value: bytes, now_ns: int) -> None:
        """Set a value. XATTR_CREATE and XATTR_REPLACE have been checked."""
        raise errors.NotSupported(None, "this filesystem has no extended attributes")

    def listxattr(self) -> list[bytes]:
        """Return the names, sorted."""
        return []

    def removexattr(self, name: bytes, now_ns: int) -> None:
        """Remove a value; NoData if there is none."""
        raise errors.NotSupported(None, "this filesystem has no extended attributes")


class FileSystem:
    """A mounted filesystem.

    fstype: as /proc/mounts shows it.  dev: its device number, given by the kernel at mount.
    cacheable: False when names can change behind the kernel's back (a host folder, /proc): every lookup asks the driver.
    readonly: True when it can't be written at all.  fork_policy: "cow", "share" or "refuse" (with a reason in fork_refusal).
    """

    fstype: str = "unknown"
    cacheable: bool = True
    readonly: bool = False
    immutable: bool = False  # nothing in it ever changes: exec remembers what its files are
    fork_policy: str = "cow"
    fork_refusal: str = ""
    dev: int = 0

    def root(self) -> Inode:
        """Return the root directory."""
        raise NotImplementedError("a filesystem driver must define root()")

    def statfs(self) -> StatFs:
        """Return sizes for df."""
        return StatFs(self.fstype)

    def inode(self, ino: int) -> Inode:
        """Return the inode of this number: used by fork to find again what open files and directories held."""
        raise errors.StaleHandle()

    def fork(self, ctx: Context) -> FileSystem:
        """Return a copy for a forked machine, at a cost that doesn't depend on the content; share what is unchanged.

        Called only when fork_policy is "cow". The numbers of all inodes stay the same on both sides.
        """
        raise errors.NotSupported(None, f"{self.fstype} can't be forked")

    def forget(self, inode: Inode) -> None:
        """The last open of an inode without names went away: free its data."""

    def sync(self) -> None:
        """Write everything down. Nothing to do where nothing outlives the machine."""

    def unmounted(self) -> None:
        """The last mount went away: release what was held."""


# ---------------------------------------------------------------- for /proc-like trees and small read-only filesystems
class StaticDirectory(Inode):
    """A read-only directory over a dict name -> Inode. Listing order is the dict's."""

    __slots__ = ("attr", "entries")

    def __init__(self, fs: FileSystem, ino: int, entries: dict[bytes, Inode], mode: int = 0o555) -> None:
        super().__init__(fs, ino)
        self.entries = entries
        self.attr = Attributes(S_IFDIR | mode, nlink=2)

    def lookup(self, name: bytes) -> Inode | None:
        return self.entries.get(name)

    def readdir(self) -> Iterable[DirEntry]:
        return [DirEntry(name, inode.ino, inode.attr.mode & S_IFMT) for name, inode in self.entries.items()]


class StaticFile(Inode):
    """A read-only file of fixed bytes."""

    __slots__ = ("attr", "data")

    def __init__(self, fs: FileSystem, ino: int, data: bytes, mode: int = 0o444) -> None:
        super().__init__(fs, ino)
        self.data = data
        self.attr = Attributes(S_IFREG | mode, size=len(data))

    def read(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]


class GeneratedFile(Inode):
    """A file whose bytes `make()` returns anew at each open, as in /proc; size 0 in stat, as there.

    write, if given, gets each write's bytes whole and may raise InvalidArgument.
    """

    __slots__ = ("attr", "make", "taker")
    special = True

    def __init__(self, fs: FileSystem, ino: int, make: Any, mode: int = 0o444, write: Any = None) -> None:
        super().__init__(fs, ino)
        self.make = make
        self.taker = write
        self.attr = Attributes(S_IFREG | mode)

    def snapshot(self) -> bytes:
        """Return the content for one open file."""
        made: bytes = self.make()
        return made

    def read(self, offset: int, size: int) -> bytes:
        return self.snapshot()[offset : offset + size]

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> int:
        if self.taker is None:
            raise errors.AccessDenied(None, "this file can't be written")
        self.taker(bytes(data))
        return len(data)

    def truncate(self, size: int) -> None:
        if self.taker is None:
            raise errors.AccessDenied(None, "this file can't be written")
