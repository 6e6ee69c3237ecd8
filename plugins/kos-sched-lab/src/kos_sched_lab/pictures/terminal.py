"""Figures and charts in a terminal, with rich."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..measure.summary import Summary
from ..simulate.trace import Run, Trace
from .durations import round_step, written
from .lanes import Lane, lanes

COLOURS = (
    "cyan",
    "magenta",
    "green",
    "yellow",
    "blue",
    "red",
    "bright_cyan",
    "bright_magenta",
    "bright_green",
    "bright_yellow",
)
MOST_LANES = 40
RUNNING, WAITING, SLEEPING, MISSED = "█", "░", "·", "!"


def colour(task: int) -> str:
    """Return the colour of a task; after ten they come again."""
    return COLOURS[(task - 1) % len(COLOURS)]


def chart(trace: Trace, width: int) -> Text:
    """Return the chart of a trace: a row for each CPU, then one for each task. width: of the terminal, in columns.

    A column is a stretch of time, and shows who had most of it. Tasks beyond forty are left out, and it says so.
    """
    shown = lanes(trace)
    names = [*(f"CPU {cpu}" for cpu in range(trace.workload.cpus)), *(lane.name for lane in shown[:MOST_LANES])]
    margin = min(20, max(map(len, names))) + 1
    columns = max(20, width - margin - 1)
    span = max(trace.end_ns, 1)
    text = Text()
    text.append_text(_axis(span, columns, margin))
    runs: dict[int, list[Run]] = {}
    for run in trace.merged():
        runs.setdefault(run.cpu, []).append(run)
    for cpu in range(trace.workload.cpus):
        text.append(f"{f'CPU {cpu}':<{margin}}")
        for task in _most(((run.start_ns, run.end_ns, run.task) for run in runs.get(cpu, [])), span, columns):
            text.append(RUNNING if task else " ", style=colour(task) if task else "")
        text.append("\n")
    for lane in shown[:MOST_LANES]:
        text.append(f"{lane.name[: margin - 1]:<{margin}}", style=colour(lane.task))
        text.append_text(_lane(lane, span, columns))
        text.append("\n")
    if len(shown) > MOST_LANES:
        text.append(f"{len(shown) - MOST_LANES} more tasks are not shown; --html has all of them\n", style="dim")
    text.append(f"{RUNNING} runs  {WAITING} waits  {SLEEPING} sleeps  {MISSED} missed its deadline\n", style="dim")
    return text


def _axis(span: int, columns: int, margin: int) -> Text:
    step = round_step(span, max(1, columns // 12))
    row = [" "] * (columns + 12)
    for at in range(0, span + 1, step):
        place = at * columns // span
        for offset, letter in enumerate("|" + written(at).replace(" ", "")):
            if place + offset < len(row):
                row[place + offset] = letter
    return Text(" " * margin + "".join(row).rstrip() + "\n", style="dim")


def _most(spans: object, span: int, columns: int) -> list[int]:
    """Return for each column the number that has the largest part of it; 0 where nobody has any."""
    parts: list[dict[int, int]] = [{} for _ in range(columns)]
    for start_ns, end_ns, number in spans:  # type: ignore[attr-defined]
        first, last = start_ns * columns // span, min(columns - 1, max(start_ns, end_ns - 1) * columns // span)
        for column in range(first, last + 1):
            low, high = column * span // columns, (column + 1) * span // columns
            covered = min(end_ns, high) - max(start_ns, low)
            if covered > 0:
                parts[column][number] = parts[column].get(number, 0) + covered
    return [max(part, key=lambda number: (part[number], -number)) if part else 0 for part in parts]


def _lane(lane: Lane, span: int, columns: int) -> Text:
    spans = [
        *((run.start_ns, run.end_ns, 1) for run in lane.runs),
        *((start, end, 2) for start, end in lane.waits),
        *((start, end, 3) for start, end in lane.sleeps),
    ]
    letters = ["", RUNNING, WAITING, SLEEPING]
    text = Text()
    missed = {min(columns - 1, at * columns // span) for at, late in lane.deadlines if late}
    for column, state in enumerate(_most(spans, span, columns)):
        if column in missed:
            text.append(MISSED, style="bold red")
        else:
            text.append(letters[state] or " ", style=colour(lane.task) if state == 1 else "dim")
    return text


def comparison(summaries: Sequence[Summary]) -> Table:
    """Return a table with a column for each scheduler."""
    table = Table(title=None, header_style="bold", pad_edge=False)
    table.add_column("")
    for summary in summaries:
        table.add_column(summary.scheduler, justify="right")
    for name, cells in comparison_rows(summaries):
        table.add_row(name, *cells)
    return table


def comparison_rows(summaries: Sequence[Summary]) -> list[tuple[str, list[str]]]:
    """Return (what, a cell for each scheduler); rows that say nothing about any of them are left out."""
    rows: list[tuple[str, list[str]]] = [("jobs done", [f"{one.done} of {one.jobs}" for one in summaries])]
    for name in ("turnaround", "response", "wait", "delay"):
        for part in ("mean", "p50", "p95", "p99"):
            rows.append((f"{name} {part}", [written(getattr(getattr(one, name), part)) for one in summaries]))
    rows += [
        ("throughput (jobs/s)", [f"{one.throughput:.4g}" for one in summaries]),
        ("utilisation", [f"{one.utilisation:.1%}" for one in summaries]),
        ("context switches", [str(one.switches) for one in summaries]),
        ("Jain index", [f"{one.jain:.3f}" for one in summaries]),
        ("worst lag", [written(one.lag_ns) for one in summaries]),
    ]
    if any(one.migrations for one in summaries):
        rows.append(("migrations", [str(one.migrations) for one in summaries]))
    if any(one.overhead_ns for one in summaries):
        rows.append(("spent on switches", [written(one.overhead_ns) for one in summaries]))
    if any(one.deadlines for one in summaries):
        rows.append(("deadlines missed", [f"{one.missed} of {one.deadlines}" for one in summaries]))
        rows.append(("tardiness mean", [written(one.tardiness.mean) for one in summaries]))
        rows.append(("tardiness max", [written(one.tardiness.most) for one in summaries]))
    return rows


def task_table(summary: Summary) -> Table:
    """Return a table with a row for each task."""
    table = Table(header_style="bold", pad_edge=False)
    table.add_column("task")
    deadlines = any(row.missed for row in summary.tasks) or bool(summary.deadlines)
    for name in ("jobs", *(["missed"] if deadlines else []), "CPU", "response", "turnaround", "wait"):
        table.add_column(name, justify="right")
    for row in summary.tasks[:MOST_LANES]:
        done = str(row.jobs) if row.done == row.jobs else f"{row.done} of {row.jobs}"
        table.add_row(
            row.name,
            done,
            *([str(row.missed)] if deadlines else []),
            written(row.cpu_ns),
            written(row.response_ns),
            written(row.turnaround_ns),
            written(row.wait_ns),
        )
    return table


def show(console: Console, traces: Sequence[Trace], summaries: Sequence[Summary], *, charts: bool) -> None:
    """Print the charts, one below the other, and then the figures: of one scheduler by task, of several side by side."""
    if charts:
        for trace in traces:
            if len(traces) > 1:
                console.print(Text(trace.scheduler, style="bold"))
            console.print(chart(trace, console.width), soft_wrap=True)
    if len(summaries) == 1:
        console.print(task_table(summaries[0]))
    console.print(comparison(summaries))
