"""Round robin: as first in, first out, but nobody keeps the CPU for longer than a quantum.

        enqueue ──► [ t7  t3  t9 ] ──► pick_next ──► runs at most `quantum_ns`
                       ▲                                   │
                       └──────────── slice used up ────────┘

With `aligned`, turns end when the clock is at a multiple of the quantum, on all CPUs at once, as where a timer interrupts them:
whoever begins in the middle of a turn gets the rest of it.

With n runnable tasks each gets 1/n of the CPU, and none waits longer than (n - 1) quanta for its turn. A short quantum
answers quickly and switches often; a long one turns into first in, first out (Silberschatz, Operating System Concepts, 5.3.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .fifo import FirstInFirstOut

if TYPE_CHECKING:
    from kos_kernel.api import Context, Scheduler, Task


class RoundRobin(FirstInFirstOut):
    """Run tasks in turn, each for one quantum. options: quantum_ns, the length of a turn; aligned."""

    __slots__ = ("_clock", "quantum_ns")

    def __init__(self, options: Any, ctx: Context) -> None:
        super().__init__(options, ctx)
        self.quantum_ns: int = options.quantum_ns
        self._clock = ctx.clock if options.aligned else None

    def slice_ns(self, task: Task) -> int:
        """Return the quantum, the same for every task; aligned: what is left until the next multiple of it."""
        if self._clock is None:
            return self.quantum_ns
        return self.quantum_ns - self._clock.now_ns() % self.quantum_ns


def make(options: Any, ctx: Context) -> Scheduler:
    """Return the scheduler that these options ask for: one queue, or one for each CPU."""
    if not options.per_cpu:
        return RoundRobin(options, ctx)
    from .rr_per_cpu import RoundRobinPerCpu

    return RoundRobinPerCpu(options, ctx)
