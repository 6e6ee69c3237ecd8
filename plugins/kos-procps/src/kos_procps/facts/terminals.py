"""Terminals by number and name: what ps writes under TTY."""

from __future__ import annotations

from kos_kernel.api import major, minor


def terminal_name(number: int) -> str:
    """Return the name below /dev of a controlling terminal; "?" for none."""
    if number <= 0:
        return "?"
    high, low = major(number), minor(number)
    if 136 <= high <= 143:
        return f"pts/{(high - 136) * 256 + low}"
    if high == 4:
        return f"tty{low}" if low < 64 else f"ttyS{low - 64}"
    if (high, low) == (5, 1):
        return "console"
    return "?"
