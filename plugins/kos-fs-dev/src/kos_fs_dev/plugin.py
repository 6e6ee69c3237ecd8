"""Announces `dev`."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import FsDriver, hookimpl


@hookimpl
def kos_fs_drivers() -> Iterable[FsDriver]:
    """Announce the filesystem of device nodes."""
    yield FsDriver(
        "dev",
        contract=1,
        make="kos_fs_dev.devfs:DevFs",
        options="kos_fs_dev.options:DevOptions",
        summary="a node for every device, /dev/fd, /dev/pts, /dev/shm; more can be made with mknod",
        fork="cow",
        capabilities=frozenset({"write", "links", "symlinks", "nodes"}),
    )
