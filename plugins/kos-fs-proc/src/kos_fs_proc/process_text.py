"""The files of one process, /proc/PID/*: each function returns the bytes of one file.

    fn(view, pid) -> bytes       NoSuchProcess if it is gone, AccessDenied if the reader may not look

The formats are those of proc(5) and of Linux 6.1's fs/proc/array.c and base.c, to the space, because ps, top and shell
scripts cut them by column. A figure that this machine doesn't keep is left out where a line can be left out (`status`), and
is 0 where the format has a place for it (`stat`), as Linux does itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_kernel.api import AccessDenied, NoSuchProcess

from .mounts_text import mountinfo, mounts
from .scheduling_text import cpu_list, sched_text

if TYPE_CHECKING:
    from kos_kernel.api import KernelView, ProcessView

PAGE = 4096
TICK_NS = 10_000_000  # USER_HZ is 100 on every Linux
UNLIMITED = (1 << 64) - 1
SIGCHLD = 17
DEADLINE = 6  # the number of SCHED_DEADLINE
STATES = {
    "R": "running", "S": "sleeping", "D": "disk sleep", "T": "stopped", "t": "tracing stop",
    "Z": "zombie", "X": "dead", "I": "idle",
}  # fmt: skip


def view_of(view: KernelView, pid: int) -> ProcessView:
    """Return a process's view, or raise NoSuchProcess."""
    process = view.process(pid)
    if process is None:
        raise NoSuchProcess(None, f"process {pid} is gone")
    return process


def inspect(view: KernelView, pid: int) -> ProcessView:
    """Return a process that the reader may look into: its own, one of the same user, or any for root; else AccessDenied.

    Source: ptrace(2), "Ptrace access mode checking", without capabilities other than root's.
    """
    process = view_of(view, pid)
    reader = view.caller()
    if reader in (0, pid):
        return process
    who = view_of(view, reader)
    if who.euid != 0 and not (who.euid == process.uid == process.euid and who.egid == process.gid == process.egid):
        raise AccessDenied(None, f"process {pid} belongs to another user")
    return process


def stat(view: KernelView, pid: int) -> bytes:
    """Return the 52 fields that ps reads. The name stands in parentheses and may hold spaces and parentheses itself."""
    p = view_of(view, pid)
    low = (1 << 31) - 1
    priority = -101 if p.policy == DEADLINE else -1 - p.rt_priority if p.rt_priority else 20 + p.nice
    before = b"%d (%s) " % (p.pid, p.comm[:15])
    fields = (
        p.state, p.ppid, p.pgid, p.sid, p.tty, p.tpgid, 0, 0, 0, 0, 0,
        p.utime_ns // TICK_NS, p.stime_ns // TICK_NS, p.child_utime_ns // TICK_NS, p.child_stime_ns // TICK_NS,
        priority, p.nice, p.threads, 0, p.start_ns // TICK_NS, p.memory, p.memory // PAGE, UNLIMITED,
        0, 0, 0, 0, 0, p.pending & low, p.blocked & low, p.ignored & low, p.caught & low, 0, 0, 0,
        SIGCHLD, max(p.last_cpu, 0), p.rt_priority, p.policy, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    )  # fmt: skip
    return before + " ".join(map(str, fields)).encode() + b"\n"


def statm(view: KernelView, pid: int) -> bytes:
    """Return size, resident, shared, text, lib, data, dt in pages. Nothing is swapped out, so resident is size."""
    pages = view_of(view, pid).memory // PAGE
    return b"%d %d 0 0 0 %d 0\n" % (pages, pages, pages)


def status(view: KernelView, pid: int) -> bytes:
    """Return the lines that people read."""
    p = view_of(view, pid)
    lines = [
        b"Name:\t%s" % _escaped(p.comm[:15]),
        b"Umask:\t%04o" % p.umask,
        f"State:\t{p.state} ({STATES[p.state]})".encode(),
        b"Tgid:\t%d" % p.pid,
        b"Ngid:\t0",
        b"Pid:\t%d" % p.pid,
        b"PPid:\t%d" % p.ppid,
        b"TracerPid:\t0",
        b"Uid:\t%d\t%d\t%d\t%d" % (p.uid, p.euid, p.suid, p.euid),
        b"Gid:\t%d\t%d\t%d\t%d" % (p.gid, p.egid, p.sgid, p.egid),
        b"Groups:\t%s " % b" ".join(b"%d" % group for group in p.groups),
    ]
    if p.state not in "ZX":
        kib = p.memory // 1024
        lines += [b"VmSize:\t%8d kB" % kib, b"VmRSS:\t%8d kB" % kib]
    lines += [
        b"Threads:\t%d" % p.threads,
        b"SigPnd:\t%016x" % 0,
        b"ShdPnd:\t%016x" % p.pending,
        b"SigBlk:\t%016x" % p.blocked,
        b"SigIgn:\t%016x" % p.ignored,
        b"SigCgt:\t%016x" % p.caught,
        b"Cpus_allowed:\t%x" % p.affinity,
        b"Cpus_allowed_list:\t" + cpu_list(p.affinity),
        b"voluntary_ctxt_switches:\t%d" % p.voluntary_switches,
        b"nonvoluntary_ctxt_switches:\t%d" % p.involuntary_switches,
    ]
    return b"\n".join(lines) + b"\n"


def _escaped(name: bytes) -> bytes:
    """Return a name that stays on its line."""
    return name.replace(b"\\", b"\\\\").replace(b"\n", b"\\n")


def comm(view: KernelView, pid: int) -> bytes:
    """Return the name, at most 15 bytes."""
    return view_of(view, pid).comm[:15] + b"\n"


def cmdline(view: KernelView, pid: int) -> bytes:
    """Return the arguments, each ended by a NUL; nothing for a zombie."""
    process = view_of(view, pid)
    return b"" if process.state in "ZX" else b"".join(argument + b"\0" for argument in process.argv)


def environ(view: KernelView, pid: int) -> bytes:
    """Return NAME=VALUE, each ended by a NUL."""
    process = inspect(view, pid)
    return b"" if process.state in "ZX" else b"".join(entry + b"\0" for entry in process.environ)


def limits(view: KernelView, pid: int) -> bytes:
    """Return the resource limits as a table."""
    view_of(view, pid)
    rows = [f"{'Limit':<25} {'Soft Limit':<20} {'Hard Limit':<20} {'Units':<10}"]
    for name, soft, hard, unit in view.limits(pid):
        row = f"{name:<25} {_limit(soft):<20} {_limit(hard):<20} "
        rows.append(row + f"{unit:<10}" if unit else row)
    return "\n".join(rows).encode() + b"\n"


def _limit(value: int) -> str:
    return "unlimited" if value >= UNLIMITED else str(value)


def maps(view: KernelView, pid: int) -> bytes:
    """Return no line: a program here has no address space of its own."""
    inspect(view, pid)
    return b""


def oom_score(view: KernelView, pid: int) -> bytes:
    """Return the share of the machine's memory that it holds, on Linux's scale of 667 (none) to 1333 (all)."""
    total = max(view.memory()["total"], 1)
    share = view_of(view, pid).memory * 1000 // total
    return b"%d\n" % ((1000 + share) * 2 // 3)


def oom_score_adj(view: KernelView, pid: int) -> bytes:
    """Return 0: nobody can adjust it here."""
    view_of(view, pid)
    return b"0\n"


def wchan(view: KernelView, pid: int) -> bytes:
    """Return 0: what it sleeps in has no name, as on a Linux without symbols."""
    view_of(view, pid)
    return b"0"


def sched(view: KernelView, pid: int) -> bytes:
    """Return what the scheduler knows of it: times in ms, switches, and whatever its driver shows."""
    return sched_text(view_of(view, pid), *view.scheduling(pid))


def schedstat(view: KernelView, pid: int) -> bytes:
    """Return the ns that it ran, the ns that it waited for a CPU, and how many times it was given one."""
    p = view_of(view, pid)
    return b"%d %d %d\n" % (p.utime_ns + p.stime_ns, p.wait_ns, p.voluntary_switches + p.involuntary_switches + 1)


def process_mounts(view: KernelView, pid: int) -> bytes:
    """Return its namespace's mounts, as in fstab."""
    view_of(view, pid)
    return mounts(view.mounts(pid))


def process_mountinfo(view: KernelView, pid: int) -> bytes:
    """Return its namespace's mounts, in full."""
    view_of(view, pid)
    return mountinfo(view.mounts(pid))


def fdinfo(view: KernelView, pid: int, fd: int) -> bytes:
    """Return position and flags of one open file."""
    for number, _, flags, position in view.fds(pid):
        if number == fd:
            return b"pos:\t%d\nflags:\t0%o\n" % (position, flags)
    raise NoSuchProcess(None, f"process {pid} has no descriptor {fd} any more")


# name -> (permission bits, function), in the order of a listing. The index in this table is part of the inode number.
FILES: dict[bytes, tuple[int, Callable[[KernelView, int], bytes]]] = {
    b"environ": (0o400, environ),
    b"status": (0o444, status),
    b"limits": (0o444, limits),
    b"comm": (0o444, comm),
    b"cmdline": (0o444, cmdline),
    b"stat": (0o444, stat),
    b"statm": (0o444, statm),
    b"maps": (0o444, maps),
    b"mounts": (0o444, process_mounts),
    b"mountinfo": (0o444, process_mountinfo),
    b"oom_score": (0o444, oom_score),
    b"wchan": (0o444, wchan),
    b"oom_score_adj": (0o444, oom_score_adj),
    b"sched": (0o444, sched),
    b"schedstat": (0o444, schedstat),
}
