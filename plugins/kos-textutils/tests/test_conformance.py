"""The contract of a family of programs, clause by clause."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_textutils = conformance("kos.program", "textutils")
