"""conformance.md: every clause of the conformance kit, from its cases."""

from __future__ import annotations


def page() -> str:
    """Return the page."""
    raise NotImplementedError
