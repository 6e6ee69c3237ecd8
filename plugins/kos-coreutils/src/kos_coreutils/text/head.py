"""head: the first lines or bytes, or all but the last.

What was read beyond the part is given back by seeking where the input can, so `(head -n1; cat) <file` loses nothing.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from kos_kernel.api import (
    CHUNK,
    SEEK_CUR,
    Charge,
    Command,
    Digits,
    Flag,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parsed,
    quoteaf,
    refuse,
)

from .headers import Headers, count_or_die

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_OLD_UNITS = b"bkm"


def _as_lines(text: bytes) -> tuple[bytes, bytes]:
    return b"lines", text


def _as_bytes(text: bytes) -> tuple[bytes, bytes]:
    return b"bytes", text


HEAD = Command(
    "head",
    like="(GNU coreutils) 9.1",
    summary="Print the first 10 lines of each FILE to standard output.\n"
    "With more than one FILE, precede each with a header giving the file name.\n\n"
    "With no FILE, or when FILE is -, read standard input.",
    options=[
        Value("counts", "c", "bytes", metavar="[-]NUM", convert=_as_bytes, repeat=True,
              help="print the first NUM bytes of each file; with the leading '-', print all but the last NUM bytes"),
        Value("counts", "n", "lines", metavar="[-]NUM", convert=_as_lines, repeat=True,
              help="print the first NUM lines instead of the first 10; with the leading '-', all but the last NUM lines"),
        Flag("headers", "q", "quiet", "silent", value=False, default=None, help="never print headers giving file names"),
        Flag("headers", "v", "verbose", value=True, default=None, help="always print headers giving file names"),
        Flag("zero", "z", "zero-terminated", help="line delimiter is NUL, not newline"),
        Digits("later_digits", first_only=True),
    ],
    epilog="NUM may have a multiplier suffix:\nb 512, kB 1000, K 1024, MB 1000*1000, M 1024*1024,\n"
    "GB 1000*1000*1000, G 1024*1024*1024, and so on for T, P, E, Z, Y.\n"
    "Binary prefixes can be used, too: KiB=K, MiB=M, and so on.",
)  # fmt: skip


def _modern(k: Syscalls, argv: list[bytes]) -> list[bytes]:
    """Return argv with a first argument like -5, -5q or -2k written as today's options."""
    word = argv[1] if len(argv) > 1 else b""
    if word[:1] != b"-" or not word[1:2].isdigit():
        return argv
    letters = word[1:].lstrip(b"0123456789")
    count = word[1 : len(word) - len(letters)]
    option, unit, others = b"-n", b"", []
    for letter in letters:
        if letter in _OLD_UNITS:
            option, unit = b"-c", bytes((letter,))
        elif letter == 0x63:  # c
            option, unit = b"-c", b""
        elif letter == 0x6C:  # l
            option = b"-n"
        elif letter in b"qvz":
            others.append(b"-%c" % letter)
        else:
            k.exit(refuse(k, b"invalid trailing option -- %c" % letter))
    return [argv[0], option, count + unit, *others, *argv[2:]]


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the beginning of each file. Status 1 if one couldn't be read."""
    opts, files = parsed(k, HEAD, _modern(k, argv))
    what, count, elide = b"lines", 10, False
    for what, text in opts.counts:
        elide = text[:1] == b"-"
        count = count_or_die(k, text[1:] if elide else text, what)
    headers = Headers(opts.headers if opts.headers is not None else len(files) > 1)
    out = Writer(k)
    status = 0
    part = _Part(k, out, b"\0" if opts.zero else b"\n")
    for name in files or [b"-"]:
        shown = b"standard input" if name == b"-" else name
        try:
            fd = 0 if name == b"-" else k.open(name)
        except SysError as error:
            complain(k, b"cannot open %s for reading: %s" % (quoteaf(name), cause(error)))
            status = 1
            continue
        headers.write(out, shown)
        try:
            if what == b"lines":
                (part.all_but_lines if elide else part.lines)(fd, count)
            else:
                (part.all_but_bytes if elide else part.bytes)(fd, count)
        except SysError as error:
            out.flush()
            complain(k, b"error reading %s: %s" % (quoteaf(shown), cause(error)))
            status = 1
        if fd:
            k.close(fd)
    out.flush()
    return status


class _Part:
    """Copies the asked part of a descriptor to the output."""

    def __init__(self, k: Syscalls, out: Writer, delimiter: bytes) -> None:
        self.k = k
        self.out = out
        self.delimiter = delimiter

    def unread(self, fd: int, size: int) -> None:
        """Give back bytes that were read but not wanted, if the input can seek."""
        if size:
            try:
                self.k.lseek(fd, -size, SEEK_CUR)
            except SysError:
                pass  # a pipe: they are lost, as with GNU's

    def lines(self, fd: int, count: int) -> None:
        reader = Reader(self.k, fd, tied=self.out, chunk=65536)
        delimiter, left = self.delimiter, count
        while left and (data := reader.chunk()):
            found = data.count(delimiter)
            if found < left:
                left -= found
                self.out.write(data)
                continue
            rest = data.split(delimiter, left)[left]
            self.out.write(data[: len(data) - len(rest)])
            self.unread(fd, len(rest))
            return

    def bytes(self, fd: int, count: int) -> None:
        self.out.flush()
        while count and (data := self.k.read(fd, min(count, CHUNK))):
            count -= len(data)
            self.out.write(data)
            self.out.flush()

    def all_but_bytes(self, fd: int, count: int) -> None:
        reader = Reader(self.k, fd, tied=self.out)
        kept: deque[bytes] = deque()
        size = 0
        charge = Charge(self.k)
        while data := reader.chunk():
            kept.append(data)
            size += len(data)
            charge.change(len(data))
            while kept and size - len(kept[0]) >= count:
                size -= len(kept[0])
                charge.change(-len(kept[0]))
                self.out.write(kept.popleft())
        rest = b"".join(kept)
        shown = max(len(rest) - count, 0)
        self.out.write(rest[:shown])
        self.unread(fd, len(rest) - shown)
        charge.change(-size)

    def all_but_lines(self, fd: int, count: int) -> None:
        reader = Reader(self.k, fd, tied=self.out)
        kept: deque[tuple[bytes, int]] = deque()
        total = 0
        delimiter = self.delimiter
        charge = Charge(self.k)
        while data := reader.chunk():
            found = data.count(delimiter)
            kept.append((data, found))
            total += found
            charge.change(len(data))
            # a block may end within a line, whose delimiter is then counted in the next: hence > and not >=
            while total - kept[0][1] > count:
                data, found = kept.popleft()
                total -= found
                charge.change(-len(data))
                self.out.write(data)
        rest = b"".join([data for data, _ in kept])
        lines = total + (not rest.endswith(delimiter) and bool(rest))
        wanted = lines - count
        if wanted > 0:
            unwanted = b"" if wanted > total else rest.split(delimiter, wanted)[wanted]
            self.out.write(rest[: len(rest) - len(unwanted)])
            self.unread(fd, len(unwanted))
        else:
            self.unread(fd, len(rest))
        charge.change(-len(rest))
