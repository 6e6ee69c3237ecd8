"""nologin: the shell of those who may not log in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, SysError, Value, Writer, read_whole

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

NOLOGIN = Command(
    "nologin",
    usage="[options]",
    summary="Politely refuse a login.",
    options=[
        Value("command", "c", "command", metavar="COMMAND", help="does nothing (for compatibility with su -c)"),
        Value("rc", "init-file", "rcfile", hidden=True),
        Flag("shell", "i", "l", "interactive", "login", "noprofile", "norc", "posix", "r", "restricted", hidden=True),
        Flag("version_", "V", hidden=True),
    ],
    operands=(0, None),
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Say that the account is not available, in the words of /etc/nologin.txt if there is such a file. Status 1."""
    NOLOGIN.parse([argv[0].removeprefix(b"-") or b"nologin", *argv[1:]])
    out = Writer(k)
    try:
        out.write(read_whole(k, b"/etc/nologin.txt"))
    except SysError:
        out.write(b"This account is currently not available.\n")
    out.flush()
    return 1
