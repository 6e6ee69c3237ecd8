"""tty: print the name of the terminal on standard input."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls, SysError

from ..files.console import Console
from ..files.orders import flag, parse

TTY = Command(
    "tty",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]...",
    summary="Print the file name of the terminal on standard input.",
    status=2,
    options=[flag("silent", "s", "silent", "quiet", help="print nothing, only return a status")],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the name; 0 for a terminal, 1 if it is none, 2 for a wrong command line."""
    con = Console(k, b"tty")
    asked, operands = parse(k, TTY, argv)
    if operands:
        con.usage(b"extra operand " + con.quoted(operands[0]), 2)
    is_tty = k.isatty(0)
    if not asked.silent:
        name = b"not a tty"
        if is_tty:
            try:
                name = k.readlink(b"/proc/self/fd/0")
            except SysError as error:
                con.die(b"cannot find out the terminal's name", error, status=4)
        con.out(name + b"\n")
    con.flush()
    return 0 if is_tty else 1
