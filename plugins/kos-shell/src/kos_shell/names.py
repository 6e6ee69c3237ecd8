"""What may be the name of what."""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_REFERENCE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[.+\])?\Z", re.DOTALL)


def is_identifier(text: str) -> bool:
    """Tell whether `text` can be the name of a variable."""
    return _IDENTIFIER.match(text) is not None


def is_reference_target(text: str) -> bool:
    """Tell whether a nameref can name `text`: an identifier, or one with a subscript."""
    return _REFERENCE.match(text) is not None


def split_subscript(text: str) -> tuple[str, str | None]:
    """Return (name, subscript) of `name[subscript]`, (text, None) if it isn't of that form."""
    if text.endswith("]"):
        name, bracket, rest = text.partition("[")
        if bracket and is_identifier(name):
            return name, rest[:-1]
    return text, None
