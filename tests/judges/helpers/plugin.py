"""Announces the helper programs to a machine."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl

NAMES = {
    "argv.py": "argv",
    "printenv.py": "printenv_each",
    "read_from_fd.py": "read_from_fd",
    "recho": "recho",
    "show_fd_table.py": "show_fd_table",
    "stdout_stderr.py": "stdout_stderr",
    "zecho": "zecho",
}


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `judges`."""
    yield ProgramFamily(
        "judges",
        contract=1,
        programs={name: f"tests.judges.helpers.programs:{function}" for name, function in NAMES.items()},
        summary="Helper programs of public shell test suites",
    )
