"""paste: lines of files side by side, or each file's lines in one line (-s)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, Reader, SysError, Value, Writer, cause, complain, parsed, quotef

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

PASTE = Command(
    "paste",
    like="(GNU coreutils) 9.1",
    summary="Write lines consisting of the sequentially corresponding lines from each FILE, separated by TABs, to standard output.\n\n"
    "With no FILE, or when FILE is -, read standard input.",
    options=[
        Value(
            "delimiters",
            "d",
            "delimiters",
            metavar="LIST",
            default=b"\t",
            help="reuse characters from LIST instead of TABs",
        ),
        Flag("serial", "s", "serial", help="paste one file at a time instead of in parallel"),
        Flag("zero", "z", "zero-terminated", help="line delimiter is NUL, not newline"),
    ],
)
_ESCAPES = {0x30: b"", 0x62: b"\b", 0x66: b"\f", 0x6E: b"\n", 0x72: b"\r", 0x74: b"\t", 0x76: b"\v", 0x5C: b"\\"}


def _delimiters(text: bytes) -> list[bytes] | None:
    """Return the delimiters one by one; \\0 is none at all. None if the text ends in a lone backslash."""
    result = []
    at = 0
    while at < len(text):
        byte = text[at]
        if byte == 0x5C:
            at += 1
            if at == len(text):
                return None
            result.append(_ESCAPES.get(text[at], text[at : at + 1]))
        else:
            result.append(text[at : at + 1])
        at += 1
    return result or [b""]


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Paste the files. Status 1 if one couldn't be read."""
    opts, files = parsed(k, PASTE, argv)
    delimiters = _delimiters(opts.delimiters)
    if delimiters is None:
        complain(k, b"delimiter list ends with an unescaped backslash: " + opts.delimiters)
        return 1
    end = b"\0" if opts.zero else b"\n"
    return (_serial if opts.serial else _parallel)(k, files or [b"-"], delimiters, end)


def _serial(k: Syscalls, files: list[bytes], delimiters: list[bytes], end: bytes) -> int:
    out = Writer(k)
    status = 0
    for name in files:
        try:
            fd = 0 if name == b"-" else k.open(name)
        except SysError as error:
            complain(k, quotef(name) + b": " + cause(error))
            status = 1
            continue
        reader = Reader(k, fd, delimiter=end, tied=out)
        used = 0
        pending: bytes | None = None
        try:
            while block := reader.block():
                lines = block.removesuffix(end).split(end)
                if pending is not None:
                    lines.insert(0, pending)
                pending = lines.pop()
                if len(delimiters) == 1:
                    out.write(b"".join([line + delimiters[0] for line in lines]))
                    continue
                for line in lines:
                    out.write(line + delimiters[used])
                    used = (used + 1) % len(delimiters)
        except SysError as error:
            complain(k, quotef(name) + b": " + cause(error))
            status = 1
        out.write((pending or b"") + end)
        if fd:
            k.close(fd)
    out.flush()
    return status


class _Column:
    """A file's lines, some at a time."""

    __slots__ = ("at", "end", "lines", "name", "over", "reader")

    def __init__(self, name: bytes, reader: Reader, end: bytes) -> None:
        self.name = name
        self.reader = reader
        self.end = end
        self.lines: list[bytes] = []
        self.at = 0
        self.over = False

    def ready(self) -> int:
        """Return how many lines are at hand, after reading more if there are none; 0 at the end."""
        if self.at >= len(self.lines) and not self.over:
            block = self.reader.block()
            self.at = 0
            self.lines = block.removesuffix(self.end).split(self.end) if block else []
            self.over = not block
        return len(self.lines) - self.at

    def next(self) -> bytes | None:
        if not self.ready():
            return None
        self.at += 1
        return self.lines[self.at - 1]


def _parallel(k: Syscalls, files: list[bytes], delimiters: list[bytes], end: bytes) -> int:
    out = Writer(k)
    columns: list[_Column] = []
    status = 0
    standard: _Column | None = None
    fds = []
    for name in files:
        if name == b"-":
            if standard is None:
                standard = _Column(name, Reader(k, 0, delimiter=end, tied=out), end)
            columns.append(standard)
            continue
        try:
            fd = k.open(name)
        except SysError as error:
            complain(k, quotef(name) + b": " + cause(error))
            return 1
        fds.append(fd)
        columns.append(_Column(name, Reader(k, fd, delimiter=end, tied=out), end))
    after = [delimiters[number % len(delimiters)] for number in range(len(columns) - 1)] + [end]
    glue = after[0] if len(set(after[:-1])) == 1 else None
    while True:
        if glue is not None and (many := _rows(columns, files.count(b"-"))):
            out.write(end.join(map(glue.join, many)) + end)
            k.tick(16)
            continue
        row: list[bytes] = []
        some = False
        for column, mark in zip(columns, after, strict=True):
            try:
                line = column.next()
            except SysError as error:
                out.flush()
                complain(k, quotef(column.name) + b": " + cause(error))
                status = 1
                column.over = True
                line = None
            if line is not None:
                some = True
                row.append(line)
            row.append(mark)
        if not some:
            break
        out.write(b"".join(row))
    out.flush()
    for fd in fds:
        k.close(fd)
    return status


def _rows(columns: list[_Column], shared: int) -> list[tuple[bytes, ...]]:
    """Return rows that can be made of the lines at hand, without reading; shared: how many columns are standard input."""
    count = min((len(column.lines) - column.at) // (shared if column.name == b"-" else 1) for column in columns)
    if count < 2:
        return []
    parts = []
    place = 0
    for column in columns:
        if column.name == b"-":
            parts.append(column.lines[column.at + place : column.at + count * shared : shared])
            place += 1
        else:
            parts.append(column.lines[column.at : column.at + count])
    for column in set(columns):
        column.at += count * (shared if column.name == b"-" else 1)
    return list(zip(*parts, strict=True))
