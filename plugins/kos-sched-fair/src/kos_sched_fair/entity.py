"""What a fair scheduler knows of a task: where it stands on the clock of the ideal machine.

Virtual runtime is CPU time divided by weight, in the unit of a task of nice 0: on an ideal machine, which serves all at once,
that of all runnable tasks would advance together.

        vruntime += delta * 1024 / weight
"""

from __future__ import annotations

NICE_0_WEIGHT = 1024


class Entity:
    """vruntime and deadline: in virtual ns. mark_ns: the runtime up to which it was charged. entry: of its living place in the queue."""

    __slots__ = ("deadline", "entry", "lag", "mark_ns", "slice_end_ns", "vruntime", "weight")

    def __init__(self, vruntime: int, mark_ns: int, weight: int) -> None:
        self.vruntime = vruntime
        self.mark_ns = mark_ns
        self.weight = weight
        self.deadline = 0
        self.lag = 0  # what it was behind the average by when it left, in virtual ns
        self.entry = 0  # 0 = not queued
        self.slice_end_ns = 0


def virtual(duration_ns: int, weight: int) -> int:
    """Return how far CPU time moves a task of this weight on the virtual clock."""
    return duration_ns * NICE_0_WEIGHT // weight
