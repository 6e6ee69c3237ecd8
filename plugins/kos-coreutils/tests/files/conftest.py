"""Two worlds with the same tree: the host with GNU's commands, and a machine with ours.

    differences(line)       runs one command line in both and returns what differs: output, messages, status, the tree after it
    differences_on_host(line)   for commands that change nothing: ours runs over the host's own system calls (HostCalls) on
                            the very same tree, so that even inode numbers, block counts and directory order agree

A line is a shell-like command: `[~]NAME=VALUE... [umask N] COMMAND ARGS [<<< INPUT]`; in INPUT a slash is a newline. A ~ in
front says that the order of output lines is free (it follows the directory's). Lines are in cases/*.txt.
"""

from __future__ import annotations

import errno
import importlib
import os
import shlex
import shutil
import stat as modes
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kos_kernel import Machine
from kos_kernel.api import CommandExit, DirEntry, Stat, StatFs, SysError, from_host

ENVIRONMENT = {"LC_ALL": "C", "TERM": "xterm", "PATH": "/usr/bin:/bin", "TZ": "UTC0", "HOME": "/root"}
LONG_AGO = 1_600_000_000  # times before this were set on purpose; later ones are "now"
UNTOUCHED = 1_650_000_000


class Outcome(NamedTuple):
    """What a command left."""

    stdout: bytes
    stderr: bytes
    status: int


class Line(NamedTuple):
    """One case."""

    argv: list[str]
    env: dict[str, str]
    umask: int
    stdin: bytes
    unordered: bool


def read_line(text: str) -> Line:
    """Return the case that a line of a case file describes."""
    unordered = text.startswith("~")
    command, _, stdin = text.removeprefix("~").partition("<<<")
    words, env, umask = shlex.split(command), dict(ENVIRONMENT), 0o022
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        env[name] = value
    if words[0] == "umask":
        umask, words = int(words[1], 8), words[2:]
    data = stdin.strip().replace("/", "\n").encode() + b"\n" if stdin else b""
    return Line(words, env, umask, data, unordered)


# ---------------------------------------------------------------- the tree
def plant(top: str) -> None:
    """Make the tree that every case starts from: files, links, fifos, modes and times worth confusing."""
    shutil.rmtree(top, ignore_errors=True)
    os.makedirs(top)
    os.umask(0o022)

    def file(name: str, data: bytes = b"x", mode: int = 0o644, seconds: int | None = None) -> None:
        path = f"{top}/{name}"
        Path(path).write_bytes(data)
        os.chmod(path, mode)
        if seconds is not None:
            os.utime(path, (seconds, seconds))

    for folder in ("d/e/f", "empty", "x/d", "st", "sg"):
        os.makedirs(f"{top}/{folder}")
    file("d/a", b"aaa", seconds=1_000_000_000)
    file("d/e/b", b"b" * 5000, 0o600, 1_100_000_000)
    file("d/e/f/c", b"c", 0o755, 1_200_000_000)
    file("x/a", b"old", seconds=1_300_000_000)
    file("x/d/a", b"older", seconds=900_000_000)
    file("f", b"file\n", 0o640, 1_000_000_000)
    file("g", b"gfile\n", 0o4755, 1_400_000_000)
    file("ro", b"ro", 0o444)
    file("f~", b"oldbackup")
    file("n.~3~", b"3")
    file("n", b"n")
    file("zero", b"")
    os.mkfifo(f"{top}/d/fifo")
    for target, name in (("a", "d/l"), ("/nowhere", "d/dang"), ("f", "lf"), ("d", "ld"), ("nope", "dangling")):
        os.symlink(target, f"{top}/{name}")
    os.link(f"{top}/d/a", f"{top}/d/hard")
    os.link(f"{top}/f", f"{top}/fhard")
    os.chown(f"{top}/g", 1, 2)
    os.chmod(f"{top}/g", 0o4755)
    for folder, mode in (("st", 0o1777), ("x", 0o700), ("sg", 0o2755)):
        os.chmod(f"{top}/{folder}", mode)
    for folder in ("d/e/f", "d/e", "d", "x/d", "x", "empty", "st"):
        os.utime(f"{top}/{folder}", (1_500_000_000, 1_500_000_000))
    for folder, names, files in os.walk(
        top
    ):  # what has no time of its own gets one, so that listings are the same again
        for name in names + files:
            path = f"{folder}/{name}"
            if os.lstat(path).st_mtime > LONG_AGO:
                os.utime(path, (UNTOUCHED, UNTOUCHED), follow_symlinks=False)


def picture(k: Any, top: bytes) -> dict[str, object]:
    """Return all that matters of a tree: type, mode, owner, contents, time (if it was set on purpose), hard links."""
    found: dict[str, object] = {}
    names: dict[int, list[str]] = {}
    todo = [top]
    while todo:
        folder = todo.pop()
        for entry in k.scandir(folder):
            path = folder + b"/" + entry.name
            stat = k.lstat(path)
            content: object = None
            if modes.S_ISDIR(stat.mode):
                todo.append(path)
            elif modes.S_ISLNK(stat.mode):
                content = k.readlink(path)
            elif modes.S_ISREG(stat.mode):
                fd = k.open(path)
                content = k.read(fd, 1 << 20)
                k.close(fd)
            shown = os.fsdecode(path[len(top) + 1 :])
            names.setdefault(stat.ino, []).append(shown)
            seconds = stat.mtime_ns // 10**9
            found[shown] = (oct(stat.mode), stat.uid, stat.gid, content, seconds if seconds < LONG_AGO else "now")
    found["hard links"] = sorted(sorted(group) for group in names.values() if len(group) > 1)
    return found


def carry(k: Any, source: bytes, target: bytes, seen: dict[int, bytes] | None = None) -> None:
    """Copy a tree of the host into a machine, through the machine's own system calls."""
    seen = {} if seen is None else seen
    stat = os.lstat(source)
    if stat.st_ino in seen and not modes.S_ISDIR(stat.st_mode):
        k.link(seen[stat.st_ino], target)
        return
    seen[stat.st_ino] = target
    if modes.S_ISDIR(stat.st_mode):
        k.mkdir(target, 0o755)
        for name in sorted(os.listdir(source)):
            carry(k, source + b"/" + name, target + b"/" + name, seen)
    elif modes.S_ISLNK(stat.st_mode):
        k.symlink(os.readlink(source), target)
    elif modes.S_ISFIFO(stat.st_mode):
        k.mkfifo(target)
    else:
        fd = k.open(target, 0o101)
        k.write(fd, Path(os.fsdecode(source)).read_bytes())
        k.close(fd)
    if not modes.S_ISLNK(stat.st_mode):
        k.chown(target, stat.st_uid, stat.st_gid)
        k.chmod(target, stat.st_mode & 0o7777)
    k.utimens(target, stat.st_atime_ns, stat.st_mtime_ns, follow=False)


# ---------------------------------------------------------------- ours over the host's system calls
class _Exited(BaseException):
    pass


def _translated(call: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except SysError:
            raise
        except OSError as error:
            raise from_host(error) from None

    return wrapped


class HostCalls:
    """The system calls that the file commands use, made on the host itself."""

    def __init__(self, argv: list[bytes], env: dict[bytes, bytes], stdin: bytes) -> None:
        self.argv, self.env = argv, env
        self.out: dict[int, list[bytes]] = {1: [], 2: []}
        self.input = stdin
        self.moved: dict[int, int] = {}
        self.mkdir, self.rmdir, self.unlink = (_translated(call) for call in (os.mkdir, os.rmdir, os.unlink))
        self.symlink, self.readlink, self.chdir = (_translated(call) for call in (os.symlink, os.readlink, os.chdir))
        self.fchdir, self.mkfifo, self.getcwd = (_translated(call) for call in (os.fchdir, os.mkfifo, os.getcwdb))
        self.listdir, self.truncate, self.close = (_translated(call) for call in (os.listdir, os.truncate, os.close))
        self.umask, self.getuid, self.geteuid, self.getegid = os.umask, os.getuid, os.geteuid, os.getegid

    def __getattr__(self, name: str) -> Any:
        return _translated(object.__getattribute__(self, "_" + name))

    def _fd(self, fd: int) -> int:
        return self.moved.get(fd, fd)

    def _open(self, path: bytes, flags: int = 0, mode: int = 0o666, *, dirfd: int | None = None) -> int:
        return os.open(path, flags, mode, dir_fd=dirfd)

    def _read(self, fd: int, size: int = 65536) -> bytes:
        if fd == 0 and fd not in self.moved:
            data, self.input = self.input[:size], self.input[size:]
            return data
        return os.read(self._fd(fd), size)

    def _write(self, fd: int, data: bytes) -> int:
        if fd in self.out and fd not in self.moved:
            self.out[fd].append(bytes(data))
            return len(data)
        return os.write(self._fd(fd), data)

    def _lseek(self, fd: int, offset: int, whence: int = 0) -> int:
        if fd < 3 and fd not in self.moved:
            raise OSError(errno.ESPIPE, "")
        return os.lseek(self._fd(fd), offset, whence)

    def _stat(self, path: bytes, *, follow: bool = True, dirfd: int | None = None) -> Stat:
        return _stat_of(os.stat(path, follow_symlinks=follow, dir_fd=dirfd))

    def _lstat(self, path: bytes) -> Stat:
        return _stat_of(os.lstat(path))

    def _fstat(self, fd: int) -> Stat:
        return _stat_of(os.fstat(self._fd(fd)))

    def _access(self, path: bytes, mode: int, *, effective: bool = False) -> None:
        if not os.access(path, mode):
            os.stat(path)
            raise OSError(errno.EACCES, "")

    def _scandir(self, path: bytes) -> list[DirEntry]:
        with os.scandir(path) as entries:
            return [DirEntry(entry.name, entry.inode(), _kind_of(entry)) for entry in entries]

    def _getdents(self, fd: int) -> list[DirEntry]:
        with os.scandir(fd) as entries:  # of a descriptor the names are text
            return [DirEntry(os.fsencode(entry.name), entry.inode(), _kind_of(entry)) for entry in entries]

    def _rename(self, old: bytes, new: bytes) -> None:
        os.rename(old, new)

    def _link(self, old: bytes, new: bytes, *, follow: bool = False) -> None:
        os.link(os.path.realpath(old) if follow else old, new, follow_symlinks=False)

    def _mknod(self, path: bytes, mode: int, rdev: int = 0) -> None:
        os.mknod(path, mode, rdev)

    def _chmod(self, path: bytes, mode: int) -> None:
        os.chmod(path, mode)

    def _fchmod(self, fd: int, mode: int) -> None:
        os.fchmod(self._fd(fd), mode)

    def _chown(self, path: bytes, uid: int, gid: int, *, follow: bool = True) -> None:
        os.chown(path, uid, gid, follow_symlinks=follow)

    def _fchown(self, fd: int, uid: int, gid: int) -> None:
        os.fchown(self._fd(fd), uid, gid)

    def _utimens(self, path: bytes, atime: int | None, mtime: int | None, *, follow: bool = True) -> None:
        os.utime(path, ns=_times(atime, mtime, os.stat(path, follow_symlinks=follow)), follow_symlinks=follow)

    def _futimens(self, fd: int, atime: int | None, mtime: int | None) -> None:
        os.utime(self._fd(fd), ns=_times(atime, mtime, os.fstat(self._fd(fd))))

    def _ftruncate(self, fd: int, size: int) -> None:
        os.ftruncate(self._fd(fd), size)

    def _fsync(self, fd: int) -> None:
        os.fsync(self._fd(fd))

    def _sync(self) -> None:
        pass

    def _dup2(self, fd: int, to: int) -> None:
        self.moved[to] = os.dup(fd)

    def _statfs(self, path: bytes) -> StatFs:
        found = os.statvfs(path)
        return StatFs(
            "ext4", found.f_bsize, found.f_blocks, found.f_bfree, found.f_bavail, found.f_files, found.f_ffree
        )

    def _listxattr(self, path: bytes) -> list[bytes]:
        return [name.encode() for name in os.listxattr(path)]

    def _getxattr(self, path: bytes, name: bytes) -> bytes:
        return os.getxattr(path, name)

    def _setxattr(self, path: bytes, name: bytes, value: bytes) -> None:
        os.setxattr(path, name, value)

    def _isatty(self, fd: int) -> bool:
        return False

    def _clock_ns(self, clock: int = 0) -> int:
        return time.time_ns() if clock == 0 else time.monotonic_ns()

    def _sigaction(self, signum: int, handler: object) -> int:
        return 0

    def _charge(self, delta: int) -> None:
        pass

    def _exit(self, status: int) -> None:
        raise _Exited(status)


def _kind_of(entry: os.DirEntry[bytes]) -> int:
    if entry.is_symlink():
        return modes.S_IFLNK
    return modes.S_IFDIR if entry.is_dir() else modes.S_IFREG if entry.is_file() else 0


def _stat_of(found: os.stat_result) -> Stat:
    return Stat(
        found.st_mode, found.st_ino, found.st_dev, found.st_nlink, found.st_uid, found.st_gid, found.st_size,
        found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns, found.st_rdev, found.st_blocks, found.st_blksize,
    )  # fmt: skip


def _times(atime: int | None, mtime: int | None, now: os.stat_result) -> tuple[int, int]:
    def choose(wanted: int | None, old: int) -> int:
        return time.time_ns() if wanted is None else old if wanted == -2 else wanted

    return choose(atime, now.st_atime_ns), choose(mtime, now.st_mtime_ns)


def run_on_host(line: Line, folder: str) -> Outcome:
    """Run our command over the host's system calls."""
    argv = [os.fsencode(word) for word in line.argv]
    k = HostCalls(argv, {os.fsencode(name): os.fsencode(value) for name, value in line.env.items()}, line.stdin)
    package = (
        "system" if line.argv[0] in ("df", "logname", "mount", "stty", "sync", "tty", "umount", "users") else "files"
    )
    main = importlib.import_module(f"kos_coreutils.{package}.{line.argv[0]}").main
    home, before = os.getcwd(), os.umask(line.umask)
    os.chdir(folder)
    try:
        status = main(k, argv) or 0
    except _Exited as ended:
        status = ended.args[0]
    except CommandExit as ended:
        k.out[ended.fd].append(ended.text)
        status = ended.status
    finally:
        os.chdir(home)
        os.umask(before)
        for fd in k.moved.values():
            os.close(fd)
    return Outcome(b"".join(k.out[1]), b"".join(k.out[2]), status)


# ---------------------------------------------------------------- the comparison
def run_gnu(line: Line, folder: str) -> Outcome:
    """Run the host's command."""
    done = subprocess.run(
        [os.fsencode(word) for word in line.argv], env=line.env, input=line.stdin, capture_output=True, cwd=folder,
        umask=line.umask, timeout=60, check=False,
    )  # fmt: skip
    return Outcome(done.stdout, done.stderr, done.returncode)


def _compared(
    line: Line, theirs: Outcome, ours: Outcome, trees: tuple[dict[str, object], dict[str, object]]
) -> list[str]:
    """Return what differs, in words."""
    faults = []
    for name, one, other in zip(Outcome._fields, theirs, ours, strict=True):
        if line.unordered and isinstance(one, bytes) and isinstance(other, bytes):
            one, other = b"\n".join(sorted(one.split(b"\n"))), b"\n".join(sorted(other.split(b"\n")))
        if one != other:
            faults.append(f"{name}: GNU {one!r}, ours {other!r}")
    for path in sorted(trees[0].keys() | trees[1].keys()):
        if trees[0].get(path) != trees[1].get(path):
            faults.append(f"tree at {path!r}: GNU {trees[0].get(path)!r}, ours {trees[1].get(path)!r}")
    return faults


def _host_has_gnu() -> str | None:
    """Return why there can't be a comparison, None if there can."""
    if os.name != "posix" or not shutil.which("ls") or os.geteuid() != 0:
        return "compares with the host's commands as root"
    version = subprocess.run(["ls", "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
    return (
        None
        if version.endswith("GNU coreutils) 9.1")
        else f"the messages are those of GNU coreutils 9.1, not of {version!r}"
    )


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the folder in which the tree is planted, the same path on the host and in the machine."""
    reason = _host_has_gnu()
    if reason is not None:
        pytest.skip(reason)
    return str(tmp_path_factory.mktemp("scratch") / "w")


@pytest.fixture(scope="session")
def machine(scratch: str) -> Iterator[Machine]:
    """Return a machine with the host's users and the scratch folder's parent."""
    with Machine() as made:
        for name in ("/etc/passwd", "/etc/group"):
            made.write_file(name, Path(name).read_bytes())
        made.mkdir(os.path.dirname(scratch), parents=True)
        yield made


@pytest.fixture
def differences(scratch: str, machine: Machine) -> Callable[[str], list[str]]:
    """Return a function that runs a line with GNU on the host and with ours in a machine."""

    def compare(text: str) -> list[str]:
        line = read_line(text)
        plant(scratch)
        theirs = run_gnu(line, scratch)
        tree = picture(HostCalls([], {}, b""), os.fsencode(scratch))
        plant(scratch)
        with machine.fork() as m:
            k = m._open().init_k
            k.umask(0)
            carry(k, os.fsencode(scratch), os.fsencode(scratch))
            k.umask(line.umask)
            done = m.exec(line.argv, stdin=line.stdin, env=line.env, cwd=scratch, timeout=30)
            ours = Outcome(done.stdout, done.stderr, done.status)
            return _compared(line, theirs, ours, (tree, picture(k, os.fsencode(scratch))))

    return compare


@pytest.fixture
def differences_on_host(scratch: str) -> Callable[[str], list[str]]:
    """Return a function that runs a line with GNU and with ours, both on the host."""

    def once(line: Line) -> list[str]:
        plant(scratch)
        theirs = run_gnu(line, scratch)
        ours = run_on_host(line, scratch)
        return _compared(line, theirs, ours, ({}, {}))

    def compare(text: str) -> list[str]:
        line = read_line(text)
        return once(line) and once(line)  # a minute may have passed between the two; not twice

    return compare
