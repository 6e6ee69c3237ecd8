"""The clock that a driver finds in its context while it is simulated."""

from __future__ import annotations


class LabClock:
    """Set by the simulation before a driver is asked for a decision."""

    def __init__(self) -> None:
        self.ns = 0

    def now_ns(self) -> int:
        """Return the time of the simulation."""
        return self.ns

    def realtime_ns(self) -> int:
        """Return the same: the simulation begins in 1970."""
        return self.ns
