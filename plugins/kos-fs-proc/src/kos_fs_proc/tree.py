"""The tree of /proc: which names there are, and the inode behind each.

    /proc ── ROOT's table ──► files and directories about the machine          inode numbers 1 .. 2^24 - 1
          ── self, thread-self ──► links that depend on who reads
          ── PID/ ──► FILES' table, cwd exe root, fd/ fdinfo/ ns/ task/TID/    numbers PID * 2^24 + what

Nothing is stored: an inode is made when somebody looks it up and its content when somebody opens it. While anybody holds
one, the same number gives the same object; the number alone says what it is, so a fork finds everything again.
The kernel must not cache names in here (`cacheable = False`): processes come and go.

/proc/PID/fd/3 leads to the open file itself, which may be a pipe or deleted by now: `follow` gives the kernel its own word
for it. The other links are followed by their text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from kos_kernel.api import (
    S_IFDIR,
    S_IFLNK,
    S_IFREG,
    AccessDenied,
    Attributes,
    DirEntry,
    FileSystem,
    GeneratedFile,
    Inode,
    NoSuchFile,
    StaleHandle,
)

from . import process_text
from .machine_text import ROOT, Entry, Table
from .process_text import FILES, inspect, view_of

if TYPE_CHECKING:
    from kos_kernel.api import Context, KernelView, ProcessView

# ---------------------------------------------------------------- inode numbers
PID_SHIFT = 24
TASK = 1 << 22  # the same thing below task/TID
FD = 1 << 20  # + number: an entry of fd/
FDINFO = 1 << 21  # + number: an entry of fdinfo/
NUMBER = (1 << 20) - 1
ROOT_INO, SELF_INO, THREAD_SELF_INO = 1, 2, 3
PID_DIR, FD_DIR, FDINFO_DIR, NS_DIR, TASK_DIR, TID_DIR, CWD, EXE, ROOT_LINK = range(9)
FIRST_FILE, FIRST_NS = 0x10, 0x80  # + index in FILES, + index in NAMESPACES
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "pid_for_children", "time", "time_for_children", "user", "uts")

_FILE_NAMES = tuple(FILES)
_LINKS = {b"cwd": CWD, b"exe": EXE, b"root": ROOT_LINK}
_MAGIC = {CWD: "cwd", EXE: "exe", ROOT_LINK: "root"}
_DIRECTORIES = {b"fd": FD_DIR, b"fdinfo": FDINFO_DIR, b"ns": NS_DIR}
_DIRECTORY_MODES = {PID_DIR: 0o555, FD_DIR: 0o500, FDINFO_DIR: 0o555, NS_DIR: 0o511, TASK_DIR: 0o555, TID_DIR: 0o555}


def _number_tables(table: Table, numbers: dict[int, tuple[Table, bytes]], first: int) -> int:
    """Give every name of the machine's tables a number, depth first; return the next free one."""
    for name, entry in table.items():
        numbers[first] = (table, name)
        first += 1
        if isinstance(entry, dict):
            first = _number_tables(entry, numbers, first)
    return first


_STATIC: dict[int, tuple[Table, bytes]] = {}
_number_tables(ROOT, _STATIC, THREAD_SELF_INO + 1)
_STATIC_INO = {(id(table), name): number for number, (table, name) in _STATIC.items()}


class ProcFs(FileSystem):
    """/proc of one machine. It needs ctx.view and keeps nothing."""

    fstype = "proc"
    cacheable = False

    def __init__(self, options: Any, ctx: Context) -> None:
        assert ctx.view is not None, "proc shows the kernel and needs its view"
        self.options = options
        self.view: KernelView = ctx.view
        self._boot_ns = ctx.clock.realtime_ns() - ctx.clock.now_ns()
        self._nodes: WeakValueDictionary[int, Inode] = WeakValueDictionary()
        self._root = MachineDirectory(self, ROOT_INO, ROOT)

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
            node = self._nodes[ino] = self._make(ino)
        return node

    def _make(self, ino: int) -> Inode:
        pid, what = ino >> PID_SHIFT, ino & (1 << PID_SHIFT) - 1
        if pid > 0:
            return _process_inode(self, ino, pid, what)
        if ino in (SELF_INO, THREAD_SELF_INO):
            return SelfLink(self, ino)
        if ino not in _STATIC:
            raise StaleHandle()
        table, name = _STATIC[ino]
        entry = table[name]
        if isinstance(entry, dict):
            return MachineDirectory(self, ino, entry)
        return MachineLink(self, ino, entry) if isinstance(entry, bytes) else MachineFile(self, ino, entry)

    def stamp(self, mode: int, uid: int = 0, gid: int = 0, since_boot_ns: int = 0, nlink: int = 1) -> Attributes:
        """Return a header. Times are when the thing came to be: the boot, or the process's start."""
        return Attributes(mode, uid, gid, nlink=nlink, time_ns=self._boot_ns + since_boot_ns)


# ---------------------------------------------------------------- about the machine
class MachineDirectory(Inode):
    """A directory over a table; the root also lists the processes."""

    __slots__ = ("__weakref__", "attr", "fs", "table")
    fs: ProcFs

    def __init__(self, fs: ProcFs, ino: int, table: Table) -> None:
        super().__init__(fs, ino)
        self.table = table
        self.attr = fs.stamp(S_IFDIR | 0o555, nlink=2)

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
        process = self.fs.view.process(pid) if pid else None
        if pid is None or process is None:
            return None
        directory = self.fs.inode(pid << PID_SHIFT | PID_DIR)
        assert isinstance(directory, OfProcess), "numbers say what they are"
        directory.belongs_to(process)
        return directory

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
        view, take = fs.view, entry.write
        super().__init__(fs, ino, lambda: entry.make(view), entry.mode, take and (lambda data: take(view, data)))
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

    __slots__ = ("__weakref__", "attr", "fs")
    fs: ProcFs

    def __init__(self, fs: ProcFs, ino: int) -> None:
        super().__init__(fs, ino)
        self.attr = fs.stamp(S_IFLNK | 0o777)

    def readlink(self) -> bytes:
        pid = self.fs.view.caller() or 1  # the host, which works in PID 1's name
        return b"%d" % pid if self.ino == SELF_INO else b"%d/task/%d" % (pid, pid)


# ---------------------------------------------------------------- about a process
class OfProcess:
    """What all inodes below /proc/PID share: the process, and a header that names its owner.

    Every walk through /proc/PID looks the owner up once, and what lies below takes it from there (`_attr`).
    """

    __slots__ = ()
    fs: ProcFs
    pid: int
    mode: int
    links = 1
    _attr: Attributes | None

    @property
    def attr(self) -> Attributes:
        if self._attr is None:
            self.belongs_to(self.fs.view.process(self.pid))
            assert self._attr is not None
        return self._attr

    def belongs_to(self, process: ProcessView | None) -> None:
        """Take the header from a process; root's if it is gone."""
        if process is None:
            self._attr = self.fs.stamp(self.mode)
        else:
            self._attr = self.fs.stamp(self.mode, process.euid, process.egid, process.start_ns, self.links)

    def belongs_with(self, other: Attributes) -> None:
        """Take owner and times from the directory's header."""
        self._attr = Attributes(self.mode, other.uid, other.gid, nlink=self.links, time_ns=other.mtime_ns)


class ProcessDirectory(OfProcess, Inode):
    """PID itself, and fd, fdinfo, ns, task, task/TID below it."""

    __slots__ = ("__weakref__", "_attr", "mode", "pid", "what")
    links = 2

    def __init__(self, fs: ProcFs, ino: int, pid: int, what: int) -> None:
        Inode.__init__(self, fs, ino)
        self.pid = pid
        self.what = what
        self._attr = None
        self.mode = S_IFDIR | _DIRECTORY_MODES[what & ~TASK]

    def lookup(self, name: bytes) -> Inode | None:
        for entry in self._entries(name):
            if entry.name == name:
                inode = self.fs.inode(entry.ino)
                assert isinstance(inode, OfProcess), "numbers say what they are"
                inode.belongs_with(self.attr)
                return inode
        return None

    def readdir(self) -> Iterable[DirEntry]:
        view_of(self.fs.view, self.pid)
        return self._entries(None)

    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Inode:
        raise NoSuchFile(name, "nothing can be made in /proc")

    def _entries(self, wanted: bytes | None) -> list[DirEntry]:
        """Return the names of this directory, or at least the wanted one if it is there."""
        view, pid = self.fs.view, self.pid
        base = pid << PID_SHIFT | self.what & TASK
        what = self.what & ~TASK
        if wanted in FILES and what in (PID_DIR, TID_DIR):  # reading it will tell if the process is gone
            return [DirEntry(wanted, base | FIRST_FILE + _FILE_NAMES.index(wanted), S_IFREG)]
        if view.process(pid) is None:
            return []
        if what == FD_DIR:
            inspect(view, pid)
            return [DirEntry(b"%d" % fd[0], base | FD | fd[0], S_IFLNK) for fd in view.fds(pid) if fd[0] <= NUMBER]
        if what == FDINFO_DIR:
            inspect(view, pid)
            return [DirEntry(b"%d" % fd[0], base | FDINFO | fd[0], S_IFREG) for fd in view.fds(pid) if fd[0] <= NUMBER]
        if what == NS_DIR:
            kinds = view.namespaces(pid)
            return [
                DirEntry(kind.encode(), base | FIRST_NS + NAMESPACES.index(kind), S_IFLNK)
                for kind in sorted(kinds)
                if kind in NAMESPACES
            ]
        if what == TASK_DIR:  # the view tells of no other threads than the first
            return [DirEntry(b"%d" % pid, base | TASK | TID_DIR, S_IFDIR)]
        entries = [DirEntry(b"task", base | TASK_DIR, S_IFDIR)] if what == PID_DIR else []
        entries += [DirEntry(name, base | what, S_IFDIR) for name, what in _DIRECTORIES.items()]
        entries += [DirEntry(name, base | FIRST_FILE + index, S_IFREG) for index, name in enumerate(_FILE_NAMES)]
        entries += [DirEntry(name, base | what, S_IFLNK) for name, what in _LINKS.items()]
        return entries


class ProcessFile(OfProcess, GeneratedFile):
    """A file about a process. Reading one of a process that is gone raises NoSuchProcess, as on Linux."""

    __slots__ = ("__weakref__", "_attr", "mode", "pid")

    def __init__(self, fs: ProcFs, ino: int, pid: int, mode: int, make: Any) -> None:
        Inode.__init__(self, fs, ino)
        self.pid = pid
        self._attr = None
        self.mode = S_IFREG | mode
        self.make = make
        self.taker = None


class ProcessLink(OfProcess, Inode):
    """A link to an object of a process. kind: "cwd", "exe", "root", "fd" (detail: the number), "ns" (detail: which)."""

    __slots__ = ("__weakref__", "_attr", "detail", "kind", "pid")

    def __init__(self, fs: ProcFs, ino: int, pid: int, kind: str, detail: int | str | None = None) -> None:
        Inode.__init__(self, fs, ino)
        self.pid = pid
        self.kind = kind
        self.detail = detail
        self._attr = None

    def follow(self) -> Any:
        inspect(self.fs.view, self.pid)
        return self.fs.view.follow_fd(self.pid, self.detail) if isinstance(self.detail, int) else None

    @property
    def mode(self) -> int:  # type: ignore[override]
        """Return the bits; those of an fd tell whether it can be read (0500) and written (0300)."""
        if self.kind != "fd":
            return S_IFLNK | 0o777
        try:
            access = next((fd[2] & 3 for fd in self.fs.view.fds(self.pid) if fd[0] == self.detail), 2)
        except AccessDenied:
            return S_IFLNK
        return S_IFLNK | (0o500, 0o300, 0o700, 0o000)[access]

    def readlink(self) -> bytes:
        view, pid = self.fs.view, self.pid
        inspect(view, pid)
        if self.kind == "fd":
            for fd, target, _, _ in view.fds(pid):
                if fd == self.detail:
                    return target
            raise NoSuchFile(None, f"process {pid} has no descriptor {self.detail} any more")
        if self.kind == "ns":
            kind = str(self.detail)
            return f"{kind.removesuffix('_for_children')}:[{view.namespaces(pid)[kind]}]".encode()
        path: bytes = getattr(view, self.kind)(pid)
        return path


def _process_inode(fs: ProcFs, ino: int, pid: int, what: int) -> Inode:
    view = fs.view
    kind = what & ~TASK
    number = what & NUMBER
    if kind & FD:
        return ProcessLink(fs, ino, pid, "fd", number)
    if kind & FDINFO:
        return ProcessFile(fs, ino, pid, 0o444, lambda: process_text.fdinfo(view, pid, number))
    if kind in _MAGIC:
        return ProcessLink(fs, ino, pid, _MAGIC[kind])
    if kind in _DIRECTORY_MODES:
        return ProcessDirectory(fs, ino, pid, what)
    if FIRST_FILE <= kind < FIRST_FILE + len(_FILE_NAMES):
        mode, make = FILES[_FILE_NAMES[kind - FIRST_FILE]]
        return ProcessFile(fs, ino, pid, mode, lambda: make(view, pid))
    if FIRST_NS <= kind < FIRST_NS + len(NAMESPACES):
        return ProcessLink(fs, ino, pid, "ns", NAMESPACES[kind - FIRST_NS])
    raise StaleHandle()
