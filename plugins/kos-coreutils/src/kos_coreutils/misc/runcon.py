"""runcon: a command in another SELinux context. The kernel has no SELinux, so it says what GNU's says there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, Value, complain, parsed, refuse

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_FAILED = 125
RUNCON = Command(
    "runcon",
    like="(GNU coreutils) 9.1",
    usage=("CONTEXT COMMAND [args]", "[ -c ] [-u USER] [-r ROLE] [-t TYPE] [-l RANGE] COMMAND [args]"),
    summary="Run a program in a different SELinux security context.\n"
    "With neither CONTEXT nor COMMAND, print the current security context.",
    options=[
        Flag("compute", "c", "compute", help="compute process transition context before modifying"),
        Value("types", "t", "type", metavar="TYPE", repeat=True, help="type (for same role as parent)"),
        Value("users", "u", "user", metavar="USER", repeat=True, help="user identity"),
        Value("roles", "r", "role", metavar="ROLE", repeat=True, help="role"),
        Value("ranges", "l", "range", metavar="RANGE", repeat=True, help="levelrange"),
    ],
    epilog="There is no SELinux in this kernel: what changes a context is refused.",
    status=_FAILED,
    permute=False,
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Refuse; status 125, or 1 where a context was only asked for."""
    opts, words = parsed(k, RUNCON, argv)
    for given, name in (
        (opts.roles, b"roles"),
        (opts.types, b"types"),
        (opts.users, b"users"),
        (opts.ranges, b"levelranges"),
    ):
        if len(given) > 1:
            complain(k, b"multiple " + name)
            return _FAILED
    parts = opts.roles or opts.types or opts.users or opts.ranges or opts.compute
    if not words and not parts:
        complain(k, b"failed to get current context: Invalid argument")
        return _FAILED
    if not words:
        return refuse(k, b"no command specified", _FAILED)
    if not parts and len(words) < 2:
        return refuse(k, b"no command specified", _FAILED)
    complain(k, b"runcon may be used only on a SELinux kernel")
    return _FAILED
