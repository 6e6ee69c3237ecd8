"""fold: lines no wider than a number of columns or bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    BadNumber,
    Command,
    Digits,
    Flag,
    Inputs,
    Reader,
    SysError,
    Value,
    Writer,
    complain,
    parse_size,
    parsed,
    quote,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

FOLD = Command(
    "fold",
    like="(GNU coreutils) 9.1",
    summary="Wrap input lines in each FILE, writing to standard output.\n\nWith no FILE, or when FILE is -, read standard input.",
    options=[
        Flag("bytes", "b", "bytes", help="count bytes rather than columns"),
        Flag("spaces", "s", "spaces", help="break at spaces"),
        Value("width", "w", "width", metavar="WIDTH", default=b"80", help="use WIDTH columns instead of 80"),
        Digits("width"),
    ],
)
_MOVING = (b"\t", b"\b", b"\r")  # bytes that move the column otherwise than by one


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write the lines folded. Status 1 if a file couldn't be read."""
    opts, files = parsed(k, FOLD, argv)
    try:
        width = parse_size(opts.width, suffixes="", limit=(1 << 64) - 9)
        reason = b""
    except BadNumber as bad:
        width, reason = 0, b": Value too large for defined data type" if bad.reason == "overflow" else b""
    if width < 1:
        if opts.width.isdigit() and not reason:
            reason = b": Numerical result out of range"
        complain(k, b"invalid number of columns: %s%s" % (quote(opts.width), reason))
        return 1
    inputs = Inputs(k, files)
    out = Writer(k)
    for name in inputs.names:
        fd = inputs.open(name)
        if fd is None:
            continue
        reader = Reader(k, fd, tied=out)
        try:
            while block := reader.block():
                out.write(_block(block, width, opts.bytes, opts.spaces))
        except SysError as error:
            out.flush()
            inputs.failed(name, error)
        inputs.close(fd)
    out.flush()
    return inputs.status


def _block(block: bytes, width: int, as_bytes: bool, spaces: bool) -> bytes:
    lines = block.split(b"\n")
    if not as_bytes and any(byte in block for byte in _MOVING):
        return b"\n".join([_columns(line, width, spaces) for line in lines])
    if spaces:
        if b"\t" in block:
            return b"\n".join([line if len(line) <= width else _at_blanks(line, width) for line in lines])
        return b"\n".join([line if len(line) <= width else _at_spaces(line, width) for line in lines])
    twice = 2 * width
    return b"\n".join(
        [
            line
            if len(line) <= width
            else line[:width] + b"\n" + line[width:]
            if len(line) <= twice
            else _at_width(line, width)
            for line in lines
        ]
    )


def _at_width(line: bytes, width: int) -> bytes:
    return b"\n".join([line[at : at + width] for at in range(0, len(line), width)])


def _at_spaces(line: bytes, width: int) -> bytes:
    """Fold a line without tabs behind the last space that fits, at the width where there's none."""
    start = line.rfind(b" ", 0, width) + 1 or width
    if len(line) - start <= width:
        return line[:start] + b"\n" + line[start:]
    pieces = [line[:start]]
    while len(line) - start > width:
        end = line.rfind(b" ", start, start + width) + 1 or start + width
        pieces.append(line[start:end])
        start = end
    pieces.append(line[start:])
    return b"\n".join(pieces)


def _at_blanks(line: bytes, width: int) -> bytes:
    """The same for a line with tabs, each of which counts as one column (-b)."""
    pieces = []
    start = 0
    while len(line) - start > width:
        end = max(line.rfind(b" ", start, start + width), line.rfind(b"\t", start, start + width)) + 1 or start + width
        pieces.append(line[start:end])
        start = end
    pieces.append(line[start:])
    return b"\n".join(pieces)


def _advance(column: int, byte: int) -> int:
    if byte == 0x08:
        return max(column - 1, 0)
    if byte == 0x0D:
        return 0
    if byte == 0x09:
        return column + 8 - column % 8
    return column + 1


def _columns(line: bytes, width: int, spaces: bool) -> bytes:
    """Fold a line with tabs, backspaces or carriage returns in it, byte by byte."""
    out = bytearray()
    start = 0  # of the current output line, in out
    column = 0
    for byte in line:
        while (after := _advance(column, byte)) > width and len(out) > start:
            cut = max(out.rfind(b" ", start), out.rfind(b"\t", start)) + 1 if spaces else 0
            rest = out[cut:] if cut else b""
            if cut:
                del out[cut:]
            out += b"\n"
            start = len(out)
            out += rest
            column = 0
            for other in rest:
                column = _advance(column, other)
        out.append(byte)
        column = after
    return bytes(out)
