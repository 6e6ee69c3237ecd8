"""How scheduling is shown: /proc/PID/sched, /proc/schedstat, and lists of CPUs.

The layout of `sched` is that of Linux 6.1's kernel/sched/debug.c, a name, a colon, a value; of its names those that mean
something here, followed by what the scheduler driver shows of a task under the driver's own names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kos_kernel.api import KernelView, ProcessView

_WIDTH = 45


def cpu_list(mask: int) -> bytes:
    """Return CPUs as people write them: 0-3,5."""
    parts = []
    cpu = 0
    while mask >> cpu:
        if mask >> cpu & 1:
            first = cpu
            while mask >> cpu + 1 & 1:
                cpu += 1
            parts.append(b"%d" % first if first == cpu else b"%d-%d" % (first, cpu))
        cpu += 1
    return b",".join(parts)


def sched_text(p: ProcessView, ready_ns: int, figures: dict[str, float]) -> bytes:
    """Return the text of /proc/PID/sched. ready_ns: when it last became runnable."""
    head = b"%s (%d, #threads: %d)" % (p.comm[:15], p.pid, p.threads)
    switches = p.voluntary_switches + p.involuntary_switches
    rows: list[tuple[str, str]] = [
        ("se.exec_start", _ms(ready_ns)),
        ("se.sum_exec_runtime", _ms(p.utime_ns + p.stime_ns)),
        ("wait_sum", _ms(p.wait_ns)),
        ("nr_switches", str(switches)),
        ("nr_voluntary_switches", str(p.voluntary_switches)),
        ("nr_involuntary_switches", str(p.involuntary_switches)),
        ("policy", str(p.policy)),
        ("prio", str(99 - p.rt_priority if p.rt_priority else -1 if p.policy == 6 else 120 + p.nice)),
    ]
    rows += [(name, f"{value:.6f}") for name, value in figures.items()]
    lines = [head, b"-" * 67]
    lines += [f"{name:<{_WIDTH}}:{value:>21}".encode() for name, value in rows]
    return b"\n".join(lines) + b"\n"


def _ms(ns: int) -> str:
    return f"{ns // 1_000_000}.{ns % 1_000_000:06}"


def schedstat(view: KernelView) -> bytes:
    """Return version, time, and for each CPU the ns that tasks ran, and waited for it, and how often it took one."""
    lines = ["version 15", f"timestamp {view.uptime_ns()[0] // 1_000_000}"]
    for number, ((user, system, _), (waited, turns)) in enumerate(
        zip(view.cpu_times(), view.cpu_queues(), strict=True)
    ):
        lines.append(f"cpu{number} 0 0 0 0 0 0 {user + system} {waited} {turns}")
    return "\n".join(lines).encode() + b"\n"
