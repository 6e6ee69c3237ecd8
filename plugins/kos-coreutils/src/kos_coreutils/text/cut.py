"""cut: bytes, characters or fields of each line.

The common cases are one comprehension over a block's lines. In a UTF-8 locale -c counts characters, as POSIX asks and GNU
announces; -n keeps -b from splitting them.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, Inputs, Reader, SysError, Value, Writer, is_utf8, parsed, refuse

from .ranges import BadList, complement, parse_ranges

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

CUT = Command(
    "cut",
    like="(GNU coreutils) 9.1",
    usage="OPTION... [FILE]...",
    summary="Print selected parts of lines from each FILE to standard output.\n\nWith no FILE, or when FILE is -, read standard input.",
    options=[
        Value("bytes", "b", "bytes", metavar="LIST", repeat=True, help="select only these bytes"),
        Value("chars", "c", "characters", metavar="LIST", repeat=True, help="select only these characters"),
        Value("delimiter", "d", "delimiter", metavar="DELIM", help="use DELIM instead of TAB for field delimiter"),
        Value("fields", "f", "fields", metavar="LIST", repeat=True,
              help="select only these fields; also print any line that contains no delimiter character, unless -s is given"),
        Flag("whole", "n", help="with -b: don't split multibyte characters"),
        Flag("complement", "complement", help="complement the set of selected bytes, characters or fields"),
        Flag("only", "s", "only-delimited", help="do not print lines not containing delimiters"),
        Value("output", "output-delimiter", metavar="STRING",
              help="use STRING as the output delimiter; the default is to use the input delimiter"),
        Flag("zero", "z", "zero-terminated", help="line delimiter is NUL, not newline"),
    ],
    epilog="Use one, and only one of -b, -c or -f.  Each LIST is made up of one range, or many ranges separated by commas.",
)  # fmt: skip

_PICKED = 200  # fields picked by number; more are cut out as ranges
_LONGEST = 1 << 60  # no line is longer; a place beyond is the line's end


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write the selected parts. Status 1 if a file couldn't be read."""
    opts, files = parsed(k, CUT, argv)
    lists = opts.bytes + opts.chars + opts.fields
    by_field = bool(opts.fields)
    if len(lists) > 1:
        return refuse(k, b"only one list may be specified")
    if not lists:
        return refuse(k, b"you must specify a list of bytes, characters, or fields")
    if opts.delimiter is not None and len(opts.delimiter) > 1 and not _one_character(k, opts.delimiter):
        return refuse(k, b"the delimiter must be a single character")
    if not by_field:
        if opts.delimiter is not None:
            return refuse(k, b"an input delimiter may be specified only when operating on fields")
        if opts.only:
            return refuse(k, b"suppressing non-delimited lines makes sense\n\tonly when operating on fields")
    try:
        ranges = parse_ranges(lists[0], fields=by_field)
    except BadList as bad:
        return refuse(k, bad.message)
    if opts.complement:
        ranges = complement(ranges)
    end = b"\0" if opts.zero else b"\n"
    if opts.output == b"":
        opts.output = b"\0"  # GNU's way to say NUL
    if by_field:
        cut = _fields(opts, ranges)
    else:
        cut = _characters(opts, ranges, end, is_utf8(k.env) and bool(opts.chars or opts.whole), bool(opts.bytes))
    inputs = Inputs(k, files)
    out = Writer(k)
    for name in inputs.names:
        fd = inputs.open(name)
        if fd is None:
            continue
        reader = Reader(k, fd, delimiter=end, tied=out)
        try:
            if by_field and (opts.delimiter or b"\0") == end and opts.delimiter is not None:
                out.write(_lines_as_fields(reader, opts, ranges, end))
            while block := reader.block():
                lines = cut(block.removesuffix(end).split(end))
                if lines:
                    out.write(end.join(lines) + end)
        except SysError as error:
            out.flush()
            inputs.failed(name, error)
        inputs.close(fd)
    out.flush()
    return inputs.status


def _one_character(k: Syscalls, text: bytes) -> bool:
    if not is_utf8(k.env):
        return False
    try:
        return len(text.decode()) == 1
    except UnicodeDecodeError:
        return False


def _fields(opts: Any, ranges: list[tuple[int, int]]) -> Callable[[list[bytes]], list[bytes]]:
    """Return what maps lines to their selected fields; lines that are suppressed are left out."""
    mark: bytes = b"\t" if opts.delimiter is None else opts.delimiter or b"\0"
    glue: bytes = mark if opts.output is None else opts.output
    only = opts.only
    spans = [(min(low - 1, _LONGEST), None if high > _LONGEST else high) for low, high in ranges]
    most = 0 if not spans or spans[-1][1] is None else spans[-1][1]
    limit = most if most else -1

    if len(spans) == 1 and spans[0] == (most - 1, most):  # one field, the usual case
        index = most - 1

        def one(lines: list[bytes]) -> list[bytes]:
            if only:
                lines = [line for line in lines if mark in line]
            try:
                return [line.split(mark, limit)[index] for line in lines]
            except IndexError:  # some line is shorter, or has no delimiter: then it's shown whole
                pass
            return [
                parts[index] if len(parts := line.split(mark, limit)) > index else b"" if mark in line else line
                for line in lines
            ]

        return one

    # with all fields there, which is usual, picking them is one call; itemgetter gives a tuple only for two and more
    chosen_fields = (
        [index for low, high in spans if high is not None for index in range(low, high)] if most <= _PICKED else []
    )
    pick = itemgetter(*chosen_fields) if len(chosen_fields) > 1 and most else None

    def several(lines: list[bytes]) -> list[bytes]:
        if only:
            lines = [line for line in lines if mark in line]
        if pick is not None:
            try:
                return [glue.join(pick(line.split(mark, limit))) for line in lines]
            except IndexError:
                pass
        result = []
        for line in lines:
            parts = line.split(mark, limit)
            if len(parts) == 1:
                result.append(line)
            else:
                if most:
                    del parts[most:]
                chosen: list[bytes] = []
                for low, high in spans:
                    chosen += parts[low:high]
                result.append(glue.join(chosen))
        return result

    return several


def _lines_as_fields(reader: Reader, opts: Any, ranges: list[tuple[int, int]], end: bytes) -> bytes:
    """Return what is selected of an input whose fields are its lines (the delimiter is the line's end)."""
    chosen: list[bytes] = []
    number = 0
    delimited = False
    first = b""
    while block := reader.block():
        delimited |= end in block
        for line in block.removesuffix(end).split(end):
            number += 1
            if number == 1:
                first = line
            if any(low <= number <= high for low, high in ranges):
                chosen.append(line)
    if not number or (opts.only and not (delimited and chosen)):
        return b""
    if not delimited and number == 1:
        return first + end
    return (end if opts.output is None else opts.output).join(chosen) + end


def _characters(
    opts: Any, ranges: list[tuple[int, int]], end: bytes, utf8: bool, by_byte: bool
) -> Callable[[list[bytes]], list[bytes]]:
    """Return what maps lines to their selected bytes or characters."""
    spans = [(min(low - 1, _LONGEST), None if high > _LONGEST else high) for low, high in ranges]
    glue: bytes = opts.output or b""

    def of_bytes(lines: list[bytes]) -> list[bytes]:
        if len(spans) == 1:
            low, high = spans[0]
            return [line[low:high] for line in lines]
        if not glue:
            return [b"".join([line[low:high] for low, high in spans]) for line in lines]
        return [glue.join([line[low:high] for low, high in spans if low < len(line)]) for line in lines]

    if not utf8:
        return of_bytes

    def of_characters(lines: list[bytes]) -> list[bytes]:
        if by_byte:
            return [_whole_characters(line, spans, glue) for line in lines]
        result = []
        for line in lines:
            if line.isascii():
                result += of_bytes([line])
            else:
                text = line.decode("utf-8", "surrogateescape")
                parts = [text[low:high].encode("utf-8", "surrogateescape") for low, high in spans if low < len(text)]
                result.append(glue.join(parts))
        return result

    return of_characters


def _whole_characters(line: bytes, spans: list[tuple[int, int | None]], glue: bytes) -> bytes:
    """Return the bytes of each range, its borders moved back to where characters begin."""

    def border(at: int) -> int:
        while 0 < at < len(line) and line[at] & 0xC0 == 0x80:
            at -= 1
        return at

    parts = [line[border(low) : len(line) if high is None else border(high)] for low, high in spans if low < len(line)]
    return glue.join(parts)
