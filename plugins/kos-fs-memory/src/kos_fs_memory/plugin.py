"""Announces `memory`, the filesystem in memory that forks in constant time."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import FsDriver, hookimpl


@hookimpl
def kos_fs_drivers() -> Iterable[FsDriver]:
    """Announce `memory`."""
    yield FsDriver(
        "memory",
        contract=1,
        make="kos_fs_memory.memory:MemoryFs",
        options="kos_fs_memory.options:MemoryOptions",
        summary="files in memory, copy-on-write: forks cost the same for an empty and a full one",
        fork="cow",
        capabilities=frozenset({"write", "links", "symlinks", "xattrs", "nodes"}),
    )
