"""Stretches of time on a command line: 1.5, 2m, 1e3, 0x10, inf."""

from __future__ import annotations

from kos_kernel.api import parse_long_double

_FACTORS = {b"": 1, b"s": 1, b"m": 60, b"h": 3600, b"d": 86400}
FOREVER_NS = (1 << 63) - 1


def seconds_ns(text: bytes, *, units: bool = False) -> int | None:
    """Return a stretch of time in ns, rounded up, at most FOREVER_NS; None if text is none. units: s, m, h, d may follow."""
    value, end, _beyond = parse_long_double(text)
    factor = _FACTORS.get(text[end:]) if units else 1 if end == len(text) else None
    if not end or factor is None or value.kind == "nan" or (value.negative and (value.size or value.kind == "inf")):
        return None
    if value.kind == "inf":
        return FOREVER_NS
    return min(-(-value.size.numerator * factor * 10**9 // value.size.denominator), FOREVER_NS)
