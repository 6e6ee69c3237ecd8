"""nl: number lines, with logical pages of header, body and footer."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, Inputs, Reader, SysError, Value, Writer, complain, parsed, quote, refuse

if TYPE_CHECKING:
    from kos_kernel.api import Regex, Syscalls

NL = Command(
    "nl",
    like="(GNU coreutils) 9.1",
    summary="Write each FILE to standard output, with line numbers added.\n\nWith no FILE, or when FILE is -, read standard input.",
    options=[
        Value("body", "b", "body-numbering", metavar="STYLE", default=b"t", help="use STYLE for numbering body lines"),
        Value(
            "delimiter",
            "d",
            "section-delimiter",
            metavar="CC",
            default=b"\\:",
            help="use CC for logical page delimiters",
        ),
        Value(
            "footer",
            "f",
            "footer-numbering",
            metavar="STYLE",
            default=b"n",
            help="use STYLE for numbering footer lines",
        ),
        Value(
            "header",
            "h",
            "header-numbering",
            metavar="STYLE",
            default=b"n",
            help="use STYLE for numbering header lines",
        ),
        Value(
            "increment",
            "i",
            "line-increment",
            metavar="NUMBER",
            default=b"1",
            help="line number increment at each line",
        ),
        Value(
            "join",
            "l",
            "join-blank-lines",
            metavar="NUMBER",
            default=b"1",
            help="group of NUMBER empty lines counted as one",
        ),
        Value(
            "form",
            "n",
            "number-format",
            metavar="FORMAT",
            default=b"rn",
            help="insert line numbers according to FORMAT",
        ),
        Flag("keep", "p", "no-renumber", help="do not reset line numbers for each section"),
        Value(
            "separator",
            "s",
            "number-separator",
            metavar="STRING",
            default=b"\t",
            help="add STRING after (possible) line number",
        ),
        Value(
            "start",
            "v",
            "starting-line-number",
            metavar="NUMBER",
            default=b"1",
            help="first line number for each section",
        ),
        Value("width", "w", "number-width", metavar="NUMBER", default=b"6", help="use NUMBER columns for line numbers"),
    ],
    epilog="STYLE is one of: a  number all lines; t  number only nonempty lines; n  number no lines;\n"
    "pBRE  number only lines that contain a match for the basic regular expression, BRE\n\n"
    "FORMAT is one of: ln  left justified, no leading zeros; rn  right justified, no leading zeros;\n"
    "rz  right justified, leading zeros",
)
_INT_MAX = 0x7FFFFFFF


class _Style:
    """Which lines of a section get a number."""

    __slots__ = ("kind", "pattern")

    def __init__(self, text: bytes) -> None:
        self.kind = text[:1]
        self.pattern: Regex | None = None
        if self.kind == b"p":
            from kos_kernel.api import compile_regex

            self.pattern = compile_regex(text[1:], syntax="basic")
        elif text not in (b"a", b"t", b"n"):
            raise ValueError


def _number(k: Syscalls, text: bytes, what: bytes, least: int, most: int) -> int:
    """Return an integer of an option's value, or end the program as GNU does."""
    body = text.lstrip(b" \t\n")
    digits = body[1:] if body[:1] in (b"-", b"+") else body
    if not digits.isdigit():
        complain(k, b"%s: %s" % (what, quote(text)))
        k.exit(1)
    number = int(digits[:30]) * (-1 if body[:1] == b"-" else 1)
    if not least <= number <= most:
        far = not -(1 << 63) <= number < 1 << 63 or number > most
        reason = b"Value too large for defined data type" if far else b"Numerical result out of range"
        complain(k, b"%s: %s: %s" % (what, quote(text), reason))
        k.exit(1)
    return number


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write the files with their lines numbered. Status 1 if one couldn't be read."""
    opts, files = parsed(k, NL, argv)
    return _Numberer(k, opts).run(files)


class _Numberer:
    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.k = k
        self.out = Writer(k)
        styles = {}
        for dest, name in (("header", b"header"), ("body", b"body"), ("footer", b"footer")):
            try:
                styles[dest] = _Style(getattr(opts, dest))
            except ValueError:
                self.refused(b"invalid %s numbering style: %s" % (name, quote(getattr(opts, dest))))
        self.styles = styles
        wide = 1 << 63
        self.start = _number(k, opts.start, b"invalid starting line number", -wide, wide - 1)
        self.increment = _number(k, opts.increment, b"invalid line number increment", -wide, wide - 1)
        self.join = _number(k, opts.join, b"invalid line number of blank lines", 1, wide - 1)
        self.width = _number(k, opts.width, b"invalid line number field width", 1, _INT_MAX)
        form = opts.form
        if form not in (b"ln", b"rn", b"rz"):
            self.refused(b"invalid line numbering format: " + quote(form))
        self.form = {b"ln": b"%-*d", b"rn": b"%*d", b"rz": b"%0*d"}[form]
        self.separator = opts.separator
        self.blank = b" " * (min(self.width, 1 << 20) + len(self.separator))
        self.keep = opts.keep
        mark = opts.delimiter
        mark = mark + b":" if len(mark) == 1 else mark
        self.marks = {mark * 3: "header", mark * 2: "body", mark: "footer"} if mark else {}
        self.number = self.start
        self.blanks = 0
        self.section = styles["body"]

    def refused(self, text: bytes) -> None:
        self.k.exit(refuse(self.k, text))

    def run(self, files: list[bytes]) -> int:
        k = self.k
        inputs = Inputs(k, files)
        out = self.out
        for name in inputs.names:
            fd = inputs.open(name)
            if fd is None:
                continue
            reader = Reader(k, fd, tied=out)
            try:
                while block := reader.block():
                    lines = block.removesuffix(b"\n").split(b"\n")
                    if not self.plain(block, lines):
                        for line in lines:
                            out.write(self.line(line))
                    k.tick()
            except SysError as error:
                out.flush()
                inputs.failed(name, error)
            inputs.close(fd)
        out.flush()
        return inputs.status

    def plain(self, block: bytes, lines: list[bytes]) -> bool:
        """Write a block of the usual kind in one go: style t, no section marks, no number near the end of 64 bits."""
        if self.section.kind != b"t" or any(mark in block for mark in self.marks) or abs(self.number) > 1 << 60:
            return False
        if abs(self.increment) > 1 << 32:
            return False
        form, width, separator, blank = self.form, self.width, self.separator, self.blank
        numbers = count(self.number, self.increment)
        texts = [form % (width, next(numbers)) + separator + line if line else blank for line in lines]
        self.number = next(numbers)
        self.out.write(b"\n".join(texts) + b"\n")
        return True

    def line(self, line: bytes) -> bytes:
        section = self.marks.get(line)
        if section is not None:
            self.section = self.styles[section]
            if not self.keep:
                self.number = self.start
            return b"\n"
        kind = self.section.kind
        if kind == b"a":
            if self.join > 1:
                self.blanks = self.blanks + 1 if not line else 0
                numbered = bool(line) or self.blanks == self.join
                if numbered:
                    self.blanks = 0
            else:
                numbered = True
        elif kind == b"t":
            numbered = bool(line)
        elif kind == b"p":
            pattern = self.section.pattern
            numbered = pattern is not None and pattern.search(line) is not None
        else:
            numbered = False
        if not numbered:
            return b"%s%s\n" % (self.blank, line)
        if self.number >= 1 << 63 or self.number < -(1 << 63):
            self.out.flush()
            complain(self.k, b"line number overflow")
            self.k.exit(1)
        shown = self.form % (self.width, self.number)
        self.number += self.increment
        return b"%s%s%s\n" % (shown, self.separator, line)
