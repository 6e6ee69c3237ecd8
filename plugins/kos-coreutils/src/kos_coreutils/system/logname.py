"""logname: print the name under which the terminal's user logged in."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls, SysError

from ..files.console import Console
from ..files.orders import parse
from .logins import logins_in

LOGNAME = Command("logname", like="(GNU coreutils) 9.1", usage="", summary="Print the user's login name.")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the name; 1 if nobody logged in here."""
    con = Console(k, b"logname")
    _, operands = parse(k, LOGNAME, argv)
    if operands:
        con.usage(b"extra operand " + con.quoted(operands[0]))
    try:
        terminal = k.readlink(b"/proc/self/fd/0") if k.isatty(0) else b""
        for login in logins_in(k):
            if terminal and terminal == b"/dev/" + login.terminal:
                con.out(login.user + b"\n")
                return con.finish()
    except SysError:
        pass
    con.complain(b"no login name")
    return con.finish()
