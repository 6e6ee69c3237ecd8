"""pinky: who is logged in, in a short list; or all about some users, in a long one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, SysError, Writer, broken_down, parsed, read_whole, refuse, strftime, zone_of

from .logins import idle_text, logins_in

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

PINKY = Command(
    "pinky",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [USER]...",
    summary="Print user information.",
    options=[
        Flag("long", "l", help="produce long format output for the specified USERs"),
        Flag("no_home", "b", help="omit the user's home directory and shell in long format"),
        Flag("no_project", "h", help="omit the user's project file in long format"),
        Flag("no_plan", "p", help="omit the user's plan file in long format"),
        Flag("long", "s", value=False, help="do short format output, this is the default"),
        Flag("no_heading", "f", help="omit the line of column headings in short format"),
        Flag("no_name", "w", help="omit the user's full name in short format"),
        Flag("no_name", "i", sets={"no_host": True}, help="omit the user's full name and remote host in short format"),
        Flag("no_name", "q", sets={"no_host": True, "no_idle": True},
             help="omit the user's full name, remote host and idle time in short format"),
    ],
    epilog="The list of logins is /var/run/utmp.",
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print what is known of users."""
    opts, names = parsed(k, PINKY, argv)
    if opts.long and not names:
        return refuse(k, b"no username specified; at least one must be specified when using -l")
    out = Writer(k)
    accounts = _accounts(k)
    if opts.long:
        for name in names:
            _long(k, out, opts, name, accounts.get(name))
    else:
        _short(k, out, opts, names, accounts)
    out.flush()
    return 0


def _accounts(k: Syscalls) -> dict[bytes, list[bytes]]:
    try:
        lines = read_whole(k, b"/etc/passwd").split(b"\n")
    except SysError:
        return {}
    rows = [line.split(b":") for line in lines]
    return {row[0]: row for row in reversed(rows) if len(row) >= 7}


def _real_name(row: list[bytes] | None) -> bytes:
    if row is None:
        return b"???"
    return row[4].split(b",")[0].replace(b"&", row[0].capitalize())


def _long(k: Syscalls, out: Writer, opts: Any, name: bytes, row: list[bytes] | None) -> None:
    out.write(b"Login name: %-28bIn real life:  %b\n" % (name, _real_name(row) if row is not None else b"???"))
    if row is None:
        return
    if not opts.no_home:
        out.write(b"Directory: %-29bShell:  %b\n" % (row[5], row[6]))
    for unwanted, title, file in (
        (opts.no_project, b"Project: ", b".project"),
        (opts.no_plan, b"Plan:\n", b".plan"),
    ):
        if not unwanted:
            try:
                out.write(title + read_whole(k, row[5] + b"/" + file))
            except SysError:
                pass  # the user has none
    out.write(b"\n")


def _short(k: Syscalls, out: Writer, opts: Any, names: list[bytes], accounts: dict[bytes, list[bytes]]) -> None:
    if not opts.no_heading:
        heading = b"%-8b" % b"Login"
        heading += b"" if opts.no_name else b" %-19b" % b"Name"
        heading += b" %-9b" % b" TTY"
        heading += b"" if opts.no_idle else b" %-6b" % b"Idle"
        heading += b" %-16b" % b"When"
        heading += b"" if opts.no_host else b" Where"
        out.write(heading + b"\n")
    try:
        logins = logins_in(k)
    except SysError:
        return  # nobody has ever logged in
    zone = zone_of(k)
    for login in logins:
        if names and login.user not in names:
            continue
        mesg, idle = idle_text(k, login)
        mark = b" " if mesg == b"+" else b"*" if mesg == b"-" else b"?"
        line = b"%-8b" % login.user
        if not opts.no_name:
            row = accounts.get(login.user)
            line += b" %-19b" % (_real_name(row)[:19] if row is not None else b"        ???")
        line += b" %b%-8b" % (mark, login.terminal)
        if not opts.no_idle:
            line += b" %-6b" % (b"" if idle == b"." else b"?????" if idle == b"?" else idle)
        line += b" " + strftime(b"%Y-%m-%d %H:%M", broken_down(login.seconds * 10**9, zone))
        if not opts.no_host and login.host:
            line += b" " + login.host
        out.write(line + b"\n")
