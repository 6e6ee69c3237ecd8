"""The format strings of hexdump: parsed once, then each block is one struct.unpack and one formatting.

    '"%08_ax  " 8/1 "%02x " "  " 8/1 "%02x "'

A format is a list of units, REPEAT/BYTES "text"; every format of a dump shows the same block from its start. What a unit
shows beyond the end of the data becomes blanks of the same width.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls, Writer

_UNIT = re.compile(rb'\s*(?:([0-9]+)?(?:\s*/\s*([0-9]+))?\s*)"([^"]*)"\s*', re.DOTALL)
_CONVERSION = re.compile(r"%([-+ #0]*)([0-9]*)(\.[0-9]*)?(_[aA].?|_.|.)?", re.DOTALL)
_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_INTEGERS = {1: "b", 2: "h", 4: "i", 8: "q"}
_NAMES = (
    "nul soh stx etx eot enq ack bel bs ht lf vt ff cr so si dle dcs dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us"
).split()
_C_NAMES = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
_PRINTING = range(0x20, 0x7F)
_TABLES = {
    "_c": [chr(code) if code in _PRINTING else _C_NAMES.get(code, f"{code:03o}") for code in range(256)],
    "_p": [chr(code) if code in _PRINTING else "." for code in range(256)],
    "_u": [
        chr(code) if code in _PRINTING else _NAMES[code] if code < 32 else "del" if code == 127 else f"{code:02x}"
        for code in range(256)
    ],
}
_WIDEST = 1 << 16  # of a field
_BIGGEST = 1 << 24  # bytes of a block


class BadFormat(Exception):
    """A format that isn't one; `message` is what the command says."""

    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


class _Piece:
    """Text, or a conversion of `size` bytes (0 for an address)."""

    __slots__ = ("blank", "kind", "size", "table", "template")

    def __init__(self, template: str, kind: str, size: int, blank: str = "", table: Any = None) -> None:
        self.template = template  # for %
        self.kind = kind  # "text", "address", or a code of struct
        self.size = size
        self.blank = blank  # what stands there beyond the end
        self.table = table  # makes the value to be formatted


class _Unit:
    __slots__ = ("pieces", "repeat", "set_repeat", "size")

    def __init__(self, pieces: list[_Piece], repeat: int, set_repeat: bool, size: int) -> None:
        self.pieces = pieces
        self.repeat = repeat
        self.set_repeat = set_repeat
        self.size = size


class Layout:
    """block: how many bytes a block has. write(out, k, block, address), end(address)."""

    def __init__(self, texts: list[bytes]) -> None:
        self._last: list[_Piece] = []
        formats = [self._parse(text) for text in texts]
        sizes = [sum(unit.size * unit.repeat for unit in units) for units in formats]
        self.block = max(sizes, default=0)
        if self.block > _BIGGEST:
            raise BadFormat(b"block size too large")
        for units, size in zip(formats, sizes, strict=True):
            if units and size < self.block and not units[-1].set_repeat and units[-1].size:
                units[-1].repeat += (self.block - size) // units[-1].size
        self._formats = formats
        self._plans: dict[int, list[Any]] = {}

    # ------------------------------------------------------------ parsing
    def _parse(self, text: bytes) -> list[_Unit]:
        units = []
        at = len(text) - len(text.lstrip())
        while at < len(text):
            found = _UNIT.match(text, at)
            if found is None:
                raise BadFormat(b"bad format {%s}" % text)
            at = found.end()
            if len(found[1] or b"") > 9 or len(found[2] or b"") > 9:
                raise BadFormat(b"bad format {%s}" % text)
            unit = self._unit(found, text)
            if unit is None:  # %_A: what follows in this format isn't shown
                break
            units.append(unit)
        return units

    def _unit(self, found: re.Match[bytes], text: bytes) -> _Unit | None:
        repeat = int(found[1]) if found[1] is not None else 1
        count = int(found[2]) if found[2] is not None else 0
        body = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), found[3].decode("latin-1"), flags=re.DOTALL)
        pieces: list[_Piece] = []
        conversions = at = 0
        final = False
        for match in _CONVERSION.finditer(body):
            if match.start() < at:
                continue
            before = body[at : match.start()].replace("%", "%%")
            at = match.end()
            piece = _piece(match, count)
            if piece.kind == "end":
                final = True
                piece.kind = "address"
            elif piece.kind != "address":
                conversions += 1
                if count and conversions > 1:
                    raise BadFormat(b"byte count with multiple conversion characters")
            piece.template = before + piece.template
            piece.blank = before + piece.blank
            pieces.append(piece)
        if at < len(body):
            rest = body[at:].replace("%", "%%")
            pieces.append(_Piece(rest, "text", 0, rest))
        if final:
            self._last = pieces
            return None
        size = count or sum(piece.size for piece in pieces)
        return _Unit(pieces, repeat, found[1] is not None, size)

    # ------------------------------------------------------------ writing
    def _plan(self, valid: int) -> list[Any]:
        """Return, for blocks with so many valid bytes, each format as parts of (template, struct, tables, addresses)."""
        plan = []
        for units in self._formats:
            template: list[str] = []
            codes: list[str] = ["<"]
            tables: list[Any] = []
            offset = 0
            for unit in units:
                for turn in range(unit.repeat):
                    start = offset
                    for number, piece in enumerate(unit.pieces):
                        beyond = offset >= valid and valid < self.block and piece.kind != "text"
                        text = piece.blank if beyond else piece.template
                        last = turn == unit.repeat - 1 and unit.repeat > 1 and number == len(unit.pieces) - 1
                        if last and text[-1:].isspace() and piece.kind == "text":
                            text = text[:-1]
                        template.append(text)
                        if beyond:
                            if piece.size:
                                codes.append(f"{piece.size}x")
                        elif piece.kind == "address":
                            tables.append(offset)
                        elif piece.kind != "text":
                            codes.append(piece.kind)
                            tables.append(piece.table)
                        offset += piece.size
                    if unit.size > offset - start:
                        # A byte count on a unit without a conversion passes over its bytes.
                        codes.append(f"{unit.size - (offset - start)}x")
                        offset = start + unit.size
            plan.append(("".join(template), struct.Struct("".join(codes)), tables))
        return plan

    def write(self, out: Writer, k: Syscalls, block: bytes, address: int) -> None:
        """Write a block; a short one is the last."""
        valid = len(block)
        plan = self._plans.get(valid)
        if plan is None:
            plan = self._plans[valid] = self._plan(valid)
        block += bytes(self.block - valid)
        for template, codec, tables in plan:
            raw = iter(codec.unpack(block[: codec.size]))
            values: list[Any] = []
            for table in tables:
                if table is None:
                    values.append(next(raw))
                elif type(table) is int:
                    values.append(address + table)
                elif type(table) is list:
                    values.append(table[next(raw)])
                else:
                    values.append(table(next(raw)))
            out.write((template % tuple(values)).encode("latin-1"))

    def end(self, address: int) -> bytes:
        """Return what stands behind the last block."""
        parts = [
            piece.template % (address,) if piece.kind == "address" else piece.template % () for piece in self._last
        ]
        return "".join(parts).encode("latin-1")


def _piece(match: re.Match[str], count: int) -> _Piece:
    """Return the piece for one conversion. Raises BadFormat."""
    flags, width, precision, letter = match[1], match[2], match[3] or "", match[4] or ""
    if len(width) > 9 or len(precision) > 9 or int(width or "0") > _WIDEST or int(precision[1:] or "0") > _WIDEST:
        raise BadFormat(b"field too wide")
    spec = flags + width + precision
    blank = " " * int(width or "0")
    if letter in ("d", "i", "o", "u", "x", "X"):
        size = count or 4
        if size not in _INTEGERS:
            raise BadFormat(b"bad byte count for conversion character " + letter.encode())
        code = _INTEGERS[size] if letter in "di" else _INTEGERS[size].upper()
        if letter == "o" and "#" in flags:
            return _Piece("%s", code, size, blank, lambda value: _alternate_octal(value, flags, width, precision))
        if letter in "xX" and "#" in flags:
            return _Piece("%s", code, size, blank, lambda value: _alternate_hex(value, spec, flags, letter))
        return _Piece(f"%{spec}{'d' if letter == 'u' else letter}", code, size, blank)
    if letter in ("e", "E", "f", "g", "G"):
        size = count or 8
        if size not in (4, 8):
            raise BadFormat(b"bad byte count for conversion character " + letter.encode())
        return _Piece(f"%{spec}{letter}", "f" if size == 4 else "d", size, blank)
    if letter == "c":
        if count not in (0, 1):
            raise BadFormat(b"bad byte count for conversion character c")
        return _Piece(
            f"%{flags.replace('0', '').replace('#', '')}{width}s",
            "B",
            1,
            blank,
            [chr(code) for code in range(256)],
        )
    if letter == "s":
        if not count and not precision[1:]:
            raise BadFormat(b"%s requires a precision or a byte count")
        size = count or int(precision[1:])
        return _Piece(f"%{flags}{width}s", f"{size}s", size, blank, _string) if size else _Piece("", "text", 0)
    if letter[:2] in ("_a", "_A"):
        if letter[2:] not in ("d", "o", "x"):
            raise BadFormat(b"bad conversion character %" + letter.encode("latin-1"))
        return _Piece(f"%{spec}{letter[2]}", "address" if letter[1] == "a" else "end", 0, blank)
    if letter in _TABLES:
        if count not in (0, 1):
            raise BadFormat(b"bad byte count for conversion character " + letter.encode())
        plain = flags.replace("0", "").replace("#", "")
        return _Piece(f"%{plain}{width}{precision}s", "B", 1, blank, _TABLES[letter])
    raise BadFormat(b"bad conversion character %" + letter.encode("latin-1"))


def _string(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("latin-1")


def _alternate_octal(value: int, flags: str, width: str, precision: str) -> str:
    """Return %#o as C has it: with a 0 in front."""
    digits = ("%" + precision + "o") % value
    digits = digits if digits[:1] == "0" else "0" + digits
    size = int(width or "0")
    if "-" in flags:
        return digits.ljust(size)
    return digits.rjust(size, "0" if "0" in flags and not precision else " ")


def _alternate_hex(value: int, spec: str, flags: str, letter: str) -> str:
    """Return %#x as C has it: nothing in front of zero."""
    return ("%" + (spec if value else spec.replace("#", "")) + letter) % value
