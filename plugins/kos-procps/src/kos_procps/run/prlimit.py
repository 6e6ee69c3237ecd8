"""prlimit: resource limits of a process, shown and set. Others' limits can be seen and, in this kernel, not set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kos_kernel.api import (
    RLIM_INFINITY,
    Command,
    Flag,
    NoSuchSyscall,
    SysError,
    UsageError,
    Value,
    Writer,
    cause,
    complain,
    read_whole,
)

from ..facts.tables import Table, TableColumn
from .become import become

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


class _Limit(NamedTuple):
    number: int
    name: str
    letter: str
    describes: str
    units: str
    row: str  # in /proc/PID/limits


_LIMITS = (
    _Limit(9, "AS", "v", "address space limit", "bytes", "Max address space"),
    _Limit(4, "CORE", "c", "max core file size", "bytes", "Max core file size"),
    _Limit(0, "CPU", "t", "CPU time", "seconds", "Max cpu time"),
    _Limit(2, "DATA", "d", "max data size", "bytes", "Max data size"),
    _Limit(1, "FSIZE", "f", "max file size", "bytes", "Max file size"),
    _Limit(10, "LOCKS", "x", "max number of file locks held", "locks", "Max file locks"),
    _Limit(8, "MEMLOCK", "l", "max locked-in-memory address space", "bytes", "Max locked memory"),
    _Limit(12, "MSGQUEUE", "q", "max bytes in POSIX mqueues", "bytes", "Max msgqueue size"),
    _Limit(13, "NICE", "e", "max nice prio allowed to raise", "", "Max nice priority"),
    _Limit(7, "NOFILE", "n", "max number of open files", "files", "Max open files"),
    _Limit(6, "NPROC", "u", "max number of processes", "processes", "Max processes"),
    _Limit(5, "RSS", "m", "max resident set size", "bytes", "Max resident set"),
    _Limit(14, "RTPRIO", "r", "max real-time priority", "", "Max realtime priority"),
    _Limit(15, "RTTIME", "y", "timeout for real-time tasks", "microsecs", "Max realtime timeout"),
    _Limit(11, "SIGPENDING", "i", "max number of pending signals", "signals", "Max pending signals"),
    _Limit(3, "STACK", "s", "max stack size", "bytes", "Max stack size"),
)
_COLUMNS = {"DESCRIPTION": False, "RESOURCE": False, "SOFT": True, "HARD": True, "UNITS": False}
PRLIMIT = Command(
    "prlimit",
    usage=["[options] [--<resource>=<limit>] [-p PID]", "[options] [--<resource>=<limit>] COMMAND"],
    summary="Show or change the resource limits of a process.",
    options=[
        Value("pid", "p", "pid", metavar="PID", help="process id"),
        Value("output", "o", "output", metavar="LIST", help="define which output columns to use: " + " ".join(_COLUMNS)),
        Flag("bare", "noheadings", help="don't print headings"),
        Flag("raw", "raw", help="use the raw output format"),
        Flag("verbose", "verbose", help="verbose output"),
        *(
            Value("limits", one.letter, one.name.lower(), metavar="LIMIT", optional=True, implied=(one, None), repeat=True,
                  convert=lambda text, one=one: (one, text), help=one.describes)  # type: ignore[misc]
            for one in _LIMITS
        ),
        Flag("version_", "V", hidden=True),
    ],
    epilog="A LIMIT is soft:hard, soft:, :hard or one number for both; unlimited is one, too.",
    permute=False,
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Set what is to be set, show what is to be shown, become the command. Status 1 if a limit can't be had."""
    opts, words = PRLIMIT.parse(argv)
    if opts.pid is not None and (not opts.pid.isdigit() or len(opts.pid) > 10):
        complain(k, b"invalid PID argument: '%s'" % opts.pid)
        return 1
    if opts.pid is not None and words:
        complain(k, b"options --pid and COMMAND are mutually exclusive")
        return 1
    names = [
        name.decode("latin-1").upper() for name in (opts.output or b"RESOURCE,DESCRIPTION,SOFT,HARD,UNITS").split(b",")
    ]
    for name in names:
        if name not in _COLUMNS:
            complain(k, b"unknown column: " + name.encode().lower())
            return 1
    pid = int(opts.pid) if opts.pid is not None else 0
    shown = [one for one, text in opts.limits if text is None]
    for one, text in opts.limits:
        if text is not None and not _set(k, opts, pid, one, text):
            return 1
    if shown or (not opts.limits and not words):
        try:
            _show(k, opts, pid, names, shown or list(_LIMITS))
        except (SysError, KeyError) as error:
            first = (shown or _LIMITS)[0].name.encode()
            reason = cause(error) if isinstance(error, SysError) and error.errno != 2 else b"No such process"
            complain(k, b"failed to get the %s resource limit: %s" % (first, reason))
            return 1
    return become(k, words) if words else 0


def _limits_of(k: Syscalls, pid: int) -> dict[str, tuple[int, int]]:
    """Return soft and hard by the name of the row in /proc."""
    if not pid:
        return {one.row: k.getrlimit(one.number) for one in _LIMITS}
    found = {}
    for line in read_whole(k, b"/proc/%d/limits" % pid).decode().splitlines()[1:]:
        soft, hard = line[26:47].strip(), line[47:68].strip()
        found[line[:26].strip()] = (_number(soft), _number(hard))
    return found


def _number(text: str) -> int:
    return RLIM_INFINITY if text == "unlimited" else int(text)


def _parsed(text: bytes, old: tuple[int, int]) -> tuple[int, int] | None:
    """Return the limits that a text means, or None."""
    soft, colon, hard = text.removeprefix(b"=").partition(b":")
    if not colon:
        hard = soft
    values = []
    for part, before in ((soft, old[0]), (hard, old[1])):
        if not part:
            values.append(before)
        elif part in (b"unlimited", b"infinity", b"-1"):
            values.append(RLIM_INFINITY)
        elif part.isdigit() and len(part) < 21 and int(part) <= RLIM_INFINITY:
            values.append(int(part))
        else:
            return None
    return (values[0], values[1]) if soft or hard else None


def _set(k: Syscalls, opts: Any, pid: int, one: _Limit, text: bytes) -> bool:
    name = one.name.encode()
    try:
        old = _limits_of(k, pid)[one.row]
    except (SysError, KeyError):
        complain(k, b"failed to get the %s resource limit: No such process" % name)
        return False
    new = _parsed(text, old)
    if new is None:
        raise UsageError(b"%s: failed to parse %s limit\n" % (k.argv[0], name), 1)
    if new[0] > new[1]:
        complain(k, b"the soft limit %s cannot exceed the hard limit" % name)
        return False
    try:
        if pid not in (0, k.getpid()):
            raise NoSuchSyscall()
        k.setrlimit(one.number, *new)
    except SysError as error:
        complain(k, b"failed to set the %s resource limit: %s" % (name, cause(error)))
        return False
    if opts.verbose:
        shown = [b"unlimited" if value == RLIM_INFINITY else b"%d" % value for value in (*old, *new)]
        k.write(1, b"New %s limit for pid %d: <%s:%s>\n" % (name, pid or k.getpid(), shown[2], shown[3]))
    return True


def _show(k: Syscalls, opts: Any, pid: int, names: list[str], limits: list[_Limit]) -> None:
    table = Table([TableColumn(name, right=_COLUMNS[name]) for name in names])
    found = _limits_of(k, pid)
    for one in limits:
        soft, hard = ("unlimited" if value == RLIM_INFINITY else str(value) for value in found[one.row])
        cells: dict[str, str | None] = {
            "RESOURCE": one.name, "DESCRIPTION": one.describes, "SOFT": soft, "HARD": hard, "UNITS": one.units,
        }  # fmt: skip
        table.add([cells[name] for name in names])
    out = Writer(k)
    out.write(table.text("raw" if opts.raw else "plain", headings=not opts.bare))
    out.flush()
