"""A row of numbers as a few: mean and percentiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Spread(NamedTuple):
    """How many, mean, median, 95th and 99th percentile (nearest rank) and maximum. All 0 of no numbers."""

    number: int
    mean: float
    p50: float
    p95: float
    p99: float
    most: float

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        """Return the spread of these numbers."""
        if not values:
            return Spread(0, 0, 0, 0, 0, 0)
        ordered = sorted(values)
        return Spread(
            len(ordered),
            sum(ordered) / len(ordered),
            percentile(ordered, 50),
            percentile(ordered, 95),
            percentile(ordered, 99),
            ordered[-1],
        )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least `percent` of the values don't exceed. ordered: sorted, not empty."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]
