"""tail -f and -F: look at the files again and again, and show what was appended.

By descriptor a file is followed through renames; by name, through replacement. Looking again is by polling (every second,
or -s): in virtual time that costs nothing, and it works on every filesystem. If standard output is a pipe, the pause is a
poll of it, so that tail ends when its reader does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    POLLERR,
    POLLIN,
    S_IFCHR,
    S_IFIFO,
    S_IFMT,
    S_IFREG,
    SEEK_CUR,
    SEEK_SET,
    SIGPIPE,
    NoSuchProcess,
    SysError,
    cause,
    complain,
    quoteaf,
    quotef,
)  # fmt: skip

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls, Writer

    from .headers import Headers

_CHUNK = 65536


class _File:
    """A followed file. fd: None while it can't be opened. at: how far it has been shown."""

    __slots__ = ("at", "fd", "identity", "name", "regular", "shown")

    def __init__(self, name: bytes, fd: int | None) -> None:
        self.name = name
        self.shown = b"standard input" if name == b"-" else name
        self.fd = fd
        self.at = 0
        self.regular = False
        self.identity = (0, 0)


class Follower:
    """Follows the files that are open (name, fd), in their order; fd None: it couldn't be opened yet."""

    def __init__(
        self,
        k: Syscalls,
        out: Writer,
        headers: Headers,
        opened: list[tuple[bytes, int | None]],
        *,
        by_name: bool,
        retry: bool,
    ) -> None:
        self.k = k
        self.out = out
        self.headers = headers
        self.by_name = by_name
        self.retry = retry
        self.files: list[_File] = []
        self.last: _File | None = None
        self.ignored = False  # a pipe on standard input
        for name, fd in opened:
            file = _File(name, fd)
            if fd is not None:
                if not self.adopt(file, fd):
                    continue
                self.last = file
            elif not retry:
                continue
            self.files.append(file)
        try:
            self.watch_output = k.fstat(1).mode & S_IFMT == S_IFIFO
        except SysError:
            self.watch_output = False

    def adopt(self, file: _File, fd: int) -> bool:
        """Remember an open file; False (after a word) if it's of a kind that can't be followed."""
        about = self.k.fstat(fd)
        kind = about.mode & S_IFMT
        if kind not in (S_IFREG, S_IFIFO, S_IFCHR):
            again = b"; giving up on this name" if not (self.by_name and self.retry) else b""
            complain(self.k, b"%s: cannot follow end of this type of file%s" % (quotef(file.shown), again))
            return False
        if kind == S_IFIFO and file.name == b"-":
            self.ignored = True  # POSIX: a pipe on standard input isn't followed
            return False
        file.fd = fd
        file.regular = kind == S_IFREG
        file.identity = (about.dev, about.ino)
        file.at = self.k.lseek(fd, 0, SEEK_CUR) if file.regular else 0
        return True

    def run(self, interval_ns: int, pids: list[int]) -> int:
        """Follow until nothing is left to follow or the processes are gone. Returns the exit status."""
        k = self.k
        if not self.files:
            if self.ignored:
                return 0
            complain(k, b"no files remaining")
            return 1
        while True:
            over = bool(pids) and not any(self.alive(pid) for pid in pids)
            changed = False
            for file in self.files:
                changed |= self.look(file)
            self.out.flush()
            if self.by_name and not self.retry and all(file.fd is None for file in self.files):
                complain(k, b"no files remaining")
                return 1
            if not self.files:
                return 0
            if over:
                return 0
            if not changed:
                self.pause(interval_ns)

    def alive(self, pid: int) -> bool:
        try:
            self.k.kill(pid, 0)
        except NoSuchProcess:
            return False
        except SysError:
            pass  # it's there, only not ours
        return True

    def pause(self, interval_ns: int) -> None:
        """Sleep; end as a process does that wrote to a closed pipe, if the reader of standard output is gone."""
        if not self.watch_output:
            self.k.sleep_ns(interval_ns)
            return
        for _, events in self.k.poll([(1, 0)], interval_ns):
            if events & POLLERR:
                self.k.kill(self.k.getpid(), SIGPIPE)
                self.k.exit(1)

    def look(self, file: _File) -> bool:
        """Show what is new in a file; return whether there was something."""
        if self.by_name:
            self.look_up(file)
        fd = file.fd
        if fd is None:
            return False
        try:
            return self.appended(file, fd)
        except SysError as error:
            complain(self.k, b"error reading %s: %s" % (quoteaf(file.shown), cause(error)))
            self.k.close(fd)
            file.fd = None
            return False

    def appended(self, file: _File, fd: int) -> bool:
        k = self.k
        if file.regular:
            size = k.fstat(fd).size
            if size < file.at:
                complain(k, b"%s: file truncated" % quotef(file.shown))
                file.at = k.lseek(fd, 0, SEEK_SET)
            if size == file.at:
                return False
        elif not k.poll([(fd, POLLIN)], 0):
            return False
        any_data = False
        while data := k.read(fd, _CHUNK):
            any_data = True
            if self.last is not file:
                self.headers.write(self.out, file.shown)
                self.last = file
            self.out.write(data)
            self.out.flush()
            file.at += len(data)
            if not file.regular:
                break
        return any_data

    def look_up(self, file: _File) -> None:
        """Find out what the name stands for now: the same file, another, or nothing."""
        k = self.k
        shown = quoteaf(file.shown)
        try:
            about = k.stat(file.name)
        except SysError as error:
            if file.fd is not None:
                complain(k, b"%s has become inaccessible: %s" % (shown, cause(error)))
                k.close(file.fd)
                file.fd = None
            return
        if file.fd is not None and (about.dev, about.ino) == file.identity:
            return
        try:
            fd = k.open(file.name)
        except SysError:
            return
        if file.fd is not None:
            k.close(file.fd)
            what = b"been replaced"
        else:
            what = b"appeared"
        file.fd = None
        if self.adopt(file, fd):
            complain(k, b"%s has %s;  following new file" % (shown, what))
        else:
            k.close(fd)
