"""An observer that writes down who ran when, and makes a trace of it, as the simulation does of its own.

The kernel tells of processes that begin and end, of tasks that become runnable, and of CPUs that change hands. Tasks of the
workload are known by their pids; processes that they start become further tasks. Times are counted from `start_ns`; what was
before is not the workload's.
"""

from __future__ import annotations

from collections.abc import Callable

from kos_kernel.api import Enqueue

from ..simulate.trace import BLOCKED, ENDED, EXPIRED, HORIZON, PREEMPTED, Event, Job, Run, Trace
from ..workload.model import Burst, TaskSpec, Workload

_BACK = {Enqueue.EXPIRED: EXPIRED, Enqueue.PREEMPTED: PREEMPTED, Enqueue.YIELD: EXPIRED}


class Recorder:
    """See above. An observer of one machine; `begin` names the pids, `finish` gives the trace."""

    def __init__(self, workload: Workload, scheduler: str) -> None:
        self.workload = workload
        self.start_ns = 0
        self.end_ns = 0
        self._limit_ns = workload.horizon_ns or 1 << 62  # what comes later isn't the workload's
        self.trace = Trace(workload, scheduler)
        self.specs = list(workload.tasks)
        self._numbers: dict[int, int] = {}  # pid -> task
        self._tids: dict[int, int] = {}  # tid -> task
        self._on: dict[int, tuple[int, int]] = {}  # CPU -> (task, since)
        self._last: dict[int, int] = {}  # CPU -> the task that was on it last
        self._where: dict[int, int] = {}  # task -> the CPU it was on last
        self._back: dict[int, str] = {}  # task -> why it went back to the queue
        self._gone: set[int] = set()
        self._asleep: dict[int, bool] = {}
        self._jobs: dict[int, list[Job]] = {}

    # ---------------------------------------------------------------- who is who
    def begin(self, number: int, pid: int) -> None:
        """A task of the workload has become a process."""
        self._numbers[pid] = number
        self._jobs[number] = []

    def reporter(self, number: int) -> Callable[[bytes], object]:
        """Return where the process of a task says that jobs are done."""

        def report(data: bytes) -> None:
            if self.specs[number - 1].script is not None:
                return  # what a script prints is its own affair
            for line in data.splitlines():
                job, time_ns = map(int, line.split())
                self._done(number, job, time_ns - self.start_ns)

        return report

    def process_started(self, now_ns: int, pid: int, ppid: int, comm: bytes) -> None:
        """A process that a task starts is a task of its own."""
        if ppid not in self._numbers or pid in self._numbers:
            return
        now_ns -= self.start_ns
        if now_ns >= self._limit_ns:
            return
        self.specs.append(TaskSpec(comm.decode("utf-8", "replace"), (), max(0, now_ns)))
        number = len(self.specs)
        self.begin(number, pid)
        self._release(number, now_ns)

    def process_exec(self, now_ns: int, pid: int, path: bytes, argv: list[bytes]) -> None:
        """It is called after the program that it runs now."""
        number = self._numbers.get(pid, 0)
        if number > len(self.workload.tasks):
            name = path.rpartition(b"/")[2].decode("utf-8", "replace")
            self.specs[number - 1] = self.specs[number - 1]._replace(name=name)

    def process_exited(self, now_ns: int, pid: int, status: int) -> None:
        """A process has ended, and with it the job that it was in."""
        number = self._numbers.get(pid)
        if number is None:
            return
        now_ns -= self.start_ns
        if now_ns >= self._limit_ns:
            return
        spec = self.specs[number - 1]
        if number > len(self.workload.tasks) or spec.script is not None:
            self._done(number, 0, now_ns)
        self._gone.add(number)
        self.trace.events.append(Event(now_ns, "exit", number))

    # ---------------------------------------------------------------- who runs
    def runnable(self, now_ns: int, pid: int, tid: int, why: Enqueue) -> None:
        """A task was handed to the scheduler."""
        number = self._numbers.get(pid)
        if number is None:
            return
        self._tids[tid] = number
        if why in _BACK:
            self._back[number] = _BACK[why]
            return
        now_ns -= self.start_ns
        if now_ns >= self._limit_ns:
            return
        spec = self.specs[number - 1]
        if number <= len(self.workload.tasks) and now_ns >= 0:
            jobs = self._jobs[number]
            due_ns = spec.arrival_ns + len(jobs) * spec.period_ns
            if now_ns >= due_ns and (spec.period_ns or not jobs) and (not jobs or jobs[-1].end_ns is not None):
                self._asleep[number] = False
                self._release(number, due_ns)
                return
        if self._asleep.pop(number, False):
            self.trace.events.append(Event(now_ns, "wake", number))

    def switched(self, now_ns: int, cpu: int, previous: int, following: int) -> None:
        """A CPU has changed hands. 0 = nobody."""
        now_ns = min(now_ns - self.start_ns, self._limit_ns)
        self._leave(now_ns, cpu)
        number = self._tids.get(following)
        if number is None:
            return
        if now_ns >= self._limit_ns:
            return
        self._on[cpu] = (number, now_ns)
        if now_ns < 0:
            return
        trace = self.trace
        trace.decisions += 1
        trace.switches += self._last.get(cpu, number) != number
        trace.migrations += self._where.get(number, cpu) != cpu
        self._last[cpu], self._where[number] = number, cpu

    def _leave(self, now_ns: int, cpu: int) -> None:
        number, since_ns = self._on.pop(cpu, (0, 0))
        if not number:
            return
        why = ENDED if number in self._gone else self._back.pop(number, BLOCKED)
        if now_ns > 0:
            self.trace.runs.append(Run(max(0, since_ns), now_ns, cpu, number, why))
        if why == BLOCKED:
            self._asleep[number] = True
            jobs = self._jobs[number]
            if jobs and jobs[-1].end_ns is None:
                self.trace.events.append(Event(now_ns, "block", number))
            else:
                self._asleep[number] = False  # between two jobs: the next release wakes it

    # ---------------------------------------------------------------- jobs
    def _release(self, number: int, now_ns: int) -> None:
        spec, jobs = self.specs[number - 1], self._jobs[number]
        job = Job(number, len(jobs), now_ns, now_ns + spec.deadline_ns if spec.deadline_ns else None)
        jobs.append(job)
        self.trace.jobs.append(job)
        self.trace.events.append(Event(now_ns, "release", number))

    def _done(self, number: int, job: int, now_ns: int) -> None:
        if now_ns >= self._limit_ns:
            return
        spec, jobs = self.specs[number - 1], self._jobs[number]
        while len(jobs) <= job:  # it was late, and began without having slept
            self._release(number, spec.arrival_ns + len(jobs) * spec.period_ns)
        jobs[job].end_ns = now_ns
        self.trace.events.append(Event(now_ns, "done", number))

    # ---------------------------------------------------------------- the end
    def finish(self) -> Trace:
        """Return the trace of everything until `end_ns`."""
        trace = self.trace
        for cpu in list(self._on):
            number, since_ns = self._on.pop(cpu)
            if self.end_ns > since_ns:
                trace.runs.append(Run(max(0, since_ns), self.end_ns, cpu, number, HORIZON))
        trace.end_ns = self.end_ns
        self._overdue()
        for job in trace.jobs:
            if job.deadline_ns is not None and job.deadline_ns <= self.end_ns:
                if job.end_ns is None or job.end_ns > job.deadline_ns:
                    trace.events.append(Event(job.deadline_ns, "miss", job.task))
        trace.events.sort(key=lambda event: event.time_ns)
        trace.jobs.sort(key=lambda job: (job.release_ns, job.task))
        self._first_runs_and_sleeps()
        self.specs = [spec._replace(bursts=spec.bursts or self._bursts(n)) for n, spec in enumerate(self.specs, 1)]
        trace.workload = self.workload._replace(tasks=tuple(self.specs))
        return trace

    def _overdue(self) -> None:
        """Write down the releases of jobs that nobody got round to."""
        for number, spec in enumerate(self.workload.tasks, 1):
            jobs = self._jobs[number]
            while spec.period_ns and (not spec.jobs or len(jobs) < spec.jobs):
                due_ns = spec.arrival_ns + len(jobs) * spec.period_ns
                if due_ns >= self.end_ns:
                    break
                self._release(number, due_ns)
            if not jobs and spec.arrival_ns < self.end_ns:
                self._release(number, spec.arrival_ns)

    def _first_runs_and_sleeps(self) -> None:
        trace = self.trace
        runs: dict[int, list[Run]] = {}
        for run in trace.runs:
            runs.setdefault(run.task, []).append(run)
        pauses: dict[int, list[tuple[int, int]]] = {}
        since: dict[int, int] = {}
        for event in trace.events:
            if event.what == "block":
                since[event.task] = event.time_ns
            elif event.what == "wake" and event.task in since:
                pauses.setdefault(event.task, []).append((since.pop(event.task), event.time_ns))
        for number, jobs in self._jobs.items():
            mine = sorted(runs.get(number, ()))
            place = pause = 0
            free_ns = 0
            sleeps = pauses.get(number, [])
            for job in jobs:
                ready_ns = max(job.release_ns, free_ns)
                while place < len(mine) and mine[place].end_ns <= ready_ns:
                    place += 1
                if place < len(mine):
                    job.first_ns = max(ready_ns, mine[place].start_ns)
                end_ns = self.end_ns if job.end_ns is None else job.end_ns
                while pause < len(sleeps) and sleeps[pause][0] < end_ns:
                    if sleeps[pause][0] >= ready_ns:
                        job.slept_ns += sleeps[pause][1] - sleeps[pause][0]
                    pause += 1
                free_ns = end_ns

    def _bursts(self, number: int) -> tuple[Burst, ...]:
        """Return what a process did as bursts: CPU time, then the sleep until it was woken."""
        wakes = [event.time_ns for event in self.trace.events if event.task == number and event.what == "wake"]
        bursts: list[Burst] = []
        cpu_ns = 0
        for run in sorted(run for run in self.trace.runs if run.task == number):
            cpu_ns += run.end_ns - run.start_ns
            if run.why == BLOCKED:
                woken_ns = next((time_ns for time_ns in wakes if time_ns >= run.end_ns), None)
                if woken_ns is not None:
                    bursts.append(Burst(cpu_ns, woken_ns - run.end_ns))
                    cpu_ns = 0
        if cpu_ns or not bursts:
            bursts.append(Burst(cpu_ns))
        return tuple(bursts)
