"""The contract of a protocol, clause by clause, for unix sockets and for 127.0.0.1."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_unix = conformance("kos.protocol", "unix")
test_loopback = conformance("kos.protocol", "loopback")
