"""A task of a simulation: what the driver sees of it, and where it stands in its workload."""

from __future__ import annotations

from ..workload.model import TaskSpec
from .trace import Job

# Linux's sched_prio_to_weight: a level is a factor of about 1.25. Source: kernel/sched/core.c of Linux 6.1.
WEIGHTS = (
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
    1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
)  # fmt: skip


class SimTask:
    """The first ten attributes are those of the contract's Task. left_ns: of its burst; waiting: jobs released and not begun."""

    __slots__ = (
        "id", "nice", "weight", "runtime_ns", "last_cpu", "sched", "affinity", "demand", "release_ns", "burst_end_ns",
        "burst", "job", "left_ns", "released", "spec", "waiting",
    )  # fmt: skip

    def __init__(self, id: int, spec: TaskSpec) -> None:
        self.id = id
        self.nice = spec.nice
        self.weight = WEIGHTS[spec.nice + 20]
        self.runtime_ns = 0
        self.last_cpu = -1
        self.sched: object = None
        self.affinity = spec.affinity
        self.demand = spec.demand
        self.release_ns = -1
        self.burst_end_ns = -1
        self.spec = spec
        self.burst = 0
        self.left_ns = 0
        self.job: Job | None = None
        self.released = 0
        self.waiting: list[Job] = []

    def __repr__(self) -> str:
        return f"task {self.id} ({self.spec.name})"
