"""The contract of a family of programs, clause by clause, for the core utilities."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_coreutils = conformance("kos.program", "coreutils")
