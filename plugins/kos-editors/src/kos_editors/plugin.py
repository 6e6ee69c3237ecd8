"""Announces the commands: one family, a table of names and where each `main` lives.

    ed/      the line editor                          vi/     the modal screen editor; also as view
    nano/    the screen editor without modes          text/   what they share: lines that can be undone, files, cells of a screen
    screen/  what vi and nano share: the terminal's keys and what it shows

A module is imported when its command is first run.
"""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl

_PROGRAMS = {
    "ed": "kos_editors.ed.main:main",
    "nano": "kos_editors.nano.main:main",
    "red": "kos_editors.ed.main:restricted",
    "vi": "kos_editors.vi.main:main",
    "view": "kos_editors.vi.main:view",
}


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `editors`."""
    yield ProgramFamily("editors", contract=1, programs=_PROGRAMS, summary="ed, vi and nano")
