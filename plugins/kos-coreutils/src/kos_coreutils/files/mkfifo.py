"""mkfifo: make named pipes."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls, SysError

from .console import Console
from .contexts import CONTEXT, heed
from .nodemode import node_mode
from .orders import parse, value

MKFIFO = Command(
    "mkfifo",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... NAME...",
    summary="Make named pipes.",
    options=[
        value("mode", "m", "mode", metavar="MODE", help="their mode, as for chmod, instead of a=rw less the umask"),
        *CONTEXT,
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Make the pipes; 1 if any couldn't be made."""
    con = Console(k, b"mkfifo")
    asked, names = parse(k, MKFIFO, argv)
    if not names:
        con.usage(b"missing operand")
    heed(con, asked.context)
    mode = node_mode(con, asked.mode)
    for name in names:
        try:
            k.mkfifo(name, 0o666 if mode is None else mode)
            if mode is not None:
                k.chmod(name, mode)
        except SysError as error:
            con.complain(b"cannot create fifo " + con.quoted(name), error)
    return con.finish()
