"""The contract of a scheduler, clause by clause, for each of the three and their options."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_fifo = conformance("kos.scheduler", "fifo")
test_rr = conformance("kos.scheduler", "rr")
test_rr_with_short_turns = conformance("kos.scheduler", "rr", options={"quantum": "50us"})
test_priority = conformance("kos.scheduler", "priority")
test_priority_with_fifo_inside_a_level = conformance("kos.scheduler", "priority", options={"within": "fifo"})
test_priority_with_ageing = conformance("kos.scheduler", "priority", options={"ageing": "100ms"})
