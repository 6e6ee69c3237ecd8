"""What both simulations share: releases, wake-ups, and what follows when a burst is over."""

from __future__ import annotations

from heapq import heappush
from typing import Any

from kos_kernel.api import Enqueue, KosError, Scheduler

from ..workload.model import Workload
from .task import SimTask
from .time import LabClock
from .trace import Event, Job, Trace

NEVER = 1 << 62


class Stuck(KosError):
    """A scheduler had a runnable task, an idle CPU that it may run on, and gave nobody."""


class Engine:
    """See above. due: releases and wake-ups as (time, sequence, task, job or None): a job is released, or the task wakes."""

    def __init__(self, workload: Workload, driver: Any, clock: LabClock) -> None:
        self.workload = workload
        self.driver = driver
        self.clock = clock
        self.tasks = [SimTask(number, spec) for number, spec in enumerate(workload.tasks, 1)]
        self.horizon_ns = workload.horizon_ns or NEVER
        self.due: list[tuple[int, int, SimTask, bool]] = []
        self.sequence = 0
        self.queued = 0
        kind = type(driver)
        self.tick = None if kind.tick is Scheduler.tick else driver.tick
        self.migrate = None if kind.migrate is Scheduler.migrate else driver.migrate
        self.wakeup = None if kind.wakeup is Scheduler.wakeup else driver.wakeup
        self.figures = None if kind.figures is Scheduler.figures else driver.figures
        driver.start(workload.cpus)

    def begin(self, name: str) -> Trace:
        """Set the first releases."""
        self.trace = Trace(self.workload, name)
        for task in self.tasks:
            self.at(task.spec.arrival_ns, task, True)
        return self.trace

    def at(self, time_ns: int, task: SimTask, release: bool) -> None:
        """Set a release or a wake-up."""
        self.sequence += 1
        heappush(self.due, (time_ns, self.sequence, task, release))

    def deliver(self, now_ns: int, task: SimTask, release: bool) -> bool:
        """Let what is due happen; tell whether the task became runnable."""
        if not release:
            self.trace.events.append(Event(now_ns, "wake", task.id))
            self._runnable(task, now_ns, Enqueue.WAKEUP)
            return True
        spec = task.spec
        job = Job(task.id, task.released, now_ns, now_ns + spec.deadline_ns if spec.deadline_ns else None)
        task.released += 1
        self.trace.jobs.append(job)
        self.trace.events.append(Event(now_ns, "release", task.id))
        if spec.period_ns and (not spec.jobs or task.released < spec.jobs):
            following_ns = spec.arrival_ns + task.released * spec.period_ns
            if following_ns < self.horizon_ns:
                self.at(following_ns, task, True)
        if task.job is not None:
            task.waiting.append(job)
            return False
        self._begin_job(task, job, now_ns, Enqueue.WAKEUP if job.number else Enqueue.NEW)
        return True

    def _begin_job(self, task: SimTask, job: Job, now_ns: int, why: Enqueue) -> None:
        task.job = job
        task.release_ns = job.release_ns
        task.burst = 0
        task.left_ns = task.spec.bursts[0].cpu_ns
        self._runnable(task, now_ns, why)

    def _runnable(self, task: SimTask, now_ns: int, why: Enqueue) -> None:
        if self.workload.cache is None:
            task.burst_end_ns = task.runtime_ns + task.left_ns
        self.queued += 1
        self.driver.enqueue(task, now_ns, why)

    def burst_over(self, task: SimTask, now_ns: int) -> str:
        """Let a task sleep, take its next job, or end; return why it leaves its CPU. Its next burst is set."""
        spec, job = task.spec, task.job
        assert job is not None, "a task that runs has a job"
        burst = spec.bursts[task.burst]
        task.burst += 1
        more = task.burst < len(spec.bursts)
        if burst.sleep_ns or more:
            if more:
                task.left_ns = spec.bursts[task.burst].cpu_ns
                job.slept_ns += burst.sleep_ns
                self.trace.events.append(Event(now_ns, "block", task.id))
                self.at(now_ns + burst.sleep_ns, task, False)
                return "blocked"
        job.end_ns = now_ns
        self.trace.events.append(Event(now_ns, "done", task.id))
        task.job = None
        if task.waiting:
            self._begin_job(task, task.waiting.pop(0), now_ns, Enqueue.WAKEUP)
            return "blocked"
        if spec.period_ns and (not spec.jobs or task.released < spec.jobs):
            return "blocked"
        self.trace.events.append(Event(now_ns, "exit", task.id))
        return "ended"

    def finish(self, now_ns: int) -> Trace:
        """Write down what is only known at the end."""
        trace = self.trace
        if self.workload.horizon_ns and any(self._goes_on(task) for task in self.tasks):
            now_ns = self.workload.horizon_ns  # who comes back later has slept until then
        trace.end_ns = now_ns
        missed = [
            Event(job.deadline_ns, "miss", job.task)
            for job in trace.jobs
            if job.deadline_ns is not None
            and job.deadline_ns <= now_ns
            and (job.end_ns is None or job.end_ns > job.deadline_ns)
        ]
        if missed:
            trace.events = sorted([*trace.events, *missed], key=lambda event: event.time_ns)
        return trace

    @staticmethod
    def _goes_on(task: SimTask) -> bool:
        spec = task.spec
        return task.job is not None or bool(spec.period_ns and (not spec.jobs or task.released < spec.jobs))

    def stuck(self, now_ns: int) -> Stuck:
        """Return the error of a scheduler that forgets somebody."""
        return Stuck(
            f"{self.trace.scheduler}: {self.queued} tasks are runnable at {now_ns} ns, all CPUs idle, and pick_next gives nobody\n"
            "  the scheduler lost a task, or no CPU of this workload is in a task's affinity"
        )
