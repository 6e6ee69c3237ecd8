"""Announcing unit types of the service manager: entry-point group `kos.unit`."""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts.records import UnitDriver
from .markers import hookspec


@hookspec
def kos_unit_drivers() -> Iterable[UnitDriver]:  # type: ignore[empty-body]  # pluggy collects what plugins return
    """Return a record for each driver of this module; nothing of theirs is imported for it.

    `[init] types` names them; each is loaded when a unit file with its suffix is read. The names must be those
    of the distribution's entries in `kos.unit`. For example:

        @hookimpl
        def kos_unit_drivers() -> Iterable[UnitDriver]:
            yield UnitDriver("service", contract=1, make="kos_units_service.service:ServiceType", suffix=".service")
    """
