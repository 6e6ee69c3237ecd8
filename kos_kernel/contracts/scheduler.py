"""The contract of a CPU scheduler: who runs next, and for how long.

The kernel tells the scheduler of every task that becomes runnable (`enqueue`), asks it whom to run (`pick_next`, which takes
the task off the queue), and tells it why a running task came back. A task is on the queue, or running, or asleep: never two
of them. A scheduler sees tasks, not processes, and never a clock: the time is an argument.

    asleep ──enqueue(WAKEUP)──► queued ──pick_next──► running on a CPU ──┬─ blocks, exits: nothing is said
                                  ▲                                      └─ slice used up, yields, preempted
                                  └────────────enqueue(EXPIRED|YIELD|PREEMPTED)──────┘
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from .context import Context

UNLIMITED = 1 << 62  # slice_ns of a task that is never preempted by time
TICK_NS = 1_000_000  # CPU time between two calls of tick


class Enqueue(IntEnum):
    """Why a task comes (back) to the queue."""

    NEW = 0
    WAKEUP = 1
    EXPIRED = 2  # it used its slice
    YIELD = 3  # it asked for a pause
    PREEMPTED = 4  # wakeup() said that another should run first
    MIGRATED = 5  # the driver itself moves it from one of its queues to another; the kernel never says this


class Policy(IntEnum):
    """Linux's scheduling policies, with their numbers."""

    OTHER = 0
    FIFO = 1
    RR = 2
    BATCH = 3
    IDLE = 5
    DEADLINE = 6


class Demand(NamedTuple):
    """What a task has asked for besides its nice level, as sched_setattr(2) takes it. Zero stands for: didn't say.

    A job is what a task does from a wake-up to the next time it sleeps: runtime_ns is the most that it takes, deadline_ns is
    when it must be done, counted from its release, and period_ns how far apart two releases are.
    """

    policy: Policy = Policy.OTHER
    rt_priority: int = 0  # 1 .. 99 of FIFO and RR; more is more urgent
    runtime_ns: int = 0
    deadline_ns: int = 0
    period_ns: int = 0
    slice_ns: int = 0  # the slice that it would like: short for a task that wants to be answered soon
    tickets: int = 0  # of proportional-share drivers; 0 = its weight
    reset_on_fork: bool = False  # children begin with NO_DEMAND


NO_DEMAND = Demand()
ANY_CPU = -1  # an affinity mask of all ones


class Task(Protocol):
    """What a scheduler knows of a task. It may keep its own data in `sched`, which the kernel never reads."""

    id: int
    nice: int  # -20 .. 19
    weight: int  # of the nice level, as Linux's sched_prio_to_weight: 1024 at nice 0
    runtime_ns: int  # CPU time it has used so far
    last_cpu: int  # -1 before its first run
    sched: object
    affinity: int  # bit n: it may run on CPU n; ANY_CPU for all. Drivers with the capability "affinity" keep to it
    demand: Demand
    release_ns: int  # when its job was released, if that isn't when it was last enqueued as NEW or WAKEUP; else -1
    burst_end_ns: int  # the runtime_ns at which it will sleep or end, where somebody knows that; else -1


class Scheduler:
    """Base class: the four methods that every driver has, and nine that it may have.

    `tick` and `migrate` are called only for drivers that override them; others pay nothing for them.
    """

    def start(self, cpus: int) -> None:
        """Be told, before anything else, how many CPUs there are. Optional."""

    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Take a task that became runnable."""
        raise NotImplementedError

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Give up a queued task that was stopped or killed. Called only for a task that is queued."""
        raise NotImplementedError

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the task to run next on `cpu` and take it off the queue, or None if all sleep."""
        raise NotImplementedError

    def wakeup(self, task: Task, current: Task, now_ns: int) -> bool:
        """Tell whether `task`, just enqueued, should preempt `current`. The default never does."""
        return False

    def slice_ns(self, task: Task) -> int:
        """Return how long the picked task may run before it is enqueued again, in ns, or UNLIMITED."""
        return UNLIMITED

    def tick(self, task: Task, now_ns: int) -> bool:
        """Told that a running task has used another TICK_NS of CPU time, or the rest of its slice; True = preempt it now. Optional.

        The task isn't queued. Preempted it is enqueued with PREEMPTED; with False it goes on until its slice is used up.
        """
        return False

    def set_priority(self, task: Task, now_ns: int) -> None:
        """`nice` and `weight`, or `demand`, of a task, queued or not, have changed. Optional."""

    def admit(self, task: Task, demand: Demand) -> bool:
        """Tell whether what a task asks for can be promised; if not, the caller gets EBUSY. The default promises everything."""
        return True

    def migrate(self, task: Task, cpu: int, now_ns: int) -> None:
        """Told that a task which was just picked goes to `cpu`, and last ran on another, `task.last_cpu`. Optional.

        For drivers that keep data for each CPU. The task isn't queued, and stays so.
        """

    def figures(self, task: Task) -> dict[str, float]:
        """Return what a chart or /proc/PID/sched can show of a task, by name: its virtual runtime, lag, level. Optional."""
        return {}

    def fork(self, ctx: Context) -> Scheduler | None:
        """Return a copy with the same options and an empty queue for a forked machine, or None to be made anew."""
        return None
