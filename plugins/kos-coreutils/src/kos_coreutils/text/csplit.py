"""csplit: a file cut into pieces at line numbers and at lines that match."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from kos_kernel.api import (
    O_CREAT,
    O_TRUNC,
    O_WRONLY,
    Charge,
    Command,
    Flag,
    PatternError,
    Reader,
    Regex,
    SysError,
    Value,
    Writer,
    cause,
    compile_regex,
    complain,
    parsed,
    quote,
    quoteaf,
    quotef,
    refuse,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

CSPLIT = Command(
    "csplit",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... FILE PATTERN...",
    summary="Output pieces of FILE separated by PATTERN(s) to files 'xx00', 'xx01', ...,\n"
    "and output byte counts of each piece to standard output.\n\nRead standard input if FILE is -",
    options=[
        Value("form", "b", "suffix-format", metavar="FORMAT", help="use sprintf FORMAT instead of %02d"),
        Value("prefix", "f", "prefix", metavar="PREFIX", default=b"xx", help="use PREFIX instead of 'xx'"),
        Flag("keep", "k", "keep-files", help="do not remove output files on errors"),
        Flag("suppress", "suppress-matched", help="suppress the lines matching PATTERN"),
        Value("digits", "n", "digits", metavar="DIGITS", help="use specified number of digits instead of 2"),
        Flag("quiet", "s", "q", "quiet", "silent", help="do not print counts of output file sizes"),
        Flag("elide", "z", "elide-empty-files", help="remove empty output files"),
    ],
    epilog="Each PATTERN may be:\n"
    "  INTEGER            copy up to but not including specified line number\n"
    "  /REGEXP/[OFFSET]   copy up to but not including a matching line\n"
    "  %REGEXP%[OFFSET]   skip to, but not including a matching line\n"
    "  {INTEGER}          repeat the previous pattern specified number of times\n"
    "  {*}                repeat the previous pattern as many times as possible",
)
_CONVERSION = re.compile(rb"%([-'0#+ ]*)([0-9]*)(?:\.([0-9]*))?(.?)", re.DOTALL)
_MOST = 1 << 63
_WIDEST = 4096


class _Pattern(NamedTuple):
    """Where to cut. line: a line number, or 0 for a regex. repeat: how often again; None for ever."""

    text: bytes
    line: int
    regex: Regex | None
    offset: int
    skips: bool
    repeat: int | None


class _Wrong(Exception):
    """The command line is wrong: the message."""


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Cut the file. Status 1 if a pattern isn't met; the pieces are then removed, unless they are to be kept."""
    opts, words = parsed(k, CSPLIT, argv)
    if len(words) < 2:
        return refuse(k, b"missing operand after " + quote(words[0]) if words else b"missing operand")
    try:
        namer = _suffix_maker(opts)
        patterns = _patterns(k, words[1:])
    except _Wrong as wrong:
        complain(k, wrong.args[0])
        return 1
    try:
        fd = 0 if words[0] == b"-" else k.open(words[0])
    except SysError as error:
        complain(k, b"cannot open %s for reading: %s" % (quoteaf(words[0]), cause(error)))
        return 1
    return _Cutter(k, opts, namer, fd).run(patterns)


def _suffix_maker(opts: Any) -> Any:
    """Return what makes a file's suffix from its number."""
    if opts.digits is not None:
        if not opts.digits.isdigit() or len(opts.digits) > 9:
            raise _Wrong(b"invalid number: " + quote(opts.digits))
        if int(opts.digits) > _WIDEST:
            raise _Wrong(b"invalid number: %s: Value too large for defined data type" % quote(opts.digits))
    form = opts.form
    if form is None:
        digits = int(opts.digits) if opts.digits is not None else 2
        return lambda number: b"%0*d" % (digits, number)
    pieces = form.split(b"%%")
    found = None
    for index, piece in enumerate(pieces):
        for match in _CONVERSION.finditer(piece):
            if found is not None:
                raise _Wrong(b"too many % conversion specifications in suffix")
            found = (index, match)
    if found is None:
        raise _Wrong(b"missing % conversion specification in suffix")
    index, match = found
    flags, width, precision, letter = match.groups()
    if not letter:
        raise _Wrong(b"missing conversion specifier in suffix")
    if letter not in b"diuoxX":
        if 32 <= letter[0] < 127:
            raise _Wrong(b"invalid conversion specifier in suffix: " + letter)
        raise _Wrong(b"invalid conversion specifier in suffix: \\%03o" % letter[0])
    bad = b"#" if letter in b"diu" else b"'"
    if any(flag in bad or flag in b"+ " for flag in flags):
        worst = next(flag for flag in flags if flag in bad or flag in b"+ ")
        raise _Wrong(b"invalid flags in conversion specification: %%%c%s" % (worst, letter))
    if max(len(width), len(precision or b"")) > 4 or int(width or b"0") > _WIDEST or int(precision or b"0") > _WIDEST:
        raise _Wrong(b"invalid number: " + quote(width))
    flags = flags.replace(b"'", b"")
    shape = b"%" + flags + width + (b"." + precision if precision is not None else b"")
    shape += b"d" if letter in b"diu" else letter
    before = b"%".join([*pieces[:index], pieces[index][: match.start()]])
    behind = b"%".join([pieces[index][match.end() :], *pieces[index + 1 :]])
    octal = letter == b"o" and b"#" in flags

    def make(number: int) -> bytes:
        text: bytes = shape % number
        if not number:
            text = text.replace(b"0x0", b"0").replace(b"0X0", b"0")  # C marks no zero
        return before + (text.replace(b"0o", b"0") if octal else text) + behind

    return make


def _integer(text: bytes, signed: bool = False) -> int | None:
    found = re.fullmatch(rb"[ \t]*([+-]?[0-9]{1,19})" if signed else rb"[ \t]*\+?([0-9]{1,20})", text)
    return int(found[1]) if found is not None else None


def _patterns(k: Syscalls, words: list[bytes]) -> list[_Pattern]:
    patterns = []
    last = 0
    index = 0
    while index < len(words):
        text = words[index]
        index += 1
        line, regex, offset = 0, None, 0
        if text[:1] in (b"/", b"%"):
            mark = text[:1]
            close = text.rfind(mark, 1)
            if close < 1:
                raise _Wrong(b"%s: closing delimiter '%s' missing" % (text, mark))
            try:
                regex = compile_regex(text[1:close], syntax="bre")
            except PatternError as error:
                raise _Wrong(b"%s: invalid regular expression: %s" % (quote(text), str(error).encode())) from None
            if text[close + 1 :]:
                found = _integer(text[close + 1 :], signed=True)
                if found is None:
                    raise _Wrong(quote(text) + b": integer expected after delimiter")
                offset = found
        else:
            found = _integer(text)
            if found is None:
                raise _Wrong(quote(text) + b": invalid pattern")
            if not found:
                raise _Wrong(text + b": line number must be greater than zero")
            if found < last:
                raise _Wrong(b"line number %s is smaller than preceding line number, %d" % (quote(text), last))
            if found == last:
                complain(k, b"warning: line number %s is the same as preceding line number" % quote(text))
            line = last = found
        repeat: int | None = 0
        if index < len(words) and words[index][:1] == b"{":
            count = words[index]
            index += 1
            if not count.endswith(b"}"):
                raise _Wrong(quote(count) + b": '}' is required in repeat count")
            repeat = None if count == b"{*}" else _integer(count[1:-1])
            if repeat is None and count != b"{*}":
                raise _Wrong(b"%s}: integer required between '{' and '}'" % quote(count[:-1]))
        patterns.append(_Pattern(text, line, regex, offset, text[:1] == b"%", repeat))
    return patterns


class _Failed(Exception):
    """A pattern isn't met; that has been said."""


class _Done(Exception):
    """The input ended where it may."""


class _Cutter:
    def __init__(self, k: Syscalls, opts: Any, namer: Any, fd: int) -> None:
        self.k = k
        self.opts = opts
        self.namer = namer
        self.reader = Reader(k, fd)
        self.lines: deque[bytes] = deque()  # read, and in no piece yet
        self.first = 1  # the number of the first of them
        self.current = 0  # the line that was looked at last
        self.made: list[bytes] = []
        self.number = 0
        self.piece: Writer | None = None
        self.piece_fd = -1
        self.size = 0
        self.stdout = Writer(k)
        self.charge = Charge(k)

    def run(self, patterns: list[_Pattern]) -> int:
        k = self.k
        try:
            try:
                for pattern in patterns:
                    again = 0
                    while pattern.repeat is None or again <= pattern.repeat:
                        (self.to_line if pattern.line else self.to_match)(pattern, again)
                        again += 1
                self.open()
                self.dump_rest()
                self.close()
            except _Done:
                pass
        except SysError as error:
            self.stdout.flush()
            complain(k, (quotef(error.filename) + b": " if error.filename else b"read error: ") + cause(error))
            return self.give_up()
        except _Failed:
            return self.give_up()
        self.stdout.flush()
        return 0

    def give_up(self) -> int:
        if self.piece is not None:
            self.close()
        self.stdout.flush()
        if not self.opts.keep:
            for name in self.made:
                try:
                    self.k.unlink(name)
                except SysError as error:
                    complain(self.k, quotef(name) + b": " + cause(error))
        return 1

    def fail(self, text: bytes) -> NoReturn:
        self.stdout.flush()
        complain(self.k, text)
        raise _Failed

    # ---------------------------------------------------------------- lines
    def there(self, number: int) -> bytes | None:
        """Return a line by its number, None beyond the end."""
        while number - self.first >= len(self.lines):
            line = self.reader.line()
            if not line:
                return None
            self.lines.append(line)
            self.charge.change(len(line) + 64)
        return self.lines[number - self.first]

    def take(self) -> bytes | None:
        """Take the first line out."""
        if self.there(self.first) is None:
            return None
        line = self.lines.popleft()
        self.charge.change(-len(line) - 64)
        self.current = max(self.current, self.first)
        self.first += 1
        self.k.tick()
        return line

    # ---------------------------------------------------------------- pieces
    def open(self) -> None:
        name = self.opts.prefix + self.namer(self.number)
        self.piece_fd = self.k.open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
        self.made.append(name)
        self.number += 1
        self.piece, self.size = Writer(self.k, self.piece_fd), 0

    def save(self, line: bytes) -> None:
        assert self.piece is not None
        self.piece.write(line)
        self.size += len(line)

    def close(self) -> None:
        assert self.piece is not None
        self.piece.flush()
        self.piece = None
        self.k.close(self.piece_fd)
        if not self.size and self.opts.elide:
            self.k.unlink(self.made.pop())
            self.number -= 1
        elif not self.opts.quiet:
            self.stdout.write(b"%d\n" % self.size)

    def dump_rest(self) -> None:
        while (line := self.take()) is not None:
            self.save(line)

    def to_line(self, pattern: _Pattern, again: int) -> None:
        repetition = b" on repetition %d" % again if again else b""
        fault = b"%s: line number out of range%s" % (quote(b"%d" % pattern.line), repetition)
        self.open()
        if self.opts.suppress and self.there(self.first) is None:
            self.fail(fault)
        last = pattern.line * (again + 1)
        while self.first < last:
            line = self.take()
            if line is None:
                self.fail(fault)
            self.save(line)
        self.close()
        if self.opts.suppress:
            self.take()
        elif self.there(self.first) is None:
            self.fail(fault)

    def to_match(self, pattern: _Pattern, again: int) -> None:
        regex, skips = pattern.regex, pattern.skips
        assert regex is not None
        if not skips:
            self.open()
        while True:
            self.current += 1
            line = self.there(self.current)
            if line is None:
                self.unmatched(pattern, again)
            if regex.search(line.removesuffix(b"\n")) is not None:
                break
            if pattern.offset >= 0:
                passed = self.take()
                if not skips and passed is not None:
                    self.save(passed)
        stop = self.current + pattern.offset
        if self.first > stop:
            self.fail(quote(pattern.text) + b": line number out of range")
        while self.first < stop:
            taken = self.take()
            if taken is None:
                self.fail(quote(pattern.text) + b": line number out of range")
            if not skips:
                self.save(taken)
        if not skips:
            self.close()
        if pattern.offset > 0:
            self.current = stop
        if self.opts.suppress:
            self.take()

    def unmatched(self, pattern: _Pattern, again: int) -> NoReturn:
        if pattern.repeat is None:
            if not pattern.skips:
                self.dump_rest()
                self.close()
            raise _Done
        self.stdout.flush()
        complain(self.k, quote(pattern.text) + b": match not found" + (b" on repetition %d" % again if again else b""))
        if not pattern.skips:
            self.dump_rest()
            self.close()
        raise _Failed
