"""/proc/PID: the inodes of one process.

    PID/ ── FILES' table (process_text.py), cwd exe root, fd/ fdinfo/ ns/, task/TID/ with the same again

Each walk through /proc/PID looks the process up once, for whom its files belong to; what lies below takes the owner from
there. /proc/PID/fd/3 leads to the open file itself, which may be a pipe or deleted by now: `follow` gives the kernel its own
word for it. The other links are followed by their text.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from kos_kernel.api import (
    S_IFDIR,
    S_IFLNK,
    S_IFREG,
    AccessDenied,
    Attributes,
    DirEntry,
    GeneratedFile,
    Inode,
    NoSuchFile,
    StaleHandle,
)

from .numbers import (
    CWD,
    DIRECTORIES,
    EXE,
    FD,
    FD_DIR,
    FDINFO,
    FDINFO_DIR,
    FILE_NAMES,
    FILE_WHAT,
    FIRST_FILE,
    FIRST_NS,
    LINKS,
    NAMESPACES,
    NS_DIR,
    NUMBER,
    PID_DIR,
    PID_SHIFT,
    ROOT_LINK,
    TASK,
    TASK_DIR,
    TID_DIR,
    WHAT,
)
from .process_text import FILES, fdinfo, inspect, view_of

if TYPE_CHECKING:
    from .tree import ProcFs

_MODES = {PID_DIR: 0o555, FD_DIR: 0o500, FDINFO_DIR: 0o555, NS_DIR: 0o511, TASK_DIR: 0o555, TID_DIR: 0o555}
_LINK_KINDS = {CWD: "cwd", EXE: "exe", ROOT_LINK: "root"}
_FD_BITS = (0o500, 0o300, 0o700, 0o000)  # by access mode: what can be read, what written


class Owner(NamedTuple):
    """Whom the files of a process belong to, and since when there are any."""

    uid: int
    gid: int
    since_ns: int


NOBODY = Owner(0, 0, 0)  # of a process that is gone


def _header(mode: int, owner: Owner, nlink: int = 1) -> Attributes:
    return Attributes(mode, owner.uid, owner.gid, nlink=nlink, time_ns=owner.since_ns)


class ProcessDirectory(Inode):
    """PID itself, and fd, fdinfo, ns, task, task/TID below it."""

    __slots__ = ("__weakref__", "attr", "owner", "pid", "what")
    fs: ProcFs

    def __init__(self, fs: ProcFs, ino: int, pid: int, what: int, owner: Owner) -> None:
        super().__init__(fs, ino)
        self.pid = pid
        self.what = what
        self.belong_to(owner)

    def belong_to(self, owner: Owner) -> None:
        """Show another owner."""
        self.owner = owner
        self.attr = _header(S_IFDIR | _MODES[self.what & ~TASK], owner, 2)

    def lookup(self, name: bytes) -> Inode | None:
        what = FILE_WHAT.get(name)
        if what is not None and self.what & ~TASK in (PID_DIR, TID_DIR):  # reading it will tell if the process is gone
            return self.fs.process_inode(self.pid << PID_SHIFT | self.what & TASK | what, self.owner)
        for entry in self._entries():
            if entry.name == name:
                return self.fs.process_inode(entry.ino, self.owner)
        return None

    def readdir(self) -> Iterable[DirEntry]:
        view_of(self.fs.view, self.pid)
        return self._entries()

    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Inode:
        raise NoSuchFile(name, "nothing can be made in /proc")

    def _entries(self) -> list[DirEntry]:
        """Return what is in this directory; nothing if the process is gone."""
        view, pid = self.fs.view, self.pid
        base = pid << PID_SHIFT | self.what & TASK
        what = self.what & ~TASK
        if view.process(pid) is None:
            return []
        if what == FD_DIR:
            inspect(view, pid)
            return [DirEntry(b"%d" % fd[0], base | FD | fd[0], S_IFLNK) for fd in view.fds(pid) if fd[0] <= NUMBER]
        if what == FDINFO_DIR:
            inspect(view, pid)
            return [DirEntry(b"%d" % fd[0], base | FDINFO | fd[0], S_IFREG) for fd in view.fds(pid) if fd[0] <= NUMBER]
        if what == NS_DIR:
            return [
                DirEntry(kind.encode(), base | FIRST_NS + NAMESPACES.index(kind), S_IFLNK)
                for kind in sorted(view.namespaces(pid))
                if kind in NAMESPACES
            ]
        if what == TASK_DIR:  # the view tells of no other threads than the first
            return [DirEntry(b"%d" % pid, base | TASK | TID_DIR, S_IFDIR)]
        entries = [DirEntry(b"task", base | TASK_DIR, S_IFDIR)] if what == PID_DIR else []
        entries += [DirEntry(name, base | kind, S_IFDIR) for name, kind in DIRECTORIES.items()]
        entries += [DirEntry(name, base | kind, S_IFREG) for name, kind in FILE_WHAT.items()]
        entries += [DirEntry(name, base | kind, S_IFLNK) for name, kind in LINKS.items()]
        return entries


class ProcessFile(GeneratedFile):
    """A file about a process. Reading one of a process that is gone raises NoSuchProcess, as on Linux."""

    __slots__ = ("__weakref__", "_mode")

    def __init__(self, fs: ProcFs, ino: int, mode: int, make: Any, owner: Owner) -> None:
        super().__init__(fs, ino, make, mode)
        self._mode = S_IFREG | mode
        self.belong_to(owner)

    def belong_to(self, owner: Owner) -> None:
        """Show another owner."""
        self.attr = _header(self._mode, owner)


class ProcessLink(Inode):
    """A link to an object of a process. kind: "cwd", "exe", "root", "fd" (detail: the number), "ns" (detail: which)."""

    __slots__ = ("__weakref__", "detail", "kind", "owner", "pid")
    fs: ProcFs

    def __init__(self, fs: ProcFs, ino: int, pid: int, kind: str, detail: Any, owner: Owner) -> None:
        super().__init__(fs, ino)
        self.pid = pid
        self.kind = kind
        self.detail = detail
        self.owner = owner

    def belong_to(self, owner: Owner) -> None:
        """Show another owner."""
        self.owner = owner

    @property
    def attr(self) -> Attributes:
        """Return the header. The bits of an fd tell how it was opened, as it is now."""
        if self.kind != "fd":
            return _header(S_IFLNK | 0o777, self.owner)
        try:
            access = next((fd[2] & 3 for fd in self.fs.view.fds(self.pid) if fd[0] == self.detail), 2)
        except AccessDenied:
            access = 3
        return _header(S_IFLNK | _FD_BITS[access], self.owner)

    def follow(self) -> Any:
        inspect(self.fs.view, self.pid)
        return self.fs.view.follow_fd(self.pid, self.detail) if self.kind == "fd" else None

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


ProcessInode = ProcessDirectory | ProcessFile | ProcessLink


def of_process(fs: ProcFs, ino: int, owner: Owner) -> ProcessInode:
    """Return a new inode for a number below /proc/PID. StaleHandle for a number that never was."""
    view, pid, what = fs.view, ino >> PID_SHIFT, ino & WHAT
    kind, number = what & ~TASK, what & NUMBER
    if kind & FD:
        return ProcessLink(fs, ino, pid, "fd", number, owner)
    if kind & FDINFO:
        return ProcessFile(fs, ino, 0o444, partial(fdinfo, view, pid, number), owner)
    if kind in _LINK_KINDS:
        return ProcessLink(fs, ino, pid, _LINK_KINDS[kind], None, owner)
    if kind in _MODES:
        return ProcessDirectory(fs, ino, pid, what, owner)
    if FIRST_FILE <= kind < FIRST_FILE + len(FILE_NAMES):
        mode, make = FILES[FILE_NAMES[kind - FIRST_FILE]]
        return ProcessFile(fs, ino, mode, partial(make, view, pid), owner)
    if FIRST_NS <= kind < FIRST_NS + len(NAMESPACES):
        return ProcessLink(fs, ino, pid, "ns", NAMESPACES[kind - FIRST_NS], owner)
    raise StaleHandle()
