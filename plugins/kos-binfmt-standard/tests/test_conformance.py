"""The contract of a binary format, clause by clause, for scripts and for native programs."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_script = conformance("kos.binfmt", "script", example=b"#!/bin/sh -e\nexit 0\n")
test_program = conformance("kos.binfmt", "program", example=b"\x7fKOS\nprogram=true\n")
