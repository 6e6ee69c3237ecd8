"""split: cut a file into pieces."""

from __future__ import annotations

from collections.abc import Callable

from kos_kernel.api import (
    O_CREAT,
    O_RDONLY,
    O_TRUNC,
    O_WRONLY,
    S_IFMT,
    S_IFREG,
    SEEK_CUR,
    BadNumber,
    Command,
    Syscalls,
    SysError,
    parse_size,
)

from .console import Console
from .orders import Asked, flag, parse, value
from .suffixes import Suffixes, SuffixesExhausted

SPLIT = Command(
    "split",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [FILE [PREFIX]]",
    summary="Write pieces of FILE to PREFIXaa, PREFIXab, ...; by default pieces of 1000 lines, PREFIX x.",
    options=[
        value("length", "a", "suffix-length", metavar="N", help="make suffixes N characters long (default 2)"),
        value("extra", "additional-suffix", metavar="SUFFIX", help="append SUFFIX to the names"),
        value("bytes", "b", "bytes", metavar="SIZE", help="SIZE bytes a piece"),
        value("line_bytes", "C", "line-bytes", metavar="SIZE", help="at most SIZE bytes of whole lines a piece"),
        flag("decimal", "d", help="suffixes are numbers from 0"),
        value("decimal_from", "numeric-suffixes", metavar="FROM", optional=True, help="likewise, from FROM"),
        flag("hex", "x", help="suffixes are hexadecimal numbers from 0"),
        value("hex_from", "hex-suffixes", metavar="FROM", optional=True, help="likewise, from FROM"),
        flag("no_empty", "e", "elide-empty-files", help="with -n, make no empty pieces"),
        value("filter", "filter", metavar="COMMAND", help="pipe each piece to a shell COMMAND; its name is $FILE"),
        value("lines", "l", "lines", metavar="NUMBER", help="NUMBER lines a piece"),
        value("chunks", "n", "number", metavar="CHUNKS",
              help="N pieces; K/N prints the Kth; l/N and l/K/N keep lines whole; r/N and r/K/N deal them out"),
        value("separator", "t", "separator", metavar="SEP", help="lines end with SEP instead of newline"),
        flag("unbuffered", "u", "unbuffered", help="with -n r/..., copy at once"),
        flag("verbose", "verbose", help="name each piece as it is made"),
    ],
)  # fmt: skip
_CHUNK = 1 << 18
_RANGE = b": Numerical result out of range"
_LETTERS = "bEgGkKmMPtTYZ0"


class Pieces:
    """The output: opens the next piece on demand and writes to it."""

    def __init__(self, con: Console, suffixes: Suffixes, prefix: bytes, extra: bytes) -> None:
        self.con = con
        self.k = con.k
        self.suffixes = suffixes
        self.prefix = prefix
        self.extra = extra
        self.verbose = False
        self.filter: bytes | None = None
        self.input: tuple[int, int] | None = None
        self.fd = -1
        self.child = -1

    def open(self) -> None:
        """Close the current piece and begin the next."""
        self.close()
        try:
            name = self.prefix + self.suffixes.next() + self.extra
        except SuffixesExhausted:
            self.con.die(b"output file suffixes exhausted")
        con, k = self.con, self.k
        if self.filter is not None:
            self.pipe(name)
            return
        if self.verbose:
            con.out(b"creating file " + con.quoted(name) + b"\n")
        try:
            fd = k.open(name, O_WRONLY | O_CREAT, 0o666)
            stat = k.fstat(fd)
            if self.input == (stat.dev, stat.ino):
                con.die(con.quoted(name) + b" would overwrite input; aborting")
            k.close(fd)
            self.fd = k.open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
        except SysError as error:
            con.die(con.plain(name), error)

    def pipe(self, name: bytes) -> None:
        """Start the filter for a piece."""
        con, k = self.con, self.k
        if self.verbose:
            con.out(b"executing with FILE=" + con.quoted(name) + b"\n")
            con.flush()
        assert self.filter is not None
        reader, writer = k.pipe(cloexec=True)
        shell = k.env.get(b"SHELL") or b"/bin/sh"
        name_of_shell = shell[shell.rfind(b"/") + 1 :]
        env = {**k.env, b"FILE": name}
        try:
            self.child = k.spawn(shell, [name_of_shell, b"-c", self.filter], env, fds={0: reader, 1: 1, 2: 2})
        except SysError as error:
            con.die(b'failed to run command: "' + shell + b" -c " + self.filter + b'"', error)
        k.close(reader)
        self.fd = writer

    def write(self, data: bytes) -> None:
        """Add data to the current piece."""
        if self.fd < 0:
            self.open()
        try:
            written = self.k.write(self.fd, data)
            while written < len(data):
                data = data[written:]
                written = self.k.write(self.fd, data)
        except SysError as error:
            if self.filter is None:
                self.con.die(b"write error", error)

    def close(self) -> None:
        """End the current piece, and wait for its filter."""
        if self.fd < 0:
            return
        self.k.close(self.fd)
        self.fd = -1
        if self.child >= 0:
            found = self.k.wait(self.child)
            self.child = -1
            if found is not None and found[1]:
                self.con.complain(b"with FILE, exit %d from command: " % (found[1] >> 8) + (self.filter or b""))


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write the pieces; 1 if that fails."""
    con = Console(k, b"split")
    argv, digits = _old_style(argv)
    asked, operands = parse(k, SPLIT, argv)
    how, text = _how(con, asked, digits)
    separator = _separator(con, asked)
    if asked.extra is not None and b"/" in asked.extra:
        con.usage(b"invalid suffix " + con.quoted(asked.extra) + b", contains directory separator")
    if len(operands) > 2:
        con.usage(b"extra operand " + con.quoted(operands[2]))
    name = operands[0] if operands else b"-"
    prefix = operands[1] if len(operands) > 1 else b"x"
    kind, part, count = _chunks(con, text) if how == "chunks" else ("", 0, 0)
    if asked.filter is not None and part:
        con.usage(b"--filter does not process a chunk extracted to stdout")
    size = 0
    if how != "chunks":
        size = _size(con, how, text)
    suffixes = _suffixes(con, asked, count)
    pieces = Pieces(con, suffixes, prefix, asked.extra or b"")
    pieces.verbose, pieces.filter = bool(asked.verbose), asked.filter
    if asked.filter is not None:
        k.sigaction(13, 1)  # a filter that ends early doesn't end us
    try:
        fd = 0 if name == b"-" else k.open(name, O_RDONLY)
        stat = k.fstat(fd)
    except SysError as error:
        con.die(b"cannot open " + con.quoted(name) + b" for reading", error)
    pieces.input = (stat.dev, stat.ino)

    def read() -> bytes:
        try:
            return k.read(fd, _CHUNK)
        except SysError as error:
            con.die(con.plain(name), error)

    if how == "bytes":
        _by_bytes(read, pieces, size)
    elif how == "lines":
        _by_lines(read, pieces, size, separator)
    elif how == "line_bytes":
        _by_line_bytes(read, pieces, size, separator)
    else:
        total = 0
        if kind != "r":
            if stat.mode & S_IFMT != S_IFREG:
                con.die(con.plain(name) + b": cannot determine file size")
            total = stat.size - k.lseek(fd, 0, SEEK_CUR)
        out: Callable[[bytes], None] = con.out
        if kind == "r":
            _round_robin(read, pieces, part, count, separator, out, bool(asked.no_empty))
        else:
            _by_share(read, pieces, total, part, count, separator if kind == "l" else None, out, bool(asked.no_empty))
    pieces.close()
    return con.finish()


# ---------------------------------------------------------------- options
def _old_style(argv: list[bytes]) -> tuple[list[bytes], bytes | None]:
    """Return (the arguments without `-NUM`, NUM)."""
    kept, digits = argv[:1], None
    rest = argv[1:]
    takes_value = False
    for index, argument in enumerate(rest):
        if argument == b"--":
            return kept + rest[index:], digits
        if not takes_value and len(argument) > 1 and argument[:1] == b"-" and argument[1:].isdigit():
            digits = argument[1:]
            continue
        takes_value = argument in (b"-a", b"-b", b"-C", b"-l", b"-n", b"-t")
        kept.append(argument)
    return kept, digits


def _how(con: Console, asked: Asked, digits: bytes | None) -> tuple[str, bytes]:
    """Return (bytes, lines, line_bytes or chunks; the argument)."""
    found = [(name, text) for name, text in asked.given if name in ("bytes", "lines", "line_bytes", "chunks")]
    if digits is not None:
        found.append(("lines", digits))
    if len(found) > 1:
        con.usage(b"cannot split in more than one way")
    return found[0] if found else ("lines", b"1000")


def _size(con: Console, how: str, text: bytes) -> int:
    what = b"lines" if how == "lines" else b"bytes"
    try:
        number = parse_size(text, suffixes="" if how == "lines" else _LETTERS)
    except BadNumber as error:
        if error.reason == "overflow":
            return 1 << 63
        con.die(b"invalid number of " + what + b": " + con.word(text))
    if number == 0:
        con.die(b"invalid number of " + what + b": " + con.word(text) + _RANGE)
    return number


def _separator(con: Console, asked: Asked) -> bytes:
    seen: bytes | None = None
    for name, text in asked.given:
        if name != "separator":
            continue
        if not text:
            con.die(b"empty record separator")
        if len(text) > 1:
            if text != b"\\0":
                con.die(b"multi-character separator " + con.quoted(text))
            text = b"\0"
        if seen is not None and seen != text:
            con.die(b"multiple separator characters specified")
        seen = text
    return seen or b"\n"


def _chunks(con: Console, text: bytes) -> tuple[str, int, int]:
    """Return (kind "", "l" or "r"; K or 0; N)."""
    kind = ""
    rest = text
    if text[:2] in (b"l/", b"r/"):
        kind, rest = text[:1].decode(), text[2:]
    before, slash, after = rest.partition(b"/")
    part = 0
    if slash:
        count = _count(after)
        if not count:
            con.die(b"invalid number of chunks: " + con.word(after) + (b"" if count is None else _RANGE))
        found = _count(before)
        if found is None or not 0 < found <= count:
            con.die(b"invalid chunk number: " + con.word(before) + (b"" if found is None else _RANGE))
        part = found
    else:
        count = _count(before)
        if not count:
            con.die(b"invalid number of chunks: " + con.word(before) + (b"" if count is None else _RANGE))
    return kind, part, count


def _count(text: bytes) -> int | None:
    try:
        return parse_size(text, suffixes="")
    except BadNumber:
        return None


def _suffixes(con: Console, asked: Asked, count: int) -> Suffixes:
    """Return the names' suffixes, long enough for `count` pieces if that is known."""
    alphabet, start_text = b"abcdefghijklmnopqrstuvwxyz", b""
    for name, text in asked.given:
        if name in ("decimal", "decimal_from"):
            alphabet, start_text = b"0123456789", text if name == "decimal_from" else b""
        elif name in ("hex", "hex_from"):
            alphabet, start_text = b"0123456789abcdef", text if name == "hex_from" else b""
    base = len(alphabet)
    start = 0
    if start_text:
        try:
            start = int(start_text.decode("ascii"), base)
        except ValueError:
            con.usage(con.plain(start_text) + b": invalid start value for numerical suffix" if base == 10 else
                      con.plain(start_text) + b": invalid start value for hexadecimal suffix")  # fmt: skip
    length: int | None = None
    if asked.length is not None:
        length = _count(asked.length)
        if length is None:
            con.die(b"invalid suffix length: " + con.word(asked.length))
    needed = 0
    if count:
        last = count - 1 + (start if start < count else 0)
        needed = 1
        while last >= base:
            last, needed = last // base, needed + 1
    if length:
        if length < needed:
            con.die(b"the suffix length needs to be at least %d" % needed)
        return Suffixes(alphabet, length, start, False)
    return Suffixes(alphabet, max(2, needed, len(start_text)), start, not start_text and not count)


# ---------------------------------------------------------------- ways of splitting
def _by_bytes(read: Callable[[], bytes], pieces: Pieces, size: int) -> None:
    left = 0
    while data := read():
        at = 0
        while at < len(data):
            if not left:
                pieces.open()
                left = size
            part = data[at : at + left]
            pieces.write(part)
            at += len(part)
            left -= len(part)


def _by_lines(read: Callable[[], bytes], pieces: Pieces, size: int, separator: bytes) -> None:
    left = 0  # lines that still fit the current piece
    while data := read():
        at = 0
        while at < len(data):
            if not left:
                pieces.open()
                left = size
            count = data.count(separator, at)
            if count < left:
                end = len(data)
                left -= count
            else:
                end = at
                for _ in range(left):
                    end = data.index(separator, end) + 1
                left = 0
            pieces.write(data[at:end])
            at = end


def _by_line_bytes(read: Callable[[], bytes], pieces: Pieces, size: int, separator: bytes) -> None:
    """Fill each piece with as many whole lines as fit; a line longer than a piece is cut."""
    pending = b""
    while True:
        data = read()
        pending += data
        while len(pending) > size or (not data and pending):
            cut = pending.rfind(separator, 0, size) + 1
            if not cut or len(pending) <= size:
                cut = min(size, len(pending)) if not cut or not data else cut
            pieces.open()
            pieces.write(pending[:cut])
            pending = pending[cut:]
        if not data:
            return


def _by_share(
    read: Callable[[], bytes], pieces: Pieces, total: int, part: int, count: int, separator: bytes | None,
    out: Callable[[bytes], None], no_empty: bool,
) -> None:  # fmt: skip
    """Cut into `count` pieces of one size; the last takes what is left. With a separator, lines stay whole."""
    share = max(total, count) // count
    ends = [min(total, share * (index + 1)) for index in range(count - 1)] + [total]
    at = number = 0  # bytes read; pieces that are complete
    opened = False
    data = b""
    while number < count:
        if not data:
            data = read()
        if not data:
            break
        end = max(ends[number], at)
        cut = end - at
        if separator is not None:
            cut = data.find(separator, max(0, cut - 1)) + 1 if cut - 1 < len(data) else 0
            complete = cut > 0
            if not complete:
                cut = len(data)
            if number == count - 1:
                cut, complete = len(data), False
        else:
            complete = cut <= len(data)
            cut = min(cut, len(data))
        piece, data = data[:cut], data[cut:]
        at += cut
        if part:
            if part == number + 1:
                out(piece)
        elif piece or not no_empty:
            if not opened:
                pieces.open()
                opened = True
            if piece:
                pieces.write(piece)
        if complete or at >= total:
            number += 1
            opened = False
            if separator is not None:
                while number < count - 1 and ends[number] <= at:
                    if not part and not no_empty:
                        pieces.open()
                    number += 1
        if at >= total:
            break
    while number < count and not part and not no_empty:
        if not opened:
            pieces.open()
        opened = False
        number += 1


def _round_robin(
    read: Callable[[], bytes], pieces: Pieces, part: int, count: int, separator: bytes,
    out: Callable[[bytes], None], no_empty: bool,
) -> None:  # fmt: skip
    """Deal lines out to `count` pieces in turn."""
    lines: list[list[bytes]] = [[] for _ in range(count)]
    index, pending = 0, b""
    while True:
        data = read()
        if not data:
            break
        rows = (pending + data).split(separator)
        pending = rows.pop()
        for row in rows:
            if not part or part == index + 1:
                lines[index].append(row + separator)
            index = (index + 1) % count
        if part:
            out(b"".join(lines[part - 1]))
            lines[part - 1].clear()
        else:
            pieces.k.charge(len(data))
    if pending and (not part or part == index + 1):
        lines[index].append(pending)
    if part:
        out(b"".join(lines[part - 1]))
        return
    for piece in lines:
        if piece or not no_empty:
            pieces.open()
            if piece:
                pieces.write(b"".join(piece))
