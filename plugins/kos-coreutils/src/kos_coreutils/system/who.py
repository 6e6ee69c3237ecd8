"""who: who is logged in, and what else the list of logins records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, SysError, Writer, broken_down, parsed, quote, refuse, strftime, zone_of

from . import logins
from .logins import Login, idle_text, records_in

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_ALL = dict.fromkeys(
    ("boot", "dead", "login", "init", "level", "clock", "mesg", "users", "exits", "idle", "something"), True
)
WHO = Command(
    "who",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [ FILE | ARG1 ARG2 ]",
    summary="Print information about users who are currently logged in.",
    options=[
        Flag("all", "a", "all", sets=_ALL, help="same as -b -d --login -p -r -t -T -u"),
        Flag("boot", "b", "boot", sets={"something": True}, help="time of last system boot"),
        Flag("dead", "d", "dead", sets={"something": True, "idle": True, "exits": True}, help="print dead processes"),
        Flag("heading", "H", "heading", help="print line of column headings"),
        Flag("ips", "ips", help="print ips instead of hostnames; what is recorded here is printed as it is"),
        Flag("login", "l", "login", sets={"something": True, "idle": True}, help="print system login processes"),
        Flag("lookup", "lookup", help="attempt to canonicalize hostnames via DNS; a machine without DNS leaves them"),
        Flag("mine", "m", help="only hostname and user associated with stdin"),
        Flag("init", "p", "process", sets={"something": True}, help="print active processes spawned by init"),
        Flag("count", "q", "count", help="all login names and number of users logged on"),
        Flag("level", "r", "runlevel", sets={"something": True, "idle": True}, help="print current runlevel"),
        Flag("short", "s", "short", help="print only name, line, and time (default)"),
        Flag("clock", "t", "time", sets={"something": True}, help="print last system clock change"),
        Flag("mesg", "T", "w", "mesg", "message", "writable", help="add user's message status as +, - or ?"),
        Flag("users", "u", "users", sets={"something": True, "idle": True}, help="list users logged in"),
    ],
    epilog="If FILE is not specified, use /var/run/utmp.  If ARG1 ARG2 given, -m presumed: 'am i' is usual.",
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the logins; nothing if there is no list."""
    opts, words = parsed(k, WHO, argv)
    if len(words) > 2:
        return refuse(k, b"extra operand " + quote(words[2]))
    mine = opts.mine or len(words) == 2
    try:
        records = records_in(k, *words[:1]) if len(words) == 1 else records_in(k)
    except SysError:
        records = []  # nobody has ever logged in
    out = Writer(k)
    if opts.count:
        names = [record.user for record in records if record.kind == logins.USER and record.user]
        out.write(b" ".join(names) + b"\n# users=%d\n" % len(names))
    else:
        _Lister(k, out, opts).run(records, mine)
    out.flush()
    return 0


class _Lister:
    def __init__(self, k: Syscalls, out: Writer, opts: Any) -> None:
        self.k = k
        self.out = out
        self.opts = opts
        self.zone = zone_of(k)
        self.short = not (opts.exits or opts.idle)
        self.users = opts.users or not opts.something

    def line(
        self,
        user: bytes,
        mesg: bytes,
        terminal: bytes,
        time: bytes,
        idle: bytes,
        pid: bytes,
        note: bytes,
        exited: bytes,
    ) -> None:
        text = b"%-8b%b %-12b %-16b" % (user, b" " + mesg if self.opts.mesg else b"", terminal, time)
        if self.opts.idle and not self.short:
            text += b" %-6b" % idle
        if not self.short:
            text += b" %10b" % pid
        text += b" %-8b" % note
        if self.opts.exits:
            text += b" %-12b" % exited
        self.out.write(text.rstrip(b" ") + b"\n")

    def when(self, record: Login) -> bytes:
        return strftime(b"%Y-%m-%d %H:%M", broken_down(record.seconds * 10**9, self.zone))

    def run(self, records: list[Login], mine: bool) -> None:
        opts = self.opts
        if opts.heading:
            self.line(b"NAME", b" ", b"LINE", b"TIME", b"IDLE", b"PID", b"COMMENT", b"EXIT")
        here = b""
        if mine:
            try:
                here = self.k.readlink(b"/proc/self/fd/0").removeprefix(b"/dev/")
            except SysError:
                return
        for record in records:
            if mine and record.terminal != here:
                continue
            self.record(record)

    def record(self, record: Login) -> None:
        opts, kind = self.opts, record.kind
        pid, when, ident = b"%d" % record.pid, self.when(record), b"id=" + record.ident
        if kind == logins.USER and record.user and self.users:
            mesg, idle = idle_text(self.k, record)
            if idle == b"?":
                idle = b"  ?"
            elif idle == b".":
                idle = b"  ."
            elif idle == b"old":
                idle = b" old"
            self.line(
                record.user, mesg, record.terminal, when, idle, pid, b"(%b)" % record.host if record.host else b"", b""
            )
        elif kind == logins.RUN_LEVEL and opts.level:
            last, now = divmod(record.pid, 256)
            note = b"last=%c" % (78 if last == 48 else last) if last else b""
            self.line(b"", b" ", b"run-level %c" % now, when, b"", b"", note, b"")
        elif kind == logins.BOOT and opts.boot:
            self.line(b"", b" ", b"system boot", when, b"", b"", b"", b"")
        elif kind == logins.NEW_TIME and opts.clock:
            self.line(b"", b" ", b"clock change", when, b"", b"", b"", b"")
        elif kind == logins.INIT and opts.init:
            self.line(b"", b" ", record.terminal, when, b"", pid, ident, b"")
        elif kind == logins.LOGIN and opts.login:
            self.line(b"LOGIN", b" ", record.terminal, when, b"", pid, ident, b"")
        elif kind == logins.DEAD and opts.dead:
            exited = b"term=%d exit=%d" % record.ended
            self.line(b"", b" ", record.terminal, when, b"", pid, ident, exited)
