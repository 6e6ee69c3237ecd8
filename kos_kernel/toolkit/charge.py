"""A process's account for data that it keeps: many small changes, few calls of the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..syscalls import Syscalls

_STEP = 1 << 18


class Charge:
    """Add and give back bytes; the kernel hears of it a quarter of a megabyte at a time."""

    __slots__ = ("_k", "_owed")

    def __init__(self, k: Syscalls) -> None:
        self._k = k
        self._owed = 0

    def change(self, delta_bytes: int) -> None:
        """Account for so many bytes more (or fewer). Raises OutOfMemory at the process's limit."""
        self._owed += delta_bytes
        if not -_STEP < self._owed < _STEP:
            owed, self._owed = self._owed, 0
            self._k.charge(owed)
