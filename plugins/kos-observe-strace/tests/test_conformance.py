"""The contract of an observer, clause by clause, for both."""

from __future__ import annotations

from typing import Any

from kos_kernel.testing import conformance


def into_a_file(folder: str) -> dict[str, Any]:
    return {"file": f"{folder}/lines"}


test_strace = conformance("kos.observer", "strace", options=into_a_file)
test_trace = conformance("kos.observer", "trace", options=into_a_file)
