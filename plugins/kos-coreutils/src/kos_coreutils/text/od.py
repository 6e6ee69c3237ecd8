"""od: bytes in octal, hexadecimal, decimal, floating point, or as characters.

Each format turns a block (one output line) into fields by one struct.unpack and a table or a % operation; repeated blocks
are found before that and shown as one "*".
"""

from __future__ import annotations

import math
import re
import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    BadNumber,
    Command,
    Flag,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parse_size,
    parsed,
    quote,
    quotef,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls


def _old(spec: str, letter: str, what: str) -> Flag:
    return Flag("types", letter, value=spec.encode(), repeat=True, help=f"same as -t {spec}, select {what}")


OD = Command(
    "od",
    like="(GNU coreutils) 9.1",
    usage=("[OPTION]... [FILE]...", "[-abcdfilosx]... [FILE] [[+]OFFSET[.][b]]"),
    summary="Write an unambiguous representation, octal bytes by default, of FILE to standard output.\n\n"
    "With no FILE, or when FILE is -, read standard input.",
    options=[
        Value("radix", "A", "address-radix", metavar="RADIX", default=b"o", help="output format for file offsets: one of [doxn]"),
        Value("endian", "endian", metavar="{big|little}", default="little", choices={"little": "little", "big": "big"},
              help="swap input bytes according the specified order"),
        Value("skip", "j", "skip-bytes", metavar="BYTES", help="skip BYTES input bytes first"),
        Value("most", "N", "read-bytes", metavar="BYTES", help="limit dump to BYTES input bytes"),
        Value("strings", "strings", metavar="BYTES", optional=True, implied=b"3", help="output strings of at least BYTES graphic chars"),
        Value("strings", "S", metavar="BYTES", help="output strings of at least BYTES graphic chars"),
        Value("types", "t", "format", metavar="TYPE", repeat=True, help="select output format or formats"),
        Flag("all", "v", "output-duplicates", help="do not use * to mark line suppression"),
        Value("width", "w", "width", metavar="BYTES", optional=True, implied=b"32", help="output BYTES bytes per output line"),
        _old("a", "a", "named characters, ignoring high-order bit"),
        _old("o1", "b", "octal bytes"),
        _old("c", "c", "printable characters or backslash escapes"),
        _old("u2", "d", "unsigned decimal 2-byte units"),
        _old("fF", "f", "floats"),
        _old("dI", "i", "decimal ints"),
        _old("dL", "l", "decimal longs"),
        _old("o2", "o", "octal 2-byte units"),
        _old("d2", "s", "decimal 2-byte units"),
        _old("x2", "x", "hexadecimal 2-byte units"),
        _old("x2", "h", "hexadecimal 2-byte units"),
        _old("o2", "B", "octal 2-byte units"),
        _old("u4", "D", "unsigned decimal 4-byte units"),
        _old("fD", "e", "doubles"),
        _old("fD", "F", "doubles"),
        _old("x4", "H", "hexadecimal 4-byte units"),
        _old("dL", "I", "decimal longs"),
        _old("dL", "L", "decimal longs"),
        _old("o4", "O", "octal 4-byte units"),
        _old("x4", "X", "hexadecimal 4-byte units"),
    ],
    epilog="TYPE is made up of one or more of: a, c, d[SIZE], f[SIZE], o[SIZE], u[SIZE], x[SIZE].  SIZE is a number, or\n"
    "C, S, I, L for char, short, int, long; F, D, L for float, double, long double.\n"
    "Adding a z suffix to any type displays printable characters at the end of each output line.",
)  # fmt: skip
_NAMED = (
    "nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp"
).split()
_NAMED = [*_NAMED, *map(chr, range(0x21, 0x7F)), "del"]
_ESCAPES = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
_CHARACTERS = [_ESCAPES.get(c) or (chr(c) if 0x20 <= c < 0x7F else f"{c:03o}") for c in range(256)]
_DOTS = bytes(c if 0x20 <= c < 0x7F else 0x2E for c in range(256))
_SIZES = {"C": 1, "S": 2, "I": 4, "L": 8}
_FLOATS = {"F": 4, "D": 8, "L": 16}
_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}
_WIDTHS = {
    "o": {1: 3, 2: 6, 4: 11, 8: 22},
    "x": {1: 2, 2: 4, 4: 8, 8: 16},
    "u": {1: 3, 2: 5, 4: 10, 8: 20},
    "d": {1: 4, 2: 6, 4: 11, 8: 20},
    "f": {4: 15, 8: 24, 16: 29},
}
_TYPE = re.compile(r"([acdfoux])(?:([0-9]+)|([CSIL]|[FD](?![0-9])))?(z?)")
_LARGEST = (1 << 63) - 1


class _Format:
    """One output format: size and width of a field, and what makes the fields of a block."""

    __slots__ = ("fields", "show_text", "size", "width")

    def __init__(self, size: int, width: int, fields: Callable[[bytes], list[str]], show_text: bool) -> None:
        self.size = size
        self.width = width
        self.fields = fields
        self.show_text = show_text


class _BadType(Exception):
    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


def _formats(text: str, endian: str) -> list[_Format]:
    """Return the formats that a TYPE asks for. Raises _BadType with GNU's words."""
    shown = quote(text.encode("utf-8", "surrogateescape"))
    formats = []
    at = 0
    order = "<" if endian == "little" else ">"
    while at < len(text):
        found = _TYPE.match(text, at)
        letter = text[at]
        if found is None:
            raise _BadType(b"invalid character '%s' in type string %s" % (letter.encode("utf-8", "replace"), shown))
        digits, name = found[2], found[3]
        at = found.end()
        if letter in "ac":
            if digits or name:
                raise _BadType(b"invalid character '%s' in type string %s" % ((digits or name)[:1].encode(), shown))
            table = _NAMED if letter == "a" else _CHARACTERS
            formats.append(_Format(1, 3, _lookup(table, 0x7F if letter == "a" else 0xFF), bool(found[4])))
            continue
        sizes = _FLOATS if letter == "f" else _SIZES
        if name and name not in sizes:
            raise _BadType(b"invalid character '%s' in type string %s" % (name.encode(), shown))
        size = int(digits[:20]) if digits else sizes[name] if name else 8 if letter == "f" else 4
        if size not in _WIDTHS[letter]:
            kind = b"floating point" if letter == "f" else b"integral"
            raise _BadType(
                b"invalid type string %s;\nthis system doesn't provide a %d-byte %s type" % (shown, size, kind)
            )
        fields = _floats(size, order) if letter == "f" else _integers(letter, size, order)
        formats.append(_Format(size, _WIDTHS[letter][size], fields, bool(found[4])))
    return formats


def _lookup(table: list[str], mask: int) -> Callable[[bytes], list[str]]:
    return lambda block: [table[byte & mask] for byte in block]


def _integers(letter: str, size: int, order: str) -> Callable[[bytes], list[str]]:
    code = _CODES[size] if letter == "d" else _CODES[size].upper()
    width = _WIDTHS[letter][size]
    form = {"d": "%d", "u": "%d", "o": f"%0{width}o", "x": f"%0{width}x"}[letter]
    if size == 1 and letter != "d":
        return _lookup([form % byte for byte in range(256)], 0xFF)

    def fields(block: bytes) -> list[str]:
        return [form % number for number in struct.unpack(f"{order}{len(block) // size}{code}", block)]

    return fields


def _floats(size: int, order: str) -> Callable[[bytes], list[str]]:
    if size == 16:
        return lambda block: [_long_double(block[at : at + 16], order) for at in range(0, len(block), 16)]
    code = "f" if size == 4 else "d"
    least, most, smallest = (6, 9, 2.0**-126) if size == 4 else (15, 17, 2.0**-1022)

    def shortest(number: float) -> str:
        if math.isnan(number):
            return "-nan" if math.copysign(1, number) < 0 else "nan"
        text = ""
        for digits in range(least if abs(number) >= smallest else 1, most + 1):
            text = f"{number:.{digits}g}"
            if math.isinf(number):
                break
            try:
                if struct.unpack(code, struct.pack(code, float(text)))[0] == number:
                    break
            except OverflowError:
                pass
        return text

    return lambda block: [shortest(number) for number in struct.unpack(f"{order}{len(block) // size}{code}", block)]


def _long_double(block: bytes, order: str) -> str:
    """Return an x87 extended number (10 bytes and padding) with as few digits as name it."""
    from kos_kernel.api import LongDouble, parse_long_double, render_long_double

    if order == ">":
        block = block[::-1]
    significand = int.from_bytes(block[:8], "little")
    exponent = int.from_bytes(block[8:10], "little")
    negative, exponent = bool(exponent >> 15), exponent & 0x7FFF
    sign = "-" if negative else ""
    if exponent == 0x7FFF:
        return sign + ("inf" if significand << 1 & (1 << 64) - 1 == 0 and significand >> 63 else "nan")
    if exponent and not significand >> 63:
        return sign + "nan"  # no valid encoding
    value = LongDouble(negative, "finite", Fraction(significand) * Fraction(2) ** (max(exponent, 1) - 16446))
    text = b""
    for digits in range(18 if exponent else 1, 22):
        shown = render_long_double(value, "g", "", digits)
        text = shown.prefix + shown.digits + shown.exponent
        if parse_long_double(text)[0] == value:
            break
    return text.decode()


_OFFSET = re.compile(rb"\+?(0[xX][0-9a-fA-F]+|[0-9]+)(\.?)(b?)\Z")


def _old_offset(text: bytes) -> int | None:
    """Return the number that an OFFSET operand stands for: octal, decimal with a point, blocks of 512 with b."""
    found = _OFFSET.match(text)
    if found is None:
        return None
    digits = found[1]
    try:
        number = int(digits, 16) if digits[:2].lower() == b"0x" else int(digits[:30], 10 if found[2] else 8)
    except ValueError:
        return None
    return number * 512 if found[3] else number


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Dump the files, one after another. Status 1 if one couldn't be read."""
    opts, files = parsed(k, OD, argv)
    return _Dump(k, opts).run(files)


class _Dump:
    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.k = k
        self.opts = opts
        self.out = Writer(k)
        self.status = 0
        radix = opts.radix
        if radix not in (b"o", b"d", b"x", b"n"):
            self.die(b"invalid output address radix '%s'; it must be one character from [doxn]" % radix)
        self.address_form = {b"o": "%07o", b"d": "%07d", b"x": "%06x", b"n": ""}[radix]
        self.skip = self.number(opts.skip, b"-j", 0)
        self.most = self.number(opts.most, b"-N", -1)
        self.strings = self.number(opts.strings, b"-S", -1)
        formats: list[_Format] = []
        try:
            for text in opts.types:
                formats += _formats(text.decode("utf-8", "surrogateescape"), opts.endian)
        except _BadType as bad:
            self.die(bad.message)
        self.formats = formats or _formats("o2", opts.endian)
        unit = math.lcm(*[form.size for form in self.formats])
        wanted = 16 if opts.width is None else self.number(opts.width, b"-w", 0)
        if opts.width is None:
            self.block = max(16 - 16 % unit, unit)
        elif wanted and wanted % unit == 0:
            self.block = wanted
        else:
            complain(k, b"warning: invalid width %d; using %d instead" % (wanted, unit))
            self.block = unit
        columns = max((form.width + 1) * (self.block // form.size) for form in self.formats)
        self.padding = [columns - form.width * (self.block // form.size) for form in self.formats]

    def die(self, message: bytes) -> None:
        complain(self.k, message)
        self.k.exit(1)

    def number(self, text: bytes | None, option: bytes, default: int) -> int:
        if text is None:
            return default
        number = self.parsed(text, option)
        if number > _LARGEST:
            self.die(b"%s argument %s too large" % (option, quote(text)))
        return number

    def parsed(self, text: bytes, option: bytes) -> int:
        try:
            if text[:2].lower() == b"0x" and re.fullmatch(rb"0[xX][0-9a-fA-F]+", text):
                return int(text, 16)
            if len(text) > 1 and text[0] == 0x30 and re.match(rb"0[0-7]+", text):
                digits = re.match(rb"[0-7]+", text)
                assert digits is not None
                text = b"%d" % int(digits[0], 8) + text[digits.end() :]
            return parse_size(text, suffixes="bEGKkMmPTYZ")
        except BadNumber as bad:
            if bad.reason == "overflow":
                self.die(b"%s argument %s too large" % (option, quote(text)))
            self.die(b"invalid %s argument %s" % (option, quote(text)))
            return 0

    # ------------------------------------------------------------ input
    def run(self, files: list[bytes]) -> int:
        opts = self.opts
        modern = opts.given & {"radix", "skip", "most", "strings", "all", "width", "endian"} or b"-t" in opts.given
        if files and not modern and len(files) <= 2 and not any(len(t) > 2 for t in opts.types):
            last = files[-1]
            if last[:1] == b"+" or (len(files) == 2 and last[:1].isdigit()):
                offset = _old_offset(last)
                if offset is not None:
                    self.skip = offset
                    files = files[:-1]
                elif len(files) == 2 and last[:1] == b"+":
                    return refuse(self.k, b"invalid second operand in compatibility mode " + quote(last))
        self.names = iter(files or [b"-"])
        self.fd: int | None = None
        if not self.next_file():
            return 1
        if not self.skip_input(self.skip):
            return 1
        if self.strings >= 0:
            self.dump_strings()
        else:
            self.dump()
        self.out.flush()
        return self.status

    def read(self, size: int) -> bytes:
        """Return up to size bytes of the inputs put together; fewer only at their end."""
        parts = []
        while size:
            if self.fd is None and not self.next_file():
                break
            assert self.fd is not None
            try:
                data = self.k.read(self.fd, size)
            except SysError as error:
                self.complain(error)
                data = b""
            if not data:
                if self.fd:
                    self.k.close(self.fd)
                self.fd = None
                continue
            parts.append(data)
            size -= len(data)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def next_file(self) -> bool:
        for name in self.names:
            self.name = name
            try:
                self.fd = 0 if self.name == b"-" else self.k.open(self.name)
                return True
            except SysError as error:
                self.complain(error)
        return False

    def complain(self, error: SysError) -> None:
        self.out.flush()
        complain(self.k, quotef(self.name) + b": " + cause(error))
        self.status = 1

    def skip_input(self, size: int) -> bool:
        while size:
            data = self.read(min(size, 65536))
            if not data:
                complain(self.k, b"cannot skip past end of combined input")
                return False
            size -= len(data)
        return True

    # ------------------------------------------------------------ output
    def address(self, place: int) -> str:
        return self.address_form % place if self.address_form else ""

    def dump(self) -> None:
        place, left = self.skip, self.most
        previous = b""
        starred = False
        width = self.block
        per_read = max(65536 // width, 1) * width
        lead = [" " * len(self.address(0))] * len(self.formats)
        while left:
            wanted = per_read if left < 0 else min(per_read, left)
            data = self.read(wanted)
            left -= len(data) if left > 0 else 0
            lines = []
            for at in range(0, len(data), width):
                block = data[at : at + width]
                if block == previous and len(block) == width and not self.opts.all:
                    if not starred:
                        lines.append("*")
                        starred = True
                    continue
                starred = False
                previous = block
                lead[0] = self.address(place + at)
                for index, form in enumerate(self.formats):
                    lines.append(lead[index] + self.fields(form, self.padding[index], block))
            place += len(data)
            if lines:
                self.out.write(("\n".join(lines) + "\n").encode("latin-1"))
            self.k.tick()
            if len(data) < wanted:
                break
        if self.address_form:
            self.out.write(self.address(place).encode() + b"\n")

    def fields(self, form: _Format, padding: int, block: bytes) -> str:
        """Return a block's fields, each padded so that several formats stand below one another."""
        whole = block
        if len(block) % form.size:
            whole = block + bytes(form.size - len(block) % form.size)
        texts = form.fields(whole)
        count = self.block // form.size
        width = form.width
        if padding == count:
            line = "".join([" " + text.rjust(width) for text in texts])
        else:
            line, rest = "", padding
            for index, text in enumerate(texts):
                after = padding * (count - index - 1) // count
                line += text.rjust(rest - after + width)
                rest = after
        if form.show_text:
            missing = (width * count + padding) - len(line) if len(texts) < count else 0
            line += " " * missing + "  >" + block.translate(_DOTS).decode("latin-1") + "<"
        return line

    def dump_strings(self) -> None:
        """Write the strings of printing characters that end with a NUL, of at least the given length, with their places."""
        place, left, start = self.skip, self.most, self.skip
        text = bytearray()
        while left:
            data = self.read(65536 if left < 0 else min(65536, left))
            if not data:
                break
            left -= len(data) if left > 0 else 0
            for byte in data:
                if 0x20 <= byte < 0x7F:
                    text.append(byte)
                else:
                    if byte == 0 and len(text) >= self.strings:
                        shown = text.decode("ascii")
                        self.out.write(f"{self.address(start)}{' ' if self.address_form else ''}{shown}\n".encode())
                    text.clear()
                    start = place + 1
                place += 1
            self.k.tick(16)
