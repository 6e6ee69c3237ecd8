"""numfmt: numbers in a text, reformatted: scaled to K, M, G or back, rounded, padded."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    BadNumber as BadSize,
)
from kos_kernel.api import (
    Command,
    Flag,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parse_size,
    parsed,
    quote,
    refuse,
)

from .numbers import (
    AUTO,
    IEC,
    IEC_I,
    MOST_DIGITS,
    NONE,
    PRECISE_DIGITS,
    SI,
    BadNumber,
    general,
    lossy,
    parse,
    scaled,
    show,
)
from .ranges import BadList, parse_ranges

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_FROM = {"none": NONE, "auto": AUTO, "si": SI, "iec": IEC, "iec-i": IEC_I}
_TO = {"none": NONE, "si": SI, "iec": IEC, "iec-i": IEC_I}
_ROUNDINGS = {word: word for word in ("up", "down", "from-zero", "towards-zero", "nearest")}
_INVALID = {word: word for word in ("abort", "fail", "warn", "ignore")}
NUMFMT = Command(
    "numfmt",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [NUMBER]...",
    summary="Reformat NUMBER(s), or the numbers from standard input if none are specified.",
    options=[
        Flag("debug", "debug", help="print warnings about invalid input"),
        Value("delimiter", "d", "delimiter", metavar="X", help="use X instead of whitespace for field delimiter"),
        Value("field", "field", metavar="FIELDS", repeat=True,
              help="replace the numbers in these input fields (default=1); see FIELDS below"),
        Value("format", "format", metavar="FORMAT", help="use printf style floating-point FORMAT; see FORMAT below"),
        Value("source", "from", metavar="UNIT", choices=_FROM, default=NONE,
              help="auto-scale input numbers to UNITs; default is 'none'; see UNIT below"),
        Value("source_unit", "from-unit", metavar="N", default=b"1", help="specify the input unit size (instead of the default 1)"),
        Flag("grouping", "grouping", help="use locale-defined grouping of digits, e.g. 1,000,000"
             " (which means it has no effect in the C/POSIX locale)"),
        Value("header", "header", metavar="N", optional=True, implied=b"1", default=None,
              help="print (without converting) the first N header lines; N defaults to 1 if not specified"),
        Value("invalid", "invalid", metavar="MODE", choices=_INVALID, default="abort",
              help="failure mode for invalid numbers: MODE can be: abort (default), fail, warn, ignore"),
        Value("padding", "padding", metavar="N", help="pad the output to N characters; positive N will right-align;"
              " negative N will left-align; the default is to automatically pad if a whitespace is found"),
        Value("round", "round", metavar="METHOD", choices=_ROUNDINGS, default="from-zero",
              help="use METHOD for rounding when scaling; METHOD can be: up, down, from-zero (default), towards-zero, nearest"),
        Value("suffix", "suffix", metavar="SUFFIX", default=b"",
              help="add SUFFIX to output numbers, and accept optional SUFFIX in input numbers"),
        Value("to", "to", metavar="UNIT", choices=_TO, default=NONE, help="auto-scale output numbers to UNITs; see UNIT below"),
        Value("to_unit", "to-unit", metavar="N", default=b"1", help="the output unit size (instead of the default 1)"),
        Flag("zero", "z", "zero-terminated", help="line delimiter is NUL, not newline"),
    ],
    epilog="UNIT is none (a suffix is an error), auto (1K is 1000, 1Ki is 1024), si (1K is 1000), iec (1K is 1024)\n"
    "or iec-i (1Ki is 1024).\n\n"
    "FIELDS are ranges as cut(1) has them: N, N-, N-M, -M, - (all), separated by commas.\n\n"
    "FORMAT prints one floating-point number, %f: a width pads (%10f), with a 0 it fills with zeros (%010f), with a - it\n"
    "aligns to the left (%-10f), a precision (%.1f) overrides that of the input, a quote (%'f) means --grouping.\n\n"
    "Exit status is 0 if all numbers were converted.  By default, numfmt stops at the first error with exit status 2.",
)  # fmt: skip
_FORMAT_HEAD = re.compile(rb"((?:[^%]|%%)*)%(?!%)")
_FIELD = re.compile(rb"[ \t\n]*[^ \t\n]*")
_LONG_MAX = (1 << 63) - 1
_CONVERSION = 2


class _Refused(Exception):
    """The command line is wrong: the message."""


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Reformat numbers. Status 2 if one couldn't be converted, 1 for a wrong command line."""
    opts, words = parsed(k, NUMFMT, argv)
    try:
        job = _Job(k, opts)
    except BadList as bad:
        return refuse(k, bad.message)
    except _Refused as bad:
        complain(k, bad.args[0])
        return 1
    return job.run(words)


def _unit(text: bytes) -> int:
    """Return a unit: 1000 for K, 1024 for Ki."""
    adjusted = text
    if text and not text[-1:].isdigit():
        adjusted = text[:-1] if text.endswith(b"i") and len(text) > 2 and not text[-2:-1].isdigit() else text + b"B"
    try:
        unit = parse_size(adjusted, suffixes="KMGTPEZY")
    except BadSize:
        unit = 0
    if not unit or b"-" in text:
        raise _Refused(b"invalid unit size: " + quote(text))
    return unit


def _long(text: bytes) -> int | None:
    """Return a C long, None if it's none."""
    found = re.fullmatch(rb"[ \t\n\v\f\r]*([+-]?[0-9]{1,19})", text)
    value = int(found[1]) if found is not None else None
    return value if value is not None and abs(value) <= _LONG_MAX else None


def _blank_fields(line: bytes) -> list[bytes]:
    """Return the fields of a line: each ends before a blank, which is dropped, and keeps the further blanks in front of it."""
    fields, at = [], 0
    while True:
        found = _FIELD.match(line, at)
        assert found is not None  # it matches nothing, too
        fields.append(found[0])
        at = found.end() + 1
        if at > len(line):
            return fields


class _Job:
    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.k = k
        self.opts = opts
        self.out = Writer(k)
        self.end = b"\0" if opts.zero else b"\n"
        self.source_unit, self.to_unit = _unit(opts.source_unit), _unit(opts.to_unit)
        self.width = self.zero_width = 0
        self.left = False
        if opts.padding is not None:
            padding = _long(opts.padding)
            if not padding:
                raise _Refused(b"invalid padding value " + quote(opts.padding))
            self.width, self.left = abs(padding), padding < 0
        if len(opts.field) > 1:
            raise BadList(b"multiple field specifications")
        self.ranges = parse_ranges(opts.field[0], fields=True, lone_dash=True) if opts.field else [(1, 1)]
        if opts.delimiter is not None and len(opts.delimiter) > 1:
            raise _Refused(b"the delimiter must be a single character")
        self.delimiter = None if opts.delimiter is None else opts.delimiter or b"\0"
        self.header = 0
        if opts.header is not None:
            header = _long(opts.header)
            if header is None or header <= 0:
                raise _Refused(b"invalid header value " + quote(opts.header))
            self.header = header
        self.fixed: int | None = None
        self.before = self.behind = b""
        grouping = opts.grouping
        if opts.format is not None:
            if grouping:
                raise _Refused(b"--grouping cannot be combined with --format")
        elif opts.debug and opts.source == opts.to == NONE and not grouping and not self.width:
            complain(k, b"no conversion option specified")
        if opts.format is not None:
            grouping = self.read_format(opts.format)
        if grouping:
            if opts.to != NONE:
                raise _Refused(b"grouping cannot be combined with --to")
            if opts.debug:
                complain(k, b"grouping has no effect in this locale")
        self.auto_padding = not self.width and self.delimiter is None
        self.aborts = opts.invalid == "abort"
        self.charged = 0

    def read_format(self, form: bytes) -> bool:
        """Take in a --format; return whether it asks for grouping."""
        head = _FORMAT_HEAD.match(form)
        if head is None:
            raise _Refused(b"format %s has no %% directive" % quote(form))
        self.before = form[: len(head[1].replace(b"%%", b"%"))]
        rest = form[head.end() :]
        flags = rest[: len(rest) - len(rest.lstrip(b" '0"))]
        rest = rest[len(flags) :]
        zero = b"0" in flags
        number = re.match(rb"[ \t\n\v\f\r]*[+-]?[0-9]+", rest)
        if number is not None:
            width = int(number[0]) if len(number[0]) < 30 else _LONG_MAX + 1
            if abs(width) > _LONG_MAX:
                raise _Refused(b"invalid format %s (width overflow)" % quote(form))
            rest = rest[number.end() :]
            if width:
                if self.opts.debug and self.width and not (zero and width > 0):
                    complain(self.k, b"--format padding overriding --padding")
                if width < 0:
                    self.left, self.width = True, -width
                elif zero:
                    self.zero_width = width
                else:
                    self.width = width
        if not rest:
            raise _Refused(b"format %s ends in %%" % quote(form))
        if rest[:1] == b".":
            rest = rest[1:]
            number = re.match(rb"[\n\v\f\r]*-?[0-9]+", rest)
            if (
                rest[:1] in (b" ", b"\t", b"+")
                and rest
                or (number is not None and (len(number[0]) > 19 or int(number[0]) < 0))
            ):
                raise _Refused(b"invalid precision in format " + quote(form))
            self.fixed = int(number[0]) if number is not None else 0
            rest = rest[number.end() if number is not None else 0 :]
        if rest[:1] != b"f":
            raise _Refused(b"invalid format %s, directive must be %%[0]['][-][N][.][N]f" % quote(form))
        rest = rest[1:]
        if b"%" in rest.replace(b"%%", b""):
            raise _Refused(b"format %s has too many %% directives" % quote(form))
        self.behind = rest
        return b"'" in flags

    def run(self, words: list[bytes]) -> int:
        k, opts = self.k, self.opts
        valid = True
        if words:
            if opts.debug and self.header:
                complain(k, b"--header ignored with command-line input")
            for word in words:
                valid &= self.line(word, True)
        else:
            reader = Reader(k, 0, delimiter=self.end, tied=self.out)
            try:
                while line := reader.line():
                    if self.header:
                        self.header -= 1
                        self.out.write(line)
                        continue
                    whole = line.endswith(self.end)
                    valid &= self.line(line[:-1] if whole else line, whole)
            except SysError as error:
                self.warn(b"error reading input: " + cause(error))
        self.out.flush()
        if opts.debug and not valid:
            complain(k, b"failed to convert some of the input numbers")
        return 0 if valid or opts.invalid in ("warn", "ignore") else _CONVERSION

    def warn(self, text: bytes) -> None:
        self.out.flush()
        complain(self.k, text)

    def fault(self, text: bytes) -> None:
        """Complain of a number; end the program if that's how it goes."""
        if self.opts.invalid != "ignore":
            self.warn(text)
        if self.aborts:
            self.out.flush()
            self.k.exit(_CONVERSION)

    def line(self, line: bytes, newline: bool) -> bool:
        """Print a line with its numbers reformatted; return whether all could be."""
        valid = True
        line = line.split(b"\0", 1)[0] if self.end != b"\0" else line
        if self.delimiter is None:
            fields, glue = _blank_fields(line), b" "
        else:
            fields, glue = line.split(self.delimiter), self.delimiter
        for number, field in enumerate(fields, 1):
            if number > 1:
                self.out.write(glue)
            if any(low <= number <= high for low, high in self.ranges):
                valid &= self.field(field, number)
            else:
                self.out.write(field)
        if newline:
            self.out.write(self.end)
        self.k.tick()
        return valid

    def field(self, text: bytes, number: int) -> bool:
        """Print a field reformatted, or as it is if it's no number; return which."""
        opts = self.opts
        if opts.suffix and len(text) > len(opts.suffix):
            text = text.removesuffix(opts.suffix)
        bare = text.lstrip(b" \t")
        if self.auto_padding:
            self.width = len(text) if len(bare) < len(text) or number > 1 else 0
        try:
            found = parse(bare, opts.source)
        except BadNumber as bad:
            self.fault(bad.before + quote(bare) + bad.after)
            self.out.write(text)
            return False
        if found.rest:
            self.fault(b"invalid suffix in input %s: %s" % (quote(bare), quote(found.rest)))
            self.out.write(text)
            return False
        if found.lossy and opts.debug:
            self.warn(b"large input value %s: possible precision loss" % quote(bare))
        value = found.value
        if self.source_unit != 1 or self.to_unit != 1:
            value = lossy(lossy(value * self.source_unit) / self.to_unit)
        shown = self.shown(value, found.precision)
        if shown is None:
            self.out.write(text)
            return False
        self.out.write(self.before + shown + self.behind)
        return True

    def shown(self, value: Fraction, precision: int) -> bytes | None:
        """Return the number's new text, None after complaining."""
        opts = self.opts
        if self.fixed is not None:
            precision = self.fixed
        digits = scaled(value, 10)[1]
        if opts.to == NONE and digits + precision > PRECISE_DIGITS:
            much = b"'%s/%d'" % (general(value), precision) if precision else b"'%s'" % general(value)
            what = b"value/precision" if precision else b"value"
            self.fault(b"%s too large to be printed: %s (consider using --to)" % (what, much))
            return None
        if digits > MOST_DIGITS - 1:
            self.fault(b"value too large to be printed: '%s' (cannot handle values > 999Y)" % general(value))
            return None
        need = max(self.width, self.zero_width, self.fixed or 0)
        if need > self.charged + 65536:
            self.k.charge(need - self.charged)
            self.charged = need
        text: bytes = show(value, precision, self.fixed, opts.to, opts.round, self.zero_width) + opts.suffix
        return text.ljust(self.width) if self.left else text.rjust(self.width)
