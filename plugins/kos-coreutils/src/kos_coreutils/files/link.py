"""link: call link(2), nothing more."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls, SysError

from .console import Console
from .orders import parse

LINK = Command(
    "link", like="(GNU coreutils) 9.1", usage="FILE1 FILE2", summary="Make FILE2 another name of the file FILE1."
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Make the link; 1 if that fails."""
    con = Console(k, b"link")
    _, names = parse(k, LINK, argv)
    if len(names) < 2:
        con.usage(b"missing operand after " + con.quoted(names[0]) if names else b"missing operand")
    if len(names) > 2:
        con.usage(b"extra operand " + con.quoted(names[2]))
    try:
        k.link(names[0], names[1])
    except SysError as error:
        con.complain(b"cannot create link " + con.quoted(names[1]) + b" to " + con.quoted(names[0]), error)
    return con.finish()
