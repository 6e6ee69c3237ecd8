"""Announcing families of commands: entry-point group `kos.program`."""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts.records import ProgramFamily
from .markers import hookspec


@hookspec
def kos_program_families() -> Iterable[ProgramFamily]:  # type: ignore[empty-body]  # pluggy collects what plugins return
    """Return a record for each driver of this module; nothing of theirs is imported for it.

    All that are installed are in /usr/bin unless `[programs] families` names some. The names must be those of
    the distribution's entries in `kos.program`. For example:

        @hookimpl
        def kos_program_families() -> Iterable[ProgramFamily]:
            yield ProgramFamily("shell", contract=1, programs={"sh": "kos_shell.main:main"})
    """
