"""How much work something may be, without a clock's seconds: compared with a loop of Python in the same process."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

LOOP = 1_000_000
MOST = 300  # loops: what the slowest hostile pattern takes, four times over


def _loop_s() -> float:
    """Return the CPU time of one reference loop: a million additions and a comparison each."""
    begun = time.process_time()
    total = 0
    for number in range(LOOP):
        total += number & 7
        if total < 0:
            break
    return time.process_time() - begun


@pytest.fixture
def bounded() -> Callable[[], object]:
    """Return a context in which at most MOST reference loops' CPU time may be spent.

    The loop is measured before and after, and the slower of both counts: a busy or slow computer slows both sides.
    """

    @contextmanager
    def within() -> Iterator[None]:
        gc.collect()
        before_s = _loop_s()
        begun = time.process_time()
        yield
        spent_s = time.process_time() - begun
        loops = spent_s / max(before_s, _loop_s())
        assert loops < MOST, f"it took as long as {loops:.0f} loops of {LOOP} additions"

    return within
