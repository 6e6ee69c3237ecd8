"""Announcing filesystems: entry-point group `kos.fs`."""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts.records import FsDriver
from .markers import hookspec


@hookspec
def kos_fs_drivers() -> Iterable[FsDriver]:  # type: ignore[empty-body]  # pluggy collects what plugins return
    """Return a record for each driver of this module; nothing of theirs is imported for it.

    An entry of `[[mounts]]` names one as `driver`. The names must be those of the distribution's entries in
    `kos.fs`. For example:

        @hookimpl
        def kos_fs_drivers() -> Iterable[FsDriver]:
            yield FsDriver(
                "memory", contract=1, make="kos_fs_memory.fs:MemoryFs", options="kos_fs_memory.options:MemoryOptions"
            )
    """
