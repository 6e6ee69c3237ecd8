"""printf: the format, as often as there are arguments.

A conversion's number may be as wide as its argument asks; padding is written in pieces, so that `%2000000000d` costs time
and never memory. Floating point is long double, as in GNU's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import (
    Writer,
    complain,
    is_utf8,
    parse_long_double,
    quote,
    quoteaf,
    quotef,
    refuse,
    render_long_double,
    sole_option,
)

from .escapes import BadEscape, Stop, expand_printf

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_INT_MAX = 0x7FFFFFFF
_SPEC = re.compile(rb"%([-+ #0'I]*)(\*|[0-9]*)(?:(\.)(\*|[0-9]*))?[lLhqjzt]*")
_LITERAL = re.compile(rb"(?:[^%\\]+|\\[\0-\xff]?)*")  # an escaped percent sign is text
_INTEGER = re.compile(rb"[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
# conversion -> the flags that C lets it have, besides "-"
_ALLOWED = {
    **dict.fromkeys("di", b"+ 0'I"),
    **dict.fromkeys("u", b"+ 0'I"),
    **dict.fromkeys("oxX", b"+ #0"),
    **dict.fromkeys("fF", b"+ #0'I"),
    **dict.fromkeys("gG", b"+ #0'I"),
    **dict.fromkeys("eE", b"+ #0"),
    **dict.fromkeys("aA", b"+ #0"),
    "c": b"+ ",
    "s": b"+ ",
}
_MAY_BE_PRECISE = "diouxXaAeEfFgGs"


class _Refused(Exception):
    """The format is wrong: the message, after which nothing more is printed."""


def _shell_word(text: bytes) -> bytes:
    """Return text as a shell would have to be told it. A colon, special in messages, needs no quotes here."""
    bare = text.replace(b":", b"")
    return text if bare and quotef(bare) == bare else quoteaf(text)


class _Printer:
    def __init__(self, k: Syscalls, arguments: list[bytes]) -> None:
        self.k = k
        self.out = Writer(k)
        self.utf8 = is_utf8(k.env)
        self.arguments = arguments
        self.taken = 0
        self.status = 0

    def take(self) -> bytes | None:
        """Return the next argument, None when there are none left."""
        if self.taken < len(self.arguments):
            self.taken += 1
            return self.arguments[self.taken - 1]
        return None

    def blame(self, text: bytes) -> None:
        self.out.flush()
        complain(self.k, text)
        self.status = 1

    # ------------------------------------------------------------ output
    def fill(self, byte: bytes, count: int) -> None:
        while count > 0:
            piece = min(count, 65536)
            self.out.write(byte * piece)
            count -= piece
            self.k.tick()

    def padded(self, text: bytes, width: int, left: bool) -> None:
        if not left:
            self.fill(b" ", width - len(text))
        self.out.write(text)
        if left:
            self.fill(b" ", width - len(text))

    # ------------------------------------------------------------ arguments as numbers
    def character_constant(self, text: bytes) -> int:
        """Return the code of the character after the quote; complain of what follows it."""
        rest = text[1:]
        size = 1
        code = rest[0]
        if self.utf8 and code >= 0x80:
            for size in (2, 3, 4):
                try:
                    code = ord(rest[:size].decode())
                    break
                except UnicodeDecodeError:
                    continue
            else:
                size = 1
        if rest[size:] and b"POSIXLY_CORRECT" not in self.k.env:
            extra = rest[size:]
            self.out.flush()
            complain(self.k, b"warning: %s: character(s) following character constant have been ignored" % extra)
        return code

    def integer(self, text: bytes | None, *, signed: bool) -> int:
        if not text:
            return 0
        if text[0] in b"\"'" and len(text) > 1:
            return self.character_constant(text)
        found = _INTEGER.match(text)
        if found is None:
            self.blame(b"%s: expected a numeric value" % quote(text))
            return 0
        digits = found[2]
        if len(digits) > 40:
            number = int(b"1" + b"0" * 40) if digits.strip(b"0xX") else 0
        elif digits[:2] in (b"0x", b"0X"):
            number = int(digits, 16)
        else:
            number = int(digits, 8 if digits[0] == 0x30 else 10)
        negative = found[1] == b"-"
        least, most = (-(1 << 63), (1 << 63) - 1) if signed else (-((1 << 64) - 1), (1 << 64) - 1)
        if negative:
            number = -number
        if number > most or number < least:
            number = most if number > most or not signed else least
            self.blame(b"%s: Numerical result out of range" % quote(text))
        elif found.end() != len(text):
            self.blame(b"%s: value not completely converted" % quote(text))
        return number

    # ------------------------------------------------------------ conversions
    def number(self, conversion: str, flags: bytes, width: int, precision: int | None) -> None:
        signed = conversion in "di"
        value = self.integer(self.take(), signed=signed)
        if not signed:
            value &= (1 << 64) - 1
        sign = b""
        if signed:
            sign = b"-" if value < 0 else b"+" if b"+" in flags else b" " if b" " in flags else b""
            value = abs(value)
        if conversion in "diu":
            digits = b"%d" % value
        else:
            digits = (b"%o" if conversion == "o" else b"%x" if conversion == "x" else b"%X") % value
            if b"#" in flags and value and conversion != "o":
                sign = b"0" + conversion.encode()
        if precision == 0 and not value:
            digits = b""
        if conversion == "o" and b"#" in flags and digits[:1] != b"0" and (precision or 0) <= len(digits):
            digits = b"0" + digits
        zeros = (precision or 0) - len(digits)
        left = b"-" in flags
        if precision is None and b"0" in flags and not left:
            zeros = width - len(sign) - len(digits)
        zeros = max(zeros, 0)
        blank = width - len(sign) - zeros - len(digits)
        if not left:
            self.fill(b" ", blank)
        self.out.write(sign)
        self.fill(b"0", zeros)
        self.out.write(digits)
        if left:
            self.fill(b" ", blank)

    def floating(self, conversion: str, flags: bytes, width: int, precision: int | None) -> None:
        text = self.take()
        if text and text[0] in b"\"'" and len(text) > 1:
            value, end, beyond = parse_long_double(b"%d" % self.character_constant(text))
        else:
            value, end, beyond = parse_long_double(text or b"")
            if text is not None:
                if end == 0:
                    self.blame(b"%s: expected a numeric value" % quote(text))
                elif beyond:
                    self.blame(b"%s: Numerical result out of range" % quote(text))
                elif end != len(text):
                    self.blame(b"%s: value not completely converted" % quote(text))
        shown = render_long_double(value, conversion, flags.decode(), precision)
        left = b"-" in flags
        blank = width - len(shown.prefix) - len(shown.digits) - shown.zeros - len(shown.exponent)
        zero_fill = b"0" in flags and not left and shown.finite
        if not left and not zero_fill:
            self.fill(b" ", blank)
        self.out.write(shown.prefix)
        if zero_fill:
            self.fill(b"0", blank)
        self.out.write(shown.digits)
        self.fill(b"0", shown.zeros)
        self.out.write(shown.exponent)
        if left:
            self.fill(b" ", blank)

    def dimension(self, text: bytes, what: bytes) -> int | None:
        """Return a width or precision: digits, or * for an argument; None if it isn't given."""
        if text == b"*":
            argument = self.take()
            if argument is None:
                return None
            value = self.integer(argument, signed=True)
            if what == b"precision" and value < 0:
                return None
            if not -_INT_MAX - 1 <= value <= _INT_MAX:
                raise _Refused(b"invalid %s: %s" % (what, quote(argument)))
            return value
        if not text:
            return None
        if len(text) > 10 or int(text) > _INT_MAX:
            return _INT_MAX + 1
        return int(text)

    def run(self, form: bytes) -> None:
        """Print the format once."""
        at = 0
        while True:
            literal = _LITERAL.match(form, at)[0]  # type: ignore[index]  # it matches anything
            percent = at + len(literal)
            if literal:
                self.out.write(expand_printf(literal, octal_zero=False, utf8=self.utf8))
            if percent == len(form):
                return
            following = form[percent + 1 : percent + 2]
            if following == b"%":
                self.out.write(b"%")
                at = percent + 2
            elif following == b"b":
                self.out.write(expand_printf(self.take() or b"", octal_zero=True, utf8=self.utf8))
                at = percent + 2
            elif following == b"q":
                argument = self.take()
                if argument is not None:
                    self.out.write(_shell_word(argument))
                at = percent + 2
            else:
                at = self.conversion(form, percent)

    def conversion(self, form: bytes, percent: int) -> int:
        """Print one conversion; return the index after it."""
        spec = _SPEC.match(form, percent)
        assert spec is not None  # it begins with the percent sign
        flags, width_text, dot, precision_text = spec.groups()
        width = self.dimension(width_text, b"field width")
        precision: int | None = None
        if dot:
            precision = self.dimension(precision_text, b"precision")
            if precision is None and precision_text != b"*":
                precision = 0
            elif precision is not None and precision < 0:
                precision = None
        end = spec.end() + 1
        conversion = form[spec.end() : end].decode("latin-1")
        allowed = _ALLOWED.get(conversion)
        wrong = allowed is None or flags.strip(b"-" + allowed)
        if wrong or (dot and conversion not in _MAY_BE_PRECISE):
            raise _Refused(b"%s: invalid conversion specification" % form[percent:end])
        if (width or 0) > _INT_MAX or (precision or 0) > _INT_MAX:
            raise _Refused(b"write error: Value too large for defined data type")
        left = b"-" in flags
        width = width or 0
        if width < 0:
            left, width = True, -width
            flags += b"-"
        if conversion in "diouxX":
            self.number(conversion, flags, width, precision)
        elif conversion == "c":
            self.padded((self.take() or b"")[:1] or b"\0", width, left)
        elif conversion == "s":
            text = self.take() or b""
            self.padded(text if precision is None else text[:precision], width, left)
        else:
            self.floating(conversion, flags, width, precision)
        return end


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the arguments under control of the format; the format is reused while arguments remain."""
    words = argv[1:]
    if len(words) == 1 and words[0][:2] == b"--" and len(words[0]) > 2:
        sole_option(k, argv, "printf", "FORMAT [ARGUMENT]...", "Print ARGUMENT(s) according to FORMAT.")
    if words[:1] == [b"--"]:
        del words[0]
    if not words:
        return refuse(k, b"missing operand")
    form = words[0]
    printer = _Printer(k, words[1:])
    try:
        printer.run(form)
        while 0 < printer.taken < len(printer.arguments):
            before = printer.taken
            printer.run(form)
            if printer.taken == before:
                break
            k.tick()
    except Stop as stop:
        printer.out.write(stop.text)
        printer.out.flush()
        return printer.status
    except BadEscape as bad:
        printer.out.write(bad.text)
        printer.out.flush()
        complain(k, str(bad).encode())
        return 1
    except _Refused as refused:
        printer.out.flush()
        complain(k, refused.args[0])
        return 1
    printer.out.flush()
    if printer.taken < len(printer.arguments):
        extra = quote(printer.arguments[printer.taken])
        complain(k, b"warning: ignoring excess arguments, starting with %s" % extra)
    return printer.status
