"""The runtime `native`: a container is a process in pid, mount and uts namespaces of its own, under a root directory.

    create      who asks ── fork ──► keeper ── unshare, fork ──► first process: mounts, hostname, chroot ── waits on start.fifo
    start       opens start.fifo: the first process execs its program
    wait        takes the shared lock on `lock`, which the keeper holds until the end, then reads `exit`

State is files under /run/containers/ID, so that any process may ask: state (JSON), start.fifo, lock, exit. The keeper stays
outside the container, waits for the first process, and writes down how it ended.
"""

from __future__ import annotations

import json
from typing import Any

from kos_kernel.api import (
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUTS,
    LOCK_EX,
    LOCK_NB,
    LOCK_SH,
    MS_BIND,
    MS_RDONLY,
    MS_REMOUNT,
    O_CREAT,
    O_RDONLY,
    O_TRUNC,
    O_WRONLY,
    Bundle,
    ContainerRuntime,
    ContainerState,
    FileExists,
    InvalidArgument,
    NoSuchFile,
    NoSuchProcess,
    ResourceUnavailable,
    Syscalls,
    SysError,
)

HOME = b"/run/containers"
CANT_START = 126


class NativeRuntime(ContainerRuntime):
    """See above."""

    def __init__(self, options: Any = None, ctx: Any = None) -> None:
        pass

    # ---- life
    def create(self, k: Syscalls, id: str, bundle: Bundle) -> None:
        folder = _folder(id)
        if not k.stat(bundle.root).mode & 0o040000:
            raise InvalidArgument(bundle.root, "a container's root is a directory")
        try:
            k.mkdir(HOME, 0o711)
        except FileExists:
            pass
        k.mkdir(folder, 0o711)
        try:
            k.mkfifo(folder + b"/start.fifo", 0o600)
            k.close(k.open(folder + b"/lock", O_WRONLY | O_CREAT, 0o600))
            told, tell = k.pipe()
            k.fork_call(_keeper, folder, bundle, tell, fds=_inherited(k, tell))
            k.close(tell)
            answer = k.read(told, 4096)
            k.close(told)
            if not answer.isdigit():
                raise InvalidArgument(
                    bundle.root, answer.decode("utf-8", "replace") or "the container's first process ended"
                )
            _write(k, folder + b"/state", json.dumps(_plain(id, int(answer), bundle)).encode())
        except SysError:
            _remove(k, folder)
            raise

    def start(self, k: Syscalls, id: str) -> None:
        if self.state(k, id).status != "created":
            raise InvalidArgument(None, f"container {id} is {self.state(k, id).status}, not created")
        fd = k.open(_folder(id) + b"/start.fifo", O_WRONLY)
        k.write(fd, b"go")
        k.close(fd)
        k.unlink(_folder(id) + b"/start.fifo")

    def kill(self, k: Syscalls, id: str, signum: int) -> None:
        state = self.state(k, id)
        if not state.pid:
            raise NoSuchProcess(None, f"container {id} has stopped")
        k.kill(state.pid, signum)

    def wait(self, k: Syscalls, id: str) -> int:
        folder = _folder(id)
        lock = _open(k, id, folder + b"/lock")
        try:
            k.flock(lock, LOCK_SH)
        finally:
            k.close(lock)
        return int(_read(k, folder + b"/exit") or b"0")

    def delete(self, k: Syscalls, id: str) -> None:
        if self.state(k, id).pid:
            raise InvalidArgument(None, f"container {id} is running: stop it first")
        _remove(k, _folder(id))

    # ---- looking
    def state(self, k: Syscalls, id: str) -> ContainerState:
        folder = _folder(id)
        try:
            plain = json.loads(_read(k, folder + b"/state"))
        except NoSuchFile:
            raise NoSuchFile(None, f"there is no container {id}") from None
        try:
            ended: int | None = int(_read(k, folder + b"/exit"))
        except NoSuchFile:
            ended = None
        bundle = _bundle(plain)
        if ended is not None:
            return ContainerState(id, "stopped", 0, ended, bundle)
        try:
            k.stat(folder + b"/start.fifo")
            status = "created"
        except NoSuchFile:
            status = "running"
        return ContainerState(id, status, plain["pid"], None, bundle)

    def list(self, k: Syscalls) -> list[ContainerState]:
        try:
            names = sorted(k.listdir(HOME))
        except NoSuchFile:
            return []
        states = []
        for name in names:
            try:
                states.append(self.state(k, name.decode("utf-8", "surrogateescape")))
            except NoSuchFile:
                continue  # it is being made, or went away meanwhile
        return states


def _folder(id: str) -> bytes:
    if not id or "/" in id or id in (".", "..") or len(id) > 128 or "\0" in id:
        raise InvalidArgument(None, f"{id!r} is no name for a container")
    return HOME + b"/" + id.encode("utf-8", "surrogateescape")


def _inherited(k: Syscalls, *extra: int) -> dict[int, int]:
    """Return the descriptors of the container: 0, 1, 2 of who asks, and what the keeper needs."""
    fds = {}
    for fd in (0, 1, 2, *extra):
        try:
            k.get_cloexec(fd)
        except SysError:
            continue
        fds[fd] = fd
    return fds


# ---------------------------------------------------------------- the keeper and the first process
def _keeper(k: Syscalls, folder: bytes, bundle: Bundle, tell: int) -> int:
    """Hold the lock, make the namespaces and the first process, wait for it, write down its end."""
    lock = k.open(folder + b"/lock", O_WRONLY)
    k.flock(lock, LOCK_EX | LOCK_NB)
    k.set_cloexec(lock, True)
    status = CANT_START << 8
    try:
        k.setsid()
        k.unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID)
        ready, report = k.pipe()
        pid = k.fork_call(_first, folder, bundle, report, fds=_inherited(k, report))
        k.close(report)
        problem = k.read(ready, 4096)
        k.close(ready)
        k.write(tell, problem if problem != b"ok" else b"%d" % pid)
        k.close(tell)
        for fd in (0, 1, 2):
            try:
                k.close(fd)
            except SysError:
                pass
        ended = k.wait(pid)
        if ended is not None:
            status = ended[1]
    except ResourceUnavailable as error:
        k.write(tell, str(error).encode())
    _write(k, folder + b"/exit", b"%d" % status)
    return 0


def _first(k: Syscalls, folder: bytes, bundle: Bundle, report: int) -> int:
    """Become the container: its mounts, hostname and root; then wait for start and exec."""
    try:
        root = bundle.root.rstrip(b"/") or b"/"
        if bundle.hostname:
            k.sethostname(bundle.hostname)
        if bundle.readonly and root != b"/":
            k.mount(root, root, "", MS_BIND)  # before what is mounted in it: a bind shows one tree, not those below
        if _is_directory(k, root + b"/proc"):
            k.mount(b"proc", root + b"/proc", "proc")
        if _is_directory(k, root + b"/dev") and not k.listdir(root + b"/dev"):
            k.mount(b"dev", root + b"/dev", "dev")
        for source, target, fstype in bundle.mounts:
            place = root + target
            if fstype == "bind":
                k.mount(source, place, "", MS_BIND)
            else:
                k.mount(source, place, fstype)
        if bundle.readonly and root != b"/":
            k.mount(b"", root, "", MS_REMOUNT | MS_RDONLY)
        gate_path = folder + b"/start.fifo"
        if root != b"/":
            gate = _gate(k, gate_path)
            k.chroot(root)
        else:
            gate = _gate(k, gate_path)
        k.chdir(bundle.cwd)
    except SysError as error:
        k.write(report, str(error).encode("utf-8", "surrogateescape"))
        return CANT_START
    k.write(report, b"ok")
    k.close(report)
    while True:
        if k.read(gate, 16):
            break
        k.poll([(gate, 1)])
    k.close(gate)
    return _run(k, bundle)


def _gate(k: Syscalls, path: bytes) -> int:
    """Open the reading end of start.fifo without waiting for a writer: reading and writing keeps it open."""
    return k.open(path, 2)


def _run(k: Syscalls, bundle: Bundle) -> int:
    name = bundle.argv[0]
    paths = [name]
    if b"/" not in name:
        paths = [(folder or b".") + b"/" + name for folder in bundle.env.get(b"PATH", b"/usr/bin:/bin").split(b":")]
    problem: SysError = NoSuchFile(name)
    for path in paths:
        try:
            k.exec(path, list(bundle.argv), dict(bundle.env))
        except NoSuchFile:
            continue
        except SysError as error:
            problem = error
    k.write(2, b"container: " + name + b": " + (problem.strerror or "").encode() + b"\n")
    return 127 if isinstance(problem, NoSuchFile) else CANT_START


# ---------------------------------------------------------------- files
def _is_directory(k: Syscalls, path: bytes) -> bool:
    try:
        return k.stat(path).mode & 0o170000 == 0o040000
    except SysError:
        return False


def _open(k: Syscalls, id: str, path: bytes) -> int:
    try:
        return k.open(path, O_RDONLY)
    except NoSuchFile:
        raise NoSuchFile(None, f"there is no container {id}") from None


def _read(k: Syscalls, path: bytes) -> bytes:
    fd = k.open(path, O_RDONLY)
    try:
        return k.read_all(fd)
    finally:
        k.close(fd)


def _write(k: Syscalls, path: bytes, data: bytes) -> None:
    """Write a file so that a reader sees all of it or none."""
    fd = k.open(path + b".new", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    try:
        k.write(fd, data)
    finally:
        k.close(fd)
    k.rename(path + b".new", path)


def _remove(k: Syscalls, folder: bytes) -> None:
    for name in k.listdir(folder):
        k.unlink(folder + b"/" + name)
    k.rmdir(folder)


def _plain(id: str, pid: int, bundle: Bundle) -> dict[str, Any]:
    def text(data: bytes) -> str:
        return data.decode("utf-8", "surrogateescape")

    return {
        "id": id,
        "pid": pid,
        "root": text(bundle.root),
        "argv": [text(word) for word in bundle.argv],
        "env": {text(key): text(value) for key, value in bundle.env.items()},
        "cwd": text(bundle.cwd),
        "hostname": text(bundle.hostname),
        "readonly": bundle.readonly,
        "mounts": [[text(source), text(target), fstype] for source, target, fstype in bundle.mounts],
    }


def _bundle(plain: dict[str, Any]) -> Bundle:
    def data(text: str) -> bytes:
        return text.encode("utf-8", "surrogateescape")

    return Bundle(
        data(plain["root"]),
        [data(word) for word in plain["argv"]],
        {data(key): data(value) for key, value in plain["env"].items()},
        data(plain["cwd"]),
        data(plain["hostname"]),
        plain["readonly"],
        tuple((data(source), data(target), fstype) for source, target, fstype in plain["mounts"]),
    )
