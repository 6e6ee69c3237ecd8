"""printenv: the environment, or some of its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, Writer, parsed

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

PRINTENV = Command(
    "printenv",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [VARIABLE]...",
    summary="Print the values of the specified environment VARIABLE(s).\n"
    "If no VARIABLE is specified, print name and value pairs for them all.",
    options=[Flag("zero", "0", "null", help="end each output line with NUL, not newline")],
    status=2,
    permute=False,
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print variables. Status 1 if one isn't set."""
    opts, names = parsed(k, PRINTENV, argv)
    end = b"\0" if opts.zero else b"\n"
    out = Writer(k, status=2)
    status = 0
    if not names:
        out.write(b"".join([b"%s=%s%s" % (name, value, end) for name, value in k.env.items()]))
    for name in names:
        if name in k.env:
            out.write(k.env[name] + end)
        else:
            status = 1
    out.flush()
    return status
