"""Announces the unit type `service` and the command `systemctl`."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, UnitDriver, hookimpl


@hookimpl
def kos_unit_drivers() -> Iterable[UnitDriver]:
    """Announce `service`."""
    yield UnitDriver(
        "service",
        contract=1,
        make="kos_units_service.service:ServiceType",
        summary="a program that the service manager starts, watches and restarts",
        suffix=".service",
    )


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce `systemctl`."""
    yield ProgramFamily(
        "units", contract=1, programs={"systemctl": "kos_units_service.systemctl:main"}, summary="systemctl"
    )
