"""Announces `proc`."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import FsDriver, hookimpl


@hookimpl
def kos_fs_drivers() -> Iterable[FsDriver]:
    """Announce the filesystem in which the machine describes itself."""
    yield FsDriver(
        "proc",
        contract=1,
        make="kos_fs_proc.tree:ProcFs",
        options="kos_fs_proc.options:ProcOptions",
        summary="processes, memory, mounts and the rest of the machine as files, in Linux's formats",
        fork="cow",
        capabilities=frozenset({"symlinks"}),
    )
