"""printf: a format is compiled to steps, once, and applied until the arguments are used up."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from kos_shell.arithmetic.integers import wrap
from kos_shell.builtins.output import unicode_bytes
from kos_shell.builtins.quickformat import QuickFormat, filled, quick_format
from kos_shell.errors import Complaint, UsageComplaint
from kos_shell.expansion.quoting import backslash_quote
from kos_shell.names import is_identifier, split_subscript

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_USAGE = "printf [-v var] format [arguments]"
_SPEC = re.compile(r"%([-+ #0']*)(\*|-?\d+)?(?:\.(\*|-?\d+)?)?([hlLjzt]*)(\([^)]*\)T|.)?", re.DOTALL)
_ESCAPES = {"a": b"\a", "b": b"\b", "e": b"\x1b", "E": b"\x1b", "f": b"\f", "n": b"\n", "r": b"\r", "t": b"\t",
            "v": b"\v", "\\": b"\\", '"': b'"', "'": b"'", "?": b"?"}  # fmt: skip
CONVERSIONS = frozenset("diouxXscbqQeEfFgGaA%(")
"""The letters of conversions; ( begins %(format)T."""
_OCTAL, _HEX, _MASK = "01234567", "0123456789abcdefABCDEF", (1 << 64) - 1
MAX_WIDTH = 1 << 24
"""Wider fields are refused: a width is memory."""

TIME_BYTES = 128
"""%(format)T gives nothing where it would give this much: bash has no room for more."""


class _Stop(Exception):
    """\\c: nothing more is printed."""


class _Arguments:
    """The arguments, handed out one by one; missing ones are empty."""

    __slots__ = ("sh", "values", "at", "status")

    def __init__(self, sh: Shell, values: list[str]) -> None:
        self.sh = sh
        self.values = values
        self.at = 0
        self.status = 0

    def take(self) -> str | None:
        """Return the next argument, None when there are none left."""
        if self.at < len(self.values):
            self.at += 1
            return self.values[self.at - 1]
        return None

    def number(self) -> int:
        """Return the next argument as an integer; complains about what isn't one and goes on with what could be read."""
        return self.integer(self.take())

    def integer(self, text: str | None) -> int:
        """Return an argument as `number` reads it: 'a and "a are the code of a."""
        if not text:
            return 0
        if text[0] in "'\"":
            return letter_value(text)
        value, problem = read_integer(text)
        if problem:
            self.complain(f"{text}: {problem}")
        return value

    def limited(self, signed: bool) -> int:
        """Return the next argument within 64 bits; what is out of range becomes the nearest, with a warning."""
        value = self.number()
        low, high = (-(1 << 63), (1 << 63) - 1) if signed else (-_MASK, _MASK)
        if low <= value <= high:
            return value
        self.sh.warn(f"printf: warning: {self.values[self.at - 1]}: Numerical result out of range")
        return (high if value > 0 else low) if signed else _MASK

    def complain(self, message: str) -> None:
        """Print a warning and remember that the status is 1."""
        self.sh.warn(f"printf: {message}")
        self.status = 1


def letter_value(text: str) -> int:
    """Return the number of the letter behind a quote, 0 if there is none: what 'a stands for."""
    if len(text) == 1:
        return 0
    c = text[1]
    return ord(c) - 0xDC00 if "\udc80" <= c <= "\udcff" else ord(c)


def read_integer(text: str) -> tuple[int, str]:
    """Return (number, "" or what is wrong) of an argument in C's notation."""
    if text.isdecimal() and text.isascii() and len(text) < 19 and (text[0] != "0" or len(text) == 1):
        return int(text), ""
    found = re.match(r"[ \t\n]*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)", text)
    if found is None:
        return 0, "invalid number"
    digits = found.group(2)
    if len(digits) > 400:
        digits = digits[:400]
    value = int(digits, 16) if digits[:2] in ("0x", "0X") else int(digits, 8) if digits[0] == "0" else int(digits)
    if found.group(1) == "-":
        value = -value
    if found.end() == len(text):
        return value, ""
    if text[0] == "0" and text[1:2].isdecimal():
        return value, "invalid octal number"
    return value, "invalid hex number" if text[:2] == "0x" else "invalid number"


def printf(sh: Shell, argv: list[str]) -> int:
    """printf [-v var] format [arguments]."""
    at = 1
    variable = None
    if len(argv) > at and argv[at][:2] == "-v" and argv[at] != "--":
        if len(argv[at]) > 2:
            variable = argv[at][2:]
            at += 1
        else:
            if len(argv) < 3:
                raise UsageComplaint(f"-v: option requires an argument\nprintf: usage: {_USAGE}")
            variable = argv[at + 1]
            at += 2
        name = split_subscript(variable)[0]
        if not is_identifier(name):
            raise UsageComplaint(f"`{variable}': not a valid identifier")
    if len(argv) > at and argv[at] == "--":
        at += 1
    elif len(argv) > at and len(argv[at]) > 1 and argv[at][0] == "-" and variable is None:
        raise UsageComplaint(f"{argv[at][:2]}: invalid option\nprintf: usage: {_USAGE}")
    if len(argv) <= at:
        raise UsageComplaint(f"usage: {_USAGE}") if variable is not None else _bare_usage(sh)
    values = argv[at + 1 :]
    form = sh.caches.format(argv[at], compile_format)
    quick = form.quick
    if quick is not None and len(quick.kinds) == len(values):
        text = filled(quick, values)
        if text is not None:
            if variable is None:
                if text:
                    sh.out(text.encode("utf-8", "surrogateescape"))
            elif text.isascii():
                _assign(sh, variable, text)
            else:  # bytes of two arguments may make one character
                _assign(sh, variable, text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape"))
            return 0
    arguments = _Arguments(sh, values)
    data = format_all(form, arguments)
    if variable is not None:
        _assign(sh, variable, data.partition(b"\0")[0].decode("utf-8", "surrogateescape"))
    elif data:
        sh.out(data)
    return arguments.status


def _assign(sh: Shell, variable: str, text: str) -> None:
    """Give the variable or array element of -v its value."""
    name, subscript = split_subscript(variable)
    if subscript is None:
        sh.assign(name, text)
    else:
        sh.set_element(name, sh.subscript_key(name, sh.expand_subscript(subscript)), text)


class Format(NamedTuple):
    """A format, compiled. steps: bytes and what takes arguments and returns bytes; quick: the same for `filled`, if it will do."""

    steps: list[bytes | Callable[[_Arguments], bytes]]
    quick: QuickFormat | None


def _bare_usage(sh: Shell) -> UsageComplaint:
    sh.write_error(f"printf: usage: {_USAGE}\n")
    return UsageComplaint("")


def format_all(form: Format, arguments: _Arguments) -> bytes:
    """Return what the format gives, used again while arguments are left."""
    steps = form.steps
    out = bytearray()
    try:
        while True:
            before = arguments.at
            for step in steps:
                if isinstance(step, bytes):
                    out += step
                else:
                    out += step(arguments)
            if arguments.at >= len(arguments.values) or arguments.at == before:
                return bytes(out)
            if len(out) > 1 << 16:
                arguments.sh.k.tick()
    except _Stop as stop:
        out += stop.args[0] if stop.args else b""
        return bytes(out)
    except Complaint as complaint:
        arguments.complain(str(complaint))
        return bytes(out)


def compile_format(template: str) -> Format:
    """Return a format, compiled. Errors in it are found when it is used."""
    pieces: list[str | re.Match[str]] = []
    literal = bytearray()
    at, size = 0, len(template)
    while at < size:
        c = template[at]
        if c == "\\":
            piece, at = escape(template, at + 1, in_argument=False)
            literal += piece
        elif c == "%":
            if template[at + 1 : at + 2] == "%":
                literal += b"%"
                at += 2
                continue
            found = _SPEC.match(template, at)
            assert found is not None
            if literal:
                pieces.append(literal.decode("utf-8", "surrogateescape"))
                literal.clear()
            pieces.append(found)
            at = found.end()
        else:
            stop = at
            while stop < size and template[stop] not in "\\%":
                stop += 1
            literal += template[at:stop].encode("utf-8", "surrogateescape")
            at = stop
    if literal:
        pieces.append(literal.decode("utf-8", "surrogateescape"))
    steps = [
        piece.encode("utf-8", "surrogateescape") if isinstance(piece, str) else _conversion(piece) for piece in pieces
    ]
    return Format(steps, quick_format(pieces))


def escape(text: str, at: int, *, in_argument: bool) -> tuple[bytes, int]:
    """Return (bytes, place behind) of the escape whose backslash stands before `at`. %b's: octal may begin with 0."""
    if at >= len(text):
        return b"\\", at
    c = text[at]
    if c in _OCTAL:
        limit = at + (4 if in_argument and c == "0" else 3)
        stop = at
        while stop < len(text) and stop < limit and text[stop] in _OCTAL:
            stop += 1
        return bytes([int(text[at:stop], 8) & 0xFF]), stop
    if c == "x":
        stop = at + 1
        while stop < len(text) and stop < at + 3 and text[stop] in _HEX:
            stop += 1
        if stop == at + 1:
            return b"\\x", stop
        return bytes([int(text[at + 1 : stop], 16)]), stop
    if c in "uU":
        stop = at + 1
        while stop < len(text) and stop < at + (5 if c == "u" else 9) and text[stop] in _HEX:
            stop += 1
        if stop == at + 1:
            return b"\\" + c.encode(), stop
        return unicode_bytes(int(text[at + 1 : stop], 16)), stop
    if c == "c" and in_argument:
        raise _Stop
    known = _ESCAPES.get(c)
    if known is not None and not (in_argument and c in "\"'?"):
        return known, at + 1
    if in_argument and c in "\"'?":
        return b"\\" + c.encode() if c != '"' else b'\\"', at + 1
    return ("\\" + c).encode("utf-8", "surrogateescape"), at + 1


def _expanded(text: str) -> tuple[bytes, bool]:
    """Return (what %b prints, whether \\c was met)."""
    out = bytearray()
    at = 0
    try:
        while at < len(text):
            if text[at] == "\\":
                piece, at = escape(text, at + 1, in_argument=True)
                out += piece
            else:
                stop = text.find("\\", at)
                stop = len(text) if stop < 0 else stop
                out += text[at:stop].encode("utf-8", "surrogateescape")
                at = stop
    except _Stop:
        return bytes(out), True
    return bytes(out), False


def _conversion(found: re.Match[str]) -> Callable[[_Arguments], bytes]:
    flags, width_text, precision_text, _, kind = found.groups()
    has_precision = "." in found.group()[: found.end() - found.start() - len(kind or "")].lstrip("%" + flags)
    spec = found.group()

    def size(text: str | None, arguments: _Arguments) -> int | None:
        if text is None:
            return None
        value = arguments.number() if text == "*" else int(text[:12])
        if abs(value) > MAX_WIDTH:
            raise Complaint(f"{value}: Numerical result out of range")
        return value

    def sizes(arguments: _Arguments) -> tuple[str, int, int | None]:
        shown = flags
        width = size(width_text, arguments) or 0
        if width < 0:
            shown, width = shown + "-", -width
        precision = size(precision_text, arguments) if precision_text is not None else (0 if has_precision else None)
        if precision is not None and precision < 0:
            precision = None
        return shown, width, precision

    if kind and kind[0] not in CONVERSIONS:
        return _refused(kind)
    if not kind:

        def missing(arguments: _Arguments) -> bytes:
            raise Complaint(f"`{spec}': missing format character")

        return missing
    letter = kind[-1] if len(kind) > 1 else kind
    if not flags and width_text is None and not has_precision:
        if letter == "s":
            return lambda arguments: (arguments.take() or "").encode("utf-8", "surrogateescape")
        if letter == "d":
            return lambda arguments: str(arguments.limited(True)).encode()
    if letter == "s" or letter == "c":

        def string(arguments: _Arguments) -> bytes:
            shown, width, precision = sizes(arguments)
            text = arguments.take() or ""
            data = text.encode("utf-8", "surrogateescape")
            if letter == "c":
                data = data[:1] or b"\0"
            elif precision is not None:
                data = data[:precision]
            return data.ljust(width) if "-" in shown else data.rjust(width)

        return string
    if letter in "diouxX":
        return lambda arguments: _integer(letter, *sizes(arguments), arguments.limited(letter in "di"))
    if letter == "b":

        def escaped(arguments: _Arguments) -> bytes:
            shown, width, precision = sizes(arguments)
            data, stopped = _expanded(arguments.take() or "")
            if precision is not None:
                data = data[:precision]
            data = data.ljust(width) if "-" in shown else data.rjust(width)
            if stopped:
                raise _Stop(data)
            return data

        return escaped
    if letter == "q" or letter == "Q":

        def quoted(arguments: _Arguments) -> bytes:
            shown, width, precision = sizes(arguments)
            text = arguments.take() or ""
            if letter == "Q" and precision is not None:
                text = text[:precision]
            data = backslash_quote(text).encode("utf-8", "surrogateescape")
            if letter == "q" and precision is not None:
                data = data[:precision]
            return data.ljust(width) if "-" in shown else data.rjust(width)

        return quoted
    if letter in "eEfFgGaA":
        return lambda arguments: _float(letter, *sizes(arguments), arguments)
    if len(kind) > 1:
        form = kind[1:-2]

        def time(arguments: _Arguments) -> bytes:
            from kos_shell.timing import format_time

            shown, width, precision = sizes(arguments)
            given = arguments.take()
            seconds = None
            if given is not None:
                seconds = arguments.integer(given)
            data = format_time(arguments.sh, form, seconds).encode("utf-8", "surrogateescape")
            if len(data) >= TIME_BYTES:
                data = b""
            if precision is not None:
                data = data[:precision]
            return data.ljust(width) if "-" in shown else data.rjust(width)

        return time
    return _refused(letter)


def _refused(letter: str) -> Callable[[_Arguments], bytes]:
    def complain(arguments: _Arguments) -> bytes:
        if letter == "n":
            raise Complaint("%n: not supported by this shell")
        raise Complaint(f"`{letter}': invalid format character")

    return complain


def _integer(kind: str, flags: str, width: int, precision: int | None, value: int) -> bytes:
    if kind in "di":
        value = wrap(value)
        digits = str(abs(value))
        sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
    else:
        value &= _MASK
        digits = {"o": f"{value:o}", "u": str(value), "x": f"{value:x}", "X": f"{value:X}"}[kind]
        sign = ""
    if precision is not None:
        digits = "" if precision == 0 and value == 0 else digits.rjust(precision, "0")
    if "#" in flags and value:
        if kind == "o" and digits[:1] != "0":
            digits = "0" + digits
        elif kind in "xX":
            sign = "0" + kind
    if "-" in flags:
        return (sign + digits).ljust(width).encode()
    if "0" in flags and precision is None:
        return (sign + digits.rjust(width - len(sign), "0")).encode()
    return (sign + digits).rjust(width).encode()


def _float(kind: str, flags: str, width: int, precision: int | None, arguments: _Arguments) -> bytes:
    """Return what %a, %e, %f and %g print: long doubles, as bash has them."""
    from kos_kernel.api import parse_long_double, render_long_double

    text = arguments.take()
    value, _, _ = parse_long_double(b"0")
    if text and text[0] in "'\"":
        value, _, _ = parse_long_double(b"%d" % letter_value(text))
    elif text:
        data = text.encode("utf-8", "surrogateescape")
        value, end, beyond = parse_long_double(data)
        if beyond:
            arguments.sh.warn(f"printf: warning: {text}: Numerical result out of range")
        if end != len(data):
            arguments.complain(f"{text}: invalid number")
    if precision is not None and precision > MAX_WIDTH:
        raise Complaint(f"{precision}: Numerical result out of range")
    shown = render_long_double(value, kind, flags, precision)
    digits = shown.digits + b"0" * shown.zeros + shown.exponent
    blank = width - len(shown.prefix) - len(digits)
    if "-" in flags:
        return (shown.prefix + digits).ljust(width)
    if "0" in flags and shown.finite:
        return shown.prefix + b"0" * max(0, blank) + digits
    return (shown.prefix + digits).rjust(width)
