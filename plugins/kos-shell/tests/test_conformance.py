"""The contract of a family of programs, clause by clause, for the shell."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_shell = conformance("kos.program", "shell")
