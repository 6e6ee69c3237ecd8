"""What the real-time policies share: a heap of tasks by urgency, and below it everybody who asked for nothing.

        urgent      heap by key(task): smaller runs first; ties go to who was released first, then to the lower id
        background  round robin, only while nobody is urgent

A job begins when its task is released: at release_ns if the task says so, else when it becomes runnable as new or woken. A
periodic task that gives the CPU back (YIELD) has done one job late and begins the next, a period after the last. A task
is urgent if the policy can tell its key, which depends on what it asked for (Demand).
"""

from __future__ import annotations

from collections import OrderedDict
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from kos_kernel.api import UNLIMITED, Enqueue, Scheduler

if TYPE_CHECKING:
    from kos_kernel.api import Context, Task


class Job:
    """What is known of a task's current job. key: None for a background task."""

    __slots__ = ("began_ns", "entry", "key", "release_ns")

    def __init__(self) -> None:
        self.key: int | None = None
        self.release_ns = 0
        self.began_ns = 0  # the task's runtime at the release
        self.entry = 0  # the sequence of its living entry in the heap; 0 = none


class ByUrgency(Scheduler):
    """Base class. A policy gives `key`, and `slice_ns` if time can change who is most urgent. options.quantum_ns: of the background."""

    def __init__(self, options: Any, ctx: Context) -> None:
        self._options = options
        self._quantum_ns: int = options.quantum_ns
        self._heap: list[tuple[int, int, int, int, Task]] = []  # (key, release, id, sequence, task)
        self._background: OrderedDict[int, Task] = OrderedDict()
        self._sequence = 0
        self._dead = 0

    def key(self, task: Task, job: Job) -> int | None:
        """Return the urgency of a task's job as it is now; less is more urgent; None = background."""
        raise NotImplementedError

    # ---- the queue
    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Queue the task by its urgency; being new or woken begins a job."""
        job: Job | None = task.sched  # type: ignore[assignment]
        if job is None:
            job = task.sched = Job()
        if why is Enqueue.WAKEUP or why is Enqueue.NEW:
            job.release_ns = task.release_ns if task.release_ns >= 0 else now_ns
            job.began_ns = task.runtime_ns
        elif why is Enqueue.YIELD and task.demand.period_ns:
            job.release_ns += task.demand.period_ns
            job.began_ns = task.runtime_ns
        self._queue(task, job)

    def _queue(self, task: Task, job: Job) -> None:
        job.key = key = self.key(task, job)
        if key is None:
            self._background[task.id] = task
            return
        self._sequence += 1
        job.entry = self._sequence
        heappush(self._heap, (key, job.release_ns, task.id, self._sequence, task))

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Take a queued task out; its entry stays until it comes up or half of the heap is such."""
        job: Job = task.sched  # type: ignore[assignment]
        if job.key is None:
            del self._background[task.id]
            return
        job.entry = 0
        self._dead += 1
        if self._dead * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if _alive(entry)]
            heapify(self._heap)
            self._dead = 0

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the most urgent task that may run here, else the next of the background, or None."""
        heap = self._heap
        passed_over = []
        found: Task | None = None
        while heap and found is None:
            entry = heappop(heap)
            if not _alive(entry):
                self._dead -= 1
            elif entry[4].affinity >> cpu & 1:
                found = entry[4]
                found.sched.entry = 0  # type: ignore[attr-defined]
            else:
                passed_over.append(entry)
        for entry in passed_over:
            heappush(heap, entry)
        if found is None:
            for number, task in self._background.items():
                if task.affinity >> cpu & 1:
                    del self._background[number]
                    return task
        return found

    def wakeup(self, task: Task, current: Task, now_ns: int) -> bool:
        """Preempt for a task that is strictly more urgent; for any urgent one if the running one is background."""
        mine: int | None = task.sched.key  # type: ignore[attr-defined]
        if mine is None:
            return False
        job: Job | None = current.sched  # type: ignore[assignment]
        theirs = None if job is None else self.key(current, job)
        return theirs is None or mine < theirs

    def slice_ns(self, task: Task) -> int:
        """Return UNLIMITED for an urgent task, the quantum for one of the background."""
        return self._quantum_ns if task.sched.key is None else UNLIMITED  # type: ignore[attr-defined]

    def set_priority(self, task: Task, now_ns: int) -> None:
        """Queue a task anew whose demand has changed."""
        job: Job | None = task.sched  # type: ignore[assignment]
        if job is not None and (job.entry or task.id in self._background):
            self.dequeue(task, now_ns)
            self._queue(task, job)

    def figures(self, task: Task) -> dict[str, float]:
        """Return the task's key, in ms."""
        key: int | None = task.sched.key  # type: ignore[attr-defined]
        return {} if key is None else {"key (ms)": key / 1e6}

    def fork(self, ctx: Context) -> ByUrgency:
        """Return an empty scheduler with the same options."""
        return type(self)(self._options, ctx)


def _alive(entry: tuple[int, int, int, int, Task]) -> bool:
    """Tell whether the task still waits by this entry."""
    return entry[4].sched.entry == entry[3]  # type: ignore[attr-defined, no-any-return]
