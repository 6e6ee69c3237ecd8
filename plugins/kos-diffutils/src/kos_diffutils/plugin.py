"""Announces the commands: one family, a table of names and where each `main` lives.

diff.py, cmp.py    the commands that compare       compare/   what differs: the algorithm
merge/             diff3, sdiff                     formats/   how it is written
patching/          patch
"""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl

_PROGRAMS = {
    "cmp": "kos_diffutils.cmp:main",
    "diff": "kos_diffutils.diff:main",
    "diff3": "kos_diffutils.merge.diff3:main",
    "sdiff": "kos_diffutils.merge.sdiff:main",
    "patch": "kos_diffutils.patching.command:main",
}


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `diffutils`."""
    yield ProgramFamily("diffutils", contract=1, programs=_PROGRAMS, summary="diff, cmp, diff3, sdiff and patch")
