"""What a plain scalar of YAML is: null, a boolean, a number, or a string.

Read are the words that both YAML 1.1 and 1.2 take so: null, ~, true, false, numbers (also 0x1f, 0o17 and 017, .inf, .nan). So yes, no,
on, 1_000, 1:30 and dates stay strings. Written are strings with quotes if YAML 1.1 would take them for something else.
"""

from __future__ import annotations

import re
from typing import Any, Final

_NULL: Final = frozenset(["", "~", "null", "Null", "NULL"])
_BOOLEAN: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASES: Final = (
    (re.compile(r"[-+]?0[0-7]+"), 8),
    (re.compile(r"0o[0-7]+"), 8),
    (re.compile(r"0x[0-9a-fA-F]+"), 16),
)
_REAL: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE: Final = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NAN: Final = frozenset([".nan", ".NaN", ".NAN"])
_LONGEST: Final = 4000  # digits of a number that is read as an integer


def resolved(text: str) -> Any:
    """Return what a plain scalar says."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if text[0] not in "-+.0123456789":
        return text
    number = number_of(text)
    return text if number is None else number


def number_of(text: str) -> Any:
    """Return the number that a text is; None if it's none."""
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < _LONGEST else float(text)
    for pattern, base in _BASES:
        if pattern.fullmatch(text):
            return int(text.replace("o", ""), base)
    if _REAL.fullmatch(text):
        real = float(text)
        return int(real) if real.is_integer() and abs(real) < 1 << 53 else real
    match = _INFINITE.fullmatch(text)
    if match:
        return float("-inf") if match[1] == "-" else float("inf")
    return float("nan") if text in _NAN else None


def tagged(tag: str, text: str, plain: bool) -> Any:
    """Return what a scalar with a tag says. Raises ValueError if it can't be that."""
    kind = tag.removeprefix("tag:yaml.org,2002:")
    if kind == "null":
        return None
    if kind == "bool":
        found = _BOOLEAN.get(text)
        if found is None:
            raise ValueError(f"{text[:40]!r} is no boolean")
        return found
    if kind in ("int", "float"):
        number = number_of(text)
        if number is None:
            raise ValueError(f"{text[:40]!r} is no number")
        return number
    return resolved(text) if plain and tag == "?" else text
