"""seq: numbers from FIRST to LAST, step by step.

Decimal numbers are counted exactly, in units of their last decimal; whole ones, step one, are written a thousand at a time:
the leading digits join the thousand endings. With -f, hexadecimal or infinite
operands the numbers are long doubles, as in GNU's.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    Command,
    Flag,
    LongDouble,
    Value,
    Writer,
    complain,
    decimal_digits,
    parse_decimal,
    parse_long_double,
    parsed,
    quote,
    refuse,
    render_long_double,
    round_long_double,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

SEQ = Command(
    "seq",
    like="(GNU coreutils) 9.1",
    usage=("[OPTION]... LAST", "[OPTION]... FIRST LAST", "[OPTION]... FIRST INCREMENT LAST"),
    summary="Print numbers from FIRST to LAST, in steps of INCREMENT.",
    options=[
        Value("form", "f", "format", metavar="FORMAT", help="use printf style floating-point FORMAT"),
        Value("separator", "s", "separator", metavar="STRING", default=b"\n",
              help="use STRING to separate numbers (default: \\n)"),
        Flag("equal", "w", "equal-width", help="equalize width by padding with leading zeroes"),
    ],
    permute=False,
    negative_numbers=True,
)  # fmt: skip
_DECIMAL = re.compile(rb"[ \t\n\v\f\r]*[+-]?(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))(?:[eE]([+-]?[0-9]{1,4}))?\Z")
_FORMAT = re.compile(rb"((?:[^%]|%%)*)%([-+ #0']*)([0-9]*)(?:\.([0-9]*))?L?([aefgAEFG])((?:[^%]|%%)*)\Z")
_PER_BLOCK = 1000


class _Operand:
    """A number as it was written: value, digits before and after the point (None: not a plain decimal)."""

    __slots__ = ("places", "text", "value", "width")

    def __init__(self, text: bytes, value: LongDouble) -> None:
        self.text = text
        self.value = value
        self.places: int | None = None
        self.width = 0
        found = _DECIMAL.match(text)
        if found is None or value.kind != "finite":
            return
        body = text.lstrip(b" \t\n\v\f\r+")
        exponent = int(found[4] or b"0")
        fraction = len(found[2] or found[3] or b"")
        self.places = max(fraction - exponent, 0)
        mantissa = re.split(rb"[eE]", body)[0]
        self.width = len(mantissa)
        if fraction == 0 and mantissa.endswith(b"."):
            self.width -= 1  # "1." has no point when printed
        if mantissa.lstrip(b"-").startswith(b"."):
            self.width += 1  # ".5" gets its zero
        if exponent > 0:
            if fraction and exponent >= fraction:
                self.width -= 1
            self.width += exponent - min(fraction, exponent)
        elif exponent < 0:
            if not fraction:
                self.width += 1
            self.width += -exponent


def _signed(value: LongDouble) -> Fraction:
    return -value.size if value.negative else value.size


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the numbers."""
    opts, words = parsed(k, SEQ, argv)
    if not words:
        return refuse(k, b"missing operand")
    if len(words) > 3:
        return refuse(k, b"extra operand " + quote(words[3]))
    form = None if opts.form is None else _checked_format(k, opts.form)
    if form is not None and opts.equal:
        return refuse(k, b"format string may not be specified when printing equal width strings")
    operands = [_operand(k, word) for word in words]
    one = _Operand(b"1", LongDouble(False, "finite", Fraction(1)))
    start, increment, end = _triple(operands, one)
    if increment.value.kind == "finite" and not increment.value.size:
        return refuse(k, b"invalid Zero increment value: " + quote(increment.text))
    if form is None and _in_steps(k, opts, start, increment, end):
        return 0
    _Progression(k, opts, form, start, increment, end).run()
    return 0


def _triple(items: list[Any], one: Any) -> tuple[Any, Any, Any]:
    """Return (first, step, last) of one, two or three operands."""
    if len(items) == 1:
        return one, one, items[0]
    if len(items) == 2:
        return items[0], one, items[1]
    return items[0], items[1], items[2]


def _operand(k: Syscalls, text: bytes) -> _Operand:
    value, end, _beyond = parse_long_double(text)
    if not end or end != len(text):
        k.exit(refuse(k, b"invalid floating point argument: " + quote(text)))
    if value.kind == "nan":
        k.exit(refuse(k, b"invalid %s argument: %s" % (quote(b"not-a-number"), quote(text))))
    return _Operand(text, value)


def _checked_format(k: Syscalls, form: bytes) -> re.Match[bytes]:
    found = _FORMAT.match(form)
    if found is not None:
        return found
    shown = quote(form)
    rest = re.sub(rb"%%", b"", form)
    at = rest.find(b"%")
    if at < 0:
        complain(k, b"format %s has no %% directive" % shown)
    else:
        spec = re.match(rb"%[-+ #0']*[0-9]*(?:\.[0-9]*)?L?(.?)(.*)", rest[at:], re.DOTALL)
        letter = spec[1] if spec else b""
        if not letter:
            complain(k, b"format %s ends in %%" % shown)
        elif letter in b"aefgAEFG":
            complain(k, b"format %s has too many %% directives" % shown)
        else:
            complain(k, b"format %s has unknown %%%s directive" % (shown, letter))
    return k.exit(1)


# ---------------------------------------------------------------- decimal numbers: exact steps
def _in_steps(k: Syscalls, opts: Any, first: _Operand, step: _Operand, last: _Operand) -> bool:
    """Print plain decimals as integers of the last decimal's unit; False if they are none, or too long for a long double."""
    endless = last.value.kind == "inf" and last.value.negative == step.value.negative and not opts.equal
    if first.places is None or step.places is None or (last.places is None and not endless):
        return False
    places = max(first.places, step.places, last.places or 0)
    shown = max(first.places, step.places)
    scale = 10**places
    operands = (first, step, first if endless else last)
    if not places and not all(operand.text.isdigit() for operand in operands):
        # only digits alone are exact beyond 64 bits; anything else has been through a long double
        start, by, end = (int(_signed(operand.value)) for operand in operands)
    else:
        start, by, end = (_exact(operand, scale) for operand in operands)
    if endless:
        end = (1 << 4000) * (1 if by > 0 else -1)  # nobody lives to see it
    elif places and max(abs(start), abs(by), abs(end)) >= 10**17:
        return False
    unit = 10 ** (places - shown)
    if end % unit:
        end = (end // unit if by > 0 else -(-end // unit)) * unit
    start, by, end = start // unit, by // unit, end // unit
    width = _Progression.equal_width(first, step, last) if opts.equal else 0
    out = Writer(k)
    if start > end if by > 0 else start < end:
        return True
    if by == 1 and not shown and not width and start >= 0 and not first.value.negative:
        _by_ones(k, out, start, end, opts.separator)
        return True
    minus_zero = first.value.negative and not start
    separator: bytes = opts.separator
    before = b""
    while start <= end if by > 0 else start >= end:
        count = min(_PER_BLOCK, (end - start) // by + 1)
        stop = start + count * by
        numbers = range(start, stop, by)
        if shown:
            texts = [_with_point(number, shown).rjust(width, b"0") for number in numbers]
        else:
            texts = [decimal_digits(number) for number in numbers]
        if width:
            texts = [
                text if len(text) >= width else text.replace(b"-", b"").rjust(width - (text[:1] == b"-"), b"0")
                for text in texts
            ]
            texts = [
                b"-" + text if number < 0 and text[:1] != b"-" else text
                for text, number in zip(texts, numbers, strict=True)
            ]
        if minus_zero:
            texts[0] = b"-" + (texts[0][1:] if width and len(texts[0]) == width and len(texts[0]) > 1 else texts[0])
            minus_zero = False
        out.write(before + separator.join(texts))
        before = separator
        start = stop
        k.tick()
    out.write(b"\n")
    out.flush()
    return True


def _exact(operand: _Operand, scale: int) -> int:
    """Return a decimal's value in units of 1/scale, from its text: the long double has lost what comes after 64 bits."""
    found = _DECIMAL.match(operand.text)
    assert found is not None  # else it had no places
    whole, fraction, bare, exponent = found.groups()
    fraction = fraction or bare or b""
    number = parse_decimal((whole or b"") + fraction)
    power = int(exponent or b"0") - len(fraction)
    factor: int = 10 ** abs(power)
    number = number * scale * factor if power >= 0 else number * scale // factor
    return -number if operand.value.negative else number


def _with_point(number: int, places: int) -> bytes:
    digits = b"%0*d" % (places + 1, abs(number))
    return b"%s%s.%s" % (b"-" if number < 0 else b"", digits[:-places], digits[-places:])


def _by_ones(k: Syscalls, out: Writer, number: int, last: int, separator: bytes) -> None:
    """Write number, number + 1, ... last, with the separator between them and a newline at the end."""
    while number < last and number % 1000:
        out.write(decimal_digits(number) + separator)
        number += 1
    if number == 0 and last > 999:
        out.write(b"".join([b"%d%s" % (each, separator) for each in range(1000)]))
        number = 1000
    if number + 999 < last:
        endings = [b"", *[b"%03d%s" % (ending, separator) for ending in range(1000)]]
        while number + 999 < last:
            out.write(decimal_digits(number // 1000).join(endings))
            number += 1000
            k.tick()
    out.write(separator.join([decimal_digits(each) for each in range(number, last + 1)]) + b"\n")
    out.flush()


# ---------------------------------------------------------------- anything else
class _Progression:
    """Prints first + i * step for i = 0, 1, ... while that isn't past last, in long double as GNU computes it."""

    def __init__(
        self, k: Syscalls, opts: Any, form: re.Match[bytes] | None, first: _Operand, step: _Operand, last: _Operand
    ) -> None:
        self.k = k
        self.first, self.step, self.last = first, step, last
        self.separator: bytes = opts.separator
        self.prefix = self.suffix = self.flags = b""
        self.width = 0
        self.precision: int | None = None
        self.conversion = "g"
        if form is not None:
            before, self.flags, width, precision, conversion, after = form.groups()
            self.prefix, self.suffix = before.replace(b"%%", b"%"), after.replace(b"%%", b"%")
            self.width = int(width or b"0")
            self.precision = None if precision is None else int(precision or b"0")
            self.conversion = conversion.decode()
        elif first.places is not None and step.places is not None and last.places is not None:
            self.conversion = "f"
            self.precision = max(first.places, step.places)
            if opts.equal:
                self.flags, self.width = b"0", self.equal_width(first, step, last)

    @staticmethod
    def equal_width(first: _Operand, step: _Operand, last: _Operand) -> int:
        """Return the columns of the wider end, both written with the same number of decimals."""
        assert first.places is not None and step.places is not None and last.places is not None
        places = max(first.places, step.places)

        def wide(end: _Operand) -> int:
            assert end.places is not None
            width = end.width + places - end.places
            if end.places == 0 and places:
                width += 1  # for the point
            if places == 0 and end.places:
                width -= 1
            return width

        return max(wide(first), wide(last))

    def show(self, value: LongDouble) -> bytes:
        shown = render_long_double(value, self.conversion, self.flags.decode(), self.precision)
        blank = self.width - len(shown.prefix) - len(shown.digits) - shown.zeros - len(shown.exponent)
        body = shown.digits + b"0" * shown.zeros + shown.exponent
        if b"-" in self.flags:
            text = shown.prefix + body + b" " * blank
        elif b"0" in self.flags and shown.finite:
            text = shown.prefix + b"0" * blank + body
        else:
            text = b" " * blank + shown.prefix + body
        return self.prefix + text + self.suffix

    def values(self, index: int) -> LongDouble:
        step = self.step.value
        if step.kind == "inf" and index:
            return step
        first = self.first.value
        if first.kind != "finite":
            return first
        if not index:
            return first
        product, _ = round_long_double(step.size * index, step.negative)
        total = _signed(first) + _signed(product)
        result, _ = round_long_double(abs(total), total < 0)
        return result

    def past(self, value: LongDouble) -> bool:
        """Tell whether a value is beyond the last."""
        down = self.step.value.negative
        if self.last.value.kind == "inf":
            return self.last.value.negative != down
        if value.kind == "inf":
            return value.negative == down
        return _signed(value) < _signed(self.last.value) if down else _signed(value) > _signed(self.last.value)

    def run(self) -> None:
        out = Writer(self.k)
        value = self.values(0)
        if self.past(value):
            return
        index = 0
        while True:
            text = self.show(value)
            out.write(text if not index else self.separator + text)
            index += 1
            if not index % 256:
                out.flush()  # these come slowly: whoever waits for them should see them
            value = self.values(index)
            if self.past(value) and not self.printed_as_last(value, text):
                break
            self.k.tick()
        out.write(b"\n")
        out.flush()

    def printed_as_last(self, value: LongDouble, previous: bytes) -> bool:
        """Tell whether a value is past the end only by rounding: printed, it's the end, and not what was printed before."""
        text = self.show(value)
        body = text[len(self.prefix) : len(text) - len(self.suffix) or None]
        printed, end, _ = parse_long_double(body)
        if not end or printed.kind != "finite" or self.past(printed):
            return False
        return text != previous
