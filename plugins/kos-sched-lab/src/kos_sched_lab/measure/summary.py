"""What a comparison shows of a trace, in one record.

response     from a job's release until it first runs
turnaround   from its release until it is done
wait         turnaround less what it ran and slept: time in the queue
tardiness    how long after its deadline a job was done, of those that were late
delay        from a wake-up until the task runs, of every wake-up
Jain         (sum x)^2 / (n * sum x^2) over tasks, x = CPU time / time it was runnable / weight: 1 = all treated alike
lag          how far a task was behind (or ahead of) its share of the CPUs by weight, at worst; see lag.py
"""

from __future__ import annotations

from typing import NamedTuple

from ..simulate.task import WEIGHTS
from ..simulate.trace import Job, Trace
from .intervals import runnable_intervals
from .lag import worst_lag_ns
from .spread import Spread


class TaskRow(NamedTuple):
    """One task's figures. Times in ns; means over its jobs that were done."""

    name: str
    jobs: int
    done: int
    missed: int
    cpu_ns: int
    response_ns: float
    turnaround_ns: float
    wait_ns: float


class Summary(NamedTuple):
    """See above. Times in ns; throughput in jobs a second; utilisation of all CPUs together, 0 to 1."""

    scheduler: str
    jobs: int
    done: int
    end_ns: int
    response: Spread
    turnaround: Spread
    wait: Spread
    delay: Spread
    throughput: float
    switches: int
    migrations: int
    decisions: int
    utilisation: float
    overhead_ns: int
    jain: float
    lag_ns: float
    deadlines: int
    missed: int
    tardiness: Spread
    tasks: tuple[TaskRow, ...]


def summarise(trace: Trace) -> Summary:
    """Return the figures of a trace."""
    cpu_ns = [0] * (len(trace.workload.tasks) + 1)
    for run in trace.runs:
        cpu_ns[run.task] += run.end_ns - run.start_ns
    per_job = _cpu_of_jobs(trace)
    done = [job for job in trace.jobs if job.end_ns is not None]
    due = [
        job
        for job in trace.jobs
        if job.deadline_ns is not None and (job.end_ns is not None or job.deadline_ns <= trace.end_ns)
    ]
    late = [job for job in due if _missed(job, trace.end_ns)]
    span = max(trace.end_ns, 1)
    intervals = runnable_intervals(trace)
    return Summary(
        trace.scheduler,
        len(trace.jobs),
        len(done),
        trace.end_ns,
        Spread.of([job.first_ns - job.release_ns for job in trace.jobs if job.first_ns is not None]),
        Spread.of([_turnaround(job) for job in done]),
        Spread.of([_turnaround(job) - per_job.get(id(job), 0) - job.slept_ns for job in done]),
        Spread.of(_delays(trace)),
        len(done) * 1e9 / span,
        trace.switches,
        trace.migrations,
        trace.decisions,
        sum(cpu_ns) / (span * trace.workload.cpus),
        trace.overhead_ns,
        _jain(trace, cpu_ns, intervals),
        worst_lag_ns(trace, intervals),
        len(due),
        len(late),
        Spread.of([job.late_ns for job in late if job.end_ns is not None]),
        tuple(_row(trace, number, cpu_ns[number], per_job) for number in range(1, len(cpu_ns))),
    )


def _turnaround(job: Job) -> int:
    assert job.end_ns is not None, "only of jobs that are done"
    return job.end_ns - job.release_ns


def _missed(job: Job, end_ns: int) -> bool:
    assert job.deadline_ns is not None
    return job.late_ns > 0 or (job.end_ns is None and job.deadline_ns <= end_ns)


def _cpu_of_jobs(trace: Trace) -> dict[int, int]:
    """Return the CPU time of each job, by the job's identity. The runs of a task are those of its jobs, in order."""
    waiting: dict[int, list[Job]] = {}
    for job in reversed(trace.jobs):
        waiting.setdefault(job.task, []).append(job)
    cpu: dict[int, int] = {}
    for run in sorted(trace.runs, key=lambda run: (run.start_ns, run.end_ns)):
        line = waiting.get(run.task, [])
        while (
            len(line) > 1
            and line[-1].end_ns is not None
            and line[-1].end_ns <= run.start_ns
            and run.end_ns > run.start_ns
        ):
            line.pop()
        if line:
            cpu[id(line[-1])] = cpu.get(id(line[-1]), 0) + run.end_ns - run.start_ns
    return cpu


def _delays(trace: Trace) -> list[float]:
    """Return how long each wake-up or release waited until its task ran, of those that ran."""
    starts: dict[int, list[int]] = {}
    for run in sorted(trace.runs, key=lambda run: run.start_ns, reverse=True):
        starts.setdefault(run.task, []).append(run.start_ns)
    delays: list[float] = []
    for event in trace.events:
        if event.what not in ("wake", "release"):
            continue
        line = starts.get(event.task, [])
        while line and line[-1] < event.time_ns:
            line.pop()
        if line:
            delays.append(line[-1] - event.time_ns)
    return delays


def _jain(trace: Trace, cpu_ns: list[int], intervals: dict[int, list[tuple[int, int]]]) -> float:
    shares = []
    for number, spec in enumerate(trace.workload.tasks, 1):
        wanted = sum(end - start for start, end in intervals.get(number, []))
        if wanted > 0:
            shares.append(cpu_ns[number] / wanted / (spec.demand.tickets or WEIGHTS[spec.nice + 20]))
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0


def _row(trace: Trace, number: int, cpu_ns: int, per_job: dict[int, int]) -> TaskRow:
    jobs = [job for job in trace.jobs if job.task == number]
    done = [job for job in jobs if job.end_ns is not None]
    responses = [job.first_ns - job.release_ns for job in jobs if job.first_ns is not None]
    turnarounds = [_turnaround(job) for job in done]
    waits = [_turnaround(job) - per_job.get(id(job), 0) - job.slept_ns for job in done]
    return TaskRow(
        trace.name(number),
        len(jobs),
        len(done),
        sum(1 for job in jobs if job.deadline_ns is not None and _missed(job, trace.end_ns)),
        cpu_ns,
        Spread.of(responses).mean,
        Spread.of(turnarounds).mean,
        Spread.of(waits).mean,
    )
