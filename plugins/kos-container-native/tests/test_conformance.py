"""The contract of a container runtime, clause by clause; and of the program container."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_native = conformance("kos.container", "native")
test_container = conformance("kos.program", "containers")
