"""One file a question. Each has NAME, SUMMARY and `contests(lab)`, a generator: what it sets up lives until it is resumed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Protocol

from ..contest import Contest
from ..laboratory import Laboratory

# In the order of the table.
NAMES = ("warm", "fork", "memory", "spawn", "pipe", "switch", "files", "loops", "text", "trees", "cold", "plugins")


class Scenario(Protocol):
    """What a scenario's module looks like."""

    NAME: str
    SUMMARY: str

    def contests(self, lab: Laboratory) -> Iterator[Contest]:
        """Yield the contests, each to be held before the next is asked for."""
        ...


def load(name: str) -> Scenario:
    """Return a scenario by name; KeyError if there is none."""
    if name not in NAMES:
        raise KeyError(name)
    module: Scenario = import_module(f"{__name__}.{name}")
    return module
