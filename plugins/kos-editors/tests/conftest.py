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


@pytest.fixture
def m() -> Iterator[Machine]:
    """A machine in virtual time."""
    with Machine(clock="virtual", seed=1, hostname="kaede", cpus=2, memory="256MiB") as machine:
        yield machine
