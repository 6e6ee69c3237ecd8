"""What top shows at one moment: the processes with how busy they were since the last look, the CPUs, the memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from kos_kernel.api import SysError, read_whole

from ..facts.files import fields
from ..facts.processes import HZ, PAGE_KIB, Machine, Process, processes, shown
from ..facts.terminals import terminal_name

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


class Sample:
    """One look at the machine. before: the last one, which busy times are counted from; without it, since boot."""

    def __init__(self, k: Syscalls, machine: Machine, before: Sample | None) -> None:
        machine.refresh()
        self.machine = machine
        self.now_ns = k.clock_ns(1)
        self.processes = processes(k)
        self.ticks = {(p.pid, p.start): p.ticks for p in self.processes}
        self.cpus: list[tuple[str, list[int]]] = []
        for line in read_whole(k, b"/proc/stat").splitlines():
            words = line.split()
            if words and words[0].startswith(b"cpu"):
                self.cpus.append((words[0].decode(), ([int(word) for word in words[1:9]] + [0] * 8)[:8]))
        self.memory = {
            name.decode(): int(value.split()[0]) for name, value in fields(read_whole(k, b"/proc/meminfo")).items()
        }
        self.before = before
        self.seconds = (self.now_ns - before.now_ns) / 1e9 if before is not None else 0.0

    def busy(self, p: Process) -> float:
        """Return how much of one CPU a process used, in percent."""
        before = self.before
        if before is None or self.seconds <= 0:
            return self.machine.cpu(p)
        return (p.ticks - before.ticks.get((p.pid, p.start), 0)) / HZ / self.seconds * 100

    def shares(self) -> list[tuple[str, list[float]]]:
        """Return for all CPUs together and for each the shares of us sy ni id wa hi si st, in percent."""
        old = dict(self.before.cpus) if self.before is not None else {}
        rows = []
        for name, ticks in self.cpus:
            spent = [max(now - then, 0) for now, then in zip(ticks, old.get(name, [0] * 8), strict=True)]
            user, nice, system, idle, waiting, hard, soft, stolen = spent
            total = sum(spent)
            parts = [user, system, nice, idle, waiting, hard, soft, stolen]
            rows.append(
                (name, [part * 100 / total for part in parts] if total else [0.0, 0.0, 0.0, 100.0, 0.0, 0.0, 0.0, 0.0])
            )
        return rows


class Field(NamedTuple):
    """A column of top. width 0: as wide as a pid, -1: the rest of the line."""

    heading: str
    width: int
    right: bool
    text: Callable[[Sample, Process], str]
    key: Callable[[Sample, Process], Any]


def _number(heading: str, width: int, get: Callable[[Process], int]) -> Field:
    return Field(heading, width, True, lambda _, p: str(get(p)), lambda _, p: get(p))


def _name(heading: str, width: int, get: Callable[[Sample, Process], str]) -> Field:
    return Field(heading, width, False, get, get)


def _percent(value: float) -> str:
    return f"{value:.1f}" if value < 999.95 else f"{value:.0f}"


def _time(p: Process, *, exact: bool) -> str:
    minutes, rest = divmod(p.ticks, 60 * HZ)
    return f"{minutes}:{rest // HZ:02}.{rest % HZ:02}" if exact else f"{minutes}:{rest // HZ:02}"


def _size(kib: int, width: int) -> str:
    """Return a size in KiB, or in larger units where that is too wide."""
    text, amount, letter = str(kib), float(kib), ""
    for letter in "mgtp":
        if len(text) <= width:
            break
        amount /= 1024
        text = f"{amount:.1f}{letter}"
    return text


def _resident(p: Process) -> int:
    return p.rss * PAGE_KIB


def _share(sample: Sample, p: Process) -> float:
    return min(_resident(p) * 100 / sample.machine.memory_kib, 100.0)


def _elapsed(sample: Sample, p: Process) -> str:
    days, rest = divmod(sample.machine.elapsed(p), 86400)
    clock = f"{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return f"{days}-{clock}" if days else clock


def _score(kind: bytes) -> Callable[[Sample, Process], str]:
    def text(sample: Sample, p: Process) -> str:
        try:
            return read_whole(sample.machine.k, b"/proc/%d/%s" % (p.pid, kind)).decode().strip()
        except SysError:
            return "-"

    return text


def _table() -> list[Field]:
    return [
        _number("PID", 0, lambda p: p.pid),
        _number("PPID", 0, lambda p: p.ppid),
        _number("UID", 5, lambda p: p.euid),
        _name("USER", 8, lambda s, p: s.machine.user(p.euid)),
        _number("RUID", 5, lambda p: p.uid),
        _name("RUSER", 8, lambda s, p: s.machine.user(p.uid)),
        _number("SUID", 5, lambda p: p.suid),
        _name("SUSER", 8, lambda s, p: s.machine.user(p.suid)),
        _number("GID", 5, lambda p: p.egid),
        _name("GROUP", 8, lambda s, p: s.machine.group(p.egid)),
        _number("PGRP", 0, lambda p: p.pgid),
        _name("TTY", 8, lambda _, p: terminal_name(p.tty)),
        _number("TPGID", 0, lambda p: p.tpgid),
        _number("SID", 0, lambda p: p.sid),
        Field("PR", 3, True, lambda _, p: "rt" if p.priority < -99 else str(p.priority), lambda _, p: p.priority),
        _number("NI", 3, lambda p: p.nice),
        _number("nTH", 3, lambda p: p.threads),
        _number("P", 2, lambda p: p.processor),
        Field("%CPU", 5, True, lambda s, p: _percent(s.busy(p)), lambda s, p: s.busy(p)),
        Field("TIME", 6, True, lambda _, p: _time(p, exact=False), lambda _, p: p.ticks),
        Field("TIME+", 9, True, lambda _, p: _time(p, exact=True), lambda _, p: p.ticks),
        Field("%MEM", 5, True, lambda s, p: _percent(_share(s, p)), lambda _, p: p.rss),
        Field("VIRT", 7, True, lambda _, p: _size(p.vsize // 1024, 7), lambda _, p: p.vsize),
        Field("RES", 6, True, lambda _, p: _size(_resident(p), 6), lambda _, p: p.rss),
        Field("SHR", 6, True, lambda _, p: "0", lambda _, p: 0),
        Field("nMaj", 4, True, lambda _, p: str(p.majflt), lambda _, p: p.majflt),
        Field("nMin", 4, True, lambda _, p: str(p.minflt), lambda _, p: p.minflt),
        _name("S", 1, lambda _, p: p.state),
        Field("COMMAND", -1, False, lambda _, p: shown(p.comm), lambda _, p: p.comm),
        _name("WCHAN", 10, lambda _, p: "-"),
        Field("OOMa", 5, True, _score(b"oom_score_adj"), _score(b"oom_score_adj")),
        Field("OOMs", 4, True, _score(b"oom_score"), _score(b"oom_score")),
        Field("STARTED", 8, True, lambda s, p: s.machine.started(p, b"%H:%M:%S"), lambda _, p: p.start),
        Field("ELAPSED", 11, True, _elapsed, lambda s, p: s.machine.elapsed(p)),
    ]


FIELDS = {field.heading: field for field in _table()}
USUAL = ("PID", "USER", "PR", "NI", "VIRT", "RES", "SHR", "S", "%CPU", "%MEM", "TIME+", "COMMAND")
