"""Calls on names and headers: stat, directories, links, rename, modes, owners, times, extended attributes, cwd."""

from __future__ import annotations

from typing import NamedTuple

from .. import errors
from ..abi import (
    RENAME_EXCHANGE,
    RENAME_NOREPLACE,
    RLIM_INFINITY,
    RLIMIT_FSIZE,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    S_ISGID,
    S_ISUID,
    S_ISVTX,
    SIGXFSZ,
    UTIME_OMIT,
    W_OK,
    XATTR_CREATE,
    XATTR_REPLACE,
)
from ..contracts.fs import DirEntry, Inode
from ..credentials import EXECUTE, READ, WRITE, Credentials, may, owns
from ..fibers import SYSCALL_NS
from ..process import post_signal
from ..vfs.dentry import AllKids, Dentry
from ..vfs.openfile import PathFile, RegularFile
from .base import Call

MAX_XATTR = 65536


class Stat(NamedTuple):
    """What stat(2) tells. Times in ns since 1970; blocks of 512 bytes."""

    mode: int
    ino: int
    dev: int
    nlink: int
    uid: int
    gid: int
    size: int
    atime_ns: int
    mtime_ns: int
    ctime_ns: int
    rdev: int
    blocks: int
    blksize: int


_new = tuple.__new__
_SPECIAL = frozenset((b"", b".", b".."))


DENSE = 1 << 17  # files up to here are taken to have no holes: no driver is asked on the hot path


def blocks_of(inode: Inode) -> int:
    """Return the 512-byte blocks of a big file: as its driver counts them (`blocks()`), else as if it had no holes."""
    ask = getattr(inode, "blocks", None)
    counted: int = (inode.attr.size + 4095 >> 12) * 8 if ask is None else ask()
    return counted


def stat_of(inode: Inode) -> Stat:
    """Return the header of an inode as stat(2) shows it."""
    attr = inode.attr
    size = attr.size
    return _new(
        Stat,
        (
            attr.mode, inode.ino, inode.fs.dev, attr.nlink, attr.uid, attr.gid, size, attr.atime_ns, attr.mtime_ns,
            attr.ctime_ns, attr.rdev, (size + 4095 >> 12) * 8 if size <= DENSE else blocks_of(inode), 4096,
        ),
    )  # fmt: skip


def drop_set_id_bits(cred: Credentials, inode: Inode, now_ns: int) -> None:
    """The content of a set-id file changes: unless root did it, it is no set-id file any more (Linux's file_remove_privs)."""
    attr = inode.attr
    mode = attr.mode
    if cred.privileged or mode & S_IFMT != S_IFREG:
        return
    kept = mode & 0o7777 & ~S_ISUID
    if mode & 0o010 or attr.gid not in cred.groups:
        kept &= ~S_ISGID
    if kept != mode & 0o7777:
        inode.set_mode(kept, now_ns)


class NameCalls(Call):
    """stat ... removexattr."""

    __slots__ = ()

    # ---------------------------------------------------------------- looking
    def stat(self, path: bytes, *, follow: bool = True, dirfd: int | None = None) -> Stat:
        """Return the header of the file at a path."""
        task = self.task
        task.runtime_ns += SYSCALL_NS
        if task.runtime_ns >= task.until:
            self._kernel.dispatcher.attend()
        if dirfd is not None:
            return stat_of(self._at(path, follow, dirfd).inode)
        fs = self.fs
        cut = path.rfind(b"/")
        if cut >= 0:  # the usual case, written out: a file in a directory that the prefix cache knows
            directory = fs.prefixes.get(path[:cut])
            if directory is not None and directory.kids is not None:
                entry = directory.kids.get(path[cut + 1 :])
                if entry is not None and not entry.covered:
                    inode = entry.inode
                    attr = inode.attr
                    mode = attr.mode
                    if mode & S_IFMT != S_IFLNK:
                        size = attr.size
                        return _new(
                            Stat,
                            (
                                mode, inode.ino, inode.fs.dev, attr.nlink, attr.uid, attr.gid, size, attr.atime_ns,
                                attr.mtime_ns, attr.ctime_ns, attr.rdev,
                                (size + 4095 >> 12) * 8 if size <= DENSE else blocks_of(inode), 4096,
                            ),
                        )  # fmt: skip
        return stat_of(fs.at(path, follow).inode)

    def lstat(self, path: bytes) -> Stat:
        """Return the header of the file at a path; of a symlink itself."""
        task = self.task
        task.runtime_ns += SYSCALL_NS
        if task.runtime_ns >= task.until:
            self._kernel.dispatcher.attend()
        return stat_of(self.fs.at(path, False).inode)

    def fstat(self, fd: int) -> Stat:
        """Return the header of an open file."""
        self._enter()
        file = self._file(fd)
        if file.inode is not None:
            return stat_of(file.inode)
        attr = file.attributes()
        return Stat(
            attr.mode, getattr(file, "number", 0), 0, attr.nlink, attr.uid, attr.gid, attr.size,
            attr.atime_ns, attr.mtime_ns, attr.ctime_ns, attr.rdev, 0, 4096,
        )  # fmt: skip

    def access(self, path: bytes, mode: int, *, effective: bool = False) -> None:
        """Raise unless the file exists and may be read, written, executed (R_OK, W_OK, X_OK) by the real user.

        effective: ask for the effective user, as open would. Raises AccessDenied, ReadOnlyFilesystem (W_OK).
        """
        self._enter()
        if mode & ~7:
            raise errors.InvalidArgument(path, f"unknown access mode {mode:#o}")
        fs = self.fs
        cred = fs.cred
        if not effective and (cred.ruid != cred.euid or cred.rgid != cred.egid):
            cred = Credentials(cred.ruid, cred.ruid, cred.suid, cred.rgid, cred.rgid, cred.sgid, cred.listed)
            real = fs.fork()  # the way there is walked as the real user, too
            real.set_cred(cred)
            try:
                entry = real.at(path)
            finally:
                real.release()
        else:
            entry = fs.at(path)
        if mode and not may(cred, entry.inode.attr, mode & 7):
            raise errors.AccessDenied(path)
        if mode & W_OK and entry.inode.attr.mode & S_IFMT in (S_IFREG, S_IFDIR):
            fs.may_write(entry, path)

    def readlink(self, path: bytes, *, dirfd: int | None = None) -> bytes:
        """Return a symlink's target. Raises InvalidArgument if it is no symlink."""
        self._enter()
        inode = self._at(path, False, dirfd).inode
        if inode.attr.mode & S_IFMT != S_IFLNK:
            raise errors.InvalidArgument(path, "not a symbolic link")
        return inode.readlink()

    def scandir(self, path: bytes) -> list[DirEntry]:
        """Return the names in a directory with inode numbers and types, without . and .., in the filesystem's order."""
        self._enter()
        entry = self.fs.at(path)
        inode = entry.inode
        if inode.attr.mode & S_IFMT != S_IFDIR:
            raise errors.NotADirectory(path)
        self.fs.may_read(entry, path)
        return list(inode.readdir())

    def listdir(self, path: bytes) -> list[bytes]:
        """Return the names in a directory, without . and .., in the filesystem's order."""
        return [entry[0] for entry in self.scandir(path)]

    # ---------------------------------------------------------------- making and removing names
    def _new_name(self, path: bytes, dirfd: int | None, directory_wanted: bool = False) -> tuple[Dentry, bytes]:
        """Return where a new name goes, checked: it isn't there and may be made."""
        fs = self.fs
        directory, name = self._parent(path, dirfd)
        slashed = name[-1:] == b"/"
        if slashed:
            name = name[:-1]
        if name in (b"", b".", b".."):
            raise errors.FileExists(path)
        if slashed and not directory_wanted:
            if fs.child(directory, name) is not None:
                raise errors.FileExists(path)
            raise errors.NoSuchFile(path)
        if fs.child(directory, name) is not None:
            raise errors.FileExists(path)
        fs.may_write_in(directory, path)
        return directory, name

    def _made(self, directory: Dentry, name: bytes, inode: Inode) -> None:
        if inode.fs.cacheable:
            kids = directory.kids
            if kids is None:
                kids = directory.kids = {}
            made = kids[name] = Dentry(directory, name, inode)
            if inode.attr.mode & S_IFMT == S_IFDIR:
                made.kids = AllKids()

    def mkdir(self, path: bytes, mode: int = 0o777, *, dirfd: int | None = None) -> None:
        """Make a directory. Raises FileExists, AccessDenied, ReadOnlyFilesystem, NoSpace."""
        self._enter()
        fs = self.fs
        directory, name = self._new_name(path, dirfd, True)
        self._create_node(directory, name, path, S_IFDIR | mode & 0o1777 & ~fs.umask, 0)

    def mknod(self, path: bytes, mode: int, rdev: int = 0, *, dirfd: int | None = None) -> None:
        """Make a file, fifo, socket or device node (by the type bits of mode). NotPermitted: devices are for root."""
        self._enter()
        kind = mode & S_IFMT or S_IFREG
        if kind == S_IFDIR:
            raise errors.NotPermitted(path, "use mkdir")
        if kind not in (S_IFREG, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK):
            raise errors.InvalidArgument(path, "mknod makes files, fifos, sockets and devices")
        directory, name = self._new_name(path, dirfd)
        if kind in (S_IFCHR, S_IFBLK) and not self.fs.cred.privileged:
            raise errors.NotPermitted(path, "only root makes device nodes")
        self._create_node(directory, name, path, kind | mode & 0o7777 & ~self.fs.umask, rdev)

    def mkfifo(self, path: bytes, mode: int = 0o666) -> None:
        """Make a named pipe."""
        self.mknod(path, S_IFIFO | mode & 0o7777)

    def _create_node(self, directory: Dentry, name: bytes, path: bytes, mode: int, rdev: int) -> None:
        cred = self.fs.cred
        attr = directory.inode.attr
        gid = cred.egid
        if attr.mode & S_ISGID:
            gid = attr.gid
            if mode & S_IFMT == S_IFDIR:
                mode |= S_ISGID
            elif mode & 0o2010 == 0o2010 and gid not in cred.groups and not cred.privileged:
                mode &= ~S_ISGID  # no set-gid program for a group that one isn't in
        self._made(directory, name, self._naming(path, directory.inode.create, name, mode, cred.euid, gid, rdev))

    def _naming(self, path: bytes, call, *args):  # type: ignore[no-untyped-def]
        """Run a driver's method and put the path into its error."""
        try:
            return call(*args)
        except errors.SysError as error:
            if error.filename is None:
                error.filename = path
            raise

    def symlink(self, target: bytes, path: bytes, *, dirfd: int | None = None) -> None:
        """Make a symbolic link at `path` that points to `target`, whatever that is. Raises FileExists, NoSuchFile (empty)."""
        self._enter()
        if not target:
            raise errors.NoSuchFile(path)
        if len(target) >= 4096:
            raise errors.NameTooLong(path)
        directory, name = self._new_name(path, dirfd)
        cred = self.fs.cred
        attr = directory.inode.attr
        gid = attr.gid if attr.mode & S_ISGID else cred.egid
        self._made(directory, name, self._naming(path, directory.inode.symlink, name, target, cred.euid, gid))

    def link(self, old: bytes, new: bytes, *, follow: bool = False) -> None:
        """Give a file one more name. Raises FileExists, CrossDevice, NotPermitted (a directory), TooManyLinks."""
        self._enter()
        entry = self.fs.at(old, follow)
        inode = entry.inode
        directory, name = self._new_name(new, None)
        if directory.inode.fs is not inode.fs or directory.tree is not entry.tree:
            raise errors.CrossDevice(new)
        if inode.attr.mode & S_IFMT == S_IFDIR:
            raise errors.NotPermitted(old, "directories can't have second names")
        self._naming(new, directory.inode.link, name, inode)
        self._made(directory, name, inode)

    def unlink(self, path: bytes, *, dirfd: int | None = None) -> None:
        """Remove a name that isn't a directory's. Raises IsADirectory, AccessDenied, NotPermitted (sticky), Busy."""
        task = self.task
        task.runtime_ns += SYSCALL_NS
        if task.runtime_ns >= task.until:
            self._kernel.dispatcher.attend()
        fs = self.fs
        directory, name = fs.parent(path) if dirfd is None else self._parent(path, dirfd)
        if name in (b".", b"..", b"") or name[-1:] == b"/":
            name = name[:-1] if name[-1:] == b"/" else name
            if name in _SPECIAL:
                raise errors.IsADirectory(path)
            slashed = fs.child(directory, name)  # not followed, though a slash stands behind it
            if slashed is None:
                raise errors.NoSuchFile(path)
            if slashed.inode.attr.mode & S_IFMT == S_IFDIR:
                raise errors.IsADirectory(path)
            raise errors.NotADirectory(path)
        kids = directory.kids
        found = kids.get(name) if kids is not None else None
        if found is None:
            found = fs.child(directory, name)
            if found is None:
                raise errors.NoSuchFile(path)
        fs.may_write_in(directory, path)
        inode = found.inode
        if directory.inode.attr.mode & S_ISVTX:
            self._sticky(directory, inode, path)
        kind = inode.attr.mode & S_IFMT
        if kind == S_IFDIR:
            raise errors.IsADirectory(path)
        if found.covered or found.parent is not directory:
            raise errors.Busy(path, "something is mounted on it")
        try:
            directory.inode.unlink(name, inode)
        except errors.SysError as error:
            error.filename = path
            raise
        if directory.kids is not None:
            directory.kids.pop(name, None)
        if kind != S_IFREG:
            if kind == S_IFLNK:
                fs.vfs.flush()
            elif inode.attr.nlink == 0 and inode.opens == 0:
                self._kernel.fifos.pop(inode, None)

    def _sticky(self, directory: Dentry, inode: Inode, path: bytes) -> None:
        """In a sticky directory only the owner of the file, of the directory, or root may remove or rename."""
        cred = self.fs.cred
        if cred.euid not in (inode.attr.uid, directory.inode.attr.uid) and not cred.privileged:
            raise errors.NotPermitted(path, "the directory is sticky and the file is somebody else's")

    def rmdir(self, path: bytes, *, dirfd: int | None = None) -> None:
        """Remove an empty directory. Raises DirectoryNotEmpty, NotADirectory, Busy (a mount point), InvalidArgument (".")."""
        self._enter()
        fs = self.fs
        directory, name = self._parent(path, dirfd)
        name = name.rstrip(b"/") if name != b"/" else b""
        if not name:
            directory, name = fs.parent(path.rstrip(b"/") or b"/")
        if name == b".":
            raise errors.InvalidArgument(path) if path.strip(b"/") else errors.Busy(path)
        if name == b"..":
            raise errors.DirectoryNotEmpty(path)
        found = fs.child(directory, name)
        if found is None:
            raise errors.NoSuchFile(path)
        inode = found.inode
        fs.may_write_in(directory, path)
        if directory.inode.attr.mode & S_ISVTX:
            self._sticky(directory, inode, path)
        if inode.attr.mode & S_IFMT != S_IFDIR:
            raise errors.NotADirectory(path)
        if found.parent is not directory:
            raise errors.Busy(path, "a filesystem is mounted on it")
        if not inode.is_empty():
            raise errors.DirectoryNotEmpty(path)
        self._naming(path, directory.inode.rmdir, name, inode)
        if directory.kids is not None:
            directory.kids.pop(name, None)
        found.kids = AllKids()  # whoever still stands in it finds nothing
        fs.forget_prefixes(found)

    def rename(self, old: bytes, new: bytes, flags: int = 0) -> None:
        """Move a name, replacing what `new` names in the same step.

        flags: RENAME_NOREPLACE. Raises CrossDevice, IsADirectory, NotADirectory, DirectoryNotEmpty, InvalidArgument (into
        itself), FileExists (NOREPLACE), Busy (mount points), NotPermitted (sticky).
        """
        self._enter()
        if flags & RENAME_EXCHANGE:
            raise errors.InvalidArgument(new, "RENAME_EXCHANGE is not supported")
        fs = self.fs
        from_dir, from_name = fs.parent(old)
        to_dir, to_name = fs.parent(new)
        slashed = False
        found = None if from_dir.kids is None else from_dir.kids.get(from_name)
        if found is None or found.covered or to_name in _SPECIAL or to_name[-1:] == b"/":
            slashed = from_name[-1:] == b"/" or to_name[-1:] == b"/"
            from_name, to_name = from_name.rstrip(b"/"), to_name.rstrip(b"/")
            if from_name in _SPECIAL or to_name in _SPECIAL:
                raise errors.Busy(old if from_name in _SPECIAL else new)
            found = fs.child(from_dir, from_name)
            if found is None:
                raise errors.NoSuchFile(old)
        inode = found.inode
        if found.parent is not from_dir or found.covered:
            raise errors.Busy(old, "a filesystem is mounted on it")
        if from_dir is not to_dir and (from_dir.inode.fs is not to_dir.inode.fs or from_dir.tree is not to_dir.tree):
            raise errors.CrossDevice(new)
        is_directory = inode.attr.mode & S_IFMT == S_IFDIR
        if slashed and not is_directory:
            raise errors.NotADirectory(old)
        target = fs.child(to_dir, to_name)
        if is_directory:
            self._not_into_itself(found, to_dir, new)
        victim = None
        if target is not None:
            if flags & RENAME_NOREPLACE:
                raise errors.FileExists(new)
            victim = target.inode
            if victim.attr.mode & S_IFMT == S_IFDIR:
                self._not_over_what_holds_it(target, from_dir, new)
            if victim is inode:  # two names of one file: Linux does nothing, and asks for no rights to do it
                if target.parent is not to_dir:
                    raise errors.Busy(new, "a file is mounted on it")
                fs.may_write(from_dir, old)
                return
        elif to_dir.inode.attr.nlink == 0:
            raise errors.NoSuchFile(new)
        fs.may_write_in(from_dir, old)
        if from_dir.inode.attr.mode & S_ISVTX:
            self._sticky(from_dir, inode, old)
        if to_dir is not from_dir:
            fs.may_write_in(to_dir, new)
        if target is not None:
            self._may_replace(target, to_dir, is_directory, new)
        if is_directory and from_dir is not to_dir and not may(fs.cred, inode.attr, WRITE):
            raise errors.AccessDenied(old, "its .. would change and it can't be written")
        if victim is not None and is_directory and not victim.is_empty():
            raise errors.DirectoryNotEmpty(new)
        if target is not None and is_directory:
            fs.forget_prefixes(target)
        try:
            from_dir.inode.rename(from_name, inode, to_dir.inode, to_name, victim)
        except errors.SysError as error:
            error.filename = new
            raise
        if from_dir.kids is not None:
            from_dir.kids.pop(from_name, None)
        if inode.fs.cacheable:
            if to_dir.kids is None:
                to_dir.kids = {}
            to_dir.kids[to_name] = found
        found.parent, found.name = to_dir, to_name
        if (
            is_directory
            or inode.attr.mode & S_IFMT == S_IFLNK
            or victim is not None
            and victim.attr.mode & S_IFMT != S_IFREG
        ):
            fs.vfs.flush()

    def _not_into_itself(self, moved: Dentry, into: Dentry, path: bytes) -> None:
        here: Dentry | None = into
        while here is not None:
            if here is moved or (here.inode is moved.inode and not here.inode.fs.cacheable):
                raise errors.InvalidArgument(path, "a directory can't move into itself")
            here = here.parent

    def _not_over_what_holds_it(self, target: Dentry, from_dir: Dentry, path: bytes) -> None:
        here: Dentry | None = from_dir
        while here is not None:
            if here is target:
                raise errors.DirectoryNotEmpty(path)
            here = here.parent

    def _may_replace(self, target: Dentry, to_dir: Dentry, is_directory: bool, path: bytes) -> None:
        """Raise unless something of this kind may take the place of `target`."""
        victim = target.inode
        if target.parent is not to_dir or target.covered:
            raise errors.Busy(path, "a filesystem is mounted on it")
        victim_is_directory = victim.attr.mode & S_IFMT == S_IFDIR
        if to_dir.inode.attr.mode & S_ISVTX:
            self._sticky(to_dir, victim, path)
        if is_directory and not victim_is_directory:
            raise errors.NotADirectory(path)
        if victim_is_directory and not is_directory:
            raise errors.IsADirectory(path)

    # ---------------------------------------------------------------- headers
    def chmod(self, path: bytes, mode: int, *, follow: bool = True, dirfd: int | None = None) -> None:
        """Set permission bits. Raises NotPermitted unless owner or root, ReadOnlyFilesystem."""
        self._enter()
        entry = self._at(path, follow, dirfd)
        self._chmod(entry, mode, path)

    def fchmod(self, fd: int, mode: int) -> None:
        """Set the permission bits of an open file."""
        self._enter()
        self._chmod(self._changeable(fd), mode, None)

    def _changeable(self, fd: int) -> Dentry:
        """Return the dentry of an open file whose header may be changed through the descriptor."""
        file = self._file(fd)
        if type(file) is PathFile:
            raise errors.BadDescriptor(None, f"descriptor {fd} is a place (O_PATH)")
        if file.dentry is None:
            raise errors.InvalidArgument(None, "it has no header to change")
        return file.dentry

    def _chmod(self, entry: Dentry, mode: int, path: bytes | None) -> None:
        fs = self.fs
        inode = entry.inode
        attr = inode.attr
        fs.may_write(entry, path or b"")
        if not owns(fs.cred, attr):
            raise errors.NotPermitted(path)
        if attr.mode & S_IFMT == S_IFLNK:
            raise errors.NotSupported(path, "a symbolic link has no permissions of its own")
        mode &= 0o7777
        if mode & S_ISGID and attr.gid not in fs.cred.groups and not fs.cred.privileged:
            mode &= ~S_ISGID
        self._naming(path or b"", inode.set_mode, mode, self.clock.realtime_ns())
        if attr.mode & S_IFMT == S_IFDIR:
            fs.vfs.flush()

    def chown(self, path: bytes, uid: int, gid: int, *, follow: bool = True, dirfd: int | None = None) -> None:
        """Set owner and group; -1 leaves one as it is. Raises NotPermitted: root alone gives files away."""
        self._enter()
        self._chown(self._at(path, follow, dirfd), uid, gid, path)

    def lchown(self, path: bytes, uid: int, gid: int) -> None:
        """chown of a symlink itself."""
        self.chown(path, uid, gid, follow=False)

    def fchown(self, fd: int, uid: int, gid: int) -> None:
        """chown of an open file."""
        self._enter()
        self._chown(self._changeable(fd), uid, gid, None)

    def _chown(self, entry: Dentry, uid: int, gid: int, path: bytes | None) -> None:
        fs = self.fs
        cred = fs.cred
        inode = entry.inode
        attr = inode.attr
        fs.may_write(entry, path or b"")
        mode = attr.mode
        # A chown that changes nothing is anybody's.
        if not cred.privileged and (uid != -1 or gid != -1 or mode & S_ISUID):
            if (
                cred.euid != attr.uid
                or uid not in (-1, attr.uid)
                or (gid not in (-1, attr.gid) and gid not in cred.groups)
            ):
                raise errors.NotPermitted(path)
        now_ns = self.clock.realtime_ns()
        inode.set_owner(attr.uid if uid == -1 else uid, attr.gid if gid == -1 else gid, now_ns)
        if mode & S_IFMT == S_IFDIR:
            fs.vfs.flush()
        elif mode & (S_ISUID | S_ISGID):
            drop_gid = mode & 0o010 or not (cred.privileged or attr.gid in cred.groups)
            inode.set_mode(mode & 0o7777 & ~S_ISUID & ~(S_ISGID if drop_gid else 0), now_ns)

    def utimens(
        self, path: bytes, atime_ns: int | None, mtime_ns: int | None, *, follow: bool = True, dirfd: int | None = None
    ) -> None:
        """Set access and modification times, ns since 1970; None = now, UTIME_OMIT = leave.

        Raises AccessDenied (both now, and neither owner nor writable), NotPermitted (a given time, and not the owner).
        """
        self._enter()
        self._utimens(self._at(path, follow, dirfd), atime_ns, mtime_ns, path)

    def futimens(self, fd: int, atime_ns: int | None, mtime_ns: int | None) -> None:
        """utimens of an open file."""
        self._enter()
        self._utimens(self._changeable(fd), atime_ns, mtime_ns, None)

    def _utimens(self, entry: Dentry, atime_ns: int | None, mtime_ns: int | None, path: bytes | None) -> None:
        fs = self.fs
        inode = entry.inode
        attr = inode.attr
        fs.may_write(entry, path or b"")
        if not owns(fs.cred, attr):
            if atime_ns is not None or mtime_ns is not None:
                raise errors.NotPermitted(path)
            if not may(fs.cred, attr, WRITE):
                raise errors.AccessDenied(path)
        now_ns = self.clock.realtime_ns()
        inode.set_times(
            now_ns if atime_ns is None else None if atime_ns == UTIME_OMIT else atime_ns,
            now_ns if mtime_ns is None else None if mtime_ns == UTIME_OMIT else mtime_ns,
            now_ns,
        )

    def truncate(self, path: bytes, size: int) -> None:
        """Cut or extend a file. Raises IsADirectory, AccessDenied, InvalidArgument, FileTooLarge."""
        self._enter()
        entry = self.fs.at(path)
        inode = entry.inode
        kind = inode.attr.mode & S_IFMT
        if kind == S_IFDIR:
            raise errors.IsADirectory(path)
        if kind != S_IFREG:
            raise errors.InvalidArgument(path)
        if not may(self.fs.cred, inode.attr, WRITE):
            raise errors.AccessDenied(path)
        self.fs.may_write(entry, path)
        self._set_size(inode, size, path)

    def ftruncate(self, fd: int, size: int) -> None:
        """Cut or extend an open file."""
        self._enter()
        file = self._file(fd)
        if type(file) is PathFile:
            raise errors.BadDescriptor(None, f"descriptor {fd} is a place (O_PATH)")
        if not isinstance(file, RegularFile) or not file.writable:
            raise errors.InvalidArgument(None, f"descriptor {fd} is no file open for writing")
        self._set_size(file.inode, size, None)

    def _set_size(self, inode: Inode, size: int, path: bytes | None) -> None:
        if size < 0:
            raise errors.InvalidArgument(path, f"a size of {size}")
        limit = self.process.rlimits[RLIMIT_FSIZE][0]
        if limit != RLIM_INFINITY and size > limit:
            post_signal(self.process, SIGXFSZ)
            self.process.attend()
            raise errors.FileTooLarge(path, f"the process may write files of up to {limit} bytes")
        self._naming(path or b"", inode.truncate, size)
        if inode.attr.mode & (S_ISUID | S_ISGID):
            drop_set_id_bits(self.fs.cred, inode, self.clock.realtime_ns())

    # ---------------------------------------------------------------- where the process stands
    def chdir(self, path: bytes) -> None:
        """Make a directory the current one. Raises NotADirectory, AccessDenied."""
        self._enter()
        fs = self.fs
        entry = fs.at(path)
        attr = entry.inode.attr
        if attr.mode & S_IFMT != S_IFDIR:
            raise errors.NotADirectory(path)
        if not may(fs.cred, attr, EXECUTE):
            raise errors.AccessDenied(path)
        fs.set_cwd(entry)

    def fchdir(self, fd: int) -> None:
        """Make an open directory the current one."""
        self._enter()
        file = self._file(fd)
        if file.dentry is None or file.attributes().mode & S_IFMT != S_IFDIR:
            raise errors.NotADirectory(None, f"descriptor {fd} is no directory")
        if not may(self.fs.cred, file.attributes(), EXECUTE):
            raise errors.AccessDenied()
        self.fs.set_cwd(file.dentry)

    def getcwd(self) -> bytes:
        """Return the path of the current directory. Raises NoSuchFile if it was removed."""
        self._enter()
        fs = self.fs
        if fs.cwd.inode.attr.nlink == 0:
            raise errors.NoSuchFile(None, "the current directory was removed")
        path, reachable = fs.mounts.path(fs.cwd, fs.root)
        return path if reachable else b"(unreachable)" + path

    def chroot(self, path: bytes) -> None:
        """Make a directory the process's /. NotPermitted: root only."""
        self._enter()
        fs = self.fs
        if not fs.cred.privileged:
            raise errors.NotPermitted(path)
        entry = fs.at(path)
        if entry.inode.attr.mode & S_IFMT != S_IFDIR:
            raise errors.NotADirectory(path)
        fs.set_root(entry)

    def umask(self, mask: int) -> int:
        """Set the bits that new files don't get, and return the old ones."""
        self._enter()
        old, self.fs.umask = self.fs.umask, mask & 0o777
        return old

    # ---------------------------------------------------------------- extended attributes
    def _xattr_target(self, path: bytes, name: bytes, follow: bool, want: int) -> Dentry:
        fs = self.fs
        entry = fs.at(path, follow)
        space = name.partition(b".")[0]
        if not 0 < len(name) <= 255:
            raise errors.OutOfRange(path, "an attribute's name has 1 to 255 bytes")
        if name in (b"user.", b"trusted.", b"security.", b"system."):
            raise errors.InvalidArgument(path, f"{name!r} is a prefix, no name")
        if space not in (b"user", b"trusted", b"security", b"system") or b"." not in name:
            raise errors.NotSupported(
                path, f"extended attributes are called user.*, trusted.* or security.*, not {name!r}"
            )
        if want == WRITE:
            fs.may_write(entry, path)
        if space == b"user":
            if entry.inode.attr.mode & S_IFMT not in (S_IFREG, S_IFDIR):
                if want == READ:
                    raise errors.NoData(path)
                raise errors.NotPermitted(path, "only files and directories have user.* attributes")
            if not may(fs.cred, entry.inode.attr, want):
                raise errors.AccessDenied(path)
        elif not fs.cred.privileged and (want == WRITE or space == b"trusted"):
            raise errors.NoData(path) if want == READ else errors.NotPermitted(path)
        return entry

    def getxattr(self, path: bytes, name: bytes, *, follow: bool = True) -> bytes:
        """Return an extended attribute. Raises NoData, NotSupported."""
        self._enter()
        return self._xattr_target(path, name, follow, READ).inode.getxattr(name)

    def setxattr(self, path: bytes, name: bytes, value: bytes, flags: int = 0, *, follow: bool = True) -> None:
        """Set one. flags: XATTR_CREATE (FileExists if there), XATTR_REPLACE (NoData if not). ArgumentListTooLong over 64 KiB."""
        self._enter()
        inode = self._xattr_target(path, name, follow, WRITE).inode
        if len(value) > MAX_XATTR:
            raise errors.ArgumentListTooLong(path)
        there = name in inode.listxattr()
        if flags & XATTR_CREATE and there:
            raise errors.FileExists(path)
        if flags & XATTR_REPLACE and not there:
            raise errors.NoData(path)
        inode.setxattr(name, bytes(value), self.clock.realtime_ns())

    def listxattr(self, path: bytes, *, follow: bool = True) -> list[bytes]:
        """Return the names of the attributes, sorted; trusted.* only to root."""
        self._enter()
        names = self.fs.at(path, follow).inode.listxattr()
        return names if self.fs.cred.privileged else [name for name in names if not name.startswith(b"trusted.")]

    def removexattr(self, path: bytes, name: bytes, *, follow: bool = True) -> None:
        """Remove one. Raises NoData."""
        self._enter()
        self._xattr_target(path, name, follow, WRITE).inode.removexattr(name, self.clock.realtime_ns())

    def sync(self) -> None:
        """Write every filesystem down."""
        self._enter()
        for fs in {mount.fs: None for mount in self.fs.mounts.trees.values()}:
            fs.sync()
