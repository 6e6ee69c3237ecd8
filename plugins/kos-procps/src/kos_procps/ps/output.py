"""The lines of ps. A column that is too wide pushes the next ones to the right, and the next gap takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kos_kernel.api import SysError, Writer, read_whole

from ..facts.processes import shown
from .columns import COMMANDS, NAMED, PROCESS, THREAD

if TYPE_CHECKING:
    from ..facts.processes import Machine, Process
    from .arguments import Request
    from .formats import Cell

WIDE = 132


class Row(NamedTuple):
    """A process and how it is shown. lead: what stands before its command. of: PROCESS or THREAD for -m, "" for both."""

    process: Process
    lead: str = ""
    of: str = ""


class Printer:
    """Prints the rows of one run of ps."""

    def __init__(self, machine: Machine, asked: Request) -> None:
        self.machine = machine
        self.asked = asked
        self.k = machine.k
        self.limit = self._limit()
        cells = [piece for piece in asked.cells if not isinstance(piece, str)]
        self.cells = [one._replace(width=max(one.width or machine.pid_width, one.least)) for one in cells]
        self.literal = any(isinstance(piece, str) for piece in asked.cells)

    def _limit(self) -> int | None:
        """Return how wide a line may be: as the terminal, or without bound if the output is none."""
        asked = self.asked
        if asked.wide > 1:
            return None
        columns = self.k.env.get(b"COLUMNS", b"")
        width: int | None = None
        try:
            width = self.k.get_winsize(1)[1] or 80
        except SysError:
            pass
        if columns.isdigit() and 0 < int(columns[:6]) < 99999:
            width = int(columns[:6])
        if asked.columns:
            width = asked.columns
        return max(width, WIDE) if width is not None and asked.wide else width

    def rows_a_page(self) -> int:
        """Return how many lines a page has."""
        if self.asked.rows:
            return self.asked.rows
        lines = self.k.env.get(b"LINES", b"")
        if lines.isdigit() and int(lines[:6]):
            return int(lines[:6])
        try:
            return self.k.get_winsize(1)[0] or 24
        except SysError:
            return 24

    def show(self, rows: list[Row]) -> None:
        """Print headings and rows."""
        out = Writer(self.k)
        headings = self.asked.headings != "never" and any(one.heading for one in self.cells)
        page = self.rows_a_page() - 1 if self.asked.headings == "pages" else 0
        for number, row in enumerate(rows):
            if headings and (number == 0 or (page > 0 and number % page == 0)):
                out.write(self.line([one.heading for one in self.cells], heading=True))
            out.write(self.line([self.text(one, row) for one in self.cells]))
        if headings and not rows:
            out.write(self.line([one.heading for one in self.cells], heading=True))
        out.flush()

    def text(self, one: Cell, row: Row) -> str:
        """Return what a column says of a process."""
        if row.of and one.column.of not in (row.of, "both"):
            return "-"
        p, name, machine = row.process, one.name, self.machine
        if name in COMMANDS:
            full = name in ("args", "cmd", "command") and not self.asked.true_names
            text = one.column.text(machine, p) if full else shown(p.comm)
            if p.state == "Z" and not full:
                text += " <defunct>"
            return row.lead + text + (self._environment(p) if full and self.asked.environment else "")
        if name in NAMED and one is not self.cells[-1] and one.width < len(text := one.column.text(machine, p)):
            return text[: one.width - 1] + "+"
        return one.column.text(machine, p)

    def _environment(self, p: Process) -> str:
        try:
            data = read_whole(self.k, b"/proc/%d/environ" % p.pid)
        except SysError:
            return ""
        return "".join(" " + shown(entry) for entry in data.split(b"\0") if entry)

    def line(self, texts: list[str], *, heading: bool = False) -> bytes:
        """Return a line of these texts."""
        if self.literal:
            return self._literal(texts)
        line = ""
        place = 0  # where this column's field begins when nothing is too wide
        last = len(texts) - 1
        for index, (one, text) in enumerate(zip(self.cells, texts, strict=True)):
            width, right = one.width, one.column.align == ">"
            if not heading and not right and index < last and len(text) > width:
                room = width + max(place - len(line) - (1 if index else 0), 0) if one.column.open else width
                text = text[: max(room, width)]
            numeric_name = self.machine.numeric and (one.name in NAMED or one.name in ("wchan", "wname"))
            target = place + (max(width - len(text), 0) if right or numeric_name else 0)
            space = target - len(line)
            if index and space < 1:
                space = 1
            line += " " * max(space, 0) + text
            place += width + 1
        if self.limit is not None:
            line = line[: self.limit]
        return line.encode("utf-8", "replace") + b"\n"

    def _literal(self, texts: list[str]) -> bytes:
        line, index = "", 0
        for piece in self.asked.cells:
            if isinstance(piece, str):
                line += piece
                continue
            one, text = self.cells[index], texts[index]
            index += 1
            line += f"{text[: one.width] if one.column.align == '<' else text:{one.column.align}{one.width}}"
        return (line if self.limit is None else line[: self.limit]).encode("utf-8", "replace") + b"\n"


def rows_of(chosen: list[Process], asked: Request) -> list[Row]:
    """Return the rows in order: as a forest if asked for, each process followed by its thread with -m."""
    rows = _forest(chosen, bars=asked.forest == 1) if asked.forest else [Row(p) for p in chosen]
    if asked.after:
        rows = [row._replace(of=kind) for row in rows for kind in (PROCESS, THREAD)]
    return rows


def _forest(chosen: list[Process], *, bars: bool) -> list[Row]:
    """Return processes below their parents."""
    pids = {p.pid for p in chosen}
    children: dict[int, list[Process]] = {}
    for p in chosen:
        children.setdefault(p.ppid if p.ppid in pids and p.ppid != p.pid else 0, []).append(p)
    rows = []
    # (process, what stands before it, what stands before its children)
    stack = [(p, "", "") for p in reversed(children.get(0, []))]
    while stack:
        p, lead, below = stack.pop()
        rows.append(Row(p, lead))
        kids = children.get(p.pid, [])
        for place, child in reversed(list(enumerate(kids))):
            last = place == len(kids) - 1
            if bars:
                stack.append((child, below + " \\_ ", below + ("    " if last else " |  ")))
            else:
                stack.append((child, below + "  ", below + "  "))
    return rows
