"""A trace as lanes: for each task what it is doing when, for each CPU who is on it. What all charts draw."""

from __future__ import annotations

from typing import NamedTuple

from ..measure.intervals import runnable_intervals
from ..simulate.trace import Run, Trace


class Lane(NamedTuple):
    """One task: (start, end) of when it waits in the queue, its runs, its releases, its deadlines as (time, missed)."""

    task: int
    name: str
    waits: tuple[tuple[int, int], ...]
    sleeps: tuple[tuple[int, int], ...]
    runs: tuple[Run, ...]
    releases: tuple[int, ...]
    deadlines: tuple[tuple[int, bool], ...]


def lanes(trace: Trace) -> list[Lane]:
    """Return a lane for each task, in the order of the workload."""
    intervals = runnable_intervals(trace)
    runs: dict[int, list[Run]] = {}
    for run in sorted(trace.merged(), key=lambda run: run.start_ns):
        runs.setdefault(run.task, []).append(run)
    exits = {event.task: event.time_ns for event in trace.events if event.what == "exit"}
    answer = []
    for number in range(1, len(trace.workload.tasks) + 1):
        mine = runs.get(number, [])
        spans = intervals.get(number, [])
        waits = [gap for span in spans for gap in _gaps(span, mine)]
        between = [(a[1], b[0]) for a, b in zip(spans, spans[1:], strict=False) if b[0] > a[1]]
        if spans and spans[-1][1] < exits.get(number, trace.end_ns):
            between.append((spans[-1][1], exits.get(number, trace.end_ns)))
        jobs = [job for job in trace.jobs if job.task == number]
        answer.append(
            Lane(
                number,
                trace.name(number),
                tuple(waits),
                tuple(between),
                tuple(mine),
                tuple(job.release_ns for job in jobs),
                tuple(
                    (job.deadline_ns, job.late_ns > 0 or job.end_ns is None)
                    for job in jobs
                    if job.deadline_ns is not None and job.deadline_ns <= trace.end_ns
                ),
            )
        )
    return answer


def _gaps(span: tuple[int, int], runs: list[Run]) -> list[tuple[int, int]]:
    """Return the parts of a span that no run covers."""
    at, end_ns = span
    found = []
    for run in runs:
        if run.end_ns <= at or run.start_ns >= end_ns:
            continue
        if run.start_ns > at:
            found.append((at, run.start_ns))
        at = max(at, run.end_ns)
    if at < end_ns:
        found.append((at, end_ns))
    return found
