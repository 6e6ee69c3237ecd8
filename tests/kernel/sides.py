"""The same steps on two sides: a machine of ours, and the host's kernel on a tmpfs; what each says is compared.

A script is a function of one `Side`. Each call on it does one system call, writes down what came back (or the errno's name) and
returns it, or None after an error, so that the script goes on. The root and current directory is a scratch
folder. Descriptors are told as the first, second, ... that the script got, users as numbers.

The host's side runs in a child process that chroots into the scratch folder, as the same user, under the same umask.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import pickle
import shutil
import stat
import tempfile
from collections.abc import Callable
from typing import Any

from kos_kernel import errors
from kos_kernel.testing import run_main

SHM = "/dev/shm"
LIBC = ctypes.CDLL(None, use_errno=True)
HOST = os.path.isdir(SHM) and hasattr(os, "chroot") and hasattr(os, "setxattr") and os.geteuid() == 0


def _shown(st: Any) -> tuple[Any, ...]:
    """Return what of a header is the same everywhere: no inode numbers, no times, sizes of files and links only."""
    mode = getattr(st, "st_mode", None)
    if mode is not None:
        row = (mode, st.st_nlink, st.st_uid, st.st_gid, st.st_size)
    else:
        row = (st.mode, st.nlink, st.uid, st.gid, st.size)
    return (oct(row[0]), *row[1:4], row[4] if stat.S_ISREG(row[0]) or stat.S_ISLNK(row[0]) else 0)


class Side:
    """What scripts see. log: [(call, arguments, outcome)]."""

    def __init__(self) -> None:
        self.log: list[tuple[Any, ...]] = []
        self.fds: list[int] = []

    def _fd(self, fd: int | None) -> int:
        return 999 if fd is None or not 0 <= fd < len(self.fds) else self.fds[fd]

    def _try(self, call: Callable[..., Any], *args: Any) -> tuple[bool, Any]:
        raise NotImplementedError

    def _dirfd(self, options: dict[str, Any]) -> dict[str, Any]:
        options = dict(options)
        if "dirfd" in options:
            options[self.dirfd_name] = self._fd(options.pop("dirfd"))
        if "follow" in options and self.follow_name != "follow":
            options[self.follow_name] = options.pop("follow")
        return options

    dirfd_name = "dirfd"
    follow_name = "follow"

    def __getattr__(self, name: str) -> Any:
        method = getattr(self, "_" + name, None) if not name.startswith("_") else None
        if method is None:
            raise AttributeError(name)

        def step(*args: Any, **options: Any) -> Any:
            good, value = self._try(lambda: method(*args, **self._dirfd(options)))
            self.log.append((name, args, tuple(options.items()), value))
            return value if good else None

        return step


class Ours(Side):
    """A machine's system calls."""

    def __init__(self, k: Any) -> None:
        super().__init__()
        self.k = k

    def _try(self, call: Callable[..., Any], *args: Any) -> tuple[bool, Any]:
        try:
            return True, call(*args)
        except errors.SysError as error:
            return False, error.NAME

    def _new(self, fd: int) -> int:
        self.fds.append(fd)
        return len(self.fds) - 1

    def _open(self, path: bytes, flags: int = 0, mode: int = 0o666, **o: Any) -> int:
        return self._new(self.k.open(path, flags, mode, **o))

    def _dup(self, fd: int) -> int:
        return self._new(self.k.dup(self._fd(fd)))

    def _dup2(self, fd: int, to: int) -> None:
        self.k.dup2(self._fd(fd), self._fd(to))

    def _stat(self, path: bytes, **o: Any) -> Any:
        return _shown(self.k.stat(path, **o))

    def _lstat(self, path: bytes) -> Any:
        return _shown(self.k.lstat(path))

    def _fstat(self, fd: int) -> Any:
        return _shown(self.k.fstat(self._fd(fd)))

    def _times(self, path: bytes) -> Any:
        st = self.k.stat(path, follow=False)
        return st.atime_ns, st.mtime_ns

    def _listdir(self, path: bytes) -> Any:
        return sorted(self.k.listdir(path))

    def _getcwd(self) -> Any:
        return self.k.getcwd()

    def _getdents(self, fd: int) -> Any:
        return sorted(e[0] for e in self.k.getdents(self._fd(fd)))

    def _become(self, uid: int, gid: int) -> None:
        if uid:
            self.k.setresgid(-1, gid, -1)
            self.k.setresuid(-1, uid, -1)
        else:
            self.k.setresuid(-1, uid, -1)
            self.k.setresgid(-1, gid, -1)

    def _same(self, one: bytes, other: bytes) -> bool:
        return bool(self.k.stat(one).ino == self.k.stat(other).ino)

    def _pipe(self) -> tuple[int, int]:
        a, b = self.k.pipe()
        return self._new(a), self._new(b)

    def _get_flags(self, fd: int) -> int:
        return int(self.k.get_flags(self._fd(fd)) & 0o2006003)


for _name in ("mkdir", "unlink", "rmdir", "rename", "link", "symlink", "readlink", "chmod", "chown", "truncate", "chdir", "umask",
              "mknod", "mkfifo", "access", "getxattr", "setxattr", "listxattr", "removexattr", "utimens", "setgroups"):  # fmt: skip
    setattr(Ours, "_" + _name, lambda self, *args, _n=_name, **o: getattr(self.k, _n)(*args, **o))
for _name in ("read", "write", "pread", "pwrite", "lseek", "close", "fchmod", "fchown", "ftruncate", "fchdir", "futimens", "flock",
              "fsync", "set_flags", "setlk", "getlk"):  # fmt: skip
    setattr(Ours, "_" + _name, lambda self, fd, *args, _n=_name, **o: getattr(self.k, _n)(self._fd(fd), *args, **o))


class Theirs(Side):
    """The host's."""

    dirfd_name = "dir_fd"
    follow_name = "follow_symlinks"

    def _try(self, call: Callable[..., Any], *args: Any) -> tuple[bool, Any]:
        try:
            return True, call(*args)
        except OSError as error:
            name = errno.errorcode.get(error.errno or 0, str(error.errno))
            return False, "EOPNOTSUPP" if name == "ENOTSUP" else name  # one number, two names
        except ValueError:  # a NUL byte: Python itself refuses
            return False, "EINVAL"

    def _new(self, fd: int) -> int:
        self.fds.append(fd)
        return len(self.fds) - 1

    def _open(self, path: bytes, flags: int = 0, mode: int = 0o666, **o: Any) -> int:
        return self._new(os.open(path, flags, mode, **o))

    def _dup(self, fd: int) -> int:
        return self._new(os.dup(self._fd(fd)))

    def _dup2(self, fd: int, to: int) -> None:
        os.dup2(self._fd(fd), self._fd(to))

    def _stat(self, path: bytes, **o: Any) -> Any:
        return _shown(os.stat(path, **o))

    def _lstat(self, path: bytes) -> Any:
        return _shown(os.lstat(path))

    def _fstat(self, fd: int) -> Any:
        return _shown(os.fstat(self._fd(fd)))

    def _times(self, path: bytes) -> Any:
        st = os.lstat(path)
        return st.st_atime_ns, st.st_mtime_ns

    def _listdir(self, path: bytes) -> Any:
        return sorted(os.listdir(path))

    def _getcwd(self) -> Any:
        return os.getcwdb()

    def _getdents(self, fd: int) -> Any:
        return sorted(os.fsencode(n) for n in os.listdir(self._fd(fd)))

    def _become(self, uid: int, gid: int) -> None:
        if uid:
            os.setresgid(-1, gid, -1)
            os.setresuid(-1, uid, -1)
        else:
            os.setresuid(-1, uid, -1)
            os.setresgid(-1, gid, -1)

    def _same(self, one: bytes, other: bytes) -> bool:
        return os.stat(one).st_ino == os.stat(other).st_ino

    def _pipe(self) -> tuple[int, int]:
        a, b = os.pipe()
        return self._new(a), self._new(b)

    def _get_flags(self, fd: int) -> int:
        return fcntl.fcntl(self._fd(fd), fcntl.F_GETFL) & 0o2006003

    def _set_flags(self, fd: int, flags: int) -> None:
        fcntl.fcntl(self._fd(fd), fcntl.F_SETFL, flags)

    def _rename(self, old: bytes, new: bytes, flags: int = 0) -> None:
        assert not flags
        os.rename(old, new)

    def _link(self, old: bytes, new: bytes) -> None:
        os.link(old, new, follow_symlinks=False)

    def _access(self, path: bytes, mode: int) -> None:
        # os.access tells only yes or no; faccessat would tell why
        if LIBC.access(ctypes.c_char_p(path), mode) < 0:
            raise OSError(ctypes.get_errno(), "access")

    def _listxattr(self, path: bytes, follow_symlinks: bool = True) -> Any:
        return sorted(
            os.fsencode(n) for n in os.listxattr(path, follow_symlinks=follow_symlinks) if n.startswith("user.")
        )

    def _utimens(self, path: bytes, atime_ns: int, mtime_ns: int, **o: Any) -> None:
        if atime_ns is None and mtime_ns is None:
            os.utime(path, None, **o)
        else:
            os.utime(path, ns=(atime_ns, mtime_ns), **o)

    def _futimens(self, fd: int, atime_ns: int, mtime_ns: int) -> None:
        os.utime(self._fd(fd), ns=(atime_ns, mtime_ns))

    def _flock(self, fd: int, operation: int) -> None:
        fcntl.flock(self._fd(fd), operation)


for _name in ("mkdir", "unlink", "rmdir", "symlink", "readlink", "chmod", "chown", "truncate", "chdir", "umask", "mknod",
              "mkfifo", "getxattr", "setxattr", "removexattr", "setgroups"):  # fmt: skip
    setattr(Theirs, "_" + _name, lambda self, *args, _n=_name, **o: getattr(os, _n)(*args, **o))
for _name in ("read", "write", "pread", "pwrite", "lseek", "close", "fchmod", "fchown", "ftruncate", "fchdir", "fsync"):
    setattr(Theirs, "_" + _name, lambda self, fd, *args, _n=_name, **o: getattr(os, _n)(self._fd(fd), *args, **o))


def ours(machine: Any, script: Callable[[Any], object], uid: int) -> list[tuple[Any, ...]]:
    """Return what a machine says to a script."""
    log: list[tuple[Any, ...]] = []

    def main(k: Any, argv: list[bytes]) -> int:
        k.mkdir(b"/scratch", 0o755)
        k.chown(b"/scratch", uid, uid)
        k.chroot(b"/scratch")
        k.chdir(b"/")
        k.umask(0o022)
        k.setgroups([])
        k.setresgid(uid, uid, uid)
        k.setresuid(uid, uid, uid)
        side = Ours(k)
        script(side)
        log.extend(side.log)
        return 0

    result = run_main(machine, main)
    assert result.status == 0, result
    return log


def theirs(script: Callable[[Any], object], uid: int) -> list[tuple[Any, ...]]:
    """Return what the host's kernel says to a script."""
    folder = tempfile.mkdtemp(dir=SHM, prefix="kos-sides-")
    reader, writer = os.pipe()
    try:
        os.chmod(folder, 0o755)
        os.chown(folder, uid, uid)
        pid = os.fork()
        if pid == 0:
            status = 1
            with contextlib.suppress(BaseException):
                os.close(reader)
                os.chroot(folder)  # so that whatever a script does, it does to the scratch folder
                os.chdir("/")
                os.umask(0o022)
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
                side = Theirs()
                script(side)
                with os.fdopen(writer, "wb") as out:
                    pickle.dump(side.log, out)
                status = 0
            os._exit(status)
        os.close(writer)
        writer = -1
        with os.fdopen(reader, "rb") as answer:
            data = answer.read()
        _, status = os.waitpid(pid, 0)
        assert status == 0, "the script failed on the host's side"
        return list(pickle.loads(data))  # our own child wrote it
    finally:
        if writer >= 0:
            os.close(writer)
        shutil.rmtree(folder, ignore_errors=True)


def compare(machine: Any, script: Callable[[Any], object], uid: int) -> None:
    """Assert that both sides say the same, step by step."""
    mine, host = ours(machine, script, uid), theirs(script, uid)
    trail: list[str] = []
    for one, other in zip(mine, host, strict=True):
        trail.append(f"{one[0]}{one[1]}{dict(one[2]) or ''} -> {one[3]!r}")
        assert one == other, "\n".join([*trail[-12:], f"  the host says: {other[3]!r}"])


def users() -> list[int]:
    """Return as whom scripts run."""
    return [0, 1000]


REASON = "needs root on a Linux host with /dev/shm, for a scratch folder to chroot into"
