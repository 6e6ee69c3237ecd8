"""Names in trees: what a path is made of.

A `Dentry` is one name of one inode in one mounted tree, with the names below it that were looked up before: present ones, and
absent ones as None. A `Mount` is a tree: a filesystem (or a part of one, for a bind mount) with flags. Where a tree is
mounted is a matter of the namespace: `MountNamespace.at` says which Mount covers a dentry, so that a container can have other
mounts over the same trees.

Unlike Linux, where a path is a pair (mount, dentry), each mount has dentries of its own; a dentry alone says where one is.
The price: a filesystem that is mounted at two places must not cache names (one tree wouldn't see what happens in the
other), so a bind mount makes `fs.cacheable` False.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..abi import MS_NOATIME, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY
from ..contracts.fs import FileSystem, Inode

RESTRICTING = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC


class Dentry:
    """One name in a tree. parent None: the tree's root. covered: some namespace has a mount here.

    kids: name -> Dentry, or None for a name known to be absent; the dict itself is None until the first lookup.
    As small as can be: one is made for each file that is created or looked up.
    """

    __slots__ = ("covered", "inode", "kids", "name", "parent")

    def __init__(self, parent: Dentry | None, name: bytes, inode: Inode) -> None:
        self.parent = parent
        self.name = name
        self.inode = inode
        self.kids: dict[bytes, Dentry | None] | None = None
        self.covered = False

    @property
    def tree(self) -> Dentry:
        """Return the root of its tree."""
        here = self
        while here.parent is not None:
            here = here.parent
        return here


class AllKids(dict[bytes, "Dentry | None"]):
    """The kids of a directory that was made here: every name in it is known, so an unknown one isn't there."""

    __slots__ = ()


class Mount:
    """A tree that is mounted in a namespace. point: the dentry it covers, None for the namespace's root.

    flags: MS_*.  source: as given to mount(2), for /proc/mounts.  subpath: of a bind mount, where in the filesystem it begins.
    """

    __slots__ = ("flags", "fs", "id", "options", "point", "root", "source", "subpath")

    def __init__(
        self, id: int, fs: FileSystem, root: Dentry, point: Dentry | None, source: bytes, flags: int = 0
    ) -> None:
        self.id = id
        self.fs = fs
        self.root = root
        self.point = point
        self.source = source
        self.flags = flags
        self.subpath = b"/"
        self.options = ""


_NONE: frozenset[Dentry] = frozenset()


class MountNamespace:
    """Which tree covers which dentry. trees: root dentry -> Mount; at: covered dentry -> Mount on top of it.

    restricted: the roots of trees with MS_RDONLY, NOSUID, NODEV or NOEXEC, so that the usual case is one look at an empty set.
    """

    __slots__ = ("at", "id", "noatime", "restricted", "root", "trees")

    def __init__(self, id: int) -> None:
        self.id = id
        self.at: dict[Dentry, Mount] = {}
        self.trees: dict[Dentry, Mount] = {}
        self.restricted: frozenset[Dentry] = _NONE
        self.noatime: frozenset[Dentry] = _NONE
        self.root: Dentry | None = None

    def add(self, mount: Mount) -> None:
        """Put a mount in place, over whatever is there."""
        self.trees[mount.root] = mount
        if mount.point is None:
            self.root = mount.root
        else:
            mount.point.covered = True
            self.at[mount.point] = mount
        self.apply_flags(mount)

    def apply_flags(self, mount: Mount) -> None:
        """Take a mount's flags into account."""
        if self.restricted or self.noatime:
            self._forget_flags(mount)
        if mount.flags & RESTRICTING:
            self.restricted |= {mount.root}
        if mount.flags & MS_NOATIME:
            self.noatime |= {mount.root}

    def _forget_flags(self, mount: Mount) -> None:
        if mount.root in self.restricted:
            self.restricted -= {mount.root}
        if mount.root in self.noatime:
            self.noatime -= {mount.root}

    def remove(self, mount: Mount) -> None:
        """Take a mount away. Its dentries live on while somebody holds them."""
        del self.trees[mount.root]
        if mount.point is not None:
            del self.at[mount.point]
        self._forget_flags(mount)

    def flags(self, dentry: Dentry) -> int:
        """Return the MS_* flags that hold at a dentry."""
        mount = self.trees.get(dentry.tree)
        return mount.flags if mount is not None else 0

    def readonly(self, dentry: Dentry) -> bool:
        """Tell whether nothing can be written at a dentry."""
        return bool(self.restricted) and dentry.tree in self.restricted and bool(self.flags(dentry) & MS_RDONLY)

    def top(self, dentry: Dentry) -> Dentry:
        """Return the root of what is mounted on a dentry, or the dentry itself."""
        while dentry.covered:
            mount = self.at.get(dentry)
            if mount is None:
                break
            dentry = mount.root
        return dentry

    def above(self, dentry: Dentry) -> Dentry | None:
        """Return the directory that holds this one, across mount points; None above the namespace's root."""
        while dentry.parent is None:
            mount = self.trees.get(dentry)
            if mount is None or mount.point is None:
                return None
            dentry = mount.point
        return dentry.parent

    def path(self, dentry: Dentry, root: Dentry) -> tuple[bytes, bool]:
        """Return the path of a dentry as seen from `root`, and whether root is above it at all."""
        names: list[bytes] = []
        here = dentry
        while here is not root:
            while here.parent is None:
                mount = self.trees.get(here)
                if mount is None or mount.point is None:
                    return b"/" + b"/".join(reversed(names)), False
                here = mount.point
                if here is root:
                    return b"/" + b"/".join(reversed(names)), True
            names.append(here.name)
            here = here.parent
        return b"/" + b"/".join(reversed(names)), True

    def below(self, mount: Mount) -> Iterator[Mount]:
        """Yield the mounts whose points lie in this mount's tree."""
        for other in self.at.values():
            if other is not mount and other.point is not None and other.point.tree is mount.root:
                yield other

    def clone(self, id: int, next_id: int) -> tuple[MountNamespace, int]:
        """Return a copy for unshare(CLONE_NEWNS): other Mount objects over the same trees; and the next free mount id."""
        twin = MountNamespace(id)
        for mount in self.trees.values():
            copy = Mount(next_id, mount.fs, mount.root, mount.point, mount.source, mount.flags)
            copy.subpath, copy.options = mount.subpath, mount.options
            next_id += 1
            twin.add(copy)
        twin.root = self.root
        return twin, next_id


def forget_names(dentry: Dentry, keep: set[Dentry]) -> None:
    """Drop every cached name below a dentry but those in `keep` and the way to them. Iterative: trees can be deep."""
    todo = [dentry]
    while todo:
        here = todo.pop()
        kids = here.kids
        if kids:
            here.kids = {name: kid for name, kid in kids.items() if kid is not None and (kid in keep or kid.kids)}
            todo.extend(kid for kid in here.kids.values() if kid is not None)
