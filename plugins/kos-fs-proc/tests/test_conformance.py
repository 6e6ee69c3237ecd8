"""The contract of a filesystem, clause by clause, for /proc."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_proc = conformance("kos.fs", "proc")
