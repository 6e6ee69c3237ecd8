"""The contract of a family of programs, clause by clause."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_jq = conformance("kos.program", "jq")
