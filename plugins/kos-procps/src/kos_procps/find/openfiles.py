"""Which files processes use: descriptors, working directory, root, program; what fuser and lsof show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kos_kernel.api import (
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    Stat,
    SysError,
    read_whole,
)

from ..facts.files import fields

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_TYPES = {
    S_IFREG: "REG",
    S_IFDIR: "DIR",
    S_IFCHR: "CHR",
    S_IFBLK: "BLK",
    S_IFIFO: "FIFO",
    S_IFLNK: "LINK",
    S_IFSOCK: "sock",
}
_ANONYMOUS = re.compile(rb"(pipe|socket|anon_inode):")


class OpenFile(NamedTuple):
    """A use of a file. fd: "cwd", "rtd", "txt" or the number; mode: "r", "w", "u" or ""; stat None: it can't be looked at."""

    fd: str
    mode: str
    name: bytes
    stat: Stat | None
    offset: int = 0

    @property
    def kind(self) -> str:
        """Return the type as lsof writes it."""
        if self.name.startswith(b"socket:"):
            return "sock"
        if self.name.startswith(b"pipe:"):
            return "FIFO"
        return "unknown" if self.stat is None else _TYPES.get(self.stat.mode & S_IFMT, "unknown")


def files_of(k: Syscalls, pid: int) -> tuple[list[OpenFile], SysError | None]:
    """Return what a process uses, and the error that kept us from seeing its descriptors."""
    found = []
    for link, fd in ((b"cwd", "cwd"), (b"root", "rtd"), (b"exe", "txt")):
        try:
            name = k.readlink(b"/proc/%d/%s" % (pid, link))
        except SysError:
            continue
        found.append(OpenFile(fd, "", name, _stat(k, b"/proc/%d/%s" % (pid, link))))
    try:
        numbers = sorted(int(name) for name in k.listdir(b"/proc/%d/fd" % pid) if name.isdigit())
    except SysError as error:
        return found, error
    for number in numbers:
        place = b"/proc/%d/fd/%d" % (pid, number)
        try:
            name = k.readlink(place)
            info = fields(read_whole(k, b"/proc/%d/fdinfo/%d" % (pid, number)))
            flags, offset = int(info.get(b"flags", b"0"), 8), int(info.get(b"pos", b"0"))
        except (SysError, ValueError):
            continue  # closed meanwhile
        found.append(OpenFile(str(number), "rwuu"[flags & 3], name, _stat(k, place), offset))
    return found, None


def _stat(k: Syscalls, path: bytes) -> Stat | None:
    try:
        return k.stat(path)
    except SysError:
        return None


def is_named(name: bytes) -> bool:
    """Tell whether a file has a place in the tree of names."""
    return _ANONYMOUS.match(name) is None
