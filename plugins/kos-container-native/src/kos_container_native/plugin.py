"""Announces the container runtime `native` and the command `container`."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ContainerDriver, ProgramFamily, hookimpl


@hookimpl
def kos_container_drivers() -> Iterable[ContainerDriver]:
    """Announce `native`."""
    yield ContainerDriver(
        "native",
        contract=1,
        make="kos_container_native.native:NativeRuntime",
        summary="containers made of the machine's own namespaces: pid, mount, uts, and a root directory",
        capabilities=frozenset({"pid", "mount", "uts"}),
    )


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce `container`."""
    yield ProgramFamily(
        "containers", contract=1, programs={"container": "kos_container_native.command:main"}, summary="container"
    )
