"""Starting processes for the host: what m.run(), m.spawn() and m.shell() share.

A process that the host starts is a child of PID 1, leader of a session of its own, with descriptors 0, 1, 2 that lead to the host.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import errors
from .abi import S_IFDIR, S_IFMT
from .credentials import EXECUTE, Credentials, may
from .kernel import ROOT, Kernel
from .process import Process
from .programs import program_of
from .signals import SignalState
from .vfs.fdtable import FdTable
from .vfs.hostio import HostInput, HostOutput
from .vfs.openfile import OpenFile


class User:
    """Who a process runs as, from /etc/passwd."""

    __slots__ = ("cred", "home", "name", "shell")

    def __init__(self, cred: Credentials, name: bytes, home: bytes, shell: bytes) -> None:
        self.cred = cred
        self.name = name
        self.home = home
        self.shell = shell


SUPERUSER = User(ROOT, b"root", b"/root", b"/bin/sh")


def find_user(kernel: Kernel, name: str | None) -> User:
    """Return a user by name or number, looked up in the machine's /etc/passwd. Raises ConfigError if there is none."""
    if name is None or name == "root":
        return SUPERUSER
    wanted = name.encode()
    for line in _lines(kernel, b"/etc/passwd"):
        fields = line.split(b":")
        if len(fields) >= 7 and wanted in (fields[0], fields[2]):
            uid, gid = int(fields[2]), int(fields[3])
            extra = tuple(_groups(kernel, fields[0]))
            return User(
                Credentials(uid, uid, uid, gid, gid, gid, extra), fields[0], fields[5] or b"/", fields[6] or b"/bin/sh"
            )
    raise errors.ConfigError(
        f"the machine has no user {name!r}\n  users are configured in [users] or listed in its /etc/passwd"
    )


def _groups(kernel: Kernel, user: bytes) -> list[int]:
    return [
        int(fields[2])
        for fields in (line.split(b":") for line in _lines(kernel, b"/etc/group"))
        if len(fields) >= 4 and user in fields[3].split(b",") and fields[2].isdigit()
    ]


def _lines(kernel: Kernel, path: bytes) -> list[bytes]:
    try:
        inode = kernel.init.fs.at(path).inode
        return inode.read(0, inode.attr.size).split(b"\n")
    except errors.SysError:
        return []


def environment(process: Process, user: User, extra: Mapping[Any, Any] | None, cwd: bytes) -> dict[bytes, bytes]:
    """Return what a process started by the host finds in its environment."""
    env = process.env.copy()
    env[b"HOME"] = user.home
    env[b"USER"] = env[b"LOGNAME"] = user.name
    env[b"SHELL"] = user.shell
    env[b"PWD"] = cwd
    if extra:
        for name, value in extra.items():
            env[to_bytes(name)] = to_bytes(value)
    return env


def to_bytes(text: str | bytes | bytearray | Any) -> bytes:
    """Return text as the machine has it: UTF-8, with what isn't UTF-8 passed through."""
    if isinstance(text, (bytes, bytearray)):
        return bytes(text)
    if hasattr(text, "__fspath__"):
        return to_bytes(text.__fspath__())
    return str(text).encode("utf-8", "surrogateescape")


def new_process(
    kernel: Kernel,
    files: Mapping[int, OpenFile],
    *,
    user: User = SUPERUSER,
    env: Mapping[Any, Any] | None = None,
    cwd: bytes | None = None,
) -> Process:
    """Return a child of PID 1 that isn't running yet. Raises SysError if `cwd` is no directory it may enter."""
    init = kernel.init
    kernel.room_for_process(init)
    fds = FdTable(init.fds.limit)
    process = kernel.new_process(init, fds, {}, SignalState())
    try:
        if user.cred is not ROOT:
            kernel.become(process, user.cred)
            for file in files.values():
                if isinstance(file, HostInput | HostOutput):  # as its own pipes are: it may open /dev/stdout
                    file.attr.uid, file.attr.gid = user.cred.euid, user.cred.egid
        where = user.home if cwd is None else cwd
        _enter(process, where, cwd is None)
        table = kernel.table
        group = table.new_session(process.pid)
        group.session.leader = process
        table.move(process, group)
        path = process.fs.mounts.path(process.fs.cwd, process.fs.root)[0]
        process.env = environment(init, user, env, path)
    except BaseException:
        process.finish(0)
        raise
    fds.files.update(files)
    return process


def _enter(process: Process, path: bytes, forgiving: bool) -> None:
    try:
        entry = process.fs.at(path)
        if entry.inode.attr.mode & S_IFMT != S_IFDIR:
            raise errors.NotADirectory(path)
        if not may(process.cred, entry.inode.attr, EXECUTE):
            raise errors.AccessDenied(path)
    except errors.SysError:
        if not forgiving:
            raise
        return  # a user without a home stands in /
    process.fs.set_cwd(entry)


def start(kernel: Kernel, process: Process, argv: list[bytes], path: bytes | None = None) -> None:
    """Make a new process run a program: at `path`, or looked up in its PATH. Raises NoSuchFile, AccessDenied, NoExec."""
    if path is None:
        path = find_program(process, argv[0])
    main, words, process.comm, cred = kernel.programs.image(process.fs, path, argv)
    if cred is not None:
        kernel.become(process, cred)
    process.exe = program_of(process.fs, path, argv, words)
    process.argv = words
    events = kernel.events
    if events.process_started:
        events.emit("process_started", kernel.clock.now_ns(), process.pid, 1, process.comm)
    if events.process_exec:
        events.emit("process_exec", kernel.clock.now_ns(), process.pid, path, words)
    process.begin(main, (words,))


def find_program(process: Process, name: bytes) -> bytes:
    """Return the path of a command, by the process's own PATH and rights."""
    if b"/" in name:
        return name
    denied: errors.SysError | None = None
    for folder in process.env.get(b"PATH", b"/usr/bin:/bin").split(b":"):
        path = (folder or b".") + b"/" + name
        try:
            entry = process.fs.at(path)
        except errors.SysError:
            continue
        if entry.inode.attr.mode & S_IFMT == S_IFDIR:
            continue
        if may(process.cred, entry.inode.attr, EXECUTE):
            return path
        denied = errors.AccessDenied(path)
    raise denied or errors.NoSuchFile(name, f"no directory of PATH has a program {name.decode('utf-8', 'replace')!r}")
