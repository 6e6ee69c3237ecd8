"""w: who is logged in, and what they are doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, SysError, UsageError, Writer, broken_down, cause, complain, strftime, zone_of

from ..facts.logins import Login, logins
from ..facts.processes import HZ, Process, processes, shown
from ..facts.terminals import terminal_name
from .uptime import summary

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_HINT = "\nUsage:\n {prog} [options] [user]\n\nFor more details see w(1).\n"
W = Command(
    "w",
    usage="[options] [user]",
    summary="Show who is logged in and what they are doing.",
    options=[
        Flag("headless", "h", "no-header", help="leave out the heading"),
        Flag("any_user", "u", "no-current", help="processes of other users count as the current one too"),
        Flag("short", "s", "short", help="short format"),
        Flag("no_from", "f", "from", help="show or hide where from"),
        Flag("old", "o", "old-style", help="spaces for idle times below a minute"),
        Flag("address", "i", "ip-addr", help="the address in place of the host's name"),
        Flag("version_", "V", hidden=True),
    ],
    hint=_HINT,
)
_WIDTH = 512  # where the output is no terminal


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print a line for each login."""
    opts, users = W.parse(argv)
    if len(users) > 1:
        raise UsageError(_HINT.encode().replace(b"{prog}", opts.prog), 1)
    out = Writer(k)
    show_from = not opts.no_from
    try:
        if not opts.headless:
            out.write(summary(k) + b"\n")
            middle = b"  IDLE" if opts.short else b" LOGIN@   IDLE   JCPU   PCPU"
            middle = middle if show_from else b"  " + middle
            out.write(b"USER     TTY     " + (b" FROM            " if show_from else b"") + middle + b" WHAT\n")
        running = processes(k)
    except (SysError, ValueError, IndexError) as error:
        complain(k, b"/proc: " + (cause(error) if isinstance(error, SysError) else b"it isn't as on Linux"))
        return 1
    width = _WIDTH
    try:
        width = k.get_winsize(1)[1] or 80
    except SysError:
        pass
    for login in logins(k):
        if not users or login.user == users[0]:
            out.write(_line(k, opts, login, running, show_from)[:width].encode("utf-8", "replace") + b"\n")
    out.flush()
    return 0


def _line(k: Syscalls, opts: Any, login: Login, running: list[Process], show_from: bool) -> str:
    terminal = login.terminal.decode("utf-8", "replace")
    theirs = [p for p in running if terminal_name(p.tty) == terminal]
    front = [p for p in theirs if p.pgid == p.tpgid] or [p for p in theirs if p.pid == login.pid]
    now = max(front, key=lambda p: (p.start, p.pid), default=None)
    user = login.user.decode("utf-8", "replace")
    text = f"{user[:8]:<8} {terminal[:8]:<8} "
    if show_from:
        host = login.host.decode("utf-8", "replace") or "-"
        text += f"{host[:16]:<16} "
    else:
        text += "  "
    try:
        idle = max((k.clock_ns() - k.stat(b"/dev/" + login.terminal).atime_ns) // 10**9, 0)
    except SysError:
        idle = 0
    if not opts.short:
        text += f"{_login_time(k, login.since):>6} "
    text += f"{_idle(idle, opts.old):>6} "
    if not opts.short:
        text += f"{_spent(sum(p.ticks for p in theirs)):>6} {_spent(now.ticks if now else 0):>6} "
    return text + (shown(now.args) if now is not None else "-")


def _login_time(k: Syscalls, since: int) -> str:
    zone = zone_of(k)
    then, now = broken_down(since * 10**9, zone), broken_down(k.clock_ns(), zone)
    age = k.clock_ns() // 10**9 - since
    if (then.year, then.yearday) == (now.year, now.yearday) or age < 43200:
        return strftime(b"%H:%M", then).decode()
    return strftime(b"%a%H" if age < 604800 else b"%d%b%y", then).decode()


def _idle(seconds: int, old: bool) -> str:
    if seconds > 172800:
        return f"{seconds // 86400}days"
    if seconds >= 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}m"
    if seconds > 60:
        return f"{seconds // 60}:{seconds % 60:02}" + (" " if old else "")
    return " " * 6 if old else f"{seconds}.00s"


def _spent(ticks: int) -> str:
    seconds = ticks / HZ
    if seconds >= 3600:
        return f"{int(seconds) // 3600}:{int(seconds) % 3600 // 60:02}m"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}" if seconds > 60 else f"{seconds:.2f}s"
