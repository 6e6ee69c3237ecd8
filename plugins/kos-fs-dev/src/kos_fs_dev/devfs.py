"""/dev: what Linux calls devtmpfs, with devpts inside.

At the mount every registered device gets its node. A device that is registered later (a pseudo-terminal, a disk that is
plugged in) gets one the next time somebody looks for a name that isn't there or lists a directory; the node of one that went
away goes at the same moments. So nothing has to tell this filesystem anything, and a lookup that finds its name costs no look
at the device table. What a program removed or made itself stays as it left it.

    fd stdin stdout stderr ──► /proc/self/fd...      pts/  0755      shm/  1777
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from kos_kernel.api import S_IFBLK, S_IFCHR, S_IFDIR, S_IFMT, FileSystem, Inode, StaleHandle, StatFs, makedev

from .nodes import DevInode, Node, Table

if TYPE_CHECKING:
    from kos_kernel.api import Context

ROOT = 1
BLOCK = 4096
_LINKS = {
    b"fd": b"/proc/self/fd",
    b"stdin": b"/proc/self/fd/0",
    b"stdout": b"/proc/self/fd/1",
    b"stderr": b"/proc/self/fd/2",
}

Known = dict[str, tuple[str, int, int, int]]  # name -> kind, major, minor, mode


class DeviceView(Protocol):
    """What this filesystem needs of ctx.view."""

    def devices(self) -> list[tuple[str, int, int, str]]:
        """Return (kind "char" or "block", major, minor, name)."""
        ...

    def device_modes(self) -> dict[str, int]:
        """Return name -> permission bits."""
        ...


class DevFs(FileSystem):
    """/dev of one machine. options.size, options.files: what may be stored. Needs ctx.view."""

    fstype = "devtmpfs"
    cacheable = False  # devices come and go by themselves

    def __init__(self, options: Any, ctx: Context, table: Table | None = None, known: Known | None = None) -> None:
        assert ctx.view is not None, "dev shows the kernel's devices and needs its view"
        self.options = options
        self.view = cast(DeviceView, ctx.view)
        self.now_ns = ctx.clock.realtime_ns
        self._handles: dict[int, DevInode] = {}
        self._known: Known = {} if known is None else known
        if table is None:
            self.table = Table(options.files, options.size)
            self._seed()
        else:
            self.table = table

    def _seed(self) -> None:
        now_ns = self.now_ns()
        self.table.add(Node(S_IFDIR | 0o755, 0, 0, {}, now_ns, nlink=2))
        root = self.root()
        for name, target in _LINKS.items():
            root.symlink(name, target, 0, 0)
        root.create(b"pts", S_IFDIR | 0o755, 0, 0)
        root.create(b"shm", S_IFDIR | 0o1777, 0, 0)
        self.plug_new()

    def root(self) -> Inode:
        return self.inode(ROOT)

    def inode(self, ino: int) -> DevInode:
        handle = self._handles.get(ino)
        if handle is None:
            if ino not in self.table.nodes:
                raise StaleHandle()
            handle = self._handles[ino] = DevInode(self, ino)
        return handle

    def statfs(self) -> StatFs:
        table = self.table
        blocks, used = table.size_limit // BLOCK, -(-table.bytes_used // BLOCK)
        free, inodes = max(0, blocks - used), table.limit - len(table.nodes)
        return StatFs(self.fstype, BLOCK, blocks, free, free, table.limit, inodes)

    def fork(self, ctx: Context) -> DevFs:
        return DevFs(self.options, ctx, self.table.fork(), self._known)

    def unlinked(self, inode: Inode, links: int) -> None:
        """Take links from an inode; with the last one and nobody holding it, it goes."""
        node = self.table.own()[inode.ino]
        node.nlink = max(0, node.nlink - links)
        node.ctime_ns = self.now_ns()
        if node.nlink == 0 and inode.opens == 0:
            self.forget(inode)

    def forget(self, inode: Inode) -> None:
        if inode.ino in self.table.nodes:
            if isinstance(inode, DevInode):
                inode.last = self.table.nodes[inode.ino]
            self.table.drop(inode.ino)
            self._handles.pop(inode.ino, None)

    # ---------------------------------------------------------------- hotplug
    def plug_new(self) -> bool:
        """Bring the nodes up to date with the device table; tell whether anything changed."""
        modes = self.view.device_modes()
        now: Known = {name: (kind, major, minor, modes[name]) for kind, major, minor, name in self.view.devices()}
        if now == self._known:
            return False
        before, self._known = self._known, now
        for name, device in before.items():
            if now.get(name) != device:
                self._unplug(name, device)
        for name, device in now.items():
            if before.get(name) != device:
                self._plug(name, device)
        return True

    def _directory(self, name: str, make: bool) -> tuple[DevInode | None, bytes]:
        """Return the directory a device's name leads to, and the last part of the name."""
        *parts, last = name.encode().split(b"/")
        here = self.inode(ROOT)
        for part in parts:
            number = here.names.get(part)
            if number is None:
                if not make:
                    return None, last
                here.create(part, S_IFDIR | 0o755, 0, 0)
                number = here.names[part]
            here = self.inode(number)
            if here.attr.mode & S_IFMT != S_IFDIR:
                return None, last  # a program put something else there
        return here, last

    def _plug(self, name: str, device: tuple[str, int, int, int]) -> None:
        kind, major, minor, mode = device
        directory, last = self._directory(name, make=True)
        if directory is not None and last not in directory.names:
            directory.create(last, (S_IFBLK if kind == "block" else S_IFCHR) | mode, 0, 0, makedev(major, minor))

    def _unplug(self, name: str, device: tuple[str, int, int, int]) -> None:
        directory, last = self._directory(name, make=False)
        number = None if directory is None else directory.names.get(last)
        if directory is None or number is None:
            return
        inode = self.inode(number)
        if inode.attr.rdev == makedev(device[1], device[2]):
            directory.unlink(last, inode)
