"""The contract of a container runtime: the life of a container on a bundle, after the OCI runtime specification.

create ──► created ──start──► running ──exit or kill──► stopped ──delete──► gone
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ..syscalls import Syscalls


class Bundle(NamedTuple):
    """What a container is made of. root: the guest directory that becomes its /. argv, env, cwd: of its first process."""

    root: bytes
    argv: list[bytes]
    env: dict[bytes, bytes]
    cwd: bytes = b"/"
    hostname: bytes = b""
    readonly: bool = False
    mounts: tuple[tuple[bytes, bytes, str], ...] = ()  # (source, target inside, fstype)


class ContainerState(NamedTuple):
    """What `state` tells. pid: of its first process as seen from outside, 0 when there is none; status as in OCI."""

    id: str
    status: str  # "created", "running", "stopped"
    pid: int
    exit_status: int | None
    bundle: Bundle


class ContainerRuntime:
    """A runtime works through the system calls of whoever asks: it has no more rights than they have."""

    def create(self, k: Syscalls, id: str, bundle: Bundle) -> None:
        """Make namespaces, root and first process, not yet running the program. FileExists if the id is taken."""
        raise NotImplementedError

    def start(self, k: Syscalls, id: str) -> None:
        """Let the first process exec its program. InvalidArgument unless it is `created`."""
        raise NotImplementedError

    def kill(self, k: Syscalls, id: str, signum: int) -> None:
        """Send a signal to its first process."""
        raise NotImplementedError

    def wait(self, k: Syscalls, id: str) -> int:
        """Block until it has stopped and return its wait status."""
        raise NotImplementedError

    def delete(self, k: Syscalls, id: str) -> None:
        """Remove what `create` made. InvalidArgument while it runs."""
        raise NotImplementedError

    def state(self, k: Syscalls, id: str) -> ContainerState:
        """Return its state; NoSuchFile if there is none of that id."""
        raise NotImplementedError

    def list(self, k: Syscalls) -> list[Any]:
        """Return the states of all, by id."""
        raise NotImplementedError
