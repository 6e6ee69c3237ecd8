"""Announcing container runtimes: entry-point group `kos.container`."""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts.records import ContainerDriver
from .markers import hookspec


@hookspec
def kos_container_drivers() -> Iterable[ContainerDriver]:  # type: ignore[empty-body]  # pluggy collects what plugins return
    """Return a record for each driver of this module; nothing of theirs is imported for it.

    `[container] driver` names one; it is loaded when the first container is made. The names must be those of
    the distribution's entries in `kos.container`. For example:

        @hookimpl
        def kos_container_drivers() -> Iterable[ContainerDriver]:
            yield ContainerDriver("native", contract=1, make="kos_container_native.runtime:Native")
    """
