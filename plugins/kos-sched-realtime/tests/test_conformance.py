"""The contract of a scheduler, clause by clause. Tasks of the kit ask for nothing, so they are background."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_edf = conformance("kos.scheduler", "edf")
test_rm = conformance("kos.scheduler", "rm")
test_dm = conformance("kos.scheduler", "dm")
test_llf = conformance("kos.scheduler", "llf")
