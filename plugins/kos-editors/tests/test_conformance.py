"""The contract of a family of programs, clause by clause, for the editors."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_editors = conformance("kos.program", "editors")
