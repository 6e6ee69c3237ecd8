"""The contract of a family of programs, clause by clause, for awk."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_awk = conformance("kos.program", "awk")
