"""The contract of a filesystem, clause by clause, for the one in memory."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_memory = conformance("kos.fs", "memory")
test_a_small_memory = conformance("kos.fs", "memory", options={"size": "16MiB", "nr_inodes": 2000})
