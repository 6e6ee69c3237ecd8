"""A trace as SVG: CPUs on top, then a lane for each task with its releases, waits, runs and deadlines.

▲ released   ▬ runs   — waits   ⋯ sleeps   ▼ deadline (red: missed)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from ..simulate.trace import Run, Trace
from .durations import round_step, written
from .lanes import Lane, lanes

PALETTE = (
    "#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#b07aa1", "#76b7b2", "#edc948", "#ff9da7", "#9c755f", "#86bcb6",
)  # fmt: skip
LANE, GAP, LEFT, TOP, RIGHT = 22, 6, 130, 44, 20
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #222 } .title { font-weight: 600; font-size: 14px }
  .axis { stroke: #ddd } .wait { stroke: #999; stroke-width: 2 } .sleep { stroke: #bbb; stroke-width: 1.5; stroke-dasharray: 2 3 }
  .lane { fill: #f6f6f6 } .due { fill: #555 } .missed { fill: #d00 }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } .lane { fill: #2a2a2a } .axis { stroke: #444 } .due { fill: #bbb } }
"""


def colour(task: int) -> str:
    """Return the colour of a task; after ten they come again."""
    return PALETTE[(task - 1) % len(PALETTE)]


def as_svg(traces: Sequence[Trace], width: int = 1100) -> str:
    """Return a picture of these traces, one below the other. width: in pixels."""
    parts: list[str] = []
    height = 0
    for trace in traces:
        drawn, tall = _one(trace, width, height)
        parts += drawn
        height += tall
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def _one(trace: Trace, width: int, top: int) -> tuple[list[str], int]:
    """Return the elements of one trace that begins at height `top`, and how tall it is."""
    span = max(trace.end_ns, 1)
    scale = (width - LEFT - RIGHT) / span
    shown = lanes(trace)
    rows = trace.workload.cpus + len(shown)
    tall = TOP + rows * (LANE + GAP) + 24

    def x(at: float) -> str:
        return f"{LEFT + at * scale:.2f}"

    title = f"{trace.scheduler}: {trace.workload.name}"
    parts = [f'<text class="title" x="8" y="{top + 18}">{escape(title)}</text>']
    bottom = top + TOP + rows * (LANE + GAP)
    step = round_step(span, 10)
    for at in range(0, span + 1, step):
        parts.append(f'<line class="axis" x1="{x(at)}" x2="{x(at)}" y1="{top + TOP - 6}" y2="{bottom}"/>')
        parts.append(f'<text x="{x(at)}" y="{top + TOP - 10}" text-anchor="middle">{written(at)}</text>')
    y = top + TOP
    for cpu in range(trace.workload.cpus):
        parts.append(_frame(f"CPU {cpu}", y, width))
        for run in trace.merged():
            if run.cpu == cpu:
                parts.append(_bar(trace, run, x(run.start_ns), (run.end_ns - run.start_ns) * scale, y))
        y += LANE + GAP
    for lane in shown:
        parts.append(_frame(lane.name, y, width))
        parts += _lane(trace, lane, x, scale, y)
        y += LANE + GAP
    return parts, tall


def _frame(name: str, y: int, width: int) -> str:
    short = name if len(name) <= 18 else name[:17] + "…"
    return (
        f'<rect class="lane" x="{LEFT}" y="{y}" width="{width - LEFT - RIGHT}" height="{LANE}"/>'
        f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(short)}</text>'
    )


def _bar(trace: Trace, run: Run, x: str, long: float, y: int) -> str:
    start_ns, end_ns, task = run.start_ns, run.end_ns, run.task
    said = escape(
        f"{trace.name(task)} on CPU {run.cpu}, {written(start_ns)} to {written(end_ns)} ({written(end_ns - start_ns)})"
    )
    return (
        f'<rect x="{x}" y="{y + 3}" width="{max(long, 0.5):.2f}" height="{LANE - 6}" fill="{colour(task)}">'
        f"<title>{said}</title></rect>"
    )


def _lane(trace: Trace, lane: Lane, x: Callable[[float], str], scale: float, y: int) -> list[str]:
    middle = y + LANE // 2
    parts = [
        f'<line class="{kind}" x1="{x(start)}" x2="{x(end)}" y1="{middle}" y2="{middle}"/>'
        for kind, spans in (("sleep", lane.sleeps), ("wait", lane.waits))
        for start, end in spans
    ]
    parts += [_bar(trace, run, x(run.start_ns), (run.end_ns - run.start_ns) * scale, y) for run in lane.runs]
    for release in lane.releases:
        here = float(x(release))
        parts.append(f'<path class="due" d="M{here:.2f} {y - 4}l3 6h-6z"><title>released</title></path>')
    for due, missed in lane.deadlines:
        here = float(x(due))
        kind = "missed" if missed else "due"
        said = f"deadline at {written(due)}{', missed' if missed else ''}"
        parts.append(f'<path class="{kind}" d="M{here:.2f} {y + LANE + 4}l3 -6h-6z"><title>{said}</title></path>')
    return parts
