"""Stretches of time on a command line, in seconds: 2, 0.5, 1,5 (a comma is a point, as watch takes it)."""

from __future__ import annotations

import re

FOREVER_NS = (1 << 63) - 1
_SECONDS = re.compile(rb"[ \t]*\+?([0-9]{0,20})(?:\.([0-9]{0,40}))?\Z")


def seconds_ns(text: bytes) -> int | None:
    """Return a stretch of time in ns, at most FOREVER_NS; None if text is none."""
    found = _SECONDS.match(text)
    if found is None or not (found[1] or found[2]):
        return None
    whole, part = int(found[1] or b"0"), (found[2] or b"")[:9].ljust(9, b"0")
    return min(whole * 10**9 + int(part), FOREVER_NS)
