"""Announces jq and yq."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `jq`."""
    yield ProgramFamily(
        "jq",
        contract=1,
        programs={"jq": "kos_jq.main:main", "yq": "kos_jq.yaml.main:main"},
        summary="jq and yq: JSON and YAML taken apart and put together",
    )
