"""Announces the shell: sh, bash and kaede are one program that looks at its name."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl

_MAIN = "kos_shell.main:main"
_SESSION = "kos_shell.session:Session"


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `shell`."""
    yield ProgramFamily(
        "shell",
        contract=1,
        programs={"bash": _MAIN, "kaede": _MAIN, "sh": _MAIN},
        summary="KaedeShell: a POSIX shell with the language of bash",
        sessions={"bash": _SESSION, "kaede": _SESSION, "sh": _SESSION},
    )
