"""A container runtime: a process with mounts and a root directory of its own, and nothing more."""

from __future__ import annotations

GROUP = "kos.container"
PREFIX = "kos-container-"
SUMMARY = "The KOS container runtime $name: a process with mounts and a root directory of its own."
USE = """\
```console
$$ kos container run --runtime $name --root /srv/jail /bin/ls /
```
"""
TABLE = {"src/$package/$module.py": "the runtime; knows nothing of plugins"}
FILES = {
    "src/$package/plugin.py": '''\
"""Announces the container runtime `$name`."""

from collections.abc import Iterable

from kos_kernel.api import ContainerDriver, hookimpl


@hookimpl
def kos_container_drivers() -> Iterable[ContainerDriver]:
    """Announce `$name`."""
    yield ContainerDriver(
        "$name",
        contract=1,
        make="$package.$module:$Class",
        options="$package.options:${Class}Options",
        summary="a process with mounts and a root directory of its own",
        capabilities=frozenset({"mount"}),
    )
''',
    "src/$package/options.py": '''\
"""What `kos.toml` may say about the container runtime `$name`."""

from kos_kernel.api import DriverOptions
from pydantic import Field


class ${Class}Options(DriverOptions):
    """Options of `$name`. most: how many containers there may be at a time."""

    most: int = Field(default=100, gt=0)
''',
    "src/$package/$module.py": '''\
"""A runtime of one idea: chroot, in a mount namespace of its own. It has no more rights than whoever asks has.

`create` starts a child that waits on a pipe; `start` writes to it, and the child mounts what the bundle names, changes
its root and becomes the program. What it can't do (a hostname, a read-only root) it refuses.
"""

from dataclasses import dataclass
from typing import Any

from kos_kernel.api import (
    CLONE_NEWNS,
    MS_BIND,
    WEXITSTATUS,
    WIFEXITED,
    WTERMSIG,
    Bundle,
    ContainerRuntime,
    ContainerState,
    FileExists,
    InvalidArgument,
    NoSuchFile,
    NotSupported,
    ResourceUnavailable,
    Syscalls,
    SysError,
)


@dataclass
class Record:
    """What the runtime knows of one container. gate: the pipe that the first process waits on, -1 once it is open."""

    bundle: Bundle
    pid: int
    gate: int
    status: str = "created"
    wait_status: int | None = None


class $Class(ContainerRuntime):
    """The runtime. It remembers its containers for as long as the machine lives."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._most: int = options.most
        self._records: dict[str, Record] = {}

    def create(self, k: Syscalls, id: str, bundle: Bundle) -> None:
        """Make the first process, waiting. FileExists if the id is taken, ResourceUnavailable if there are too many."""
        if bundle.hostname or bundle.readonly:
            raise NotSupported(None, "$name has neither hostnames nor read-only roots")
        if id in self._records:
            raise FileExists(id.encode(), "there is a container of this name")
        if len(self._records) >= self._most:
            raise ResourceUnavailable(id.encode(), f"there are {self._most} containers already")
        k.stat(bundle.root)  # NoSuchFile, AccessDenied: now, and not in the child
        gate_out, gate_in = k.pipe(cloexec=True)
        pid = k.fork_call(_first_process, gate_out, gate_in, bundle)
        k.close(gate_out)
        self._records[id] = Record(bundle, pid, gate_in)

    def start(self, k: Syscalls, id: str) -> None:
        """Let the first process go. InvalidArgument unless it is `created`."""
        record = self._record(id)
        if record.status != "created":
            raise InvalidArgument(id.encode(), f"the container is {record.status}, not created")
        k.write(record.gate, b"!")
        k.close(record.gate)
        record.gate = -1
        record.status = "running"

    def kill(self, k: Syscalls, id: str, signum: int) -> None:
        """Send a signal to its first process."""
        record = self._record(id)
        if record.status == "stopped":
            raise InvalidArgument(id.encode(), "the container has stopped")
        k.kill(record.pid, signum)

    def wait(self, k: Syscalls, id: str) -> int:
        """Block until it has stopped and return its wait status."""
        record = self._record(id)
        if record.wait_status is None:
            ended = k.wait(record.pid)
            assert ended is not None  # without WNOHANG there is always an answer
            self._stopped(k, record, ended[1])
        assert record.wait_status is not None
        return record.wait_status

    def delete(self, k: Syscalls, id: str) -> None:
        """Forget it. InvalidArgument while it runs."""
        if self.state(k, id).status != "stopped":
            raise InvalidArgument(id.encode(), "the container has not stopped")
        del self._records[id]

    def state(self, k: Syscalls, id: str) -> ContainerState:
        """Return its state; NoSuchFile if there is none of that id."""
        record = self._record(id)
        if record.wait_status is None:
            ended = k.wait(record.pid, 1)  # WNOHANG: only look
            if ended is not None:
                self._stopped(k, record, ended[1])
        exit_status = None
        if record.wait_status is not None:
            code = record.wait_status
            exit_status = WEXITSTATUS(code) if WIFEXITED(code) else 128 + WTERMSIG(code)
        pid = 0 if record.status == "stopped" else record.pid
        return ContainerState(id, record.status, pid, exit_status, record.bundle)

    def list(self, k: Syscalls) -> list[ContainerState]:
        """Return the states of all, by id."""
        return [self.state(k, id) for id in sorted(self._records)]

    def _stopped(self, k: Syscalls, record: Record, wait_status: int) -> None:
        if record.gate >= 0:
            k.close(record.gate)
            record.gate = -1
        record.status = "stopped"
        record.wait_status = wait_status

    def _record(self, id: str) -> Record:
        try:
            return self._records[id]
        except KeyError:
            raise NoSuchFile(id.encode(), "there is no container of this name") from None


def _first_process(k: Syscalls, gate_out: int, gate_in: int, bundle: Bundle) -> int:
    """Wait for `start`, then become the program. Returns a status only if that fails."""
    k.close(gate_in)  # or the end of the pipe would never be seen here
    if not k.read(gate_out, 1):
        return 1  # whoever created it is gone
    try:
        k.unshare(CLONE_NEWNS)
        for source, target, kind in bundle.mounts:
            bind = kind == "bind"
            k.mount(source, bundle.root + target, "" if bind else kind, MS_BIND if bind else 0)
        k.chroot(bundle.root)
        k.chdir(bundle.cwd)
        k.exec(_found(k, bundle), bundle.argv, bundle.env)
    except SysError as error:
        k.write(2, b"$name: %s: %s\\n" % (bundle.argv[0], error.strerror.encode()))
    return 127


def _found(k: Syscalls, bundle: Bundle) -> bytes:
    """Return the path of the program, looked up in the container's PATH where its name has no slash."""
    name = bundle.argv[0]
    if b"/" not in name:
        for folder in bundle.env.get(b"PATH", b"/usr/bin:/bin").split(b":"):
            path = (folder or b".") + b"/" + name
            try:
                k.stat(path)
            except SysError:
                continue
            return path
    return name
''',
    "tests/test_conformance.py": '''\
"""The contract of a container runtime, clause by clause."""

from kos_kernel.testing import conformance

test_$module = conformance("kos.container", "$name")
''',
    "tests/test_in_a_machine.py": '''\
"""What the runtime does for a user."""

from types import SimpleNamespace

from kos_kernel import Machine
from kos_kernel.api import Bundle, Syscalls
from kos_kernel.testing import run_main

from $package.$module import $Class

PROGRAMS = ((b"/usr/bin", b"/bin", "bind"),)


def test_a_container_sees_its_root_and_nothing_else() -> None:
    def main(k: Syscalls, argv: list[bytes]) -> int:
        runtime = $Class(SimpleNamespace(most=1), None)
        runtime.create(k, "one", Bundle(b"/srv/jail", [b"/bin/ls", b"/"], {}, mounts=PROGRAMS))
        runtime.start(k, "one")
        status = runtime.wait(k, "one")
        runtime.delete(k, "one")
        return status

    with Machine() as machine:
        machine.write_file("/srv/jail/note", b"")
        machine.mkdir("/srv/jail/bin")
        result = run_main(machine, main)
    assert (result.status, result.stdout, result.stderr) == (0, b"bin\\nnote\\n", b"")
''',
}
