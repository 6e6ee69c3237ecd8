"""The contract of a device, clause by clause, for each of the standard ones."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_null = conformance("kos.device", "null")
test_zero = conformance("kos.device", "zero")
test_full = conformance("kos.device", "full")
test_random = conformance("kos.device", "random")
test_urandom = conformance("kos.device", "urandom")
test_tty = conformance("kos.device", "tty")
test_console = conformance("kos.device", "console")
test_pty = conformance("kos.device", "pty")
test_ramdisk = conformance("kos.device", "ramdisk")
test_an_odd_ramdisk = conformance("kos.device", "ramdisk", options={"size": 99 * 512})
