"""The lines of top: the summary, the heading, and a line for each process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Syscalls

from ..facts.processes import Process, shown
from ..people.uptime import summary
from .topfacts import FIELDS, USUAL, Field, Sample

if TYPE_CHECKING:
    from collections.abc import Callable

_UNITS = {"k": ("KiB", 0), "m": ("MiB", 1), "g": ("GiB", 2), "t": ("TiB", 3), "p": ("PiB", 4)}


class View:
    """What the user chose to see; the keys of top change it."""

    def __init__(self) -> None:
        self.sort = "%CPU"
        self.backwards = True  # the largest first
        self.commands = self.each_cpu = self.active_only = self.threads = False
        self.user: Callable[[Process], bool] | None = None
        self.pids: frozenset[int] = frozenset()
        self.most = 0  # how many processes at most; 0: as fit
        self.first = 0  # the first process shown
        self.unit = "m"
        self.cpu_lines = self.memory_lines = self.load_line = True


def chosen(view: View, sample: Sample) -> list[Process]:
    """Return the processes that are shown, sorted."""
    found = sample.processes
    if view.pids:
        found = [p for p in found if p.pid in view.pids]
    if view.user is not None:
        found = [p for p in found if view.user(p)]
    if view.active_only:
        found = [p for p in found if p.state == "R" or (sample.before is not None and sample.busy(p) > 0)]
    key = FIELDS[view.sort].key
    keyed = [(key(sample, p), p) for p in found]
    keyed.sort(key=lambda pair: pair[0], reverse=view.backwards)
    return [p for _, p in keyed]


def summary_lines(k: Syscalls, view: View, sample: Sample) -> list[str]:
    """Return the lines above the processes."""
    counted = [p for p in sample.processes if not view.pids or p.pid in view.pids]
    if view.user is not None:
        counted = [p for p in counted if view.user(p)]
    states = {letter: sum(1 for p in counted if p.state == letter) for letter in "RTtZ"}
    stopped = states["T"] + states["t"]
    sleeping = len(counted) - states["R"] - stopped - states["Z"]
    lines = []
    if view.load_line:
        try:
            lines.append("top -" + summary(k).decode())
        except (ValueError, IndexError):
            lines.append("top -")
    if view.cpu_lines:
        lines.append(
            f"{'Threads' if view.threads else 'Tasks'}: {len(counted):3} total, {states['R']:3} running, {sleeping:3} sleeping, "
            f"{stopped:3} stopped, {states['Z']:3} zombie"
        )
        rows = sample.shares()
        for name, parts in rows[1:] if view.each_cpu else rows[:1]:
            label = f"%Cpu{name[3:]:<3}:" if view.each_cpu else "%Cpu(s):"
            names = ("us", "sy", "ni", "id", "wa", "hi", "si", "st")
            lines.append(label + ",".join(f"{part:5.1f} {what}" for part, what in zip(parts, names, strict=True)) + " ")
    if view.memory_lines:
        lines += _memory(view, sample.memory)
    return lines


def _memory(view: View, memory: dict[str, int]) -> list[str]:
    name, power = _UNITS[view.unit]

    def size(kib: int) -> str:
        return f"{kib / 1024**power:8.1f}" if power else f"{kib:8}"

    total, free = memory.get("MemTotal", 0), memory.get("MemFree", 0)
    cached = memory.get("Buffers", 0) + memory.get("Cached", 0) + memory.get("SReclaimable", 0)
    available = memory.get("MemAvailable", free)
    swap, swap_free = memory.get("SwapTotal", 0), memory.get("SwapFree", 0)
    return [
        f"{name} Mem : {size(total)} total, {size(free)} free, {size(max(total - available, 0))} used, {size(cached)} buff/cache     ",
        f"{name} Swap: {size(swap)} total, {size(swap_free)} free, {size(swap - swap_free)} used. {size(available)} avail Mem ",
    ]


class Columns:
    """The columns at a width."""

    def __init__(self, view: View, sample: Sample, width: int) -> None:
        self.view = view
        self.sample = sample
        self.fields = [FIELDS[name] for name in USUAL]
        if view.sort not in USUAL:
            self.fields.insert(-1, FIELDS[view.sort])
        self.pid_width = max(7, sample.machine.pid_width)
        self.width = width = max(width - 1, 1)  # the last column of the screen stays free
        used = 0
        for place, field in enumerate(self.fields):
            used += max(self._width(field), 1) + (1 if place else 0)
            if used > width:
                self.fields = self.fields[:place]
                break

    def _width(self, field: Field) -> int:
        return field.width or self.pid_width

    def heading(self) -> str:
        """Return the line of headings."""
        cells = [self._cell(field, field.heading) for field in self.fields]
        return " ".join(cells)[: self.width]

    def _cell(self, field: Field, text: str) -> str:
        if field.width < 0:
            return text
        width = self._width(field)
        return text.rjust(width) if field.right else text.ljust(width)

    def line(self, p: Process) -> str:
        """Return a process's line. What is too wide for its column ends with a plus."""
        cells = []
        used = 0
        for field in self.fields:
            text = field.text(self.sample, p)
            if field.heading == "COMMAND" and self.view.commands:
                text = shown(p.args)
            room = self._width(field) if field.width >= 0 else max(self.width - used, 1)
            if len(text) > room and not field.right:
                text = text[: room - 1] + "+"
            cell = self._cell(field, text)
            used += len(cell) + 1
            cells.append(cell)
        return " ".join(cells)[: self.width].rstrip()


def help_lines(delay: float, secure: bool) -> list[str]:
    """Return the page that h shows."""
    rows = [
        "Help for interactive commands - top from KOS",
        f"Delay {delay:.1f} secs; secure mode {'On' if secure else 'Off'}.",
        "",
        "  P,M,N,T   sort by: P %CPU; M %MEM; N PID; T TIME+",
        "  R         reverse the order",
        "  c,i,1     toggle: c command line; i idle tasks; 1 each CPU",
        "  l,t,m     toggle: l load; t tasks and CPUs; m memory",
        "  E         the unit of memory in the summary",
        "  u,n       show: u one user's tasks; n how many",
        "  up,down,page up,page down,home,end   scroll",
        "  d or s    the delay between updates",
        "  k,r       k send a task a signal; r change its nice value",
        "  space     update now",
        "  q         quit",
        "",
        "Press any key to continue",
    ]
    return [row for row in rows if not (secure and row.startswith(("  k,r", "  d or")))]
