"""join: lines of two sorted files that have a field in common."""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice
from operator import lt
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    Command,
    Flag,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parsed,
    quote,
    quotef,
    refuse,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

JOIN = Command(
    "join",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... FILE1 FILE2",
    summary="For each pair of input lines with identical join fields, write a line to standard output.\n"
    "The default join field is the first, delimited by blanks.\n\nWhen FILE1 or FILE2 (not both) is -, read standard input.",
    options=[
        Value(
            "unpaired",
            "a",
            metavar="FILENUM",
            repeat=True,
            help="also print unpairable lines from file FILENUM, 1 or 2",
        ),
        Value("empty", "e", metavar="STRING", repeat=True, help="replace missing (empty) input fields with STRING"),
        Flag("fold", "i", "ignore-case", help="ignore differences in case when comparing fields"),
        Value("join_field", "j", metavar="FIELD", repeat=True, help="equivalent to '-1 FIELD -2 FIELD'"),
        Value("form", "o", metavar="FORMAT", repeat=True, help="obey FORMAT while constructing output line"),
        Value("separator", "t", metavar="CHAR", repeat=True, help="use CHAR as input and output field separator"),
        Value(
            "only_unpaired",
            "v",
            metavar="FILENUM",
            repeat=True,
            help="like -a FILENUM, but suppress joined output lines",
        ),
        Value("field1", "1", metavar="FIELD", repeat=True, help="join on this FIELD of file 1"),
        Value("field2", "2", metavar="FIELD", repeat=True, help="join on this FIELD of file 2"),
        Flag("check", "check-order", value=True, default=None, help="check that the input is correctly sorted"),
        Flag(
            "check", "nocheck-order", value=False, default=None, help="do not check that the input is correctly sorted"
        ),
        Flag("header", "header", help="treat the first line in each file as field headers, print them without pairing"),
        Flag("zero", "z", "zero-terminated", help="line delimiter is NUL, not newline"),
    ],
)
_FOLD = bytes(range(256)).upper()
_MORE_WHITE = frozenset(b"\v\f\r")
_BLANKS = (b" ", b"\t", b"\n")
_LONG = (1 << 64) - 1


class _Line:
    """A line, its fields, and its join field as it's compared."""

    __slots__ = ("fields", "key", "text")

    def __init__(self, text: bytes, separator: bytes | None, field: int, fold: bool) -> None:
        self.text = text
        if separator is None:
            self.fields = text.split()
            if not _MORE_WHITE.isdisjoint(text):  # split() separates at more than blanks
                self.fields = [part for part in text.replace(b"\t", b" ").replace(b"\n", b" ").split(b" ") if part]
            if text[-1:] in _BLANKS and text:
                self.fields.append(b"")  # a blank at the end has a field behind it
        elif separator == b"":
            self.fields = [text]
        else:
            self.fields = text.split(separator) if text else []
        key = self.fields[field] if field < len(self.fields) else b""
        self.key = key.translate(_FOLD) if fold else key


class _Side:
    """A file's lines in groups of equal join fields."""

    def __init__(self, joiner: _Joiner, number: int, name: bytes, reader: Reader, field: int) -> None:
        self.joiner = joiner
        self.number = number
        self.name = name
        self.reader = reader
        self.field = field
        self.lines: list[bytes] = []
        self.line_number = 0
        self.previous: _Line | None = None
        self.current: _Line | None = None
        self.fields: list[bytes] = []  # the join fields of the whole block, if they ascend and none is empty
        self.texts: list[bytes] = []  # and its lines

    def look(self, block: bytes) -> None:
        """Note the join fields of a block whose blanks are spaces: the first of each line."""
        self.fields = self.texts = []
        if b"\t" in block or (self.joiner.end != b"\n" and b"\n" in block):
            return
        fields = [line.partition(b" ")[0] for line in self.lines]
        if fields[0] and all(map(lt, fields, islice(fields, 1, None))):
            self.fields, self.texts = fields, self.lines[:]

    def ahead(self) -> tuple[list[bytes], list[bytes]] | None:
        """Return the join fields and the lines from the current one on, as far as they are there; None if they don't ascend."""
        assert self.current is not None
        at = len(self.fields) - len(self.lines)
        if at < 0 or not self.lines or not self.current.key < self.fields[at]:
            return None
        return [self.current.key, *self.fields[at:]], [self.current.text, *self.texts[at:]]

    def skip(self, count: int) -> None:
        """Go on by so many lines, which are there."""
        if count:
            joiner = self.joiner
            del self.lines[len(self.lines) - count + 1 :]
            self.line_number += count
            self.previous = None
            self.current = _Line(self.lines.pop(), joiner.separator, self.field, joiner.fold)

    def advance(self) -> None:
        """Go on to the next line; `current` is None at the end."""
        joiner = self.joiner
        if not self.lines:
            block = self.reader.block()
            if not block:
                self.previous, self.current = self.current, None
                return
            self.lines = block.removesuffix(joiner.end).split(joiner.end)
            if joiner.plain:
                self.look(block)
            self.lines.reverse()
        self.previous = self.current
        self.line_number += 1
        self.current = _Line(self.lines.pop(), joiner.separator, self.field, joiner.fold)
        if self.previous is not None and self.current.key < self.previous.key:
            joiner.disorder(self)

    def group(self) -> list[_Line]:
        """Return the lines from the current one on that share its join field, and go beyond them."""
        assert self.current is not None
        lines = [self.current]
        self.advance()
        while self.current is not None and self.current.key == lines[0].key:
            lines.append(self.current)
            self.advance()
        return lines


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Join the files. Status 1 if one can't be read or isn't sorted."""
    argv = _separate_old_forms(argv)
    opts, files = parsed(k, JOIN, argv)
    joiner = _Joiner(k, opts)
    files = joiner.take_formats(files)
    if len(files) < 2:
        return refuse(
            k, b"missing operand after " + quote(files[0] if files else argv[-1]) if files else b"missing operand"
        )
    if len(files) > 2:
        return refuse(k, b"extra operand " + quote(files[2]))
    if files == [b"-", b"-"]:
        complain(k, b"both files cannot be standard input")
        return 1
    return joiner.run(files)


def _separate_old_forms(argv: list[bytes]) -> list[bytes]:
    """Return argv with -j1 FIELD and -j2 FIELD, which POSIX dropped, written as -1 and -2."""
    words, index = [argv[0]], 1
    while index < len(argv):
        word = argv[index]
        if word in (b"-j1", b"-j2") and index + 1 < len(argv) and argv[index + 1].isdigit() and len(argv) - index > 3:
            words += [b"-" + word[2:], argv[index + 1]]
            index += 2
            continue
        words.append(word)
        index += 1
    return words


class _Joiner:
    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.k = k
        self.out = Writer(k)
        self.end = b"\0" if opts.zero else b"\n"
        self.fold = opts.fold
        self.check = opts.check
        self.header = opts.header
        self.show = {1: False, 2: False}
        self.paired = True
        self.warned: set[int] = set()
        self.unpairable = False
        self.status = 0
        for text in opts.unpaired + opts.only_unpaired:
            if text not in (b"1", b"2"):
                self.die(b"invalid field number: " + quote(text))
            self.show[int(text)] = True
        if opts.only_unpaired:
            self.paired = False
        self.separator = self.read_separator(opts.separator)
        self.glue = b" " if self.separator is None else self.separator
        if len(set(opts.empty)) > 1:
            self.die(b"conflicting empty-field replacement strings")
        self.empty: bytes = opts.empty[-1] if opts.empty else b""
        fields = {1: opts.field1, 2: opts.field2}
        self.field = {}
        for number in (1, 2):
            chosen = [self.field_number(text) for text in fields[number] + opts.join_field]
            if len(set(chosen)) > 1:
                self.die(b"incompatible join fields %d, %d" % (chosen[0], chosen[1]))
            self.field[number] = chosen[0] - 1 if chosen else 0
        self.form: list[tuple[int, int]] | None = None
        self.auto = False
        self.widths = {1: 0, 2: 0}
        for text in opts.form:
            self.add_format(text)
        self.open_format = bool(opts.form)
        # only lines with a partner are written, the first field first and then the others as they stand
        self.plain = not (
            opts.form or self.empty or self.fold or self.separator is not None or self.show[1] or self.show[2]
            or not self.paired or self.field[1] or self.field[2] or self.header
        )  # fmt: skip

    def die(self, message: bytes) -> None:
        complain(self.k, message)
        self.k.exit(1)

    def read_separator(self, given: list[bytes]) -> bytes | None:
        """Return what separates fields: None for blanks, b"" for nothing (the whole line is one field)."""
        separator: bytes | None = None
        for text in given:
            if text == b"\\0":
                text = b"\0"
            elif len(text) > 1:
                self.die(b"multi-character tab " + quote(text))
            if separator is not None and separator != text:
                self.die(b"incompatible tabs")
            separator = text
        return separator

    def field_number(self, text: bytes) -> int:
        if not text.isdigit() or not int(text[:30]):
            self.die(b"invalid field number: " + quote(text))
        return min(int(text[:30]), _LONG)

    def add_format(self, text: bytes) -> None:
        if self.form is None and text == b"auto":
            self.auto = True
            return
        if self.form is None:
            self.form = []
        for item in text.replace(b",", b" ").replace(b"\t", b" ").split(b" "):
            if item == b"0":
                self.form.append((0, 0))
                continue
            if item[:1] == b"0":
                self.die(b"invalid field specifier: " + quote(item))
            if item[:1] not in (b"1", b"2"):
                self.die(b"invalid file number in field spec: " + quote(item))
            if item[1:2] != b".":
                self.die(b"invalid field specifier: " + quote(item))
            self.form.append((int(item[:1]), self.field_number(item[2:]) - 1))

    def take_formats(self, files: list[bytes]) -> list[bytes]:
        """Return the files; words after -o that look like field specs go on with its list, as POSIX once had it."""
        while self.open_format and self.form is not None and len(files) > 2:
            word = files[0]
            if word != b"0" and word[:2] not in (b"1.", b"2."):
                break
            self.add_format(word)
            files = files[1:]
        return files

    # ------------------------------------------------------------ the work
    def run(self, files: list[bytes]) -> int:
        k = self.k
        sides = []
        for number, name in enumerate(files, 1):
            try:
                fd = 0 if name == b"-" else k.open(name)
            except SysError as error:
                complain(k, quotef(name) + b": " + cause(error))
                return 1
            reader = Reader(k, fd, delimiter=self.end)
            sides.append(_Side(self, number, name, reader, self.field[number]))
        try:
            for side in sides:
                side.advance()
            self.merge(*sides)
        except SysError as error:
            self.out.flush()
            complain(k, b"read error: " + cause(error))
            return 1
        self.out.flush()
        if self.warned:
            complain(k, b"input is not in sorted order")
            return 1
        return self.status

    def merge(self, one: _Side, two: _Side) -> None:
        if self.auto:
            self.widths = {side.number: len(side.current.fields) if side.current else 0 for side in (one, two)}
        if self.header and (one.current or two.current):
            nothing = _Line(b"", self.separator, 0, False)
            self.joined(one.current or nothing, two.current or nothing)
            for side in (one, two):
                if side.current:
                    side.current = None  # a heading has no place in the order
                    side.advance()
        while one.current is not None and two.current is not None:
            if one.fields and two.fields:
                self.in_blocks(one, two)
            left, right = one.current.key, two.current.key
            if left < right:
                self.alone(one)
            elif right < left:
                self.alone(two)
            else:
                lefts, rights = one.group(), two.group()
                if self.paired:
                    for a in lefts:
                        for b in rights:
                            self.joined(a, b)
                        self.k.tick()
        for side in (one, two):
            watched = self.show[side.number] or self.check is not False
            while side.current is not None and watched:
                self.alone(
                    side, self.unpairable
                )  # the other file is at its end: what is left says nothing of the order
                if not self.show[side.number] and (side.number in self.warned):
                    break

    def in_blocks(self, one: _Side, two: _Side) -> None:
        """Join what comes before either side's last line that is there."""
        left, right = one.ahead(), two.ahead()
        if left is None or right is None:
            return
        limit = min(left[0][-1], right[0][-1])
        first, second = bisect_left(left[0], limit), bisect_left(right[0], limit)
        others = dict(zip(right[0][:second], right[1], strict=False))
        pairs = [(line, others[key]) for key, line in zip(left[0][:first], left[1], strict=False) if key in others]
        if len(pairs) < first or len(pairs) < second:
            self.unpairable = True
        text = self.end.join([line + other[other.find(b" ") :] if b" " in other else line for line, other in pairs])
        if b"  " in text:  # blanks that may have to be one
            for line, other in pairs:
                self.joined(_Line(line, None, 0, False), _Line(other, None, 0, False))
        elif pairs:
            self.out.write(text + self.end)
        one.skip(first)
        two.skip(second)
        self.k.tick((first + second) >> 4)

    def alone(self, side: _Side, unpairable: bool = True) -> None:
        """Go past a line without a partner. unpairable: whether from now on disorder matters."""
        line = side.current
        assert line is not None
        if self.show[side.number]:
            if side.number == 1:
                self.joined(line, None)
            else:
                self.joined(None, line)
        side.advance()
        self.unpairable = unpairable

    def disorder(self, side: _Side) -> None:
        if self.check is False or not (self.check or self.unpairable) or side.number in self.warned:
            return
        assert side.current is not None
        self.out.flush()
        text = side.current.text.partition(b"\0")[0]  # as C prints it
        complain(self.k, b"%s:%d: is not sorted: %s" % (quotef(side.name), side.line_number, text))
        if self.check:
            self.k.exit(1)
        self.warned.add(side.number)

    def joined(self, one: _Line | None, two: _Line | None) -> None:
        """Write one output line of two lines, or of one that has no partner."""
        lines = {1: one, 2: two}
        if self.form is not None:
            parts = []
            for number, field in self.form:
                if number:
                    parts.append(self.part(lines[number], field))
                else:
                    parts.append(self.part(one, self.field[1]) if one is not None else self.part(two, self.field[2]))
        else:
            number = 1 if one is not None else 2
            parts = [self.part(lines[number], self.field[number])]
            for side in (1, 2):
                line, skip = lines[side], self.field[side]
                if self.auto:
                    parts += [self.part(line, field) for field in range(self.widths[side]) if field != skip]
                elif line is not None:
                    fields = line.fields
                    if self.empty:
                        fields = [field or self.empty for field in fields]
                    parts += fields[:skip] + fields[skip + 1 :]
        self.out.write(self.glue.join(parts) + self.end)

    def part(self, line: _Line | None, field: int) -> bytes:
        if line is None or field >= len(line.fields):
            return self.empty
        return line.fields[field] or self.empty
