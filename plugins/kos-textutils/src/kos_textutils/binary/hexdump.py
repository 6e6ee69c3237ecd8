"""hexdump, hd: bytes shown by format strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, SysError, UsageError, Value, Writer, cause, complain, parsed

from ..about import ABOUT, heed

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_CANONICAL = (b'"%08.8_Ax\\n"', b'"%08.8_ax  " 8/1 "%02x " "  " 8/1 "%02x " ', b'"  |" 16/1 "%_p" "|\\n"')
_END = b'"%07.7_Ax\\n"'
HEXDUMP = Command(
    "hexdump",
    usage="[OPTION]... [FILE]...",
    summary="Display file contents in hexadecimal, decimal, octal, or ascii.\n\nWith no FILE, read standard input.",
    options=[
        Flag(
            "formats",
            "b",
            "one-byte-octal",
            value=(_END, b'"%07.7_ax " 16/1 "%03o " "\\n"'),
            repeat=True,
            help="one-byte octal display",
        ),
        Flag(
            "formats",
            "c",
            "one-byte-char",
            value=(_END, b'"%07.7_ax " 16/1 "%3_c " "\\n"'),
            repeat=True,
            help="one-byte character display",
        ),
        Flag("formats", "C", "canonical", value=_CANONICAL, repeat=True, help="canonical hex+ASCII display"),
        Flag(
            "formats",
            "d",
            "two-bytes-decimal",
            value=(_END, b'"%07.7_ax " 8/2 "  %05u " "\\n"'),
            repeat=True,
            help="two-byte decimal display",
        ),
        Flag(
            "formats",
            "o",
            "two-bytes-octal",
            value=(_END, b'"%07.7_ax " 8/2 " %06o " "\\n"'),
            repeat=True,
            help="two-byte octal display",
        ),
        Flag(
            "formats",
            "x",
            "two-bytes-hex",
            value=(_END, b'"%07.7_ax " 8/2 "   %04x " "\\n"'),
            repeat=True,
            help="two-byte hexadecimal display",
        ),
        Value(
            "formats", "e", "format", metavar="FORMAT", repeat=True, help="format string to be used for displaying data"
        ),
        Value(
            "formats",
            "f",
            "format-file",
            metavar="FILE",
            convert=lambda text: [text],
            repeat=True,
            help="file that contains format strings",
        ),
        Value("length", "n", "length", metavar="LENGTH", help="interpret only LENGTH bytes of input"),
        Value("skip", "s", "skip", metavar="OFFSET", help="skip OFFSET bytes from the beginning"),
        Flag("all", "v", "no-squeezing", help="output identical lines"),
        *ABOUT,
    ],
)
_DEFAULT = (_END, b'"%07.7_ax " 8/2 "%04x " "\\n"')
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50, "e": 1 << 60}


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Dump the files. Status 1 if one couldn't be read or a format is wrong."""
    from .formats import BadFormat, Layout

    opts, files = parsed(k, HEXDUMP, argv)
    heed(HEXDUMP, opts)
    length = _size(k, opts.length, b"length") if opts.length is not None else -1
    skip = _size(k, opts.skip, b"offset") if opts.skip is not None else 0
    texts: list[bytes] = []
    given = opts.formats or ([_CANONICAL] if argv[0].rpartition(b"/")[2] == b"hd" else [_DEFAULT])
    for item in given:
        if isinstance(item, bytes):
            texts.append(item)
        elif isinstance(item, tuple):
            texts += item
        else:
            texts += _format_file(k, item[0])
    try:
        layout = Layout(texts)
    except BadFormat as bad:
        complain(k, bad.message)
        return 1
    return _Dumper(k, layout, files, skip, length, opts.all).run()


def _size(k: Syscalls, text: bytes, what: bytes) -> int:
    """Return a size: 10, 0x1f, 017, 2k, 2KiB, 2KB, or end the program."""
    found = re.fullmatch(rb"\s*\+?(0[xX][0-9a-fA-F]+|[0-9]+)(?:([kKmMgGtTpPeE])(iB|B)?)?", text)
    if found is None or len(text) > 40:
        complain(k, b"failed to parse %s: '%s': Invalid argument" % (what, text))
        k.exit(1)
    digits = found[1]
    base = 16 if digits[1:2] in (b"x", b"X") else 8 if digits[:1] == b"0" and not set(digits) & set(b"89") else 10
    unit = _UNITS[(found[2] or b"").decode().lower()]
    if found[3] == b"B":
        unit = 1000 ** (unit.bit_length() // 10)
    return int(digits, base) * unit


def _format_file(k: Syscalls, name: bytes) -> list[bytes]:
    """Return the format strings of a file: a line each, # begins a comment."""
    try:
        fd = k.open(name)
        data = k.read_all(fd)
        k.close(fd)
    except SysError as error:
        raise UsageError(b"%s: can't read %s: %s\n" % (k.argv[0], name, cause(error)), 1)
    lines = [line.lstrip() for line in data.split(b"\n")]
    return [line for line in lines if line and line[:1] != b"#"]


class _Dumper:
    """The files put together, cut into blocks, written."""

    def __init__(self, k: Syscalls, layout: Any, files: list[bytes], skip: int, length: int, squeeze_not: bool) -> None:
        self.k = k
        self.layout = layout
        self.names = iter(files or [b""])
        self.skip = skip
        self.left = length
        self.all = squeeze_not
        self.fd = -1
        self.status = 0
        self.opened = 0
        self.address = 0
        self.name = b""

    def next_file(self) -> bool:
        k = self.k
        for name in self.names:
            try:
                self.fd = k.open(name) if name else 0
            except SysError as error:
                complain(k, name + b": " + cause(error))
                self.status = 1
                continue
            self.opened += 1
            self.name = name or b"stdin"
            if self.skip and not self.skipped():
                continue
            return True
        return False

    def skipped(self) -> bool:
        """Skip what is to be skipped of the file at hand; False if it was all of it."""
        k = self.k
        stat = k.fstat(self.fd)
        if stat.mode & 0o170000 == 0o100000 and self.skip >= stat.size:
            self.skip -= stat.size
            self.address += stat.size
            return False
        try:
            k.lseek(self.fd, self.skip)
        except SysError as error:
            complain(k, self.name + b": " + cause(error))
            k.exit(1)
        self.address += self.skip
        self.skip = 0
        return True

    def read(self, size: int) -> bytes:
        """Return up to size bytes; fewer only at the end of everything."""
        parts = []
        while size:
            if self.fd < 0 and not self.next_file():
                break
            try:
                data = self.k.read(self.fd, size if self.left < 0 else min(size, self.left)) if self.left else b""
            except SysError as error:
                complain(self.k, self.name + b": " + cause(error))
                data = b""
            if not data:
                if self.fd > 0:
                    self.k.close(self.fd)
                self.fd = -1
                if not self.left:
                    break
                continue
            if self.left > 0:
                self.left -= len(data)
            parts.append(data)
            size -= len(data)
        return b"".join(parts)

    def run(self) -> int:
        k, layout = self.k, self.layout
        out = Writer(k)
        size = layout.block
        if not size:  # a format that shows no data at all reads none
            return self.status
        k.charge(size)
        many = max(65536 // size, 1) * size
        previous = None
        starred = False
        total = 0
        while True:
            data = self.read(many)
            total += len(data)
            for at in range(0, len(data), size):
                block = data[at : at + size]
                if not self.all and block == previous:
                    if not starred:
                        out.write(b"*\n")
                        starred = True
                else:
                    starred = False
                    previous = block
                    layout.write(out, k, block, self.address + at)
                k.tick()
            self.address += len(data)
            if len(data) < many:
                break
        if not self.opened:
            complain(k, b"all input file arguments failed")
            return 1
        if self.address:
            out.write(layout.end(self.address))
        out.flush()
        return self.status
