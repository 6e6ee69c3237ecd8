"""The processes of the machine, as /proc shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Accounts, SysError, broken_down, read_whole, strftime, zone_of

from .files import fields, first_number, pid_width

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

HZ = 100  # ticks of /proc/PID/stat in a second, on Linux for ever
PAGE_KIB = 4


class Process:
    """One process. Times are in ticks of 1/HZ second, sizes in bytes (vsize) and pages (rss)."""

    __slots__ = (
        "argv", "comm", "cstime", "cutime", "egid", "euid", "fgid", "flags", "fuid", "gid", "groups", "majflt", "minflt", "nice",
        "pgid", "pid", "policy", "ppid", "priority", "processor", "rss", "rtprio", "sgid", "sid", "signals", "start", "state",
        "stime", "suid", "threads", "tpgid", "tty", "uid", "utime", "vsize", "wchan",
    )  # fmt: skip

    def __init__(self, stat: bytes, status: dict[bytes, bytes], cmdline: bytes) -> None:
        opening, closing = stat.index(b"("), stat.rindex(b")")
        rest = stat[closing + 2 :].split()
        numbers = [int(word) for word in rest[1:]]
        self.pid = int(stat[:opening])
        self.comm = stat[opening + 1 : closing]
        self.state = rest[0].decode("ascii", "replace")
        self.ppid, self.pgid, self.sid, self.tty, self.tpgid, self.flags, self.minflt = numbers[:7]
        self.majflt, self.utime, self.stime, self.cutime, self.cstime = numbers[8], *numbers[10:14]
        self.priority, self.nice, self.threads = numbers[14], numbers[15], numbers[16]
        self.start, self.vsize, self.rss = numbers[18], numbers[19], numbers[20]
        self.wchan = numbers[31]
        self.processor, self.rtprio, self.policy = numbers[35:38]
        self.uid, self.euid, self.suid, self.fuid = map(int, status[b"Uid"].split()[:4])
        self.gid, self.egid, self.sgid, self.fgid = map(int, status[b"Gid"].split()[:4])
        self.groups = tuple(map(int, status.get(b"Groups", b"").split()))
        self.signals = {
            name: status.get(name, b"0").decode("ascii", "replace")
            for name in (b"SigPnd", b"ShdPnd", b"SigBlk", b"SigIgn", b"SigCgt")
        }
        self.argv = cmdline.split(b"\0")[:-1] if cmdline.endswith(b"\0") else [cmdline] if cmdline else []

    @property
    def args(self) -> bytes:
        """Return the command line with its arguments, as ps writes it."""
        if self.state == "Z":
            return b"[%s] <defunct>" % self.comm
        words = b" ".join(self.argv)
        return words or b"[%s]" % self.comm

    @property
    def ticks(self) -> int:
        """Return the time it has run."""
        return self.utime + self.stime


def read_process(k: Syscalls, pid: int) -> Process | None:
    """Return one process, or None if there is none of that number."""
    place = b"/proc/%d/" % pid
    try:
        stat = read_whole(k, place + b"stat")
        return Process(stat, fields(read_whole(k, place + b"status")), read_whole(k, place + b"cmdline"))
    except (SysError, ValueError, IndexError, KeyError):
        return None


def pids(k: Syscalls) -> list[int]:
    """Return all pids, ascending. Raises SysError if /proc can't be read."""
    return sorted(int(name) for name in k.listdir(b"/proc") if name.isdigit())


def processes(k: Syscalls) -> list[Process]:
    """Return all processes, by pid. One that ends while it's being read is left out."""
    found = (read_process(k, pid) for pid in pids(k))
    return [process for process in found if process is not None]


class Machine:
    """What all processes share: names of users, when the machine booted, how much memory it has."""

    def __init__(self, k: Syscalls) -> None:
        self.k = k
        self.people = Accounts(k)
        self.zone = zone_of(k)
        self.numeric = False
        self.refresh()
        self.memory_kib = 1
        try:
            self.memory_kib = int(fields(read_whole(k, b"/proc/meminfo"))[b"MemTotal"].split()[0]) or 1
        except (SysError, ValueError, IndexError, KeyError):
            pass
        self.pid_width = pid_width(k)

    def refresh(self) -> None:
        """Look at the clock again."""
        self.now_ns = self.k.clock_ns()
        self.uptime = first_number(self.k, b"/proc/uptime", 0.0)
        self.boot = int(self.now_ns / 1e9 - self.uptime)
        try:
            for line in read_whole(self.k, b"/proc/stat").splitlines():
                if line.startswith(b"btime "):
                    self.boot = int(line.split()[1])
        except (SysError, ValueError, IndexError):
            pass

    def user(self, uid: int) -> str:
        """Return a user's name, or the number of who has none."""
        name = None if self.numeric else self.people.user(uid)
        return str(uid) if name is None else name.decode("utf-8", "replace")

    def group(self, gid: int) -> str:
        """Return a group's name, or its number."""
        name = None if self.numeric else self.people.group(gid)
        return str(gid) if name is None else name.decode("utf-8", "replace")

    def elapsed(self, p: Process) -> int:
        """Return the seconds since a process was started."""
        return max(int(self.uptime - p.start / HZ), 0)

    def cpu(self, p: Process, ticks: int | None = None) -> float:
        """Return how much of its life a process was running, in percent, by its own time or the ticks given."""
        life = self.uptime - p.start / HZ
        return (p.ticks if ticks is None else ticks) / HZ / life * 100 if life > 0 else 0.0

    def started(self, p: Process, form: bytes) -> str:
        """Return when a process was started, by a strftime format."""
        return strftime(form, broken_down((self.boot * HZ + p.start) * (10**9 // HZ), self.zone)).decode()


def shown(text: bytes) -> str:
    """Return text with what can't be printed as question marks."""
    return "".join([char if char.isprintable() else "?" for char in text.decode("utf-8", "replace")])
