"""Traces as files for other programs: CSV for a spreadsheet, Chrome's trace format for Perfetto and chrome://tracing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from ..simulate.trace import Trace


def as_csv(traces: Sequence[Trace]) -> str:
    """Return a line for each run: scheduler, cpu, task, start_ns, end_ns, why it left."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["scheduler", "cpu", "task", "start_ns", "end_ns", "why"])
    for trace in traces:
        for run in sorted(trace.runs, key=lambda run: (run.start_ns, run.cpu)):
            table.writerow([trace.scheduler, run.cpu, trace.name(run.task), run.start_ns, run.end_ns, run.why])
    return text.getvalue()


def as_chrome_trace(traces: Sequence[Trace]) -> str:
    """Return a JSON object as chrome://tracing and Perfetto load it: a process for each scheduler, a thread for each CPU."""
    events: list[dict[str, Any]] = []
    for pid, trace in enumerate(traces, 1):
        events.append({"ph": "M", "name": "process_name", "pid": pid, "args": {"name": trace.scheduler}})
        for cpu in range(trace.workload.cpus):
            events.append({"ph": "M", "name": "thread_name", "pid": pid, "tid": cpu, "args": {"name": f"CPU {cpu}"}})
        for run in trace.runs:
            events.append(
                {
                    "ph": "X",
                    "name": trace.name(run.task),
                    "cat": "run",
                    "pid": pid,
                    "tid": run.cpu,
                    "ts": run.start_ns / 1000,
                    "dur": (run.end_ns - run.start_ns) / 1000,
                    "args": {"why it left": run.why},
                }
            )
        for event in trace.events:
            events.append(
                {
                    "ph": "i",
                    "s": "p",
                    "name": f"{event.what}: {trace.name(event.task)}",
                    "cat": event.what,
                    "pid": pid,
                    "tid": 0,
                    "ts": event.time_ns / 1000,
                }
            )
        for at, task, figures in trace.figures:
            for name, value in figures.items():
                events.append(
                    {
                        "ph": "C",
                        "name": f"{name} of {trace.name(task)}",
                        "pid": pid,
                        "ts": at / 1000,
                        "args": {"value": value},
                    }
                )
    return json.dumps({"displayTimeUnit": "ms", "traceEvents": events}, separators=(",", ":"))
