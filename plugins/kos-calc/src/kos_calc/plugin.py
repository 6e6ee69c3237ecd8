"""Announces bc and dc."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `calc`."""
    yield ProgramFamily(
        "calc",
        contract=1,
        programs={"bc": "kos_calc.bc.main:main", "dc": "kos_calc.dc.main:main"},
        summary="bc and dc, calculators of any precision",
    )
