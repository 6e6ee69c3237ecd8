"""One self-contained page: charts to zoom into, figures, distributions, and what drivers show of their tasks over time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Any

from ..measure.summary import Summary
from ..simulate.trace import Trace
from .lanes import lanes
from .svg import colour
from .terminal import comparison_rows

MOST_FIGURES = 20_000  # points of a driver's figures that a page holds for each scheduler


def as_html(traces: Sequence[Trace], summaries: Sequence[Summary]) -> str:
    """Return the page. It asks the network for nothing."""
    data = {"schedulers": [_data(trace) for trace in traces]}
    name = traces[0].workload.name if traces else "schedulers"
    template = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    # "</" can't end the script element from within a string, whatever a task is called
    text = json.dumps(data, separators=(",", ":")).replace("</", "<\\/")
    return template.replace("{{title}}", escape(name)).replace("{{table}}", _table(summaries)).replace("{{data}}", text)


def _table(summaries: Sequence[Summary]) -> str:
    head = "".join(f"<th>{escape(one.scheduler)}</th>" for one in summaries)
    rows = "".join(
        f"<tr><th>{escape(name)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, cells in comparison_rows(summaries)
    )
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _data(trace: Trace) -> dict[str, Any]:
    """Return what the page's script draws, as short lists: times in ns."""
    done = [job for job in trace.jobs if job.end_ns is not None]
    every = max(1, len(trace.figures) // MOST_FIGURES)
    series: dict[str, dict[int, list[list[float]]]] = {}
    for at, task, figures in trace.figures[::every]:
        for name, value in figures.items():
            series.setdefault(name, {}).setdefault(task, []).append([at, value])
    return {
        "name": trace.scheduler,
        "cpus": trace.workload.cpus,
        "end": trace.end_ns,
        "tasks": [
            {
                "name": lane.name,
                "colour": colour(lane.task),
                "runs": [[run.start_ns, run.end_ns, run.cpu, run.why] for run in lane.runs],
                "waits": lane.waits,
                "sleeps": lane.sleeps,
                "releases": lane.releases,
                "deadlines": lane.deadlines,
            }
            for lane in lanes(trace)
        ],
        "response": sorted(job.first_ns - job.release_ns for job in done if job.first_ns is not None),
        "turnaround": sorted((job.end_ns or 0) - job.release_ns for job in done),
        "series": {name: [[task, points] for task, points in by_task.items()] for name, by_task in series.items()},
    }
