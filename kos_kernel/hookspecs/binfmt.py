"""Announcing kinds of executable files: entry-point group `kos.binfmt`."""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts.records import BinfmtDriver
from .markers import hookspec


@hookspec
def kos_binfmt_drivers() -> Iterable[BinfmtDriver]:  # type: ignore[empty-body]  # pluggy collects what plugins return
    """Return a record for each driver of this module; nothing of theirs is imported for it.

    `[programs] formats` names them; exec asks each by a file's first bytes. The names must be those of the
    distribution's entries in `kos.binfmt`. For example:

        @hookimpl
        def kos_binfmt_drivers() -> Iterable[BinfmtDriver]:
            yield BinfmtDriver("script", contract=1, make="kos_binfmt_standard.script:Script", magic=b"#!")
    """
