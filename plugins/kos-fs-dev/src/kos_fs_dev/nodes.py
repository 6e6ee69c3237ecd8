"""The inodes of /dev and the table that holds them.

    Table.nodes: number -> Node          what is stored: header and body; shared by forks until somebody writes
    DevFs.handle(number) -> DevInode     what the kernel holds: one object a number and machine, made when first touched

A fork shares the table. Whoever writes first copies it, node by node (`Table.own`): /dev is small (`limit`), and most forks
never write to it. Bodies of plain files are copied only when written themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kos_kernel.api import S_IFDIR, S_IFMT, S_IFREG, Attributes, DirEntry, Inode, IsADirectory, NoSpace

if TYPE_CHECKING:
    from .devfs import DevFs

Body = dict[bytes, int] | bytes | bytearray | None


class Node(Attributes):
    """What is stored of an inode. body: a directory's names, a file's bytes, a link's target; None for a device.

    owned: the body is this table's own and may be changed in place.
    """

    __slots__ = ("body", "owned")

    def __init__(self, mode: int, uid: int, gid: int, body: Body, time_ns: int, rdev: int = 0, nlink: int = 1) -> None:
        super().__init__(mode, uid, gid, nlink=nlink, time_ns=time_ns, rdev=rdev)
        self.body = body
        self.owned = True

    def copy(self) -> Node:
        """Return this node for a table of its own. A directory's names are copied, a file's bytes stay shared."""
        body = dict(self.body) if isinstance(self.body, dict) else self.body
        twin = Node(self.mode, self.uid, self.gid, body, 0, self.rdev, self.nlink)
        twin.size = self.size
        twin.atime_ns, twin.mtime_ns, twin.ctime_ns = self.atime_ns, self.mtime_ns, self.ctime_ns
        twin.owned = False
        return twin


class Table:
    """All nodes of one machine's /dev, and what they take."""

    __slots__ = ("bytes_used", "limit", "next", "nodes", "shared", "size_limit")

    def __init__(self, limit: int, size_limit: int) -> None:
        self.nodes: dict[int, Node] = {}
        self.next = 1
        self.shared = False
        self.limit = limit
        self.size_limit = size_limit
        self.bytes_used = 0

    def fork(self) -> Table:
        """Return the fork's table. Both sides share the nodes from now on."""
        twin = Table(self.limit, self.size_limit)
        twin.nodes, twin.next, twin.bytes_used = self.nodes, self.next, self.bytes_used
        twin.shared = self.shared = True
        return twin

    def own(self) -> dict[int, Node]:
        """Return nodes that may be changed."""
        if self.shared:
            self.nodes = {number: node.copy() for number, node in self.nodes.items()}
            self.shared = False
        return self.nodes

    def add(self, node: Node) -> int:
        """Store a node under a number never used before. NoSpace at the limit."""
        nodes = self.own()
        if len(nodes) >= self.limit:
            raise NoSpace(None, f"/dev may hold {self.limit} files")
        number = self.next
        nodes[number] = node
        self.next += 1
        return number

    def drop(self, number: int) -> None:
        """Forget a node."""
        node = self.own().pop(number)
        if node.mode & S_IFMT == S_IFREG:
            self.bytes_used -= node.size

    def grow(self, by: int) -> None:
        """Account for bytes of plain files. NoSpace at the limit."""
        if by > 0 and self.bytes_used + by > self.size_limit:
            raise NoSpace(None, f"plain files in /dev may take {self.size_limit} bytes")
        self.bytes_used += by


class DevInode(Inode):
    """Any inode of /dev. Everything that it is stands in the table; `last` is its node once it has left that."""

    __slots__ = ("last",)
    fs: DevFs
    last: Node

    @property
    def attr(self) -> Node:
        node = self.fs.table.nodes.get(self.ino)
        return self.last if node is None else node

    def _own(self) -> Node:
        return self.fs.table.own()[self.ino]

    def _changed(self) -> Node:
        """Return this directory's node after noting that its names change."""
        node = self._own()
        node.mtime_ns = node.ctime_ns = self.fs.now_ns()
        return node

    # ---- directories
    def lookup(self, name: bytes) -> Inode | None:
        number = self.names.get(name)
        if number is None and self.fs.plug_new():
            number = self.names.get(name)
        return None if number is None else self.fs.inode(number)

    @property
    def names(self) -> dict[bytes, int]:
        """Return the names of this directory."""
        body = self.attr.body
        assert isinstance(body, dict), "the kernel looks names up in directories only"
        return body

    def readdir(self) -> Iterable[DirEntry]:
        self.fs.plug_new()
        nodes = self.fs.table.nodes
        return [DirEntry(name, number, nodes[number].mode & S_IFMT) for name, number in self.names.items()]

    def is_empty(self) -> bool:
        return not self.names

    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Inode:
        kind = mode & S_IFMT
        body: Body = {} if kind == S_IFDIR else b"" if kind == S_IFREG else None
        return self._add(name, Node(mode, uid, gid, body, self.fs.now_ns(), rdev, 2 if kind == S_IFDIR else 1))

    def symlink(self, name: bytes, target: bytes, uid: int, gid: int) -> Inode:
        node = Node(0o120777, uid, gid, target, self.fs.now_ns())
        node.size = len(target)
        return self._add(name, node)

    def _add(self, name: bytes, node: Node) -> Inode:
        number = self.fs.table.add(node)
        here = self._changed()
        self.names[name] = number
        if node.mode & S_IFMT == S_IFDIR:
            here.nlink += 1
        return self.fs.inode(number)

    def link(self, name: bytes, inode: Inode) -> None:
        self._changed()
        self.names[name] = inode.ino
        node = self.fs.table.own()[inode.ino]
        node.nlink += 1
        node.ctime_ns = self.fs.now_ns()

    def unlink(self, name: bytes, inode: Inode) -> None:
        self._changed()
        del self.names[name]
        self.fs.unlinked(inode, 1)

    def rmdir(self, name: bytes, inode: Inode) -> None:
        self._changed().nlink -= 1
        del self.names[name]
        self.fs.unlinked(inode, 2)

    def rename(self, name: bytes, inode: Inode, into: Inode, new_name: bytes, victim: Inode | None) -> None:
        assert isinstance(into, DevInode), "rename stays in one filesystem"
        directory = inode.attr.mode & S_IFMT == S_IFDIR
        here, there = self._changed(), into._changed()
        if victim is not None:
            del into.names[new_name]
            if directory:
                there.nlink -= 1
            self.fs.unlinked(victim, 2 if directory else 1)
        del self.names[name]
        into.names[new_name] = inode.ino
        if directory and into is not self:
            here.nlink -= 1
            there.nlink += 1
        self.fs.table.own()[inode.ino].ctime_ns = self.fs.now_ns()

    # ---- data
    def read(self, offset: int, size: int) -> bytes:
        body = self.attr.body
        if isinstance(body, dict):
            raise IsADirectory()
        return bytes(body[offset : offset + size]) if body else b""

    def _bytes(self, node: Node) -> bytearray:
        """Return the file's bytes, this table's own."""
        body = node.body
        if not isinstance(body, bytearray) or not node.owned:
            assert not isinstance(body, dict), "a directory has no bytes"
            body = node.body = bytearray(body or b"")
            node.owned = True
        return body

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> int:
        if not len(data):
            return 0
        node = self._own()
        growth = max(0, offset + len(data) - node.size)
        self.fs.table.grow(growth)
        body = self._bytes(node)
        if offset > len(body):
            body.extend(bytes(offset - len(body)))
        body[offset : offset + len(data)] = data
        node.size += growth
        node.mtime_ns = node.ctime_ns = self.fs.now_ns()
        return len(data)

    def truncate(self, size: int) -> None:
        node = self._own()
        self.fs.table.grow(size - node.size)
        body = self._bytes(node)
        if size < len(body):
            del body[size:]
        else:
            body.extend(bytes(size - len(body)))
        node.size = size
        node.mtime_ns = node.ctime_ns = self.fs.now_ns()

    def readlink(self) -> bytes:
        target = self.attr.body
        assert isinstance(target, bytes), "the kernel asks symbolic links only"
        return target

    # ---- attributes
    def set_mode(self, mode: int, now_ns: int) -> None:
        node = self._own()
        node.mode = node.mode & S_IFMT | mode
        node.ctime_ns = now_ns

    def set_owner(self, uid: int, gid: int, now_ns: int) -> None:
        node = self._own()
        node.uid, node.gid, node.ctime_ns = uid, gid, now_ns

    def set_times(self, atime_ns: int | None, mtime_ns: int | None, now_ns: int) -> None:
        node = self._own()
        if atime_ns is not None:
            node.atime_ns = atime_ns
        if mtime_ns is not None:
            node.mtime_ns = mtime_ns
        node.ctime_ns = now_ns
