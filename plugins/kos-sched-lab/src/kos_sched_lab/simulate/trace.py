"""What happened: who ran where and when, and what became of each job. Everything that figures and charts are made of."""

from __future__ import annotations

from typing import NamedTuple

from ..workload.model import Workload

# Why a task left its CPU.
EXPIRED, BLOCKED, ENDED, PREEMPTED, HORIZON = "expired", "blocked", "ended", "preempted", "horizon"


class Run(NamedTuple):
    """A task on a CPU, from start to end. why: what ended it. warm_ns: how much of it ran out of a warm cache."""

    start_ns: int
    end_ns: int
    cpu: int
    task: int
    why: str
    warm_ns: int = 0


class Event(NamedTuple):
    """Something at a moment: "release", "wake", "block", "done" (a job), "exit", or "miss" (a deadline, at its time)."""

    time_ns: int
    what: str
    task: int


class Job:
    """One job of a task. first_ns: when it first ran; end_ns: when it was done; None: it didn't come to that."""

    __slots__ = ("deadline_ns", "end_ns", "first_ns", "number", "release_ns", "slept_ns", "task")

    def __init__(self, task: int, number: int, release_ns: int, deadline_ns: int | None) -> None:
        self.task = task
        self.number = number
        self.release_ns = release_ns
        self.deadline_ns = deadline_ns
        self.first_ns: int | None = None
        self.end_ns: int | None = None
        self.slept_ns = 0

    @property
    def late_ns(self) -> int:
        """Return how long after its deadline it was done; 0 if in time, or not done, or without one."""
        if self.deadline_ns is None or self.end_ns is None:
            return 0
        return max(0, self.end_ns - self.deadline_ns)


class Trace:
    """See above. Tasks are numbered from 1, in the order of the workload.

    figures: (time, task, name -> value) at each pick, of a driver that shows some.
    """

    def __init__(self, workload: Workload, scheduler: str) -> None:
        self.workload = workload
        self.scheduler = scheduler
        self.runs: list[Run] = []
        self.events: list[Event] = []
        self.jobs: list[Job] = []
        self.figures: list[tuple[int, int, dict[str, float]]] = []
        self.end_ns = 0
        self.decisions = 0  # how often the driver was asked who is next and said somebody
        self.migrations = 0
        self.switches = 0  # a CPU went from one task to another
        self.overhead_ns = 0

    def name(self, task: int) -> str:
        """Return what a task is called."""
        return self.workload.tasks[task - 1].name

    def merged(self) -> list[Run]:
        """Return the runs, those of one task on one CPU that follow each other without a gap as one; by CPU, then time."""
        merged: list[Run] = []
        for run in sorted(self.runs, key=lambda run: (run.cpu, run.start_ns)):
            last = merged[-1] if merged else None
            if last and last.cpu == run.cpu and last.task == run.task and last.end_ns == run.start_ns:
                merged[-1] = last._replace(end_ns=run.end_ns, why=run.why, warm_ns=last.warm_ns + run.warm_ns)
            elif run.end_ns > run.start_ns:
                merged.append(run)
        return merged
