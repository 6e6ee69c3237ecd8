"""The contract of a family of programs, clause by clause, for the tools of processes and the system."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_procps = conformance("kos.program", "procps")
