"""`kos shell`: a machine to type into."""

from __future__ import annotations

from typing import Any


def shell(parsed: Any) -> int:
    """Boot a machine and open its shell, with history, completion, multi-line editing and job control."""
    from ..terminal.session import interact

    return interact(parsed)
