"""Sizes and durations as people write them: "256MiB", "10ms", "1h 30min". Plain functions, for configuration and flags.

size        digits, then a unit: B, K M G T P (or small) or KiB MiB ... (powers of 1024), kB MB ... (powers of 1000)
duration    one or more of digits and a unit: ns us ms s m|min h d w
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SIZES: Mapping[str, int] = {"": 1, "B": 1} | {
    unit: base**power
    for power, letter in enumerate("KMGTP", 1)
    for unit, base in (
        (letter, 1024),
        (letter.lower(), 1024),
        (f"{letter}iB", 1024),
        (f"{'k' if letter == 'K' else letter}B", 1000),
    )
}
DURATIONS: Mapping[str, int] = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}
_SIZE = re.compile(r"(\d{1,25}(?:\.\d{1,9})?)\s*([A-Za-z]*)", re.ASCII)
_DURATION = re.compile(r"\s*(\d{1,25}(?:\.\d{1,9})?)\s*([a-zµ]*)", re.ASCII)
_LONGEST = 100  # characters; nobody writes more


def parse_size(text: str) -> int:
    """Return the bytes that `text` means. Raises ValueError, whose message says what was expected."""
    match = _SIZE.fullmatch(text.strip()[:_LONGEST])
    if match is None or match[2] not in SIZES:
        raise ValueError(f"expected a size such as '256MiB' or a number of bytes, got {text[:_LONGEST]!r}")
    return _scaled(match[1], SIZES[match[2]])


def parse_duration(text: str, *, bare: str | None = None) -> int:
    """Return the nanoseconds that `text` means. bare: the unit of a number without one; None refuses it, unless it is 0.

    Raises ValueError, whose message says what was expected.
    """
    total, at = 0, 0
    text = text.strip()
    wrong = ValueError(f"expected a duration such as '10ms' or '1h 30min', got {text[:_LONGEST]!r}")
    if not text or len(text) > _LONGEST:
        raise wrong
    while at < len(text):
        match = _DURATION.match(text, at)
        if match is None:
            raise wrong
        unit = match[2]
        if not unit:
            if text.strip("0") == "":
                return 0
            if bare is None:
                raise ValueError(
                    f"expected a duration with its unit, such as '{match[1]}ms' or '{match[1]}s', got {text!r}"
                )
            unit = bare
        if unit not in DURATIONS:
            raise wrong
        total += _scaled(match[1], DURATIONS[unit])
        at = match.end()
    return total


def format_size(size: int) -> str:
    """Return bytes in the largest unit that holds them exactly: "256MiB", "1000B"."""
    for unit in ("PiB", "TiB", "GiB", "MiB", "KiB"):
        if size and size % SIZES[unit] == 0:
            return f"{size // SIZES[unit]}{unit}"
    return f"{size}B"


def format_duration(duration_ns: int) -> str:
    """Return nanoseconds in the largest unit that holds them exactly: "10ms", "90s", "1h"."""
    for unit in ("w", "d", "h", "min", "s", "ms", "us"):
        if duration_ns and duration_ns % DURATIONS[unit] == 0:
            return f"{duration_ns // DURATIONS[unit]}{unit}"
    return f"{duration_ns}ns"


def _scaled(number: str, unit: int) -> int:
    """Return number * unit, exactly, rounded down to a whole one."""
    whole, _, fraction = number.partition(".")
    return int(whole) * unit + (int(fraction) * unit // 10 ** len(fraction) if fraction else 0)
