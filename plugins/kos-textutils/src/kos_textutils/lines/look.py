"""look: the lines of a sorted file that begin with a string."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, Reader, SysError, Value, Writer, cause, complain, parsed

from ..about import ABOUT, heed

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

LOOK = Command(
    "look",
    usage="[OPTION]... STRING [FILE]",
    summary="Display lines beginning with a specified string. Without FILE, look in /usr/share/dict/words, with -d and -f.",
    options=[
        Flag("alternative", "a", "alternative", help="use the alternative dictionary"),
        Flag("letters", "d", "alphanum", help="compare only blanks and alphanumeric characters"),
        Flag("fold", "f", "ignore-case", help="ignore case differences when comparing"),
        Value("end", "t", "terminate", metavar="CHAR", help="define the string-termination character"),
        *ABOUT,
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write the lines. Status 0 if there are any, 1 if not, 1 or 2 for trouble."""
    opts, words = parsed(k, LOOK, argv)
    heed(LOOK, opts)
    if not words or len(words) > 2:
        raise LOOK.error(opts, b"bad usage")
    name = words[1] if len(words) == 2 else b"/usr/share/dict/web2" if opts.alternative else b"/usr/share/dict/words"
    letters = opts.letters or len(words) == 1
    fold = opts.fold or len(words) == 1
    wanted = words[0]
    if opts.end is not None and opts.end and opts.end[:1] in wanted:
        wanted = wanted[: wanted.index(opts.end[:1]) + 1]

    def key(text: bytes) -> bytes:
        if letters:
            text = bytes([byte for byte in text if chr(byte).isalnum() and byte < 128 or byte in b" \t"])
        return text.lower() if fold else text

    prefix = key(wanted)
    try:
        fd = k.open(name)
        out = Writer(k)
        found = False
        reader = Reader(k, fd)
        while block := reader.block():
            for line in block.splitlines(keepends=True):
                shown = key(line)
                if shown.startswith(prefix):
                    out.write(line)
                    found = True
                elif found:
                    out.flush()
                    return 0
            k.tick(8)
        out.flush()
    except SysError as error:
        complain(k, name + b": " + cause(error))
        return 1
    return 0 if found else 1
