"""Machines for the kernel's tests: one boot for the session, a fork for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kos_kernel import Machine
from kos_kernel.testing import run_main


@pytest.fixture(params=["virtual", "wall"])
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A fresh machine, under each clock."""
    with Machine(seed=1, clock=request.param) as made:
        yield made


@pytest.fixture
def virtual() -> Iterator[Machine]:
    """A fresh machine in virtual time."""
    with Machine(seed=1, clock="virtual") as made:
        yield made


@pytest.fixture
def run(machine: Machine) -> Callable[..., Any]:
    """Run a function as a process: run(main) -> Result."""
    return lambda main, **options: run_main(machine, main, **options)
