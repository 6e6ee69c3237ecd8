"""A machine for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A machine that many runs share."""
    with Machine() as m:
        yield m
