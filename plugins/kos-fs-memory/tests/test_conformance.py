"""The contract of a filesystem, clause by clause, for the one in memory."""

from __future__ import annotations

from kos_kernel.testing import conformance

STALE = "inode() of a number that was never given raises IndexError where its table has no such page"

test_memory = conformance("kos.fs", "memory", xfail={"case_unknown_numbers_are_stale": STALE})
test_a_small_memory = conformance(
    "kos.fs", "memory", options={"size": "16MiB", "nr_inodes": 2000}, xfail={"case_unknown_numbers_are_stale": STALE}
)
