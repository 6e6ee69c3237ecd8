"""true and false: a status and nothing else (and, as in GNU, --help or --version when it's the only argument)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import sole_option

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


def true(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0."""
    if len(argv) == 2 and argv[1][:2] == b"--":
        sole_option(k, argv, "true", "[ignored command line arguments]", "Exit with a status code indicating success.")
    return 0


def false(k: Syscalls, argv: list[bytes]) -> int:
    """Return 1."""
    if len(argv) == 2 and argv[1][:2] == b"--":
        sole_option(k, argv, "false", "[ignored command line arguments]", "Exit with a status code indicating failure.")
    return 1
