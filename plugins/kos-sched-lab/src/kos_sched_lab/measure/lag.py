"""Lag: the difference between what a task got and its share of an ideal machine.

The ideal is processor sharing: at each moment every runnable task computes, at a rate of its weight over the weights of all that
are runnable. With  V(t) = integral of cpus / (sum of weights) dt  a task is due  weight * (V(b) - V(a))  between a and b, and its
lag is that less what it ran. While it waits lag grows, while it runs it shrinks: so it is worst where a run begins or ends.
A share of more than one CPU is counted as it is, though no single task could use it.
Source: Parekh and Gallager 1993; Stoica and Abdel-Wahab 1995 define lag so.
"""

from __future__ import annotations

from bisect import bisect_right

from ..simulate.task import WEIGHTS
from ..simulate.trace import Trace


class VirtualTime:
    """V(t) of a trace, piecewise linear."""

    def __init__(self, trace: Trace, intervals: dict[int, list[tuple[int, int]]]) -> None:
        changes: dict[int, int] = {}
        for task, spans in intervals.items():
            weight = weight_of(trace, task)
            for start_ns, end_ns in spans:
                changes[start_ns] = changes.get(start_ns, 0) + weight
                changes[end_ns] = changes.get(end_ns, 0) - weight
        self.times: list[int] = []
        self.values: list[float] = []
        self.rates: list[float] = []
        total, value, before = 0, 0.0, 0
        for at in sorted(changes):
            value += (at - before) * (trace.workload.cpus / total if total else 0.0)
            total += changes[at]
            self.times.append(at)
            self.values.append(value)
            self.rates.append(trace.workload.cpus / total if total else 0.0)
            before = at

    def at(self, time_ns: int) -> float:
        """Return V at a time."""
        place = bisect_right(self.times, time_ns) - 1
        if place < 0:
            return 0.0
        return self.values[place] + (time_ns - self.times[place]) * self.rates[place]


def weight_of(trace: Trace, task: int) -> int:
    """Return the weight that a task's share goes by: its tickets, else that of its nice level."""
    spec = trace.workload.tasks[task - 1]
    return spec.demand.tickets or WEIGHTS[spec.nice + 20]


def worst_lag_ns(trace: Trace, intervals: dict[int, list[tuple[int, int]]]) -> float:
    """Return the greatest lag, ahead or behind, that any task had while it was runnable; each interval begins with 0."""
    virtual = VirtualTime(trace, intervals)
    runs: dict[int, list[tuple[int, int]]] = {}
    for run in sorted(trace.runs, key=lambda run: run.start_ns):
        runs.setdefault(run.task, []).append((run.start_ns, run.end_ns))
    worst = 0.0
    for task, spans in intervals.items():
        weight = weight_of(trace, task)
        mine = runs.get(task, [])
        place = 0
        for start_ns, end_ns in spans:
            origin, got = virtual.at(start_ns), 0
            while place < len(mine) and mine[place][0] < end_ns:
                begin, finish = mine[place]
                worst = max(worst, abs(weight * (virtual.at(begin) - origin) - got))
                got += finish - begin
                worst = max(worst, abs(weight * (virtual.at(min(finish, end_ns)) - origin) - got))
                place += 1
            worst = max(worst, abs(weight * (virtual.at(end_ns) - origin) - got))
    return worst
