"""The cache of a CPU, as far as schedulers care: who is warm in it.

A task that has run for `warmup_ns` on a CPU, in however many pieces, is warm there from then on and computes faster. The
working sets of all who are warm fit into the cache; if they don't, who became warm longest ago is cold again, with its warm-up
to do anew (one that is alone and still too big included). Source: the model of OSTEP's chapter 10 exercise.
"""

from __future__ import annotations

from ..workload.model import CacheSpec
from .task import SimTask


class Cache:
    """See above. warm: the newest first. warming: what is left of a task's warm-up, in ns."""

    def __init__(self, spec: CacheSpec) -> None:
        self.spec = spec
        self.warm: list[SimTask] = []
        self.warming: dict[SimTask, int] = {}

    def enter(self, task: SimTask) -> None:
        """A task begins to run here."""
        if task not in self.warm and task not in self.warming:
            self.warming[task] = self.spec.warmup_ns
            if not self.spec.warmup_ns:
                self._become_warm(task)

    def rate(self, task: SimTask) -> int:
        """Return how much of a burst is done in a unit of time."""
        return self.spec.warm_rate if task in self.warm else 1

    def cold_ns(self, task: SimTask) -> int:
        """Return how long it runs until it is warm; 0 if it is."""
        return self.warming.get(task, 0)

    def ran(self, task: SimTask, duration_ns: int) -> None:
        """A task ran; no longer than until it is warm."""
        left = self.warming.get(task)
        if left is not None:
            self.warming[task] = left - duration_ns
            if left <= duration_ns:
                self._become_warm(task)

    def _become_warm(self, task: SimTask) -> None:
        del self.warming[task]
        self.warm.insert(0, task)
        total = sum(one.spec.working_set for one in self.warm)
        while total > self.spec.size:
            gone = self.warm.pop()
            self.warming[gone] = self.spec.warmup_ns
            total -= gone.spec.working_set
