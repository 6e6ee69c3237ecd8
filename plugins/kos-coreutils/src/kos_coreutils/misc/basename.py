"""basename: the last component of a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, Value, Writer, parsed, quote, refuse

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

BASENAME = Command(
    "basename",
    like="(GNU coreutils) 9.1",
    usage=("NAME [SUFFIX]", "OPTION... NAME..."),
    summary="Print NAME with any leading directory components removed.\nIf specified, also remove a trailing SUFFIX.",
    options=[
        Flag("multiple", "a", "multiple", help="support multiple arguments and treat each as a NAME"),
        Value("suffix", "s", "suffix", metavar="SUFFIX", help="remove a trailing SUFFIX; implies -a"),
        Flag("zero", "z", "zero", help="end each output line with NUL, not newline"),
    ],
    permute=False,
)


def base(name: bytes) -> bytes:
    """Return the last component of a path, without trailing slashes; "/" is its own."""
    stripped = name.rstrip(b"/")
    if not stripped:
        return name[:1]
    return stripped[stripped.rfind(b"/") + 1 :]


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the last component of each name."""
    opts, names = parsed(k, BASENAME, argv)
    if not names:
        return refuse(k, b"missing operand")
    suffix = opts.suffix or b""
    if not opts.multiple and opts.suffix is None:
        if len(names) > 2:
            return refuse(k, b"extra operand " + quote(names[2]))
        if len(names) == 2:
            suffix = names.pop()
    end = b"\0" if opts.zero else b"\n"
    out = Writer(k)
    for name in names:
        last = base(name)
        if suffix and last != suffix and last[:1] != b"/":
            last = last.removesuffix(suffix)
        out.write(last + end)
    out.flush()
    return 0
