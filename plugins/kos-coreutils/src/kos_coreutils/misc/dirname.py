"""dirname: a path without its last component."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, Writer, parsed, refuse

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

DIRNAME = Command(
    "dirname",
    like="(GNU coreutils) 9.1",
    usage="[OPTION] NAME...",
    summary="Output each NAME with its last non-slash component and trailing slashes removed;\n"
    "if NAME contains no /'s, output '.' (meaning the current directory).",
    options=[Flag("zero", "z", "zero", help="end each output line with NUL, not newline")],
    permute=False,
)


def parent(name: bytes) -> bytes:
    """Return what stands before the last component of a path; "." if nothing does."""
    stripped = name.rstrip(b"/")
    cut = stripped.rfind(b"/")
    if cut < 0:
        return b"/" if name and not stripped else b"."
    return stripped[:cut].rstrip(b"/") or b"/"


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the parent of each name."""
    opts, names = parsed(k, DIRNAME, argv)
    if not names:
        return refuse(k, b"missing operand")
    end = b"\0" if opts.zero else b"\n"
    out = Writer(k)
    out.write(b"".join([parent(name) + end for name in names]))
    out.flush()
    return 0
