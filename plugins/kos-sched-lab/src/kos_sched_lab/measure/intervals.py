"""When each task was runnable: from a release or wake-up until it sleeps or ends, running or waiting."""

from __future__ import annotations

from ..simulate.trace import Trace


def runnable_intervals(trace: Trace) -> dict[int, list[tuple[int, int]]]:
    """Return by task the (start, end) in which it ran or wanted to, in order; the last one ends with the trace."""
    since: dict[int, int] = {}
    found: dict[int, list[tuple[int, int]]] = {}
    todo: dict[int, int] = {}  # jobs released and not done
    for event in trace.events:
        task = event.task
        if event.what == "release":
            todo[task] = todo.get(task, 0) + 1
            since.setdefault(task, event.time_ns)
        elif event.what == "wake":
            since.setdefault(task, event.time_ns)
        elif event.what == "block":
            found.setdefault(task, []).append((since.pop(task), event.time_ns))
        elif event.what == "done":
            todo[task] -= 1
            if not todo[task]:
                found.setdefault(task, []).append((since.pop(task), event.time_ns))
    for task, start_ns in since.items():
        found.setdefault(task, []).append((start_ns, trace.end_ns))
    return found
