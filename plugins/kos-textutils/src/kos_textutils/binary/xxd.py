"""xxd: a hex dump, or the bytes that a hex dump shows (-r)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import (
    CHUNK,
    O_CREAT,
    O_RDWR,
    O_TRUNC,
    Command,
    Flag,
    HelpRequested,
    Reader,
    SysError,
    UsageError,
    Value,
    Writer,
    cause,
    complain,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

XXD = Command(
    "xxd",
    usage=["[OPTION]... [INFILE [OUTFILE]]", "-r [-s [-]OFFSET] [-c COLS] [-p] [INFILE [OUTFILE]]"],
    summary="Make a hex dump, or with -r do the reverse.",
    options=[
        Flag("a", "a", help="toggle autoskip: a single '*' replaces lines of NULs"),
        Flag("b", "b", help="binary digit dump"),
        Flag("C", "C", help="capitalize variable names in C include file style (-i)"),
        Value("c", "c", metavar="COLS", help="COLS octets per line (default 16; -i: 12, -p: 30, -b: 6)"),
        Flag("E", "E", help="show characters in EBCDIC"),
        Flag("e", "e", help="little-endian dump"),
        Value("g", "g", metavar="BYTES", help="octets per group (default 2; -e: 4, -b: 1)"),
        Flag("h", "h", help="print this summary"),
        Flag("i", "i", help="output in C include file style"),
        Value("l", "l", metavar="LEN", help="stop after LEN octets"),
        Value("n", "n", metavar="NAME", help="set the variable name of C include output (-i)"),
        Value("o", "o", metavar="OFF", help="add OFF to the displayed file position"),
        Flag("p", "p", help="plain dump: nothing but digits"),
        Flag("r", "r", help="convert a hex dump into binary"),
        Flag("d", "d", help="show offset in decimal instead of hex"),
        Value("s", "s", metavar="[+][-]SEEK", help="start at SEEK bytes (+: from where standard input is)"),
        Flag("u", "u", help="use upper case hex letters"),
        Flag("v", "v", help="output version information and exit"),
    ],
    epilog="Options may be spelled longer (-ps, -plain, -cols, -seek, -len ...). They can't be bundled.",
)
_WORDS = {
    "a": "autoskip", "b": "bits", "e": "e", "u": "upper", "p": "ps", "i": "include", "C": "Capitalize", "d": "decimal",
    "r": "revert", "E": "EBCDIC", "v": "version", "c": "cols", "g": "group", "o": "offset", "s": "seek", "l": "len",
    "n": "name",
}  # fmt: skip
_ODD = {0x5F: "~", 0x9A: "^", 0xA1: ".", 0xAD: "[", 0xB0: ".", 0xBA: ".", 0xBB: ".", 0xBD: "]"}  # not as in cp037
_DOTS = bytes(code if 0x20 <= code < 0x7F else 0x2E for code in range(256))
_MOST_COLUMNS = 256
_DIGITS = {char: int(chr(char), 16) for char in b"0123456789abcdefABCDEF"}


class _Options:
    """What the command line says; letters are xxd's own."""

    def __init__(self) -> None:
        self.flags: set[str] = set()
        self.values: dict[str, bytes] = {}
        self.autoskip = False


def _number(text: bytes) -> int:
    """Return what C's strtol makes of text: 0 for no number."""
    found = re.match(rb"\s*([+-]?)(0[xX][0-9a-fA-F]{1,40}|[0-9]{1,40})", text)
    if found is None:
        return 0
    digits = found[2]
    if digits[1:2] in (b"x", b"X"):
        value = int(digits, 16)
    elif digits[:1] == b"0":
        octal = re.match(rb"0[0-7]*", digits)
        value = int(octal[0], 8) if octal else 0
    else:
        value = int(digits)
    return -value if found[1] == b"-" else value


def _read_options(argv: list[bytes]) -> tuple[_Options, list[bytes]]:
    """Return the options and the operands. Raises UsageError or HelpRequested."""
    opts = _Options()
    usage = UsageError(XXD.help_text(argv[0]), 1)
    at = 1
    while at < len(argv):
        word = argv[at]
        if word[:1] != b"-" or word == b"-":
            break
        at += 1
        if word == b"--":
            break
        name = word.lstrip(b"-") if word[:2] == b"--" else word[1:]
        letter = chr(name[0])
        if name == b"help" or letter == "h":
            raise HelpRequested(XXD.help_text(argv[0]))
        if letter == "v":
            raise HelpRequested(XXD.version_text(argv[0]))
        if name[:3] == b"cap":
            letter, name = "C", b"C"
        if letter not in _WORDS:
            raise usage
        if letter in "cgosln":
            rest = name[1:]
            if rest and not _WORDS[letter][1:].encode().startswith(rest) and rest not in (b"kip", b"group"):
                opts.values[letter] = rest
            else:
                if at >= len(argv):
                    raise usage
                opts.values[letter] = argv[at]
                at += 1
        elif letter == "a":
            opts.autoskip = not opts.autoskip
        else:
            opts.flags.add(letter)
    if len(argv) - at > 2:
        raise usage
    return opts, argv[at:]


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Dump or revert. Status 1 for a wrong command line, 2 for an input that can't be read, 3 for an output."""
    opts, files = _read_options(argv)
    flags = opts.flags
    kind = "p" if "p" in flags else "i" if "i" in flags else "b" if "b" in flags else "e" if "e" in flags else "x"
    columns = _number(opts.values["c"]) if "c" in opts.values else -1
    if (columns < 0 and "c" not in opts.values) or (columns == 0 and kind != "p"):
        columns = {"p": 30, "i": 12, "b": 6}.get(kind, 16)
    group = _number(opts.values["g"]) if "g" in opts.values else -1
    if group < 0:
        group = {"b": 1, "x": 2, "e": 4}.get(kind, 0)
    if columns < 0 or (kind in "bex" and columns > _MOST_COLUMNS):
        complain(k, b"invalid number of columns (max. %d)." % _MOST_COLUMNS)
        return 1
    if group < 1 or group > columns:
        group = columns
    if kind == "e" and group & (group - 1):
        complain(k, b"number of octets per group must be a power of 2 with -e.")
        return 1
    fd = 0
    if files and files[0] != b"-":
        try:
            fd = k.open(files[0])
        except SysError as error:
            complain(k, files[0] + b": " + cause(error))
            return 2
    to = 1
    if len(files) == 2 and files[1] != b"-":
        try:
            to = k.open(files[1], O_RDWR | O_CREAT | (0 if "r" in flags else O_TRUNC), 0o666)
        except SysError as error:
            complain(k, files[1] + b": " + cause(error))
            return 3
    seek = opts.values.get("s", b"")
    relative = seek[:1] == b"+"
    if relative:
        seek = seek[1:]
    start = _number(seek)
    try:
        if "r" in flags:
            if kind in "bie":
                complain(k, b"Sorry, cannot revert this type of hexdump")
                return 255
            return _revert(k, fd, to, columns, kind == "p", start)
        dump = _Dump(k, opts, fd, to, kind, columns, group, files)
        if not dump.begin(start, relative, bool(seek)):
            return 4
        return {"p": dump.plain, "i": dump.include}.get(kind, dump.lines)()
    except SysError as error:
        complain(k, cause(error))
        return 2


class _Dump:
    def __init__(
        self, k: Syscalls, opts: _Options, fd: int, to: int, kind: str, columns: int, group: int, files: list[bytes]
    ) -> None:
        self.k = k
        self.opts = opts
        self.fd = fd
        self.out = Writer(k, to, status=3)
        self.kind = kind
        self.columns = columns
        self.group = group
        self.files = files
        self.left = _number(opts.values["l"]) if "l" in opts.values else -1
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
        offset = _number(self.opts.values.get("o", b"0"))
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


def _ebcdic() -> bytes:
    """Return the table from EBCDIC to what is shown."""
    chars = [_ODD.get(code, char) for code, char in enumerate(bytes(range(256)).decode("cp037"))]
    return bytes(ord(char) if " " <= char < "\x7f" else 0x2E for char in chars)


def _revert(k: Syscalls, fd: int, to: int, columns: int, plain: bool, base: int) -> int:
    """Write the bytes that a dump shows; a dump with addresses puts them where those say."""
    turner = _Reverter(k, to, columns, plain, base)
    reader = Reader(k, fd)
    whole = re.compile(rb"([0-9a-fA-F]{1,15}): ((?:[0-9a-fA-F]{2} ?){%d})[^0-9a-fA-F]" % max(columns, 1))
    while block := reader.block():
        if plain and turner.high < 0 and not block.translate(None, b"0123456789abcdefABCDEF \t\r\n"):
            digits = block.translate(None, b" \t\r\n")
            if len(digits) % 2 == 0 and digits:
                turner.pairs(bytes.fromhex(digits.decode()), _DIGITS[digits[-2]])
                continue
        for line in block.splitlines(keepends=True):
            found = whole.match(line) if not plain and turner.fresh() else None
            if found is not None:
                turner.want = int(found[1], 16)
                data = bytes.fromhex(found[2].replace(b" ", b"").decode())
                turner.pairs(data, data[-1] >> 4)
                turner.line_is_over()
            elif not turner.line(line):
                return 5
            k.tick()
    turner.out.flush()
    return 5 if turner.failed else 0


class _Reverter:
    """Reads a dump a character at a time, for what isn't as xxd wrote it. Source: xxd's huntype."""

    def __init__(self, k: Syscalls, to: int, columns: int, plain: bool, base: int) -> None:
        self.k = k
        self.to = to
        self.out = Writer(k, to, status=3)
        self.columns = columns
        self.plain = plain
        self.base = base
        self.have = 0  # where the output is
        self.want = 0  # where the next byte goes
        self.high = -1  # the digit before, if it waits for its second
        self.before = 0  # the one before that
        self.count = columns  # bytes of this line; all of them: an address comes
        self.garbage = True  # what isn't a digit is passed over
        self.failed = False

    def fresh(self) -> bool:
        """Tell whether a line's address comes next."""
        return self.count >= self.columns and self.garbage and not self.want

    def line_is_over(self) -> None:
        self.count = self.columns
        self.want = 0
        self.garbage = True

    def pairs(self, data: bytes, last: int) -> None:
        """Write bytes; last: the higher digit of the last of them."""
        if self.move():
            self.out.write(data)
            self.have += len(data)
            self.want += len(data)
        self.high = -1
        self.before = last
        self.garbage = False

    def move(self) -> bool:
        """Bring the output to where the next byte goes; False after complaining that it's behind."""
        target = self.base + self.want
        if target == self.have:
            return True
        self.out.flush()
        try:
            self.k.lseek(self.to, target - self.have, 1)
            self.have = target
        except SysError:
            pass
        if target < self.have:
            complain(self.k, b"Sorry, cannot seek backwards.")
            self.failed = True
            return False
        while self.have < target:
            step = min(target - self.have, CHUNK)
            self.out.write(bytes(step))
            self.have += step
            self.k.tick()
        return True

    def line(self, line: bytes) -> bool:
        """Take a line; False if its address is behind what was written and can't be reached."""
        for byte in line:
            if byte == 13 or (self.plain and byte in b" \n\t"):
                continue
            if byte == 10:
                self.line_is_over()
            third, second = self.before, self.high
            digit = _DIGITS.get(byte, -1)
            self.before, self.high = second, digit
            if digit < 0 and self.garbage:
                continue
            self.garbage = False
            if self.count >= self.columns:
                if not self.plain:
                    if digit < 0:
                        self.count = 0
                    else:
                        self.want = (self.want << 4 | digit) & 0x7FFFFFFFFFFFFFFF
                    continue
                self.count = 0
            if self.base + self.want != self.have and not self.move():
                return False
            if second >= 0 and digit >= 0:
                self.out.write(bytes((second << 4 | digit,)))
                self.have += 1
                self.want += 1
                self.high = -1
                self.count += 1
                if self.count >= self.columns and not self.plain:
                    self.want = 0
                    self.garbage = True
                    return True
            elif digit < 0 and second < 0 and third < 0:
                if not self.plain:
                    self.want = 0
                self.garbage = True
                return True
        return True
