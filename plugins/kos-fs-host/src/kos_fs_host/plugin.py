"""Announces `host`."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import FsDriver, hookimpl


@hookimpl
def kos_fs_drivers() -> Iterable[FsDriver]:
    """Announce the filesystem that shows a folder of the host."""
    yield FsDriver(
        "host",
        contract=1,
        make="kos_fs_host.hostfs:HostFs",
        options="kos_fs_host.options:HostOptions",
        summary="a folder of the host: read-only unless asked, and nothing beside it",
        fork="cow",
        capabilities=frozenset({"write", "links", "symlinks", "durable"}),
    )
