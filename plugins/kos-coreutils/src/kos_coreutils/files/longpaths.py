"""System calls on paths of any length, where the kernel's own limit is 4096 bytes.

    k = LongPaths(k)
    k.stat(b"d/d/d/..." * 1000)

A path that is too long is split: a descriptor is kept for a directory on the way, and the call is made relative to it. The
descriptors are few and reused, so a walk down a deep tree opens each of them once. For programs that hold whole trees of
names, like cp; a walk that needs only one place at a time (walk.py) moves its working directory instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import O_CLOEXEC, O_DIRECTORY, O_RDONLY, DirEntry, Stat, SysError

from .paths import relative_to

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_LONG = 2048  # from here on paths are split
_STEP = 256  # bytes between two directories that get a descriptor
_KEPT = 64


class LongPaths:
    """The system-call door, with no limit on the length of a path. Calls without paths pass straight through."""

    def __init__(self, k: Syscalls) -> None:
        self._k = k
        self._anchors: dict[bytes, int] = {}
        self.read, self.write, self.close = (
            k.read,
            k.write,
            k.close,
        )  # the hot ones, without the way through __getattr__
        self.fstat, self.fchmod, self.futimens = k.fstat, k.fchmod, k.futimens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._k, name)

    def _split(self, path: bytes) -> tuple[int, bytes]:
        """Return (descriptor of a directory on the way, the rest of the path)."""
        cut = path.rfind(b"/", 0, len(path) // _STEP * _STEP)
        if cut <= 0:
            cut = path.rfind(b"/", 1)
        return self._anchor(path[:cut]), path[cut:].lstrip(b"/") or b"."

    def _anchor(self, folder: bytes) -> int:
        """Return a descriptor of the directory."""
        fd = self._anchors.pop(folder, None)
        if fd is None:
            todo = [folder]
            while len(todo[-1]) >= _LONG and todo[-1] not in self._anchors:
                longer = todo[-1]
                cut = longer.rfind(b"/", 0, (len(longer) - 1) // _STEP * _STEP)
                todo.append(longer[: cut if cut > 0 else longer.rfind(b"/", 1)])
            while todo:
                part = todo.pop()
                fd = self._anchors.pop(part, None)
                if fd is None:
                    above = next((other for other in reversed(self._anchors) if part.startswith(other + b"/")), None)
                    flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
                    if above is None or len(part) < _LONG:
                        fd = self._k.open(part, flags)
                    else:
                        fd = self._k.open(part[len(above) :].lstrip(b"/"), flags, dirfd=self._anchors[above])
                if todo:
                    self._remember(part, fd)
        assert fd is not None
        self._remember(folder, fd)
        return fd

    def _remember(self, folder: bytes, fd: int) -> None:
        self._anchors[folder] = fd
        if len(self._anchors) > _KEPT:
            oldest = next(iter(self._anchors))
            self._k.close(self._anchors.pop(oldest))

    def _place(self, path: bytes) -> tuple[bytes, dict[str, int]]:
        if len(path) < _LONG:
            return path, {}
        fd, rest = self._split(path)
        return rest, {"dirfd": fd}

    # ------------------------------------------------------------ calls with one path
    def open(self, path: bytes, flags: int = 0, mode: int = 0o666) -> int:
        """As the kernel's."""
        if len(path) < _LONG:
            return self._k.open(path, flags, mode)
        fd, rest = self._split(path)
        return self._k.open(rest, flags, mode, dirfd=fd)

    def stat(self, path: bytes, *, follow: bool = True) -> Stat:
        """As the kernel's."""
        if len(path) < _LONG:
            return self._k.stat(path, follow=follow)
        fd, rest = self._split(path)
        return self._k.stat(rest, follow=follow, dirfd=fd)

    def lstat(self, path: bytes) -> Stat:
        """As the kernel's."""
        return self.stat(path, follow=False)

    def mkdir(self, path: bytes, mode: int = 0o777) -> None:
        """As the kernel's."""
        at, where = self._place(path)
        self._k.mkdir(at, mode, **where)

    def mknod(self, path: bytes, mode: int, rdev: int = 0) -> None:
        """As the kernel's."""
        at, where = self._place(path)
        self._k.mknod(at, mode, rdev, **where)

    def symlink(self, target: bytes, path: bytes) -> None:
        """As the kernel's."""
        at, where = self._place(path)
        self._k.symlink(target, at, **where)

    def readlink(self, path: bytes) -> bytes:
        """As the kernel's."""
        at, where = self._place(path)
        return self._k.readlink(at, **where)

    def unlink(self, path: bytes) -> None:
        """As the kernel's."""
        at, where = self._place(path)
        self._k.unlink(at, **where)

    def rmdir(self, path: bytes) -> None:
        """As the kernel's."""
        at, where = self._place(path)
        self._k.rmdir(at, **where)

    def chmod(self, path: bytes, mode: int) -> None:
        """As the kernel's, following symlinks."""
        if len(path) < _LONG:
            self._k.chmod(path, mode)
        else:
            fd, rest = self._split(path)
            self._k.chmod(rest, mode, dirfd=fd)

    def chown(self, path: bytes, uid: int, gid: int, *, follow: bool = True) -> None:
        """As the kernel's."""
        if len(path) < _LONG:
            self._k.chown(path, uid, gid, follow=follow)
        else:
            fd, rest = self._split(path)
            self._k.chown(rest, uid, gid, follow=follow, dirfd=fd)

    def utimens(self, path: bytes, atime_ns: int | None, mtime_ns: int | None, *, follow: bool = True) -> None:
        """As the kernel's."""
        if len(path) < _LONG:
            self._k.utimens(path, atime_ns, mtime_ns, follow=follow)
        else:
            fd, rest = self._split(path)
            self._k.utimens(rest, atime_ns, mtime_ns, follow=follow, dirfd=fd)

    def scandir(self, path: bytes) -> list[DirEntry]:
        """As the kernel's."""
        if len(path) < _LONG:
            return self._k.scandir(path)
        home = self._go(path)
        try:
            return self._k.scandir(b".")
        finally:
            self._back(home)

    # ------------------------------------------------------------ calls with two paths
    def link(self, old: bytes, new: bytes, *, follow: bool = False) -> None:
        """As the kernel's; of two long paths, one must be near the other."""
        if len(old) < _LONG and len(new) < _LONG:
            self._k.link(old, new, follow=follow)
            return
        folder, _, name = new.rpartition(b"/")
        target = relative_to(old, folder) if old.startswith(b"/") == new.startswith(b"/") else old
        home = self._go(folder)
        try:
            self._k.link(target, name, follow=follow)
        finally:
            self._back(home)

    def _go(self, folder: bytes) -> int:
        """Make the directory the current one; returns a descriptor of where we were."""
        home = self._k.open(b".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try:
            self._k.fchdir(self._anchor(folder))
        except SysError:
            self._k.close(home)
            raise
        return home

    def _back(self, home: int) -> None:
        self._k.fchdir(home)
        self._k.close(home)
