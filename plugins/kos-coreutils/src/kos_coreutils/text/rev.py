"""rev: each line backwards, character by character."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, Reader, SysError, Writer, cause, complain, is_utf8, parsed, quotef

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

REV = Command(
    "rev",
    like="from util-linux 2.38.1",
    usage="[OPTION]... [FILE]...",
    summary="Reverse lines characterwise.\n\nWith no FILE, read standard input.",
    options=[Flag("zero", "0", "zero", help="use the NUL byte as line separator")],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write each line reversed. What isn't UTF-8 in a UTF-8 locale is reversed byte by byte."""
    opts, files = parsed(k, REV, argv)
    end = b"\0" if opts.zero else b"\n"
    utf8 = is_utf8(k.env)
    out = Writer(k)
    status = 0
    for name in files or [b""]:
        try:
            fd = k.open(name) if name else 0
        except SysError as error:
            complain(k, b"cannot open %s: %s" % (quotef(name), cause(error)))
            status = 1
            continue
        reader = Reader(k, fd, delimiter=end, tied=out)
        lines_read = 0
        try:
            while block := reader.block():
                lines_read += block.count(end)
                if utf8 and not block.isascii():
                    lines = block.decode("utf-8", "surrogateescape").split(end.decode())
                    text = end.decode().join([line[::-1] for line in lines])
                    out.write(text.encode("utf-8", "surrogateescape"))
                else:
                    out.write(end.join([line[::-1] for line in block.split(end)]))
        except SysError as error:
            out.flush()
            complain(k, b"%s: %d: %s" % (quotef(name or b"stdin"), lines_read, cause(error)))
            status = 1
        if fd:
            k.close(fd)
    out.flush()
    return status
