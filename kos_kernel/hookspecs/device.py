"""Announcing character and block devices: entry-point group `kos.device`."""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts.records import DeviceDriver
from .markers import hookspec


@hookspec
def kos_device_drivers() -> Iterable[DeviceDriver]:  # type: ignore[empty-body]  # pluggy collects what plugins return
    """Return a record for each driver of this module; nothing of theirs is imported for it.

    An entry of `[[devices]]` names one as `driver`. The names must be those of the distribution's entries in
    `kos.device`. For example:

        @hookimpl
        def kos_device_drivers() -> Iterable[DeviceDriver]:
            yield DeviceDriver("null", contract=1, make="kos_dev_standard.memory:Null", number=(1, 3))
    """
