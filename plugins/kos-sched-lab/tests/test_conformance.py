"""The contract of a subcommand."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_sched = conformance("kos.command", "sched")
