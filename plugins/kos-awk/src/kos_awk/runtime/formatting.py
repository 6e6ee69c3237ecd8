"""printf: formats, as gawk has them.

    sprintf(form, arguments, utf8, text) -> bytes

utf8: widths and %c count and make characters rather than bytes; None where no text takes part.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from ..errors import Fatal
from .values import Array, Input, array_as_scalar, looks_numeric, num, special_number

_SPEC: Final = re.compile(
    rb"%(?:(\d+)\$)?([-+ #0']*)(\*(?:\d+\$)?|\d+)?(?:(\.)(\*(?:\d+\$)?|-?\d*))?[hlLqjzt]*([A-Za-z%])?"
)
WIDEST: Final = 1 << 24
"""A field wider than that isn't made."""


def sprintf(form: bytes, arguments: Sequence[Any], utf8: bool | None, text: Callable[[Any], bytes]) -> bytes:
    """Return the arguments in the format. Raises Fatal if there are too few. text: what %s makes of a number."""
    out: list[bytes] = []
    at = 0
    used = 0
    while True:
        start = form.find(b"%", at)
        if start < 0:
            out.append(form[at:])
            return b"".join(out)
        out.append(form[at:start])
        found = _SPEC.match(form, start)
        assert found is not None
        at = found.end()
        place, flags, width_text, dot, precision_text, kind = found.groups()
        if kind == b"%" and at == start + 2:
            out.append(b"%")
            continue
        if kind is None or kind not in b"dicouxXeEfFgGaAs%":
            out.append(found[0])
            continue

        def take(where: bytes | None) -> Any:
            nonlocal used
            if where is not None:
                index = int(where[:9]) - 1
            else:
                index = used
                used += 1
            if not 0 <= index < len(arguments):
                raise Fatal(b"not enough arguments to satisfy format string\n\t`%s'" % form)
            return arguments[index]

        width, precision = 0, -1
        if width_text:
            width = _count(width_text, take)
            if width < 0:
                flags += b"-"
                width = -width
        if dot:
            precision = _count(precision_text, take) if precision_text else 0
        if width > WIDEST or precision > WIDEST:
            raise Fatal("format: the field is too wide")
        if kind == b"%":
            out.append(b"%")
            continue
        value = take(place)
        if isinstance(value, Array):
            raise array_as_scalar()
        if kind == b"s":
            shown = text(value)
            if precision >= 0:
                shown = _cut(shown, precision, utf8)
            out.append(_padded(shown, flags, width, utf8))
            continue
        out.append(_one(kind, flags, width, precision, value, utf8))


def _count(text: bytes, take: Any) -> int:
    if text[:1] != b"*":
        return int(text[:12])
    number = num(take(text[1:-1] or None))
    return int(number) if number - number == 0.0 else 0


def _one(kind: bytes, flags: bytes, width: int, precision: int, value: Any, utf8: bool | None) -> bytes:
    if kind == b"c":
        return _padded(_char(value, utf8), flags, width, utf8)
    number = num(value)
    if number - number != 0.0:
        return _padded(special_number(number), flags.replace(b"0", b""), width, None)
    if kind in b"di":
        return _integer(flags, width, precision, b"%d" % abs(int(number)), number <= -1.0)
    if kind in b"ouxX":
        return _unsigned(kind, flags, width, precision, number)
    if kind in b"aA":
        return _hexadecimal(kind, flags, width, precision, number)
    spec = b"%" + flags.replace(b"'", b"") + (b"%d" % width if width else b"")
    if precision >= 0:
        spec += b".%d" % precision
    return (spec + kind) % number


def _char(value: Any, utf8: bool | None) -> bytes:
    if isinstance(value, bytes) and not (isinstance(value, Input) and looks_numeric(value)):
        return _cut(value, 1, utf8)
    number = num(value)
    if number - number != 0.0:
        return special_number(number)
    code = int(number)
    if utf8 and 0x80 <= code < 0x110000:
        return chr(code).encode("utf-8", "surrogatepass")
    return bytes([code & 255])


def _cut(text: bytes, count: int, utf8: bool | None) -> bytes:
    if not utf8 or text.isascii():
        return bytes(text[:count])
    return text.decode("utf-8", "surrogateescape")[:count].encode("utf-8", "surrogateescape")


def _padded(text: bytes, flags: bytes, width: int, utf8: bool | None) -> bytes:
    length = len(text)
    if length and utf8 and not text.isascii():
        length = len(text.decode("utf-8", "surrogateescape"))
    if length >= width:
        return text
    blanks = b" " * (width - length)
    return text + blanks if b"-" in flags else blanks + text


def _integer(flags: bytes, width: int, precision: int, digits: bytes, negative: bool) -> bytes:
    if precision >= 0:
        digits = b"" if precision == 0 and digits == b"0" else digits.rjust(precision, b"0")
    sign = b"-" if negative else b"+" if b"+" in flags else b" " if b" " in flags else b""
    if b"0" in flags and b"-" not in flags and precision < 0:
        digits = digits.rjust(width - len(sign), b"0")
    return _padded(sign + digits, flags, width, None)


def _unsigned(kind: bytes, flags: bytes, width: int, precision: int, number: float) -> bytes:
    whole = int(number)
    if whole < 0:
        if whole < -(1 << 63):
            return _padded(b"%.6g" % number, flags, width, None)
        whole += 1 << 64
    digits = b"%o" % whole if kind == b"o" else b"%d" % whole if kind == b"u" else b"%x" % whole
    if kind == b"X":
        digits = digits.upper()
    prefix = b""
    if precision >= 0:
        digits = b"" if precision == 0 and whole == 0 else digits.rjust(precision, b"0")
    if b"#" in flags:
        if kind == b"o" and digits[:1] != b"0":
            digits = b"0" + digits
        elif kind in b"xX" and whole:
            prefix = b"0" + kind
    if b"0" in flags and b"-" not in flags and precision < 0:
        digits = digits.rjust(width - len(prefix), b"0")
    return _padded(prefix + digits, flags, width, None)


def _hexadecimal(kind: bytes, flags: bytes, width: int, precision: int, number: float) -> bytes:
    """%a as glibc writes it: 0x1.8p+1."""
    sign = b"-" if math.copysign(1.0, number) < 0 else b"+" if b"+" in flags else b" " if b" " in flags else b""
    fraction, exponent = math.frexp(abs(number))
    if fraction:
        if exponent < -1021:  # a denormal number has no leading 1
            mantissa, exponent = int(math.ldexp(abs(number), 1074)), -1022
        else:
            mantissa, exponent = int(fraction * (1 << 53)), exponent - 1
    else:
        mantissa, exponent = 0, 0
    if 0 <= precision < 13:
        unit = 1 << (4 * (13 - precision))
        low = mantissa % unit
        mantissa -= low
        if low * 2 > unit or (low * 2 == unit and mantissa // unit & 1):
            mantissa += unit
    lead, rest = mantissa >> 52, b"%013x" % (mantissa & ((1 << 52) - 1))
    rest = rest.rstrip(b"0") if precision < 0 else rest[:precision].ljust(precision, b"0")
    body = b"%d" % lead + (b"." + rest if rest or b"#" in flags else b"") + b"p%+d" % exponent
    if b"0" in flags and b"-" not in flags:
        body = body.rjust(width - len(sign) - 2, b"0")
    text = sign + b"0x" + body
    return _padded(text.upper() if kind == b"A" else text, flags, width, None)
