"""unlink: call unlink(2), nothing more."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls, SysError

from .console import Console
from .orders import parse

UNLINK = Command("unlink", like="(GNU coreutils) 9.1", usage="FILE", summary="Remove the one FILE.")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Remove the name; 1 if that fails."""
    con = Console(k, b"unlink")
    _, names = parse(k, UNLINK, argv)
    if not names:
        con.usage(b"missing operand")
    if len(names) > 1:
        con.usage(b"extra operand " + con.quoted(names[1]))
    try:
        k.unlink(names[0])
    except SysError as error:
        con.complain(b"cannot unlink " + con.quoted(names[0]), error)
    return con.finish()
