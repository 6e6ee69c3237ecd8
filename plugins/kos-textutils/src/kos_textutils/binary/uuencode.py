"""uuencode, uudecode: bytes as lines of text, between a line that begins them with mode and name and one that ends them.

Both work line by line, so memory stays the same however long a file is. A name with ~ isn't expanded: it is the file's name.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_CREAT,
    O_TRUNC,
    O_WRONLY,
    Command,
    Flag,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parsed,
    refuse,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

UUENCODE = Command(
    "uuencode",
    usage="[OPTION]... [INFILE] REMOTEFILE",
    summary="Encode a file into text for uudecode. With no INFILE, read standard input.",
    options=[
        Flag("base64", "m", "base64", help="use base64 encoding (RFC 1521)"),
        Flag("encode_name", "e", "encode-file-name", help="encode the output file name with base64"),
    ],
)
UUDECODE = Command(
    "uudecode",
    usage="[OPTION]... [FILE]...",
    summary="Decode files that uuencode made. With no FILE, read standard input.",
    options=[
        Value("output", "o", "output-file", metavar="FILE", help="direct output to FILE; - is standard output"),
        Flag("keep_mode", "c", "ignore-chmod", help="leave the mode of the output file as the umask makes it"),
    ],
)
_BEGIN = re.compile(rb"begin(-base64)?(-encoded)? ([0-7]{1,6}) +([^\r\n]+?)\r?\n?")
_LINE = 45
_UNIX, _BASE64 = b"`\nend\n", b"====\n"


def encode(k: Syscalls, argv: list[bytes]) -> int:
    """Write standard input, or a file, as text. Status 1 if it can't be read."""
    opts, words = parsed(k, UUENCODE, argv)
    if not 1 <= len(words) <= 2:
        return refuse(k, b"exactly one or two operands are needed" if words else b"missing operand")
    fd = 0
    mode = k.umask(0)
    k.umask(mode)
    mode = 0o666 & ~mode
    out = Writer(k)
    try:
        if len(words) == 2:
            fd = k.open(words[0])
            mode = k.fstat(fd).mode & 0o777
        name = binascii.b2a_base64(words[-1], newline=False) if opts.encode_name else words[-1]
        kind = (b"-base64" if opts.base64 else b"") + (b"-encoded" if opts.encode_name else b"")
        out.write(b"begin%s %03o %s\n" % (kind, mode, name))
        for piece in _pieces(k, fd, _LINE):
            out.write(binascii.b2a_base64(piece) if opts.base64 else binascii.b2a_uu(piece, backtick=True))
    except SysError as error:
        out.flush()
        complain(k, words[0] + b": " + cause(error))
        return 1
    finally:
        if fd > 0:
            k.close(fd)
    out.write(_BASE64 if opts.base64 else _UNIX)
    out.flush()
    return 0


def _pieces(k: Syscalls, fd: int, size: int) -> Iterator[bytes]:
    """Yield the file in pieces of that size; the last may be shorter."""
    rest = b""
    while chunk := k.read(fd, 1 << 16):
        data = rest + chunk
        whole = len(data) - len(data) % size
        for at in range(0, whole, size):
            yield data[at : at + size]
        rest = data[whole:]
        k.tick(16)
    if rest:
        yield rest


class _Wrong(Exception):
    """What is wrong with an encoded file."""


def decode(k: Syscalls, argv: list[bytes]) -> int:
    """Write the files that the texts hold. Status 1 if one is malformed or can't be written."""
    opts, names = parsed(k, UUDECODE, argv)
    if opts.output is not None and len(names) > 1:
        return refuse(k, b"the option -o can't be used with more than one FILE")
    status = 0
    for name in names or [b"-"]:
        shown = b"stdin" if name == b"-" else name
        fd = 0
        try:
            if name != b"-":
                fd = k.open(name)
            _decode_one(k, fd, opts.output, bool(opts.keep_mode))
        except _Wrong as wrong:
            complain(k, shown + b": " + str(wrong).encode())
            status = 1
        except SysError as error:
            complain(
                k, (error.filename or shown if isinstance(error.filename, bytes) else shown) + b": " + cause(error)
            )
            status = 1
        finally:
            if fd > 0:
                k.close(fd)
    return status


def _decode_one(k: Syscalls, fd: int, output: bytes | None, keep_mode: bool) -> None:
    reader = Reader(k, fd)
    while True:
        line = reader.line()
        if not line:
            raise _Wrong("Invalid or missing 'begin' line")
        begin = _BEGIN.fullmatch(line) if line.startswith(b"begin") else None
        if begin is not None:
            break
        k.tick()
    target = begin[4]
    if begin[2]:
        try:
            target = binascii.a2b_base64(begin[4], strict_mode=True)
        except binascii.Error:
            raise _Wrong("malformed name in the 'begin' line") from None
    if output is not None:
        target = output
    to_stdout = target in (b"-", b"/dev/stdout")
    where = 1 if to_stdout else k.open(target, O_WRONLY | O_CREAT | O_TRUNC)
    try:
        if not (to_stdout or keep_mode):
            k.fchmod(where, int(begin[3], 8) & 0o777)
        out = Writer(k, where)
        for data in _base64_lines(k, reader) if begin[1] else _unix_lines(k, reader):
            out.write(data)
        out.flush()
    finally:
        if not to_stdout:
            k.close(where)


def _unix_lines(k: Syscalls, reader: Reader) -> Iterator[bytes]:
    while True:
        k.tick()
        line = reader.line().rstrip(b"\r\n")
        if not line:
            raise _Wrong("Short file")
        count = (line[0] - 32) & 63
        if not count:
            break
        body = line[1:].ljust((count + 2) // 3 * 4)[: (count + 2) // 3 * 4]
        try:
            yield binascii.a2b_uu(bytes([32 + count]) + body)
        except binascii.Error:
            raise _Wrong("malformed line") from None
    if reader.line().rstrip(b"\r\n") != b"end":
        raise _Wrong("No 'end' line")


def _base64_lines(k: Syscalls, reader: Reader) -> Iterator[bytes]:
    while True:
        k.tick()
        line = reader.line()
        if not line:
            raise _Wrong("Short file")
        text = line.strip(b" \t\r\n")
        if text == b"====":
            return
        try:
            yield binascii.a2b_base64(text, strict_mode=bool(text))
        except binascii.Error:
            raise _Wrong("malformed line") from None
