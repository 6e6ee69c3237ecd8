"""The contract of a family of programs, clause by clause, for the archivers."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_archivers = conformance("kos.program", "archivers")
