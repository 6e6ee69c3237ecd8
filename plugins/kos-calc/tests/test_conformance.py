"""The contract of a family of programs, clause by clause, for bc and dc."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_calc = conformance("kos.program", "calc")
