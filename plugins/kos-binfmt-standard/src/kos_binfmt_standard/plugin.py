"""Announces the binary formats `program` and `script`."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import BinfmtDriver, hookimpl


@hookimpl
def kos_binfmt_drivers() -> Iterable[BinfmtDriver]:
    """Announce `program` and `script`."""
    yield BinfmtDriver(
        "program",
        contract=1,
        make="kos_binfmt_standard.formats:ProgramFormat",
        summary="a command that an installed plugin announces",
        magic=b"\x7fKOS\n",
        priority=10,
    )
    yield BinfmtDriver(
        "script",
        contract=1,
        make="kos_binfmt_standard.formats:ScriptFormat",
        summary="#!: a script that names its interpreter",
        magic=b"#!",
        priority=20,
    )
