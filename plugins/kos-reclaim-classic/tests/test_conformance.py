"""The contract of a page replacement policy, clause by clause, for each."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_fifo = conformance("kos.reclaim", "fifo")
test_lru = conformance("kos.reclaim", "lru")
test_mru = conformance("kos.reclaim", "mru")
test_clock = conformance("kos.reclaim", "clock")
test_nru = conformance("kos.reclaim", "nru")
test_nru_that_forgets_at_once = conformance("kos.reclaim", "nru", options={"interval": 1})
test_lfu = conformance("kos.reclaim", "lfu")
test_twoq = conformance("kos.reclaim", "twoq")
test_arc = conformance("kos.reclaim", "arc")
test_s3_fifo = conformance("kos.reclaim", "s3-fifo")
test_sieve = conformance("kos.reclaim", "sieve")
test_random = conformance("kos.reclaim", "random")
test_opt = conformance("kos.reclaim", "opt")
