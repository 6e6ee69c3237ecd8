"""What ps can show of a process: the columns, and the facts of /proc/PID they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kos_kernel.api import Accounts, SysError, broken_down, major, minor, strftime, zone_of

from .procfiles import fields, read_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

HZ = 100  # ticks of /proc/PID/stat in a second, on Linux for ever
_PAGE_KIB = 4


class Process:
    """One process, as /proc shows it. Times are in ticks of 1/HZ second."""

    __slots__ = (
        "args", "comm", "egid", "euid", "flags", "gid", "majflt", "minflt", "nice", "pgid", "pid", "ppid", "priority", "processor", "rss",
        "sid", "start", "state", "stime", "threads", "tpgid", "tty", "uid", "utime", "vsize",
    )  # fmt: skip

    def __init__(self, stat: bytes, status: dict[bytes, bytes], cmdline: bytes) -> None:
        opening, closing = stat.index(b"("), stat.rindex(b")")
        rest = stat[closing + 2 :].split()
        numbers = [int(word) for word in rest[1:]]
        self.pid = int(stat[:opening])
        self.comm = stat[opening + 1 : closing]
        self.state = rest[0].decode("ascii", "replace")
        self.ppid, self.pgid, self.sid, self.tty, self.tpgid, self.flags, self.minflt = numbers[:7]
        self.majflt, self.utime, self.stime = numbers[8], numbers[10], numbers[11]
        self.priority, self.nice, self.threads = numbers[14], numbers[15], numbers[16]
        self.processor = numbers[35] if len(numbers) > 35 else 0
        self.start, self.vsize, self.rss = numbers[18], numbers[19], numbers[20]
        uids = status.get(b"Uid", b"0 0").split()
        gids = status.get(b"Gid", b"0 0").split()
        self.uid, self.euid = int(uids[0]), int(uids[1])
        self.gid, self.egid = int(gids[0]), int(gids[1])
        words = cmdline.rstrip(b"\0").replace(b"\0", b" ")
        self.args = words if words else b"[%s]" % self.comm
        if self.state == "Z":
            self.args = b"[%s] <defunct>" % self.comm


def processes(k: Syscalls) -> list[Process]:
    """Return all processes, by pid. One that ends while it's being read is left out."""
    found = []
    for pid in sorted(int(name) for name in k.listdir(b"/proc") if name.isdigit()):
        place = b"/proc/%d/" % pid
        try:
            stat = read_text(k, place + b"stat")
            status = fields(read_text(k, place + b"status"))
            cmdline = read_text(k, place + b"cmdline")
            found.append(Process(stat, status, cmdline))
        except (SysError, ValueError, IndexError):
            continue
    return found


class Machine:
    """What all processes share: names of users, when the machine booted, how much memory it has."""

    def __init__(self, k: Syscalls) -> None:
        self.people = Accounts(k)
        self.zone = zone_of(k)
        self.now_ns = k.clock_ns()
        self.uptime = self.number(k, b"/proc/uptime", 0.0)
        boot = 0
        try:
            for line in read_text(k, b"/proc/stat").splitlines():
                if line.startswith(b"btime "):
                    boot = int(line.split()[1])
        except (SysError, ValueError, IndexError):
            pass
        self.boot = boot or int(self.now_ns / 1e9 - self.uptime)
        try:
            self.memory_kib = int(fields(read_text(k, b"/proc/meminfo")).get(b"MemTotal", b"1").split()[0])
        except (SysError, ValueError, IndexError):
            self.memory_kib = 1
        self.pid_width = max(5, len(str(int(self.number(k, b"/proc/sys/kernel/pid_max", 32768)) - 1)))

    @staticmethod
    def number(k: Syscalls, path: bytes, default: float) -> float:
        try:
            return float(read_text(k, path).split()[0])
        except (SysError, ValueError, IndexError):
            return default

    def user(self, uid: int) -> str:
        name = self.people.user(uid)
        return str(uid) if name is None else name.decode("utf-8", "replace")

    def group(self, gid: int) -> str:
        name = self.people.group(gid)
        return str(gid) if name is None else name.decode("utf-8", "replace")

    def elapsed(self, p: Process) -> int:
        """Return the seconds since a process was started."""
        return max(int(self.uptime - p.start / HZ), 0)

    def cpu(self, p: Process) -> float:
        """Return how much of its life a process was running, in percent."""
        life = self.uptime - p.start / HZ
        return min((p.utime + p.stime) / HZ / life * 100, 999.0) if life > 0 else 0.0

    def started(self, p: Process, form: bytes) -> str:
        return strftime(form, broken_down((self.boot * HZ + p.start) * (10**9 // HZ), self.zone)).decode()


class Column(NamedTuple):
    """A column: heading, width, alignment ("<" or ">"), the text and what it's sorted by."""

    heading: str
    width: int
    align: str
    text: Callable[[Machine, Process], str]
    key: Callable[[Machine, Process], Any]


def _terminal(_machine: Machine, p: Process) -> str:
    number = p.tty
    if number <= 0:
        return "?"
    high, low = major(number), minor(number)
    if 136 <= high <= 143:
        return f"pts/{(high - 136) * 256 + low}"
    if high == 4:
        return f"tty{low}" if low < 64 else f"ttyS{low - 64}"
    if (high, low) == (5, 1):
        return "console"
    return "?"


def _long_time(_machine: Machine, p: Process) -> str:
    seconds = (p.utime + p.stime) // HZ
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return f"{days}-{clock}" if days else clock


def _short_time(_machine: Machine, p: Process) -> str:
    seconds = (p.utime + p.stime) // HZ
    return f"{seconds // 60}:{seconds % 60:02}"


def _elapsed(machine: Machine, p: Process) -> str:
    days, rest = divmod(machine.elapsed(p), 86400)
    if days:
        return f"{days}-{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"
    if rest >= 3600:
        return f"{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return f"{rest // 60:02}:{rest % 60:02}"


def _start(machine: Machine, p: Process) -> str:
    now = broken_down(machine.now_ns, machine.zone)
    begun = machine.boot + p.start // HZ
    if machine.now_ns // 10**9 - begun < 86400:
        return machine.started(p, b"%H:%M")
    return machine.started(p, b"%b%d" if machine.started(p, b"%Y") == str(now.year) else b"%Y")


def _state(_machine: Machine, p: Process) -> str:
    text = p.state
    if p.nice < 0:
        text += "<"
    elif p.nice > 0:
        text += "N"
    if p.sid == p.pid:
        text += "s"
    if p.threads > 1:
        text += "l"
    if p.tty > 0 and p.tpgid == p.pgid:
        text += "+"
    return text


def _number(name: str, width: int, get: Callable[[Process], int]) -> Column:
    return Column(name, width, ">", lambda _, p: str(get(p)), lambda _, p: get(p))


def _user(name: str, get: Callable[[Process], int]) -> Column:
    return Column(name, 8, "<", lambda m, p: m.user(get(p)), lambda m, p: m.user(get(p)))


def _group(name: str, get: Callable[[Process], int]) -> Column:
    return Column(name, 8, "<", lambda m, p: m.group(get(p)), lambda m, p: m.group(get(p)))


def _words(name: str, width: int, get: Callable[[Process], bytes]) -> Column:
    return Column(name, width, "<", lambda _, p: shown(get(p)), lambda _, p: get(p))


def shown(text: bytes) -> str:
    """Return text with what can't be printed as question marks."""
    return "".join([char if char.isprintable() else "?" for char in text.decode("utf-8", "replace")])


def _percent(name: str, get: Callable[[Machine, Process], float]) -> Column:
    return Column(name, 4, ">", lambda m, p: f"{get(m, p):.1f}" if get(m, p) < 100 else f"{get(m, p):.0f}", get)


def _memory(machine: Machine, p: Process) -> float:
    return min(p.rss * _PAGE_KIB * 100 / machine.memory_kib, 99.9)


def _columns() -> dict[str, Column]:
    table: dict[str, Column] = {
        "pid": _number("PID", 0, lambda p: p.pid),
        "ppid": _number("PPID", 0, lambda p: p.ppid),
        "pgid": _number("PGID", 0, lambda p: p.pgid),
        "sid": _number("SID", 0, lambda p: p.sid),
        "tpgid": _number("TPGID", 0, lambda p: p.tpgid),
        "uid": _number("UID", 5, lambda p: p.euid),
        "ruid": _number("RUID", 5, lambda p: p.uid),
        "gid": _number("GID", 5, lambda p: p.egid),
        "rgid": _number("RGID", 5, lambda p: p.gid),
        "user": _user("USER", lambda p: p.euid),
        "ruser": _user("RUSER", lambda p: p.uid),
        "group": _group("GROUP", lambda p: p.egid),
        "rgroup": _group("RGROUP", lambda p: p.gid),
        "comm": _words("COMMAND", 15, lambda p: p.comm),
        "args": _words("COMMAND", 27, lambda p: p.args),
        "tty": Column("TT", 8, "<", _terminal, _terminal),
        "time": Column("TIME", 8, ">", _long_time, lambda _, p: p.utime + p.stime),
        "bsdtime": Column("TIME", 6, ">", _short_time, lambda _, p: p.utime + p.stime),
        "etime": Column("ELAPSED", 11, ">", _elapsed, lambda m, p: m.elapsed(p)),
        "etimes": Column("ELAPSED", 7, ">", lambda m, p: str(m.elapsed(p)), lambda m, p: m.elapsed(p)),
        "stime": Column("STIME", 5, "<", _start, lambda _, p: p.start),
        "start": Column("STARTED", 8, ">", lambda m, p: m.started(p, b"%T"), lambda _, p: p.start),
        "bsdstart": Column("START", 6, ">", _start, lambda _, p: p.start),
        "lstart": Column("STARTED", 24, ">", lambda m, p: m.started(p, b"%a %b %e %T %Y"), lambda _, p: p.start),
        "stat": Column("STAT", 4, "<", _state, _state),
        "state": Column("S", 1, "<", lambda _, p: p.state, lambda _, p: p.state),
        "pcpu": _percent("%CPU", lambda m, p: m.cpu(p)),
        "pmem": _percent("%MEM", _memory),
        "c": Column("C", 2, ">", lambda m, p: str(int(m.cpu(p))), lambda m, p: m.cpu(p)),
        "vsz": _number("VSZ", 6, lambda p: p.vsize // 1024),
        "rss": _number("RSS", 5, lambda p: p.rss * _PAGE_KIB),
        "sz": _number("SZ", 5, lambda p: p.vsize // 4096),
        "pri": _number("PRI", 3, lambda p: 39 - p.priority),
        "opri": _number("PRI", 3, lambda p: 60 + p.priority),
        "priority": _number("PRI", 3, lambda p: p.priority),
        "nice": _number("NI", 3, lambda p: p.nice),
        "nlwp": _number("NLWP", 4, lambda p: p.threads),
        "psr": _number("PSR", 3, lambda p: p.processor),
        "flag": _number("F", 1, lambda p: p.flags >> 6 & 7),
        "wchan": Column("WCHAN", 6, "<", lambda _, p: "-", lambda _, p: 0),
        "addr": Column("ADDR", 1, "<", lambda _, p: "-", lambda _, p: 0),
        "majflt": _number("MAJFL", 6, lambda p: p.majflt),
        "minflt": _number("MINFL", 6, lambda p: p.minflt),
    }
    for name, others in _ALIASES.items():
        for other, heading in others:
            table[other] = table[name]._replace(heading=heading)
    return table


_ALIASES = {
    "pgid": [("pgrp", "PGRP")],
    "sid": [("sess", "SESS"), ("session", "SESS")],
    "user": [("euser", "EUSER"), ("uname", "USER")],
    "uid": [("euid", "EUID")],
    "gid": [("egid", "EGID")],
    "group": [("egroup", "EGROUP")],
    "comm": [("ucmd", "CMD"), ("ucomm", "COMMAND")],
    "args": [("cmd", "CMD"), ("command", "COMMAND")],
    "tty": [("tname", "TTY"), ("tt", "TT")],
    "time": [("cputime", "TIME")],
    "start": [("start_time", "START")],
    "state": [("s", "S")],
    "pcpu": [("%cpu", "%CPU")],
    "pmem": [("%mem", "%MEM")],
    "vsz": [("vsize", "VSZ")],
    "rss": [("rssize", "RSS"), ("rsz", "RSZ")],
    "nice": [("ni", "NI")],
    "nlwp": [("thcount", "THCNT")],
    "flag": [("f", "F"), ("flags", "F")],
    "majflt": [("maj_flt", "MAJFL")],
    "minflt": [("min_flt", "MINFL")],
}
COLUMNS = _columns()
