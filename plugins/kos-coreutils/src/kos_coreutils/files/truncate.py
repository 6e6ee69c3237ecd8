"""truncate: set the size of files."""

from __future__ import annotations

from kos_kernel.api import ENOENT, O_CREAT, O_NONBLOCK, O_WRONLY, BadNumber, Command, Syscalls, SysError, parse_size

from .console import Console
from .orders import flag, parse, value

TRUNCATE = Command(
    "truncate",
    like="(GNU coreutils) 9.1",
    usage="OPTION... FILE...",
    summary="Shrink or extend each FILE to a size; what is added reads as zeros. A FILE that isn't there is made.",
    options=[
        flag("no_create", "c", "no-create", help="make no files"),
        flag("blocks", "o", "io-blocks", help="SIZE counts blocks of the file, not bytes"),
        value("reference", "r", "reference", metavar="RFILE", help="start from RFILE's size"),
        value("size", "s", "size", metavar="SIZE",
              help="the size: N, or a change: +N -N, at most <N, at least >N, down to a multiple /N, up to one %N"),
    ],
)  # fmt: skip
_LIMIT = (1 << 63) - 1


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Set sizes; 1 if any couldn't be set."""
    con = Console(k, b"truncate")
    asked, files = parse(k, TRUNCATE, argv)
    change, size = b"", 0
    if asked.size is not None:
        change, size = _read_size(con, asked.size)
    elif asked.reference is None:
        con.usage(b"you must specify either " + con.word(b"--size") + b" or " + con.word(b"--reference"))
    if asked.reference is not None and asked.size is not None and not change:
        con.usage(b"you must specify a relative " + con.word(b"--size") + b" with " + con.word(b"--reference"))
    if asked.blocks and asked.size is None:
        con.usage(con.word(b"--io-blocks") + b" was specified but " + con.word(b"--size") + b" was not")
    if not files:
        con.usage(b"missing file operand")
    start: int | None = None
    if asked.reference is not None:
        try:
            start = k.stat(asked.reference).size
        except SysError as error:
            con.die(b"cannot stat " + con.quoted(asked.reference), error)
        if asked.size is None:
            change, size = b"", start
    for file in files:
        try:
            fd = k.open(file, O_WRONLY | O_NONBLOCK | (0 if asked.no_create else O_CREAT))
        except SysError as error:
            if not (asked.no_create and error.errno == ENOENT):
                con.complain(b"cannot open " + con.quoted(file) + b" for writing", error)
            continue
        try:
            stat = k.fstat(fd)
            wanted = size * (stat.blksize if asked.blocks else 1)
            k.ftruncate(fd, _resolve(change, stat.size if start is None else start, wanted))
        except SysError as error:
            con.complain(b"failed to truncate " + con.quoted(file) + b" at %d bytes" % size, error)
        finally:
            k.close(fd)
    return con.finish()


def _read_size(con: Console, text: bytes) -> tuple[bytes, int]:
    """Return (one of + - < > / % or nothing, the number)."""
    rest = text.lstrip(b" \t\n\v\f\r")
    change = b""
    if rest[:1] in (b"<", b">", b"/", b"%"):
        change, rest = rest[:1], rest[1:].lstrip(b" \t\n\v\f\r")
    if rest[:1] in (b"+", b"-"):
        if change:
            con.usage(b"multiple relative modifiers specified")
        change, rest = rest[:1], rest[1:]
    try:
        size = parse_size(rest, suffixes="EgGkKmMPtTYZ0", limit=_LIMIT)
    except BadNumber as error:
        tail = b": Value too large for defined data type" if error.reason == "overflow" else b""
        con.die(b"Invalid number: " + con.quoted((change if change in (b"+", b"-") else b"") + rest) + tail)
    if change in (b"/", b"%") and size == 0:
        con.die(b"division by zero")
    return change, size


def _resolve(change: bytes, now: int, size: int) -> int:
    """Return the new size."""
    if change == b"+":
        return now + size
    if change == b"-":
        return max(0, now - size)
    if change == b"<":
        return min(now, size)
    if change == b">":
        return max(now, size)
    if change == b"/":
        return now // size * size
    if change == b"%":
        return -(-now // size) * size
    return size
