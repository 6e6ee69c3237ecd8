"""printf formats that are constant and plain: those Python's own % operator does as C would.

What it can't do as C does is left to runtime/formatting.py: %c, %x, `*`, positions, and at run time what isn't finite, or widths
of texts that aren't ASCII.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_SPEC: Final = re.compile(rb"%(?:%|([-+ 0]*)([0-9]{0,4})(\.[0-9]{1,3})?([sdifeEgG]))")


class Plan(NamedTuple):
    """python: the format for Python. kinds: `s`, `d` or `f` for each argument. measured: a text has a width or precision."""

    python: bytes
    kinds: str
    measured: bool


def plan(form: bytes) -> Plan | None:
    """Return how Python makes this format, None if it isn't plain."""
    kinds: list[str] = []
    pieces: list[bytes] = []
    measured = False
    at = 0
    while True:
        start = form.find(b"%", at)
        if start < 0:
            pieces.append(form[at:])
            return Plan(b"".join(pieces), "".join(kinds), measured)
        found = _SPEC.match(form, start)
        if found is None:
            return None
        pieces.append(form[at:start])
        at = found.end()
        flags, width, precision, kind = found.groups()
        if kind is None:
            pieces.append(b"%%")
            continue
        if kind == b"s":
            if flags.strip(b"-"):
                return None
            measured = measured or bool(width or precision)
            pieces.append(found[0][:-1] + b"b")
            kinds.append("s")
        elif kind in b"di":
            if precision and b"0" in flags:
                return None
            pieces.append(found[0][:-1] + b"d")
            kinds.append("d")
        else:
            pieces.append(found[0])
            kinds.append("f")
