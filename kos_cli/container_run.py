"""Running one container in a machine: what `kos container run` does, as a program inside.

The runtime is a driver that works through the system calls of whoever asks, so there is a process that asks: it makes the
root fit, creates the container, starts it, waits, and deletes it. The container's streams are that process's.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kos_kernel.abi import WEXITSTATUS, WIFEXITED, WTERMSIG
from kos_kernel.contracts.container import Bundle, ContainerRuntime
from kos_kernel.contracts.machine import DriverConfig
from kos_kernel.contracts.records import ContainerDriver
from kos_kernel.errors import FileExists, SysError

from .inside import spawn_function
from .machine_args import make_machine
from .runner import run_to_end

if TYPE_CHECKING:
    from kos_kernel import Machine

# What a root gets so that the machine's programs run in it: (source, target inside, type), places, and a link.
MOUNTS = ((b"/usr/bin", b"/usr/bin", "bind"),)  # /proc and /dev are the runtime's business
FOLDERS = (b"/usr", b"/usr/bin", b"/proc", b"/dev", b"/tmp", b"/etc")
LINKS = ((b"usr/bin", b"/bin"),)


def run_container(parsed: Any, argv: list[bytes]) -> int:
    """Boot the machine that the options ask for, run argv in a container of it, and return its exit status."""
    more = {} if parsed.runtime is None else {"container": {"driver": parsed.runtime}}
    with make_machine(parsed, **more) as machine:
        runtime, record = make_runtime(machine)
        name = parsed.name or "container"
        hostname = parsed.hostname or (name if "uts" in record.capabilities else "")

        def start(streams: dict[str, Any]) -> Any:
            inner = {**streams, "cwd": None}  # --workdir is a folder of the container
            return spawn_function(
                machine, lambda k: contain(k, runtime, name, hostname, parsed, argv), name=b"container", streams=inner
            )

        return run_to_end(machine, parsed, start)


def make_runtime(machine: Machine) -> tuple[ContainerRuntime, ContainerDriver]:
    """Return the container runtime that the machine's configuration names, and its record."""
    kernel = machine._open()
    one: DriverConfig = kernel.config.container
    context = kernel.context(one.driver)
    registry = machine._platform.registry
    made: ContainerRuntime = registry.factory("kos.container", one.driver)(one.options, context)
    return made, registry.record("kos.container", one.driver)


def contain(k: Any, runtime: ContainerRuntime, name: str, hostname: str, parsed: Any, argv: list[bytes]) -> int:
    """Run a container to its end, on a process of the machine; return its exit status."""
    root = os.fsencode(parsed.root)
    mounts: tuple[tuple[bytes, bytes, str], ...] = ()
    if not parsed.bare:
        furnish(k, root)
        mounts = MOUNTS
    cwd = b"/" if parsed.workdir is None else os.fsencode(parsed.workdir)
    bundle = Bundle(root, argv, dict(k.env), cwd, os.fsencode(hostname), bool(parsed.read_only), mounts)
    runtime.create(k, name, bundle)
    runtime.start(k, name)
    status = runtime.wait(k, name)
    runtime.delete(k, name)
    return WEXITSTATUS(status) if WIFEXITED(status) else 128 + WTERMSIG(status)


def furnish(k: Any, root: bytes) -> None:
    """Make the root and the places in it that something is mounted on, where they aren't there."""
    parts = [part for part in root.split(b"/") if part]
    for count in range(1, len(parts) + 1):
        _make(k.mkdir, b"/" + b"/".join(parts[:count]))
    for folder in FOLDERS:
        _make(k.mkdir, root + folder)
    for target, path in LINKS:
        try:
            k.symlink(target, root + path)
        except SysError:
            pass  # it has something there, or can't be written: the command is then looked up in /usr/bin


def _make(mkdir: Any, path: bytes) -> None:
    try:
        mkdir(path, 0o755)
    except FileExists:
        pass
