"""wc: lines, words, characters, bytes, and the width of the widest line.

A word is counted where a white byte is followed by a printing one, after one translate() that makes all white bytes spaces,
all printing ones letters, and drops the rest: GNU's rule that unprintable bytes neither begin nor end a word, at C speed.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    S_IFMT,
    S_IFREG,
    SEEK_CUR,
    SEEK_END,
    Command,
    Flag,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    is_utf8,
    parsed,
    quoteaf,
    quotef,
    refuse,
)  # fmt: skip

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

WC = Command(
    "wc",
    like="(GNU coreutils) 9.1",
    usage=("[OPTION]... [FILE]...", "[OPTION]... --files0-from=F"),
    summary="Print newline, word, and byte counts for each FILE, and a total line if more than one FILE is specified.\n"
    "A word is a non-zero-length sequence of printable characters delimited by white space.\n\n"
    "With no FILE, or when FILE is -, read standard input.",
    options=[
        Flag("bytes", "c", "bytes", help="print the byte counts"),
        Flag("chars", "m", "chars", help="print the character counts"),
        Flag("lines", "l", "lines", help="print the newline counts"),
        Value("files0_from", "files0-from", metavar="F",
              help="read input from the files specified by NUL-terminated names in file F; If F is - then read names from standard input"),
        Flag("width", "L", "max-line-length", help="print the maximum display width"),
        Flag("words", "w", "words", help="print the word counts"),
    ],
)  # fmt: skip

_WHITE = b" \t\n\v\f\r"
_WORDS = bytes(0x20 if byte in _WHITE else 0x61 for byte in range(256))
_SILENT = bytes(byte for byte in range(256) if not 0x20 <= byte < 0x7F and byte not in _WHITE)
_CONTROLS = bytes(byte for byte in range(256) if not 0x20 <= byte < 0x7F)
# what glibc's iswspace and iswnbspace know beyond ASCII
_WIDE_WHITE = frozenset("\u1680\u2028\u2029\u205f\u3000\xa0\u2007\u202f\u2060") | {
    chr(code) for code in range(0x2000, 0x200B)
}


class _Counts:
    """What one file came to, in the order wc prints it."""

    __slots__ = ("bytes", "chars", "lines", "width", "words")

    def __init__(self) -> None:
        self.lines = self.words = self.chars = self.bytes = self.width = 0

    def add(self, other: _Counts) -> None:
        self.lines += other.lines
        self.words += other.words
        self.chars += other.chars
        self.bytes += other.bytes
        self.width = max(self.width, other.width)


class _Counter:
    """Counts a stream of chunks; what is open at a chunk's end (a word, a line, a character) goes on in the next."""

    def __init__(self, opts: Any, utf8: bool) -> None:
        self.counts = _Counts()
        self.words = opts.words
        self.width = opts.width
        self.chars = opts.chars
        self.in_word = False
        self.column = 0
        self.decoder = codecs.getincrementaldecoder("utf-8")("ignore") if utf8 else None
        self.wide: dict[int, str | None] = {}  # characters beyond ASCII, as far as met -> space, letter, or nothing

    def chunk(self, data: bytes) -> None:
        counts = self.counts
        counts.bytes += len(data)
        counts.lines += data.count(b"\n")
        if self.decoder is None:
            counts.chars += len(data)
            if self.words:
                self.count_words(data.translate(_WORDS, _SILENT))
            if self.width:
                self.measure(data, data.decode("latin-1"))
            return
        if not (self.words or self.width or self.chars):
            return
        if data.isascii() and not self.decoder.getstate()[0]:
            text = data.decode("latin-1")
            counts.chars += len(data)
            if self.words:
                self.count_words(data.translate(_WORDS, _SILENT))
        else:
            text = self.decoder.decode(data)
            counts.chars += len(text)
            if self.words:
                self.count_words(self.classified(text))
        if self.width:
            self.measure(data, text)

    def count_words(self, shape: bytes) -> None:
        """Count words in a text of which only "a" (in a word) and " " (between words) is left."""
        if shape:
            self.counts.words += shape.count(b" a") + (shape[0] == 0x61 and not self.in_word)
            self.in_word = shape[-1] == 0x61

    def classified(self, text: str) -> bytes:
        wide = self.wide
        for char in set(text):
            if ord(char) not in wide:
                wide[ord(char)] = _class_of(char)
        return text.translate(wide).encode("ascii")

    def measure(self, data: bytes, text: str) -> None:
        """Follow the column through text. Lines of plain printing ASCII, the usual case, are measured by len()."""
        if not data.translate(None, b"\n" + bytes(range(0x20, 0x7F))):
            first, *others = text.split("\n")
            self.column += len(first)
            if others:
                widest = max(self.column, max(map(len, others)))
                self.column = len(others[-1])
            else:
                widest = self.column
            self.counts.width = max(self.counts.width, widest)
            return
        column, widest = self.column, self.counts.width
        for char in text:
            if " " <= char < "\x7f":
                column += 1
            elif char in "\n\r\f":
                widest = max(widest, column)
                column = 0
            elif char == "\t":
                column += 8 - column % 8
            elif char >= "\x80" and self.decoder is not None:
                column += _columns(char)
        self.column, self.counts.width = column, max(widest, column)


def _class_of(char: str) -> str | None:
    """Return "a", " " or None: what a character does to a word."""
    if char in " \t\n\v\f\r" or char in _WIDE_WHITE:
        return " "
    if char < "\x80":
        return "a" if " " < char < "\x7f" else None
    import unicodedata

    return None if unicodedata.category(char) in ("Cc", "Cs", "Cn") else "a"


def _columns(char: str) -> int:
    """Return how many columns a character takes on a terminal: 0, 1 or 2."""
    import unicodedata

    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc", "Cs", "Cn"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the counts of each file, and of all. Status 1 if one couldn't be read."""
    opts, files = parsed(k, WC, argv)
    if not (opts.lines or opts.words or opts.chars or opts.bytes or opts.width):
        opts.lines = opts.words = opts.bytes = True
    return _Wc(k, opts).run(files)


class _Wc:
    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.k = k
        self.opts = opts
        self.out = Writer(k)
        self.utf8 = is_utf8(k.env)
        self.total = _Counts()
        self.status = 0
        self.columns = 1
        self.only_size = opts.bytes and not (opts.lines or opts.words or opts.chars or opts.width)

    def run(self, files: list[bytes]) -> int:
        if self.opts.files0_from is not None:
            if files:
                text = b"extra operand %s\nfile operands cannot be combined with --files0-from" % quoteaf(files[0])
                return refuse(self.k, text)
            count = self.listed(self.opts.files0_from)
        else:
            self.columns = self.width_for(files)
            for name in files:
                self.file(name, name)
            if not files:
                self.file(b"-", b"")
            count = len(files)
        if count > 1:
            self.show(self.total, b"total")
        self.out.flush()
        return self.status

    def listed(self, source: bytes) -> int:
        """Count the files whose names are in a file, NUL after each; return how many there were, or end the program."""
        k = self.k
        try:
            fd = 0 if source == b"-" else k.open(source)
        except SysError as error:
            complain(k, b"cannot open %s for reading: %s" % (quoteaf(source), cause(error)))
            k.exit(1)
        names = Reader(k, fd, delimiter=b"\0", tied=self.out)
        if k.fstat(fd).mode & S_IFMT == S_IFREG:  # it can be read ahead, so that all columns fit
            every = []
            while block := names.block():
                every += block.removesuffix(b"\0").split(b"\0")
            self.columns = self.width_for([name for name in every if name])
            for number, name in enumerate(every, 1):
                self.listed_name(source, number, name)
            return len(every)
        number = 0
        while record := names.line():
            number += 1
            self.listed_name(source, number, record.removesuffix(b"\0"))
        return number

    def listed_name(self, source: bytes, number: int, name: bytes) -> None:
        shown = quotef(source)
        if not name:
            self.blame(b"%s:%d: invalid zero-length file name" % (shown, number))
        elif name == b"-" and source == b"-":
            text = b"when reading file names from stdin, no file name of %s allowed" % quoteaf(name)
            self.blame(text)
        else:
            self.file(name, name)

    def width_for(self, files: list[bytes]) -> int:
        """Return the columns for a number: as many as the sizes of all files need, 7 at least if one isn't regular."""
        selected = sum(map(bool, (self.opts.lines, self.opts.words, self.opts.chars, self.opts.bytes, self.opts.width)))
        if len(files) <= 1 and selected == 1:
            return 1
        least, total = 1, 0
        for name in files or [b"-"]:
            try:
                about = self.k.fstat(0) if name == b"-" else self.k.stat(name)
            except SysError:
                continue
            if about.mode & S_IFMT == S_IFREG:
                total += about.size
            else:
                least = 7
        return max(least, len(str(total)))

    def blame(self, text: bytes) -> None:
        self.out.flush()
        complain(self.k, text)
        self.status = 1

    def file(self, name: bytes, label: bytes) -> None:
        k = self.k
        try:
            fd = 0 if name == b"-" else k.open(name)
        except SysError as error:
            self.blame(b"%s: %s" % (quotef(name), cause(error)))
            return
        counter = _Counter(self.opts, self.utf8)
        try:
            self.read(fd, counter)
        except SysError as error:
            self.blame(b"%s: %s" % (quotef(name), cause(error)))
        if fd:
            k.close(fd)
        if self.opts.width and counter.column > counter.counts.width:
            counter.counts.width = counter.column
        self.total.add(counter.counts)
        self.show(counter.counts, label)

    def read(self, fd: int, counter: _Counter) -> None:
        k = self.k
        if self.only_size:
            about = k.fstat(fd)
            if about.mode & S_IFMT == S_IFREG and about.size:
                counter.counts.bytes = max(about.size - k.lseek(fd, 0, SEEK_CUR), 0)
                k.lseek(fd, 0, SEEK_END)
                return
        reader = Reader(k, fd, tied=self.out)
        while data := reader.chunk():
            counter.chunk(data)

    def show(self, counts: _Counts, label: bytes) -> None:
        opts = self.opts
        numbers = []
        for wanted, number in (
            (opts.lines, counts.lines),
            (opts.words, counts.words),
            (opts.chars, counts.chars),
            (opts.bytes, counts.bytes),
            (opts.width, counts.width),
        ):
            if wanted:
                numbers.append(b"%*d" % (self.columns, number))
        if label:
            numbers.append(quotef(label) if b"\n" in label else label)
        self.out.write(b" ".join(numbers) + b"\n")
