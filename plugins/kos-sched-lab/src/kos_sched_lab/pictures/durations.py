"""Durations as people read them."""

from __future__ import annotations

_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"), (1, "ns"))


def written(ns: float) -> str:
    """Return a duration with three significant digits and its unit: "12.5 ms"; "0" for none."""
    if not ns:
        return "0"
    for size, unit in _UNITS:
        if abs(ns) >= size:
            value = ns / size
            digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
            text = f"{value:.{digits}f}"
            return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {unit}"
    return f"{ns:.2f} ns"


def round_step(span_ns: int, most: int) -> int:
    """Return a step of 1, 2 or 5 times a power of ten that divides a span into at most `most` parts."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if span_ns <= step * factor * most:
                return step * factor
        step *= 10
