"""The schedulers in a real machine."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel import Machine
from kos_kernel.api import ConfigError


@pytest.mark.parametrize(
    "scheduler",
    [
        {"driver": "fifo"},
        {"driver": "rr", "quantum": "1ms"},
        {"driver": "priority"},
        {"driver": "priority", "within": "fifo"},
        {"driver": "priority", "ageing": "50ms"},
    ],
)
def test_programs_run_and_a_fork_goes_on(scheduler: dict[str, Any]) -> None:
    with Machine(scheduler=scheduler, clock="virtual", seed=7) as m:
        assert m.exec(["seq", "3"]).stdout == b"1\n2\n3\n"
        with m.fork() as fork:
            assert fork.exec(["seq", "2"]).stdout == b"1\n2\n"


@pytest.mark.parametrize(
    ("scheduler", "word"),
    [
        ({"driver": "rr", "quantum": 10}, "quantum"),
        ({"driver": "rr", "quantums": "10ms"}, "quantums"),
        ({"driver": "fifo", "quantum": "10ms"}, "quantum"),
        ({"driver": "priority", "within": "fifo", "ageing": "1s"}, "ageing"),
    ],
)
def test_a_wrong_option_is_named(scheduler: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        Machine(scheduler=scheduler)
