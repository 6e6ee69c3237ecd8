"""The Vfs of a machine: its mounts, prefix caches, and how all of it is copied for a fork.

mount, bind, remount and umount live here because they change what every path means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import errors
from ..abi import MNT_DETACH, MS_REMOUNT, S_IFDIR, S_IFMT
from ..contracts.fs import FileSystem, Inode
from ..credentials import Credentials
from .dentry import Dentry, Mount, MountNamespace, forget_names
from .walk import PrefixCache

FLAG_BITS = 1 | 2 | 4 | 8 | 1024  # ro nosuid nodev noexec noatime


class Vfs:
    """Mounts and caches of one machine."""

    __slots__ = ("caches", "namespaces", "next_dev", "next_mount", "next_ns", "prefix_limit", "prefixes_of", "tainted")

    def __init__(self) -> None:
        self.caches: dict[tuple[MountNamespace, Dentry, tuple[Any, ...]], PrefixCache] = {}
        self.namespaces: tuple[MountNamespace, ...] = ()
        self.next_mount = 1
        self.next_dev = 1
        self.next_ns = 4026531840
        self.prefix_limit = 8192
        self.prefixes_of: dict[Dentry, list[tuple[PrefixCache, bytes]]] = {}  # so that rmdir finds its entries
        self.tainted = False  # set by a walk whose result must not be cached

    def prefix_cache(self, mounts: MountNamespace, root: Dentry, cred: Credentials) -> PrefixCache:
        """Return the cache of directories for one namespace, root and credentials."""
        key = (mounts, root, cred.key)
        cache = self.caches.get(key)
        if cache is None:
            if len(self.caches) >= 256:  # many short-lived identities
                self.caches = {k: c for k, c in self.caches.items() if c}
            cache = self.caches[key] = PrefixCache()
        return cache

    def flush(self) -> None:
        """Forget all cached prefixes: what paths mean has changed."""
        for cache in self.caches.values():
            cache.clear()
        self.prefixes_of.clear()

    def new_namespace(self) -> MountNamespace:
        """Return an empty mount namespace."""
        namespace = MountNamespace(self.next_ns)
        self.next_ns += 1
        self.namespaces += (namespace,)
        return namespace

    def clone_namespace(self, namespace: MountNamespace) -> MountNamespace:
        """Return a copy with the same mounts, for unshare."""
        twin, self.next_mount = namespace.clone(self.next_ns, self.next_mount)
        self.next_ns += 1
        self.namespaces += (twin,)
        return twin

    # ---------------------------------------------------------------- mounting
    def mount(
        self,
        namespace: MountNamespace,
        fs: FileSystem,
        point: Dentry | None,
        source: bytes,
        flags: int = 0,
        options: str = "",
    ) -> Mount:
        """Mount a filesystem on a directory (or as the namespace's root) and return the mount."""
        if not fs.dev:
            fs.dev = self.next_dev << 8 | 0x20 if self.next_dev > 0xFF else self.next_dev
            self.next_dev += 1
        return self._place(namespace, fs, fs.root(), point, source, flags, options)

    def _place(
        self,
        namespace: MountNamespace,
        fs: FileSystem,
        inode: Inode,
        point: Dentry | None,
        source: bytes,
        flags: int,
        options: str = "",
    ) -> Mount:
        root = Dentry(None, b"/", inode)
        inode.opens += 1
        if point is not None:
            self._keep(point)
        mount = Mount(self.next_mount, fs, root, point, source, flags & FLAG_BITS)
        mount.options = options
        self.next_mount += 1
        namespace.add(mount)
        self.flush()
        return mount

    def _keep(self, point: Dentry) -> None:
        """Make sure that a walk finds this very dentry: put the way to it into its parents' kids, cached or not."""
        point.inode.opens += 1
        here = point
        while here.parent is not None:
            if here.parent.kids is None:
                here.parent.kids = {}
            here.parent.kids[here.name] = here
            here = here.parent

    def bind(self, namespace: MountNamespace, source: Dentry, point: Dentry, shown: bytes, flags: int) -> Mount:
        """Show a directory (or file) at a second place. Its filesystem caches names no more: see dentry.py."""
        fs = source.inode.fs
        if (source.inode.attr.mode & S_IFMT == S_IFDIR) != (point.inode.attr.mode & S_IFMT == S_IFDIR):
            raise errors.NotADirectory(shown)
        origin = namespace.trees.get(source.tree)
        if fs.cacheable:
            fs.cacheable = False
            keep = {mount.point for ns in self.namespaces for mount in ns.trees.values() if mount.point is not None}
            for ns in self.namespaces:
                for mount in ns.trees.values():
                    if mount.fs is fs:
                        forget_names(mount.root, keep)
        made = self._place(namespace, fs, source.inode, point, shown, flags | (origin.flags if origin else 0))
        made.subpath = namespace.path(source, source.tree)[0]
        return made

    def remount(self, namespace: MountNamespace, dentry: Dentry, flags: int) -> None:
        """Change the flags of the mount whose root this is."""
        mount = namespace.trees.get(dentry)
        if mount is None:
            raise errors.InvalidArgument(None, "not a mount point")
        mount.flags = flags & ~MS_REMOUNT & FLAG_BITS
        namespace.apply_flags(mount)
        self.flush()

    def umount(
        self, namespace: MountNamespace, dentry: Dentry, flags: int, users: Callable[[Mount], str | None]
    ) -> None:
        """Take away the mount whose root this is. Busy, naming who, unless MNT_DETACH."""
        mount = namespace.trees.get(dentry)
        if mount is None:
            raise errors.InvalidArgument(None, "not a mount point")
        if mount.point is None:
            raise errors.Busy(None, "the root can't be unmounted")
        nested = next(namespace.below(mount), None)
        if not flags & MNT_DETACH:
            if nested is not None:
                raise errors.Busy(None, "another filesystem is mounted below it")
            holder = users(mount)
            if holder is not None:
                raise errors.Busy(None, f"it is in use: {holder}")
        else:
            while nested is not None:
                self.umount(namespace, nested.root, flags, users)
                nested = next(namespace.below(mount), None)
        namespace.remove(mount)
        mount.point.inode.opens -= 1
        mount.root.inode.opens -= 1
        if not any(other.fs is mount.fs for ns in self.namespaces for other in ns.trees.values()):
            mount.fs.sync()
            mount.fs.unmounted()
        self.flush()

    # ---------------------------------------------------------------- fork
    def fork(self, fork_fs: Callable[[FileSystem], FileSystem]) -> tuple[Vfs, TreeCopier]:
        """Return a copy over forked filesystems, and the copier that finds the twin of each dentry that somebody holds."""
        twin = Vfs()
        twin.next_mount, twin.next_dev, twin.next_ns = self.next_mount, self.next_dev, self.next_ns
        copier = TreeCopier(fork_fs)
        for namespace in self.namespaces:
            copy = MountNamespace(namespace.id)
            copier.namespaces[namespace] = copy
            twin.namespaces += (copy,)
            for mount in namespace.trees.values():
                copier.tree(mount)
            for mount in namespace.trees.values():
                point = None if mount.point is None else copier.dentry(mount.point)
                made = Mount(mount.id, copier.fs(mount.fs), copier.dentry(mount.root), point, mount.source, mount.flags)
                made.subpath, made.options = mount.subpath, mount.options
                made.root.inode.opens += 1
                if point is not None:
                    point.inode.opens += 1
                copy.add(made)
            copy.root = None if namespace.root is None else copier.dentry(namespace.root)
        return twin, copier


class TreeCopier:
    """Finds or makes the twin of a dentry in a forked machine. Only what is held is copied: mount points, cwds, open files."""

    __slots__ = ("dentries", "filesystems", "fork_fs", "inodes", "namespaces")

    def __init__(self, fork_fs: Callable[[FileSystem], FileSystem]) -> None:
        self.fork_fs = fork_fs
        self.filesystems: dict[FileSystem, FileSystem] = {}
        self.dentries: dict[Dentry, Dentry] = {}
        self.inodes: dict[Inode, Inode] = {}
        self.namespaces: dict[MountNamespace, MountNamespace] = {}

    def fs(self, fs: FileSystem) -> FileSystem:
        """Return the twin of a filesystem."""
        twin = self.filesystems.get(fs)
        if twin is None:
            twin = self.filesystems[fs] = self.fork_fs(fs)
            twin.dev = fs.dev
            if twin.cacheable is not fs.cacheable:
                twin.cacheable = fs.cacheable
        return twin

    def inode(self, inode: Inode) -> Inode:
        """Return the twin of an inode: the same number in the twin filesystem."""
        twin = self.inodes.get(inode)
        if twin is None:
            old = inode.fs
            fs = self.filesystems.get(old) or self.fs(old)
            twin = self.inodes[inode] = inode if fs is old else fs.inode(inode.ino)
        return twin

    def tree(self, mount: Mount) -> None:
        """Make the root dentry of a mount's twin."""
        if mount.root not in self.dentries:
            self.dentries[mount.root] = Dentry(None, b"/", self.inode(mount.root.inode))

    def dentry(self, dentry: Dentry) -> Dentry:
        """Return the twin of a dentry, with the way up to its root. Iterative: paths can be deep."""
        dentries = self.dentries
        found = dentries.get(dentry)
        if found is not None:
            return found
        parent = dentry.parent
        above = dentries.get(parent) if parent is not None else None
        if above is not None or parent is None:
            return self._twin(dentry, above)
        chain = []
        here: Dentry | None = dentry
        while here is not None and here not in dentries:
            chain.append(here)
            here = here.parent
        above = dentries[here] if here is not None else None
        while chain:
            above = self._twin(chain.pop(), above)
        assert above is not None
        return above

    def _twin(self, one: Dentry, above: Dentry | None) -> Dentry:
        """Make the twin of a dentry below the twin of its parent."""
        twin = self.dentries[one] = Dentry(above, one.name, self.inode(one.inode))
        parent = one.parent
        if above is not None and parent is not None:
            kids = parent.kids
            if kids is not None and kids.get(one.name) is one and one.inode.attr.nlink:
                if above.kids is None:
                    above.kids = {one.name: twin}
                else:
                    above.kids[one.name] = twin
        return twin
