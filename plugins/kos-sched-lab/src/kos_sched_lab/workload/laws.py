"""Chance in a workload: durations and arrivals that follow a law, drawn from a seeded stream.

The same seed gives the same workload on every Python. Draws are made in the order of the file, one stream for each task, so a
task that is added doesn't change the others.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kos_kernel.api import Entropy

_STEPS = 1 << 53


def uniform_01(entropy: Entropy) -> float:
    """Return a number in (0, 1], each of 2^53 equally likely."""
    return (entropy.below(_STEPS) + 1) / _STEPS


def exponential(entropy: Entropy, mean_ns: int) -> int:
    """Return a duration with this mean, exponentially distributed: the gaps of a Poisson process."""
    return round(-mean_ns * math.log(uniform_01(entropy)))


def uniform(entropy: Entropy, low_ns: int, high_ns: int) -> int:
    """Return a duration of low_ns to high_ns, both included, each equally likely."""
    return low_ns + entropy.below(high_ns - low_ns + 1)


def normal(entropy: Entropy, mean_ns: int, deviation_ns: int) -> int:
    """Return a normally distributed duration; below 0 is drawn again. Source: Box and Muller 1958."""
    while True:
        radius = math.sqrt(-2 * math.log(uniform_01(entropy)))
        value = round(mean_ns + deviation_ns * radius * math.cos(2 * math.pi * uniform_01(entropy)))
        if value >= 0:
            return value


def pareto(entropy: Entropy, least_ns: int, shape: float) -> int:
    """Return a heavy-tailed duration of at least least_ns; its mean is infinite for a shape of 1 or less."""
    drawn: float = least_ns / uniform_01(entropy) ** (1 / shape)
    return round(drawn)
