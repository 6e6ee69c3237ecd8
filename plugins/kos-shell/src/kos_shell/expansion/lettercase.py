"""Upper and lower case a character at a time, as C's towupper and towlower: `ß` has no upper case that is one character."""

from __future__ import annotations


def upper(text: str) -> str:
    """Return `text` in capitals."""
    if text.isascii():
        return text.upper()
    return "".join([c.upper() if len(c.upper()) == 1 else c for c in text])


def lower(text: str) -> str:
    """Return `text` in small letters."""
    return text.lower() if text.isascii() else "".join([c.lower()[0] for c in text])


def swapped(text: str) -> str:
    """Return `text` with capitals for small letters and the other way round."""
    return "".join([lower(c) if c.isupper() else upper(c) for c in text])
