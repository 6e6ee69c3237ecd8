"""users: print who is logged in."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls, SysError

from ..files.console import Console
from ..files.orders import parse
from .logins import logins_in

USERS = Command(
    "users",
    like="(GNU coreutils) 9.1",
    usage="[FILE]",
    summary="Print the names of the users logged in, by FILE or /var/run/utmp.",
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the names on one line, sorted; nothing if nobody is logged in."""
    con = Console(k, b"users")
    _, operands = parse(k, USERS, argv)
    if len(operands) > 1:
        con.usage(b"extra operand " + con.quoted(operands[1]))
    try:
        names = sorted(login.user for login in logins_in(k, *operands))
    except SysError:
        names = []  # no list of logins: nobody has logged in
    if names:
        con.out(b" ".join(names) + b"\n")
    return con.finish()
