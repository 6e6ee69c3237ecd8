"""The contract of a scheduler, clause by clause, for each of them and their options."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_fifo = conformance("kos.scheduler", "fifo")
test_rr = conformance("kos.scheduler", "rr")
test_rr_with_short_turns = conformance("kos.scheduler", "rr", options={"quantum": "50us"})
test_priority = conformance("kos.scheduler", "priority")
test_priority_with_fifo_inside_a_level = conformance("kos.scheduler", "priority", options={"within": "fifo"})
test_priority_with_ageing = conformance("kos.scheduler", "priority", options={"ageing": "100ms"})
test_rr_aligned = conformance("kos.scheduler", "rr", options={"aligned": True})
test_sjf = conformance("kos.scheduler", "sjf")
test_srtf = conformance("kos.scheduler", "srtf")
test_cyclic = conformance("kos.scheduler", "cyclic")
test_cyclic_that_runs_who_wakes = conformance("kos.scheduler", "cyclic", options={"on_wakeup": "run"})
test_mlfq = conformance("kos.scheduler", "mlfq")
test_mlfq_without_a_boost = conformance(
    "kos.scheduler", "mlfq", options={"quanta": ["1ms"], "stay": True, "bump": True}
)
test_lottery = conformance("kos.scheduler", "lottery")
test_stride = conformance("kos.scheduler", "stride")
