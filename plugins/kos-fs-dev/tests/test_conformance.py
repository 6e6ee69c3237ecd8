"""The contract of a filesystem, clause by clause, for /dev."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_dev = conformance("kos.fs", "dev")
