"""From a path to a dentry: the walk, its permissions, its limits, and the cache that makes deep paths cheap.

`FsStruct` is what Linux calls fs_struct: where a process stands (root, cwd), its umask, and here also its mount namespace and
credentials, since these four decide what a path means.

    at(path)      the dentry of a path, symlinks followed (or the last one not)
    parent(path)  the dentry of the directory, searchable, and the last name: for create, unlink, rename ...
    child(d, n)   one step: the name's dentry with what is mounted on it, or None

The prefix cache maps the directory part of an absolute path (b"/a/b" of b"/a/b/c") to its dentry, for one (namespace, root,
credentials): search permission on the way has been checked. The last component always goes through the dentry's own kids, so
creating and removing files invalidates nothing. What does: rmdir takes its own entries out; renaming a directory, removing a
symlink, chmod/chown of a directory, mount and umount clear all (`Vfs.flush`). Not cached: prefixes with "..", and those that
led through a symlink with ".." or through a filesystem whose names can change by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors
from ..abi import S_IFDIR, S_IFLNK, S_IFMT
from ..credentials import EXECUTE, READ, WRITE, Credentials, may
from .dentry import AllKids, Dentry, MountNamespace

if TYPE_CHECKING:
    from .tree import Vfs

MAX_PATH = 4096
MAX_NAME = 255
MAX_SYMLINKS = 40
_UNKNOWN = object()


class PrefixCache(dict[bytes, Dentry]):
    """Directories by path, for one namespace, root and credentials. programs: what runs the files of directories that are in
    here, for files that never change (programs.py); whatever forgets a directory forgets these.
    """

    __slots__ = ("programs",)

    def __init__(self) -> None:
        self.programs: dict[bytes, Any] = {}

    def clear(self) -> None:
        """Forget all."""
        dict.clear(self)
        self.programs.clear()


class FsStruct:
    """Where a process stands. Hot: its methods are called by every path system call."""

    __slots__ = ("cred", "cwd", "mounts", "prefixes", "root", "umask", "vfs")

    def __init__(
        self, vfs: Vfs, root: Dentry, cwd: Dentry, cred: Credentials, mounts: MountNamespace, umask: int
    ) -> None:
        self.vfs = vfs
        self.root = root
        self.cwd = cwd
        self.cred = cred
        self.mounts = mounts
        self.umask = umask
        self.prefixes = vfs.prefix_cache(mounts, root, cred)
        cwd.inode.opens += 1
        root.inode.opens += 1

    def fork(self) -> FsStruct:
        """Return a child's copy."""
        twin = FsStruct.__new__(FsStruct)
        twin.vfs = self.vfs
        twin.root = root = self.root
        twin.cwd = cwd = self.cwd
        twin.cred = self.cred
        twin.mounts = self.mounts
        twin.umask = self.umask
        twin.prefixes = self.prefixes
        cwd.inode.opens += 1
        root.inode.opens += 1
        return twin

    def release(self) -> None:
        """Let go of cwd and root: the process ends."""
        inode = self.cwd.inode
        inode.opens -= 1
        if inode.opens == 0 and inode.attr.nlink == 0:
            inode.fs.forget(inode)
        inode = self.root.inode
        inode.opens -= 1
        if inode.opens == 0 and inode.attr.nlink == 0:
            inode.fs.forget(inode)

    def set_cred(self, cred: Credentials) -> None:
        """Walk as somebody else from now on."""
        self.cred = cred
        self.prefixes = self.vfs.prefix_cache(self.mounts, self.root, cred)

    def set_cwd(self, dentry: Dentry) -> None:
        """Stand somewhere else."""
        dentry.inode.opens += 1
        old, self.cwd = self.cwd, dentry
        unpin(old)

    def set_root(self, dentry: Dentry) -> None:
        """Make a directory the process's /."""
        dentry.inode.opens += 1
        old, self.root = self.root, dentry
        self.prefixes = self.vfs.prefix_cache(self.mounts, dentry, self.cred)
        unpin(old)

    # ---------------------------------------------------------------- one step
    def child(self, directory: Dentry, name: bytes) -> Dentry | None:
        """Return the dentry of a name, under whatever is mounted there; None if there is no such name."""
        kids = directory.kids
        if kids is None:
            kids = directory.kids = {}
        found = kids.get(name, _UNKNOWN)
        if found is _UNKNOWN:
            if len(name) > MAX_NAME:
                raise errors.NameTooLong(name)
            if b"\0" in name:
                raise errors.InvalidArgument(name, "a path can't hold a NUL byte")
            if type(kids) is AllKids:
                return None
            inode = directory.inode
            got = inode.lookup(name)
            made = None if got is None else Dentry(directory, name, got)
            if inode.fs.cacheable:
                kids[name] = made
            return made
        if found is not None and found.covered:  # type: ignore[attr-defined]
            return self.mounts.top(found)  # type: ignore[arg-type]
        return found  # type: ignore[return-value]

    # ---------------------------------------------------------------- the hot ways in
    def parent(self, path: bytes) -> tuple[Dentry, bytes]:
        """Return the directory (search permission checked) and the last name of a path.

        The name may be b"", b"." or b".." (then the path ends so); callers that create or remove refuse those.
        """
        cut = path.rfind(b"/")
        if cut < 0:
            if not path:
                raise errors.NoSuchFile(path)
            directory = self.cwd
            if not may(self.cred, directory.inode.attr, EXECUTE):
                raise errors.AccessDenied(path)
            return directory, path
        name = path[cut + 1 :]
        if name:
            found = self.prefixes.get(path[:cut])
            if found is not None:
                return found, name
        return self._walk_parent(path)

    def at(self, path: bytes, follow: bool = True, start: Dentry | None = None) -> Dentry:
        """Return the dentry of a path. follow: whether a symlink at the end is followed. start: for *at() calls."""
        cut = path.rfind(b"/")
        if cut >= 0:
            directory = self.prefixes.get(path[:cut])
            name = path[cut + 1 :]
            if directory is None or not name or name == b"." or name == b"..":
                return self._walk_cached(path, follow, start)
        elif start is not None or not path or path == b"." or path == b"..":
            return self.walk(path, follow, start)
        else:
            directory = self.cwd
            name = path
            if not may(self.cred, directory.inode.attr, EXECUTE):
                raise errors.AccessDenied(path)
        kids = directory.kids
        found = kids.get(name, _UNKNOWN) if kids is not None else _UNKNOWN
        if found is _UNKNOWN:
            found = self.child(directory, name)
        if found is None:
            raise errors.NoSuchFile(path)
        if found.covered:  # type: ignore[attr-defined]
            found = self.mounts.top(found)  # type: ignore[arg-type]
        if follow and found.inode.attr.mode & S_IFMT == S_IFLNK:  # type: ignore[attr-defined]
            return self.walk(path, True, start)
        return found  # type: ignore[return-value]

    # ---------------------------------------------------------------- the walk
    def walk(self, path: bytes, follow: bool = True, start: Dentry | None = None) -> Dentry:
        """Return the dentry of a path, one component after the other, with every check."""
        return self._walk(path, follow, start, 0, False)[0]

    def _walk_cached(self, path: bytes, follow: bool, start: Dentry | None) -> Dentry:
        """Walk, and remember the directory for the next time."""
        if path[:1] == b"/" and path[-1:] != b"/" and not path.endswith((b"/.", b"/..")):
            directory, name = self._walk_parent(path)
            found = self.child(directory, name)
            if found is None:
                raise errors.NoSuchFile(path)
            if not follow or found.inode.attr.mode & S_IFMT != S_IFLNK:
                return found
        return self.walk(path, follow, start)

    def _walk_parent(self, path: bytes) -> tuple[Dentry, bytes]:
        vfs = self.vfs
        vfs.tainted = False
        directory, name = self._walk(path, True, None, 0, True)
        if path[:1] == b"/" and path[-1:] != b"/" and not vfs.tainted:
            prefix = path[: path.rfind(b"/")]
            if b"/.." not in prefix and _stable(directory):
                prefixes = self.prefixes
                if len(prefixes) >= vfs.prefix_limit:
                    prefixes.clear()
                prefixes[prefix] = directory
                vfs.prefixes_of.setdefault(directory, []).append((prefixes, prefix))
        return directory, name

    def parent_at(self, path: bytes, start: Dentry) -> tuple[Dentry, bytes]:
        """As parent(), for a path that begins at a directory descriptor."""
        return self._walk(path, True, start, 0, True)

    def _walk(self, path: bytes, follow: bool, start: Dentry | None, depth: int, parent: bool) -> tuple[Dentry, bytes]:
        """Walk a path; with `parent`, stop at the directory of the last component."""
        if not path:
            raise errors.NoSuchFile(path)
        if len(path) >= MAX_PATH:
            raise errors.NameTooLong(path[:64] + b"...")
        if b"\0" in path:
            raise errors.InvalidArgument(path, "a path can't hold a NUL byte")
        here = self.root if path[:1] == b"/" else start or self.cwd
        todo = [part for part in path.split(b"/") if part]
        must_be_directory = path[-1:] == b"/"
        last = b""
        if parent:
            if not todo:
                return here, b"."
            last = todo.pop()
            if must_be_directory:
                last += b"/"  # the caller strips it: mkdir allows it, open and unlink don't
        todo.reverse()
        cred = self.cred
        while todo:
            name = todo.pop()
            attr = here.inode.attr
            if attr.mode & S_IFMT != S_IFDIR:
                raise errors.NotADirectory(path)
            if not may(cred, attr, EXECUTE):
                raise errors.AccessDenied(path, f"no search permission on the way to {path!r}")
            if name == b".":
                continue
            if name == b"..":
                if here is not self.root:
                    above = self.mounts.above(here)
                    if above is not None:
                        here = self.mounts.top(above) if above.covered else above
                continue
            found = self.child(here, name)
            if found is None:
                raise errors.NoSuchFile(path)
            inode = found.inode
            if inode.attr.mode & S_IFMT == S_IFLNK and (todo or follow or parent or must_be_directory):
                depth += 1
                if depth > MAX_SYMLINKS:
                    raise errors.TooManySymlinks(path)
                if not inode.fs.cacheable:
                    self.vfs.tainted = True
                    magic = inode.follow()
                    if magic is not None:  # /proc/PID/fd/N leads to the open file itself, whatever its name says
                        here = magic
                        continue
                target = inode.readlink()
                if b".." in target:
                    self.vfs.tainted = True
                if not target:
                    raise errors.NoSuchFile(path)
                if target[:1] == b"/":
                    here = self.root
                todo.extend(part for part in reversed(target.split(b"/")) if part)
                if len(todo) > MAX_PATH:
                    raise errors.NameTooLong(path)
                continue
            here = found
        attr = here.inode.attr
        if parent:
            if attr.mode & S_IFMT != S_IFDIR:
                raise errors.NotADirectory(path)
            if not may(cred, attr, EXECUTE):
                raise errors.AccessDenied(path)
            return here, last
        if must_be_directory and attr.mode & S_IFMT != S_IFDIR:
            raise errors.NotADirectory(path)
        return here, last

    # ---------------------------------------------------------------- checks that several calls share
    def may_write_in(self, directory: Dentry, path: bytes) -> None:
        """Raise unless names may be made and removed in a directory: it still exists, is writable and not read-only."""
        attr = directory.inode.attr
        if attr.nlink == 0:
            raise errors.NoSuchFile(path)
        if not may(self.cred, attr, WRITE | EXECUTE):
            raise errors.AccessDenied(path)
        self.may_write(directory, path)

    def forget_prefixes(self, directory: Dentry) -> None:
        """A directory is gone: no cached prefix leads to it any more."""
        for cache, key in self.vfs.prefixes_of.pop(directory, ()):
            cache.pop(key, None)

    def may_write(self, dentry: Dentry, path: bytes) -> None:
        """Raise ReadOnlyFilesystem if the mount or the filesystem can't be written."""
        if dentry.inode.fs.readonly or self.mounts.readonly(dentry):
            raise errors.ReadOnlyFilesystem(path)

    def may_read(self, dentry: Dentry, path: bytes) -> None:
        """Raise AccessDenied unless it may be read."""
        if not may(self.cred, dentry.inode.attr, READ):
            raise errors.AccessDenied(path)


def unpin(dentry: Dentry) -> None:
    """A directory is no longer somebody's cwd or root."""
    inode = dentry.inode
    inode.opens -= 1
    if inode.opens == 0 and inode.attr.nlink == 0:
        inode.fs.forget(inode)


def _stable(directory: Dentry) -> bool:
    """Tell whether nothing on the way to a directory can change behind the kernel's back."""
    here: Dentry | None = directory
    while here is not None:
        if here.parent is not None and not here.inode.fs.cacheable:
            return False
        here = here.parent
    return True
