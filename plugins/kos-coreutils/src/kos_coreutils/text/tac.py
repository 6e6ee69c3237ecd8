"""tac: files backwards, record by record.

A regular file is read from its end; anything else is kept in memory first, for its end is what comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    S_IFMT,
    S_IFREG,
    Charge,
    Command,
    Flag,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parsed,
    quoteaf,
    quotef,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

TAC = Command(
    "tac",
    like="(GNU coreutils) 9.1",
    summary="Write each FILE to standard output, last line first.\n\nWith no FILE, or when FILE is -, read standard input.",
    options=[
        Flag("before", "b", "before", help="attach the separator before instead of after"),
        Flag("regex", "r", "regex", help="interpret the separator as a regular expression"),
        Value(
            "separator",
            "s",
            "separator",
            metavar="STRING",
            default=b"\n",
            help="use STRING as the separator instead of newline",
        ),
    ],
)
_BLOCK = 1 << 18


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write each file's records in reverse. Status 1 if one couldn't be read."""
    opts, files = parsed(k, TAC, argv)
    cut = _cutter(k, opts.separator, before=opts.before, regex=opts.regex)
    plain = not opts.regex and not opts.before and len(opts.separator) == 1
    out = Writer(k)
    status = 0
    for name in files or [b"-"]:
        try:
            fd = 0 if name == b"-" else k.open(name)
        except SysError as error:
            complain(k, b"failed to open %s for reading: %s" % (quoteaf(name), cause(error)))
            status = 1
            continue
        try:
            about = k.fstat(fd)
            if plain and about.mode & S_IFMT == S_IFREG and about.size:
                _backwards(k, out, fd, about.size, opts.separator)
            else:
                charge = Charge(k)
                data = _everything(k, fd, out, charge)
                for record in reversed(cut(data)):
                    out.write(record)
                out.flush()
                charge.change(-2 * len(data))
        except SysError as error:
            shown = b"standard input" if name == b"-" else quotef(name)
            complain(k, b"%s: read error: %s" % (shown, cause(error)))
            status = 1
        if fd:
            k.close(fd)
    out.flush()
    return status


def _everything(k: Syscalls, fd: int, out: Writer, charge: Charge) -> bytes:
    reader = Reader(k, fd, tied=out)
    parts = []
    while data := reader.chunk():
        charge.change(2 * len(data))
        parts.append(data)
    return b"".join(parts)


def _backwards(k: Syscalls, out: Writer, fd: int, size: int, separator: bytes) -> None:
    """Write a regular file's lines in reverse, reading it in blocks from its end (wherever its offset is, as GNU does)."""
    end, tail = size, b""  # tail: the beginning, in this block or later ones, of the record that ends here
    parts: list[bytes] = []
    while end > 0:
        at = max(0, end - _BLOCK)
        data = k.pread(fd, end - at, at)
        end = at
        pieces = data.split(separator)
        if len(pieces) == 1:
            parts.append(data)
            continue
        tail = pieces[-1] + b"".join(reversed(parts))
        records = [piece + separator for piece in pieces[1:-1]]
        records.append(tail)
        records.reverse()
        out.write(b"".join(records))
        parts = [pieces[0] + separator]
        k.tick()
    out.write(b"".join(reversed(parts)))


def _cutter(k: Syscalls, separator: bytes, *, before: bool, regex: bool) -> Callable[[bytes], list[bytes]]:
    """Return what cuts a text into records with the separator kept after each, or before each."""
    spans: Callable[[bytes], list[tuple[int, int]]]
    if regex:
        spans = _pattern_spans(k, separator)
    else:
        mark = separator or b"\0"

        def spans(data: bytes) -> list[tuple[int, int]]:
            found, end = [], len(data)
            while (at := data.rfind(mark, 0, end)) >= 0:
                found.append((at, at + len(mark)))
                end = at
            return found

    def cut(data: bytes) -> list[bytes]:
        records, last = [], 0
        for start, end in reversed(spans(data)):
            border = start if before else end
            records.append(data[last:border])
            last = border
        records.append(data[last:])
        return records

    return cut


def _pattern_spans(k: Syscalls, separator: bytes) -> Callable[[bytes], list[tuple[int, int]]]:
    """Return what finds the matches of a pattern from the end on, as GNU does: the last place where one can begin, and so on.

    So `[0-9][0-9]*` finds one digit at a time. The syntax is regex's oldest, Emacs's.
    """
    from kos_kernel.api import PatternError, compile_regex

    if not separator:
        complain(k, b"separator cannot be empty")
        k.exit(1)
    try:
        pattern = compile_regex(separator, syntax="emacs", multiline=True)
    except PatternError as error:
        complain(k, str(error).encode())
        k.exit(1)

    def spans(data: bytes) -> list[tuple[int, int]]:
        found, end, at = [], len(data), len(data) - 1
        while at >= 0:
            match = pattern.search(data, at, end)
            if match is not None and match.start() == at:
                found.append((at, match.end()))
                end = at
            at -= 1
            if not at & 0xFFF:
                k.tick(0x1000)
        return found

    return spans
