"""The tree of /proc: which names there are, and the inode behind each.

    /proc ── ROOT's table ──► files and directories about the machine (here)
          ── self, thread-self ──► links that depend on who reads
          ── PID/ ──► process_tree.py

Nothing is stored: an inode is made when somebody looks it up and its content when somebody opens it. While anybody holds
one, the same number gives the same object (numbers.py). The kernel must not cache names in here (`cacheable = False`):
processes come and go.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakValueDictionary

from kos_kernel.api import (
    S_IFDIR,
    S_IFLNK,
    S_IFREG,
    Attributes,
    DirEntry,
    FileSystem,
    GeneratedFile,
    Inode,
    NoSuchFile,
    StaleHandle,
)

from .machine_text import ROOT, Entry, Table
from .numbers import FIRST_STATIC, PID_DIR, PID_SHIFT, ROOT_INO, SELF_INO, THREAD_SELF_INO
from .process_tree import NOBODY, Owner, of_process

if TYPE_CHECKING:
    from kos_kernel.api import Context, KernelView

    from .process_tree import ProcessInode


def _number_tables(table: Table, numbers: dict[int, tuple[Table, bytes]], first: int) -> int:
    """Give every name of the machine's tables a number, depth first; return the next free one."""
    for name, entry in table.items():
        numbers[first] = (table, name)
        first += 1
        if isinstance(entry, dict):
            first = _number_tables(entry, numbers, first)
    return first


_STATIC: dict[int, tuple[Table, bytes]] = {}
_number_tables(ROOT, _STATIC, FIRST_STATIC)
_STATIC_INO = {(id(table), name): number for number, (table, name) in _STATIC.items()}


class ProcFs(FileSystem):
    """/proc of one machine. It needs ctx.view and keeps nothing."""

    fstype = "proc"
    cacheable = False

    def __init__(self, options: Any, ctx: Context) -> None:
        assert ctx.view is not None, "proc shows the kernel and needs its view"
        self.options = options
        self.view: KernelView = ctx.view
        self.clock = ctx.clock
        self._held: WeakValueDictionary[int, Inode] | None = None
        self._root = MachineDirectory(self, ROOT_INO, ROOT)

    @property
    def _nodes(self) -> WeakValueDictionary[int, Inode]:
        """The inodes that somebody holds; made when first needed, since most forks never look into /proc."""
        if self._held is None:
            self._held = WeakValueDictionary()
        return self._held

    def root(self) -> Inode:
        return self._root

    def fork(self, ctx: Context) -> ProcFs:
        return ProcFs(self.options, ctx)

    def inode(self, ino: int) -> Inode:
        """Return the inode of a number, making it if nobody holds it. StaleHandle for a number that never was."""
        if ino == ROOT_INO:
            return self._root
        node = self._nodes.get(ino)
        if node is None:
            pid = ino >> PID_SHIFT
            if pid > 0:
                return self.process_inode(ino, self.owner(pid))
            node = self._nodes[ino] = self._make(ino)
        return node

    def _make(self, ino: int) -> Inode:
        if ino in (SELF_INO, THREAD_SELF_INO):
            return SelfLink(self, ino)
        if ino not in _STATIC:
            raise StaleHandle()
        table, name = _STATIC[ino]
        entry = table[name]
        if isinstance(entry, dict):
            return MachineDirectory(self, ino, entry)
        return MachineLink(self, ino, entry) if isinstance(entry, bytes) else MachineFile(self, ino, entry)

    def process_inode(self, ino: int, owner: Owner) -> Inode:
        """Return the inode of a number below /proc/PID, with a header that names this owner."""
        node = self._nodes.get(ino)
        if node is None:
            node = self._nodes[ino] = of_process(self, ino, owner)
        else:
            cast("ProcessInode", node).belong_to(owner)
        return node

    def owner(self, pid: int) -> Owner:
        """Return whom the files of a process belong to and since when; NOBODY if it is gone."""
        process = self.view.process(pid)
        if process is None:
            return NOBODY
        return Owner(process.euid, process.egid, self.boot_ns() + process.start_ns)

    def boot_ns(self) -> int:
        """Return the date of the boot. Not kept: a fresh machine's clock is set after this filesystem was forked for it."""
        return self.clock.realtime_ns() - self.clock.now_ns()

    def stamp(self, mode: int, nlink: int = 1) -> Attributes:
        """Return the header of something about the machine: root's, as of the boot."""
        return Attributes(mode, nlink=nlink, time_ns=self.boot_ns())


# ---------------------------------------------------------------- about the machine
class MachineDirectory(Inode):
    """A directory over a table; the root also lists the processes."""

    __slots__ = ("__weakref__", "_attr", "table")
    fs: ProcFs

    def __init__(self, fs: ProcFs, ino: int, table: Table) -> None:
        super().__init__(fs, ino)
        self.table = table
        self._attr: Attributes | None = None

    @property
    def attr(self) -> Attributes:
        """Return its header, made when first asked for."""
        if self._attr is None:
            self._attr = self.fs.stamp(S_IFDIR | 0o555, nlink=2)
        return self._attr

    def lookup(self, name: bytes) -> Inode | None:
        number = _STATIC_INO.get((id(self.table), name))
        if number is not None:
            return self.fs.inode(number)
        if self.table is not ROOT:
            return None
        if name == b"self":
            return self.fs.inode(SELF_INO)
        if name == b"thread-self":
            return self.fs.inode(THREAD_SELF_INO)
        pid = _decimal(name)
        owner = self.fs.owner(pid) if pid else NOBODY
        if pid is None or owner is NOBODY:
            return None
        return self.fs.process_inode(pid << PID_SHIFT | PID_DIR, owner)

    def readdir(self) -> Iterable[DirEntry]:
        entries = [
            DirEntry(name, _STATIC_INO[id(self.table), name], _type(entry)) for name, entry in self.table.items()
        ]
        if self.table is ROOT:
            entries.append(DirEntry(b"self", SELF_INO, S_IFLNK))
            entries.append(DirEntry(b"thread-self", THREAD_SELF_INO, S_IFLNK))
            entries += [DirEntry(b"%d" % pid, pid << PID_SHIFT | PID_DIR, S_IFDIR) for pid in self.fs.view.pids()]
        return entries

    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Inode:
        raise NoSuchFile(name, "nothing can be made in /proc")


def _type(entry: Entry | Table | bytes) -> int:
    return S_IFDIR if isinstance(entry, dict) else S_IFLNK if isinstance(entry, bytes) else S_IFREG


def _decimal(name: bytes) -> int | None:
    """Return the number that a name is, or None. No sign, no leading zero, at most ten digits."""
    if not name.isdigit() or len(name) > 10 or (name[0] == 0x30 and len(name) > 1):
        return None
    return int(name)


class MachineFile(GeneratedFile):
    """A file about the machine."""

    __slots__ = ("__weakref__",)

    def __init__(self, fs: ProcFs, ino: int, entry: Entry) -> None:
        view, write = fs.view, entry.write
        take = None if write is None else partial(write, view)
        super().__init__(fs, ino, partial(entry.make, view), entry.mode, take)
        self.attr = fs.stamp(S_IFREG | entry.mode)


class MachineLink(Inode):
    """A link with a fixed target."""

    __slots__ = ("__weakref__", "attr", "target")

    def __init__(self, fs: ProcFs, ino: int, target: bytes) -> None:
        super().__init__(fs, ino)
        self.target = target
        self.attr = fs.stamp(S_IFLNK | 0o777)

    def readlink(self) -> bytes:
        return self.target


class SelfLink(Inode):
    """`self` and `thread-self`: the process that reads; PID 1 for the host."""

    __slots__ = ("__weakref__", "attr")
    fs: ProcFs

    def __init__(self, fs: ProcFs, ino: int) -> None:
        super().__init__(fs, ino)
        self.attr = fs.stamp(S_IFLNK | 0o777)

    def readlink(self) -> bytes:
        pid = self.fs.view.caller() or 1  # the host, which works in PID 1's name
        return b"%d" % pid if self.ino == SELF_INO else b"%d/task/%d" % (pid, pid)
