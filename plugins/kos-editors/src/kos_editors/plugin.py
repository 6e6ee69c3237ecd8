"""Announces the commands: one family, a table of names and where each `main` lives.

    ed/    the line editor, also as red        text/  lines that can be undone

A module is imported when its command is first run.
"""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl

_PROGRAMS = {
    "ed": "kos_editors.ed.main:main",
    "red": "kos_editors.ed.main:restricted",
}


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `editors`."""
    yield ProgramFamily("editors", contract=1, programs=_PROGRAMS, summary="ed")
