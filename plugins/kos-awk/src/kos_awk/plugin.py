"""Announces awk, under its two names."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `awk`."""
    yield ProgramFamily(
        "awk",
        contract=1,
        programs={"awk": "kos_awk.main:main", "gawk": "kos_awk.main:main"},
        summary="awk, a language for records and fields",
    )
