"""What ps can show of a process: every column by its name, with heading, width and alignment as procps has them.

What this machine doesn't keep (cgroups, I/O counters, memory maps, security labels) has no column here, so it is refused by
name as an unknown format specifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kos_kernel.api import SysError, broken_down, read_whole

from ..facts.processes import HZ, PAGE_KIB, Machine, Process, shown
from ..facts.terminals import terminal_name

if TYPE_CHECKING:
    from collections.abc import Callable

BOTH, PROCESS, THREAD = "both", "process", "thread"


class Column(NamedTuple):
    """A column: heading, width (0: as wide as a pid), alignment ("<" or ">"), the text and what it's sorted by.

    of: whether -m shows it of the process, of its thread, or of both. open: it may be wider where there is room (args).
    """

    heading: str
    width: int
    align: str
    text: Callable[[Machine, Process], str]
    key: Callable[[Machine, Process], Any]
    of: str = BOTH
    open: bool = False


def _long_time(ticks: int) -> str:
    days, rest = divmod(ticks // HZ, 86400)
    clock = f"{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return f"{days}-{clock}" if days else clock


def _short_time(ticks: int) -> str:
    return f"{ticks // HZ // 60}:{ticks // HZ % 60:02}"


def _elapsed(machine: Machine, p: Process) -> str:
    days, rest = divmod(machine.elapsed(p), 86400)
    if days:
        return f"{days}-{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"
    if rest >= 3600:
        return f"{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return f"{rest // 60:02}:{rest % 60:02}"


def _start(machine: Machine, p: Process) -> str:
    """Return the time of day, or the day, or the year it was started."""
    now = broken_down(machine.now_ns, machine.zone)
    begun = machine.boot + p.start // HZ
    if machine.now_ns // 10**9 - begun < 86400:
        return machine.started(p, b"%H:%M")
    return machine.started(p, b"%b%d" if machine.started(p, b"%Y") == str(now.year) else b"%Y")


def _exact_start(machine: Machine, p: Process) -> str:
    recent = machine.now_ns // 10**9 - machine.boot - p.start // HZ < 86400
    return machine.started(p, b"%H:%M:%S" if recent else b"  %b %d")


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


def _number(heading: str, width: int, get: Callable[[Process], int], of: str = BOTH) -> Column:
    return Column(heading, width, ">", lambda _, p: str(get(p)), lambda _, p: get(p), of)


def _user(heading: str, get: Callable[[Process], int]) -> Column:
    return Column(heading, 8, "<", lambda m, p: m.user(get(p)), lambda m, p: m.user(get(p)))


def _group(heading: str, get: Callable[[Process], int]) -> Column:
    return Column(heading, 8, "<", lambda m, p: m.group(get(p)), lambda m, p: m.group(get(p)))


def _words(heading: str, width: int, get: Callable[[Process], bytes], *, open: bool = False) -> Column:
    return Column(heading, width, "<", lambda _, p: shown(get(p)), lambda _, p: get(p), PROCESS, open)


def _signals(heading: str, name: bytes, of: str = BOTH) -> Column:
    return Column(heading, 16, ">", lambda _, p: p.signals[name], lambda _, p: int(p.signals[name], 16), of)


def _percent(heading: str, get: Callable[[Machine, Process], float], of: str = BOTH) -> Column:
    return Column(heading, 4, ">", lambda m, p: _short_percent(get(m, p)), get, of)


def _short_percent(value: float) -> str:
    tenths = int(value * 10)
    return f"{tenths // 10}.{tenths % 10}" if tenths < 1000 else str(min(tenths // 10, 9999))


def _memory(machine: Machine, p: Process) -> float:
    return min(p.rss * PAGE_KIB * 100 / machine.memory_kib, 99.9)


def _thousandths(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"


def _exe(machine: Machine, p: Process) -> str:
    try:
        return shown(machine.k.readlink(b"/proc/%d/exe" % p.pid))
    except SysError:
        return "-"


def _namespace(kind: str) -> Callable[[Machine, Process], str]:
    def text(machine: Machine, p: Process) -> str:
        try:
            link = machine.k.readlink(b"/proc/%d/ns/%s" % (p.pid, kind.encode()))
        except SysError:
            return "-"
        return link.rpartition(b"[")[2].rstrip(b"]").decode("ascii", "replace")

    return text


def _score(name: str) -> Callable[[Machine, Process], str]:
    def text(machine: Machine, p: Process) -> str:
        try:
            return read_whole(machine.k, b"/proc/%d/%s" % (p.pid, name.encode())).decode().strip()
        except SysError:
            return "-"

    return text


def _plain(heading: str, width: int, align: str, text: Callable[[Machine, Process], str], of: str = BOTH) -> Column:
    return Column(heading, width, align, text, text, of)


def _groups(machine: Machine, p: Process, *, names: bool) -> str:
    return ",".join(machine.group(gid) if names else str(gid) for gid in p.groups) or "-"


def _terminal(_machine: Machine, p: Process) -> str:
    return terminal_name(p.tty)


def _ticks(heading: str, width: int, text: Callable[[int], str]) -> Column:
    return Column(heading, width, ">", lambda _, p: text(p.ticks), lambda _, p: p.ticks)


def _table() -> dict[str, Column]:
    table = {
        "pid": _number("PID", 0, lambda p: p.pid, PROCESS),
        "tgid": _number("TGID", 0, lambda p: p.pid, PROCESS),
        "ppid": _number("PPID", 0, lambda p: p.ppid, PROCESS),
        "pgid": _number("PGID", 0, lambda p: p.pgid, PROCESS),
        "sid": _number("SID", 0, lambda p: p.sid, PROCESS),
        "tpgid": _number("TPGID", 0, lambda p: p.tpgid, PROCESS),
        "lwp": _number("LWP", 0, lambda p: p.pid, THREAD),
        "uid": _number("UID", 5, lambda p: p.euid),
        "ruid": _number("RUID", 5, lambda p: p.uid),
        "suid": _number("SUID", 5, lambda p: p.suid),
        "fuid": _number("FUID", 5, lambda p: p.fuid),
        "gid": _number("GID", 5, lambda p: p.egid),
        "rgid": _number("RGID", 5, lambda p: p.gid),
        "sgid": _number("SGID", 5, lambda p: p.sgid),
        "fgid": _number("FGID", 5, lambda p: p.fgid),
        "user": _user("USER", lambda p: p.euid),
        "ruser": _user("RUSER", lambda p: p.uid),
        "suser": _user("SUSER", lambda p: p.suid),
        "fuser": _user("FUSER", lambda p: p.fuid),
        "group": _group("GROUP", lambda p: p.egid),
        "rgroup": _group("RGROUP", lambda p: p.gid),
        "sgroup": _group("SGROUP", lambda p: p.sgid),
        "fgroup": _group("FGROUP", lambda p: p.fgid),
        "supgid": _plain("SUPGID", 20, "<", lambda m, p: _groups(m, p, names=False), PROCESS),
        "supgrp": _plain("SUPGRP", 40, "<", lambda m, p: _groups(m, p, names=True), PROCESS),
        "comm": _words("COMMAND", 15, lambda p: p.comm + (b" <defunct>" if p.state == "Z" else b""), open=True),
        "fname": _words("COMMAND", 8, lambda p: p.comm[:8]),
        "args": _words("COMMAND", 27, lambda p: p.args, open=True),
        "exe": _plain("EXE", 27, "<", _exe, PROCESS),
        "tty": _plain("TT", 8, "<", _terminal, PROCESS),
        "tty4": _plain(
            "TTY", 4, "<", lambda _, p: terminal_name(p.tty).removeprefix("tty").replace("pts/", "/"), PROCESS
        ),
        "time": _ticks("TIME", 8, _long_time),
        "bsdtime": _ticks("TIME", 6, _short_time),
        "times": _ticks("TIME", 8, lambda ticks: str(ticks // HZ)),
        "etime": Column("ELAPSED", 11, ">", _elapsed, lambda m, p: m.elapsed(p)),
        "etimes": Column("ELAPSED", 7, ">", lambda m, p: str(m.elapsed(p)), lambda m, p: m.elapsed(p)),
        "stime": Column("STIME", 5, "<", _start, lambda _, p: p.start),
        "start": Column("STARTED", 8, ">", _exact_start, lambda _, p: p.start),
        "bsdstart": Column("START", 6, ">", _start, lambda _, p: p.start),
        "lstart": Column("STARTED", 24, ">", lambda m, p: m.started(p, b"%a %b %e %T %Y"), lambda _, p: p.start),
        "stat": _plain("STAT", 4, "<", _state, THREAD),
        "state": _plain("S", 1, "<", lambda _, p: p.state, THREAD),
        "pcpu": _percent("%CPU", lambda m, p: m.cpu(p)),
        "pmem": _percent("%MEM", _memory, PROCESS),
        "c": Column("C", 2, ">", lambda m, p: str(min(int(m.cpu(p)), 99)), lambda m, p: m.cpu(p)),
        "cp": Column("CP", 3, ">", lambda m, p: str(min(int(m.cpu(p) * 10), 999)), lambda m, p: m.cpu(p)),
        "cuu": Column("%CUU", 6, ">", lambda m, p: _thousandths(m.cpu(p), 3), lambda m, p: m.cpu(p)),
        "cuc": Column(
            "%CUC", 7, ">", lambda m, p: _thousandths(_with_children(m, p), 3), lambda m, p: _with_children(m, p)
        ),
        "vsz": _number("VSZ", 6, lambda p: p.vsize // 1024, PROCESS),
        "rss": _number("RSS", 5, lambda p: p.rss * PAGE_KIB, PROCESS),
        "sz": _number("SZ", 5, lambda p: p.vsize // 4096, PROCESS),
        "size": _number("SIZE", 5, lambda p: p.vsize // 1024, PROCESS),
        "trs": _number("TRS", 4, lambda p: 0, PROCESS),
        "drs": _number("DRS", 5, lambda p: p.vsize // 1024, PROCESS),
        "m_trs": _number("TRS", 5, lambda p: 0, PROCESS),
        "m_drs": _number("DRS", 5, lambda p: p.vsize // 1024, PROCESS),
        "m_size": _number("SIZE", 5, lambda p: p.vsize // 1024, PROCESS),
        "pri": _number("PRI", 3, lambda p: 39 - p.priority, THREAD),
        "opri": _number("PRI", 3, lambda p: 60 + p.priority, THREAD),
        "pri_api": _number("API", 3, lambda p: -1 - p.priority, THREAD),
        "pri_bar": _number("BAR", 3, lambda p: 1 + p.priority, THREAD),
        "pri_baz": _number("BAZ", 3, lambda p: 100 + p.priority, THREAD),
        "pri_foo": _number("FOO", 3, lambda p: p.priority - 20, THREAD),
        "priority": _number("PRI", 3, lambda p: p.priority, THREAD),
        "nice": _plain("NI", 3, ">", lambda _, p: str(p.nice) if p.policy in (0, 3) else "-", THREAD),
        "rtprio": _plain("RTPRIO", 6, ">", lambda _, p: str(p.rtprio) if p.policy else "-", PROCESS),
        "class": _plain("CLS", 3, "<", lambda _, p: _POLICIES.get(p.policy, "?"), THREAD),
        "cls": _plain("CLS", 3, ">", lambda _, p: _POLICIES.get(p.policy, "?"), THREAD),
        "sched": _number("SCH", 3, lambda p: p.policy, THREAD),
        "nlwp": _number("NLWP", 4, lambda p: p.threads, PROCESS),
        "thcount": _number("THCNT", 5, lambda p: p.threads, PROCESS),
        "psr": _number("PSR", 3, lambda p: p.processor, THREAD),
        "cpuid": _number("CPUID", 5, lambda p: p.processor, THREAD),
        "sgi_p": _plain("P", 1, ">", lambda _, p: str(p.processor) if p.state == "R" else "*", THREAD),
        "flag": _number("F", 1, lambda p: p.flags >> 6 & 7),
        "wchan": _plain("WCHAN", 6, "<", lambda _, p: "-", THREAD),
        "addr": _plain("ADDR", 4, "<", lambda _, p: "-", PROCESS),
        "majflt": _number("MAJFLT", 6, lambda p: p.majflt),
        "minflt": _number("MINFLT", 6, lambda p: p.minflt),
        "pending": _signals("PENDING", b"ShdPnd"),
        "tsig": _signals("PENDING", b"SigPnd"),
        "blocked": _signals("BLOCKED", b"SigBlk", THREAD),
        "ignored": _signals("IGNORED", b"SigIgn", THREAD),
        "caught": _signals("CAUGHT", b"SigCgt", THREAD),
        "stackp": _plain("STACKP", 16, ">", lambda _, p: "0" * 16, PROCESS),
        "esp": _plain("ESP", 16, ">", lambda _, p: "0" * 16, THREAD),
        "eip": _plain("EIP", 16, ">", lambda _, p: "0" * 16, THREAD),
        "tmout": _plain("TMOUT", 5, ">", lambda _, p: "-", THREAD),
        "alarm": _plain("ALARM", 5, ">", lambda _, p: "-", THREAD),
        "label": _plain("LABEL", 31, "<", lambda _, p: "-", PROCESS),
        "oom": _plain("OOM", 4, ">", _score("oom_score"), THREAD),
        "oomadj": _plain("OOMADJ", 5, ">", _score("oom_score_adj"), THREAD),
    }
    for kind in ("ipc", "mnt", "net", "pid", "user", "uts"):
        table[f"{kind}ns"] = _plain(f"{kind.upper()}NS", 10, ">", _namespace(kind))
    for name, others in _ALIASES.items():
        for other in others.split():
            other, _, heading = other.partition("=")
            table[other] = table[name]._replace(heading=heading)
    return table


def _with_children(machine: Machine, p: Process) -> float:
    return machine.cpu(p, p.ticks + p.cutime + p.cstime)


_POLICIES = {0: "TS", 1: "FF", 2: "RR", 3: "B", 5: "IDL", 6: "DLN"}
_ALIASES = {
    "lwp": "tid=TID spid=SPID",
    "pgid": "pgrp=PGRP",
    "sid": "sess=SESS session=SESS",
    "user": "euser=EUSER uname=USER uid_hack=UID",
    "suser": "svuser=SVUSER",
    "fuser": "fsuser=FSUSER",
    "uid": "euid=EUID",
    "suid": "svuid=SVUID",
    "fuid": "fsuid=FSUID",
    "gid": "egid=EGID",
    "sgid": "svgid=SVGID",
    "fgid": "fsgid=FSGID",
    "group": "egroup=EGROUP",
    "sgroup": "svgroup=SVGROUP",
    "fgroup": "fsgroup=FSGROUP",
    "comm": "ucmd=CMD ucomm=COMMAND",
    "args": "cmd=CMD command=COMMAND",
    "tty": "tname=TTY tt=TT longtname=TTY tty8=TTY",
    "time": "cputime=TIME atime=TIME",
    "times": "cputimes=TIME",
    "stime": "start_time=START",
    "state": "s=S",
    "pcpu": "%cpu=%CPU",
    "pmem": "%mem=%MEM",
    "c": "util=C",
    "psr": "lastcpu=C",
    "vsz": "vsize=VSZ",
    "rss": "rssize=RSS rsz=RSZ",
    "trs": "trss=TRSS tsiz=TSIZ",
    "opri": "intpri=PRI",
    "nice": "ni=NI",
    "class": "policy=POL",
    "flag": "f=F flags=F",
    "wchan": "wname=WCHAN",
    "majflt": "maj_flt=MAJFL pagein=PAGEIN",
    "minflt": "min_flt=MINFL",
    "pending": "sig=PENDING sig_pend=SIGNAL",
    "blocked": "sig_block=BLOCKED sigmask=BLOCKED",
    "ignored": "sig_ignore=IGNORED sigignore=IGNORED",
    "caught": "sig_catch=CATCHED sigcatch=CAUGHT",
    "label": "context=CONTEXT",
}
COLUMNS = _table()
NAMED = frozenset(
    "user euser uname uid_hack ruser suser svuser fuser fsuser group egroup rgroup sgroup svgroup fgroup fsgroup".split()
)
COMMANDS = frozenset("args cmd command comm ucmd ucomm".split())
