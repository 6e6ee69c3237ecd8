"""yes: a line, until somebody stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Writer, parsed

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

YES = Command(
    "yes",
    like="(GNU coreutils) 9.1",
    usage="[STRING]...",
    summary="Repeatedly output a line with all specified STRING(s), or 'y'.",
    permute=False,
)
_BLOCK = 16384


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write the line for ever: the end is a closed pipe, a full disk or a signal."""
    _opts, words = parsed(k, YES, argv)
    line = b" ".join(words or [b"y"]) + b"\n"
    block = line * max(1, _BLOCK // len(line))
    out = Writer(k, complaint=b"standard output")
    while True:
        out.write(block)
        out.flush()
