"""xxd's dumps: with addresses and characters, plain, or as a C array."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK, SysError, Writer, complain

from .xxdoptions import Options, number

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


_ODD = {0x5F: "~", 0x9A: "^", 0xA1: ".", 0xAD: "[", 0xB0: ".", 0xBA: ".", 0xBB: ".", 0xBD: "]"}  # not as in cp037
_DOTS = bytes(code if 0x20 <= code < 0x7F else 0x2E for code in range(256))


class Dump:
    def __init__(
        self, k: Syscalls, opts: Options, fd: int, to: int, kind: str, columns: int, group: int, files: list[bytes]
    ) -> None:
        self.k = k
        self.opts = opts
        self.fd = fd
        self.out = Writer(k, to, status=3)
        self.kind = kind
        self.columns = columns
        self.group = group
        self.files = files
        self.left = number(opts.values["l"]) if "l" in opts.values else -1
        self.place = 0

    def begin(self, start: int, relative: bool, given: bool) -> bool:
        """Go to where the dump begins; False after complaining that it can't be."""
        k = self.k
        if not given:
            return True
        try:
            self.place = k.lseek(self.fd, start, 1 if relative else 2 if start < 0 else 0)
            return True
        except SysError:
            pass
        if start < 0:
            complain(k, b"Sorry, cannot seek.")
            return False
        while start:
            data = k.read(self.fd, min(start, CHUNK))
            if not data:
                complain(k, b"Sorry, cannot seek.")
                return False
            start -= len(data)
            self.place += len(data)
        return True

    def read(self, size: int) -> bytes:
        """Return up to size bytes; fewer only at the end."""
        parts = []
        while size and self.left:
            data = self.k.read(self.fd, size if self.left < 0 else min(size, self.left))
            if not data:
                break
            if self.left > 0:
                self.left -= len(data)
            parts.append(data)
            size -= len(data)
        return b"".join(parts)

    def blocks(self) -> int:
        """Return how many bytes to read at once: whole lines, one of them from a slow source."""
        return max((1 << 15) // max(self.columns, 1), 1) * max(self.columns, 1)

    def plain(self) -> int:
        columns, upper = self.columns, "u" in self.opts.flags
        some = False
        wanted = self.blocks() if columns else 1 << 15
        while data := self.read(wanted):
            some = True
            digits = data.hex().upper() if upper else data.hex()
            if columns:
                step = 2 * columns
                digits = "\n".join([digits[at : at + step] for at in range(0, len(digits), step)]) + "\n"
            self.out.write(digits.encode())
            self.k.tick(8)
        if not columns and some:
            self.out.write(b"\n")
        self.out.flush()
        return 0

    def include(self) -> int:
        opts = self.opts
        name = opts.values.get("n", self.files[0] if self.files and self.files[0] != b"-" else b"")
        named = b""
        if name:
            named = re.sub(rb"[^0-9A-Za-z]", b"_", name)
            if name[:1].isdigit():
                named = b"__" + named
            if "C" in opts.flags:
                named = named.upper()
            self.out.write(b"unsigned char %s[] = {\n" % named)
        form = "0X%02X" if "u" in opts.flags else "0x%02x"
        total = 0
        while data := self.read(self.blocks()):
            lines = [
                "  " + ", ".join([form % byte for byte in data[at : at + self.columns]])
                for at in range(0, len(data), self.columns)
            ]
            self.out.write(((",\n" if total else "") + ",\n".join(lines)).encode())
            total += len(data)
            self.k.tick(8)
        if total:
            self.out.write(b"\n")
        if name:
            end = b"_LEN" if "C" in opts.flags else b"_len"
            self.out.write(b"};\nunsigned int %s%s = %d;\n" % (named, end, total))
        self.out.flush()
        return 0

    def lines(self) -> int:
        k, out, columns = self.k, self.out, self.columns
        offset = number(self.opts.values.get("o", b"0"))
        address = "%08d: " if "d" in self.opts.flags else "%08x: "
        table = _ebcdic() if "E" in self.opts.flags else _DOTS
        zeros = bytes(columns)
        width = ((self.group * (8 if self.kind == "b" else 2) + 1) * columns - 1) // self.group
        row = b""
        quick = self.kind not in "be" and not self.opts.autoskip and columns % self.group == 0
        skipped = 0  # lines of NULs since one was written
        held = b""
        while data := self.read(self.blocks()):
            last = len(data) < self.blocks()
            if quick:
                whole = len(data) - len(data) % columns
                out.write(self.rows(data[:whole], address, offset, table))
                self.place += whole
                data = data[whole:]
            for at in range(0, len(data), columns):
                line = data[at : at + columns]
                text = line.translate(table).decode("latin-1")
                where = (self.place + at + offset) & 0xFFFFFFFFFFFFFFFF
                row = f"{address % where}{self.digits(line).ljust(width)}  {text}\n".encode("latin-1")
                final = last and len(line) < columns
                if self.opts.autoskip and line == zeros and not final:
                    skipped += 1
                    if skipped == 1:
                        out.write(row)
                    elif skipped == 2:
                        held = row
                    continue
                if skipped == 2:
                    out.write(held)
                elif skipped > 2:
                    out.write(b"*\n")
                skipped = 0
                out.write(row)
            self.place += len(data)
            k.tick(16)
            held_row = row
        if skipped == 2:
            out.write(held)
        elif skipped > 2:
            if skipped > 3:
                out.write(b"*\n")
            else:
                out.write(held)
            out.write(held_row)
        out.flush()
        return 0

    def digits(self, line: bytes) -> str:
        """Return a line's bytes as digits in groups."""
        group = self.group
        if self.kind == "b":
            parts = [f"{byte:08b}" for byte in line]
            return " ".join(["".join(parts[at : at + group]) for at in range(0, len(parts), group)])
        shown = line.hex()
        if "u" in self.opts.flags:
            shown = shown.upper()
        step = 2 * group
        pieces = [shown[at : at + step] for at in range(0, len(shown), step)]
        if self.kind == "e":
            turned = []
            for piece in pieces:
                pairs = [piece[at : at + 2] for at in range(0, len(piece), 2)]
                turned.append("".join(reversed(pairs)).rjust(step))
            pieces = turned
        return " ".join(pieces)

    def rows(self, data: bytes, address: str, offset: int, table: bytes) -> bytes:
        """Return the lines that show whole lines, whose groups are whole: the digits of all by one call."""
        columns = self.columns
        shown = data.hex(" ", self.group) if data else ""
        if "u" in self.opts.flags:
            shown = shown.upper()
        text = data.translate(table).decode("latin-1")
        step = columns // self.group * (2 * self.group + 1)
        first = self.place + offset
        rows = [
            f"{address % ((first + at) & 0xFFFFFFFFFFFFFFFF)}{shown[digits : digits + step - 1]}  {text[at : at + columns]}"
            for at, digits in zip(range(0, len(data), columns), range(0, len(shown), step), strict=True)
        ]
        rows.append("")
        return "\n".join(rows).encode("latin-1")


def _ebcdic() -> bytes:
    """Return the table from EBCDIC to what is shown."""
    chars = [_ODD.get(code, char) for code, char in enumerate(bytes(range(256)).decode("cp037"))]
    return bytes(ord(char) if " " <= char < "\x7f" else 0x2E for char in chars)
