"""The contract of a scheduler, clause by clause, for both."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_cfs = conformance("kos.scheduler", "cfs")
test_cfs_with_long_slices = conformance("kos.scheduler", "cfs", options={"latency": "60ms", "min_granularity": "10ms"})
test_eevdf = conformance("kos.scheduler", "eevdf")
test_eevdf_with_long_slices = conformance("kos.scheduler", "eevdf", options={"slice": "10ms"})
