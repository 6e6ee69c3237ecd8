"""Removing files and whole trees, with the questions that `rm` asks; `mv` uses it after copying across devices.

Trees are walked without recursion, however deep. A file that can't be removed keeps its ancestors, silently: one
complaint is enough.
"""

from __future__ import annotations

from kos_kernel.api import (
    EACCES,
    EINVAL,
    EISDIR,
    ENOENT,
    ENOTDIR,
    ENOTEMPTY,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    W_OK,
    Stat,
    SysError,
    sys_error,
)

from .console import Console
from .paths import base, join, strip_slashes
from .prompts import ask
from .walk import DENIED, ENTER, FILE, GONE, LEAVE, Step, walk

NEVER, ONCE, ALWAYS, UNTOLD = "never", "once", "always", "untold"
_NOT_THERE = (ENOENT, ENOTDIR, EINVAL)


def kind_name(stat: Stat) -> bytes:
    """Return what a file of that kind is called in messages."""
    kind = stat.mode & S_IFMT
    if kind == S_IFREG:
        return b"regular file" if stat.size else b"regular empty file"
    return {
        S_IFDIR: b"directory", S_IFLNK: b"symbolic link", S_IFIFO: b"fifo", S_IFSOCK: b"socket",
        S_IFCHR: b"character special file", S_IFBLK: b"block special file",
    }.get(kind, b"weird file")  # fmt: skip


class Remover:
    """One run's removals. `errors` counts what couldn't be removed."""

    def __init__(self, con: Console) -> None:
        self.con = con
        self.k = con.k
        self.recursive = False
        self.empty_directories = False
        self.ignore_missing = False
        self.interactive = UNTOLD
        self.verbose = False
        self.one_filesystem = False
        self.root: tuple[int, int] | None = None  # what "/" is, if it is to be spared
        self.spare_mounts = False
        self.stdin_is_tty = False
        self.errors = 0

    def remove(self, name: bytes) -> None:
        """Remove one argument of rm."""
        last = base(name)
        if self.recursive and last in (b".", b".."):
            shown = self.con.quoted(name)
            self.complain(b"refusing to remove '.' or '..' directory: skipping " + shown)
            return
        try:
            steps = walk(self.k, name, one_filesystem=False, want_stat=self.asks() or self.one_filesystem)
            kept: set[int] = set()  # depths at which something stays
            device = 0
            for step in steps:
                if step.depth == 0 and step.stat is not None:
                    device = step.stat.dev
                    if step.phase == ENTER and self.recursive and self.is_spared(name, step.stat):
                        return
                if step.phase == FILE or step.phase == GONE:
                    if step.phase == GONE and step.error is not None:
                        self.failed(step, step.error, kept)
                        continue
                    if not self.asks() or self.may_remove(step):
                        self.unlink(step, kept)
                elif step.phase == ENTER:
                    kept.discard(step.depth + 1)
                    self.enter(step, kept, device)
                elif step.phase == LEAVE:
                    if step.depth + 1 in kept:
                        kept.discard(step.depth + 1)
                        kept.add(step.depth)
                    elif not self.asks() or self.may_remove(step):
                        self.rmdir(step, kept, None)
                elif step.phase == DENIED:
                    self.rmdir(step, kept, step.error)
        except SysError as error:
            if not (self.ignore_missing and error.errno in _NOT_THERE):
                self.complain(b"cannot remove " + self.con.quoted(name), error)

    def complain(self, text: bytes, error: SysError | None = None) -> None:
        """Say what stays and why."""
        self.errors += 1
        self.con.complain(text, error)

    def failed(self, step: Step, error: SysError, kept: set[int]) -> None:
        """Note that the step's file stays."""
        if self.ignore_missing and error.errno in _NOT_THERE:
            return
        self.complain(b"cannot remove " + self.con.quoted(step.path), error)
        kept.add(step.depth)

    def is_spared(self, name: bytes, stat: Stat) -> bool:
        """Tell whether the argument is the root directory, or a mount point that --preserve-root=all spares."""
        if self.root is not None and (stat.dev, stat.ino) == self.root:
            same = b"" if name == b"/" else b" (same as '/')"
            self.complain(b"it is dangerous to operate recursively on " + self.con.quoted(name) + same)
            self.con.say(b"use --no-preserve-root to override this failsafe")
            return True
        if self.spare_mounts and self.k.stat(join(name, b"..")).dev != stat.dev:
            self.complain(b"skipping " + self.con.quoted(name) + b", since it's on a different device")
            self.con.say(b"and --preserve-root=all is in effect")
            return True
        return False

    def enter(self, step: Step, kept: set[int], device: int) -> None:
        """Decide whether to go into a directory, or what becomes of it otherwise."""
        if not self.recursive:
            step.skip = True
            if not self.empty_directories:
                self.failed(step, sys_error(EISDIR), kept)
            elif self.is_empty(step.at) is False:
                self.failed(step, sys_error(ENOTEMPTY), kept)
            elif not self.asks() or self.may_remove(step):
                self.rmdir(step, kept, None)
            return
        if self.one_filesystem and step.stat is not None and step.stat.dev != device:
            step.skip = True
            kept.add(step.depth)
            self.complain(b"skipping " + self.con.quoted(step.path) + b", since it's on a different device")
            return
        if self.asks():
            empty = self.is_empty(step.at)
            if empty is False and not self.may_remove(step, descend=True):
                step.skip = True
                kept.add(step.depth)

    def is_empty(self, path: bytes) -> bool | None:
        """Tell whether a directory is empty; None if it can't be read."""
        try:
            return not self.k.listdir(path)
        except SysError:
            return None

    # ------------------------------------------------------------ questions
    def asks(self) -> bool:
        """Tell whether files may have to be asked about."""
        return self.interactive == ALWAYS or (self.stdin_is_tty and not self.ignore_missing)

    def may_remove(self, step: Step, *, descend: bool = False) -> bool:
        """Ask about the file if need be; tell whether it may go."""
        stat = step.stat if step.stat is not None else self.k.lstat(step.at)
        protected = False
        if not self.ignore_missing and stat.mode & S_IFMT != S_IFLNK:
            try:
                self.k.access(step.at, W_OK, effective=True)
            except SysError as error:
                if error.errno == EACCES:
                    protected = True
        if not protected and self.interactive != ALWAYS:
            return True
        guard = b"write-protected " if protected else b""
        shown = self.con.quoted(step.path)
        if descend:
            return ask(self.con, b"descend into " + guard + b"directory " + shown + b"? ")
        return ask(self.con, b"remove " + guard + kind_name(stat) + b" " + shown + b"? ")

    # ------------------------------------------------------------ deeds
    def unlink(self, step: Step, kept: set[int]) -> None:
        """Remove what isn't a directory."""
        try:
            self.k.unlink(step.at)
        except SysError as error:
            self.failed(step, error, kept)
            return
        if self.verbose:
            self.con.out(b"removed " + self.con.quoted(step.path) + b"\n")

    def rmdir(self, step: Step, kept: set[int], unread: SysError | None) -> None:
        """Remove a directory; unread: why it couldn't be read, which then explains why it stays."""
        try:
            self.k.rmdir(strip_slashes(step.at))
        except SysError as error:
            if unread is not None and error.errno == ENOTEMPTY:
                error = unread
            self.failed(step, error, kept)
            return
        if self.verbose:
            self.con.out(b"removed directory " + self.con.quoted(step.path) + b"\n")
