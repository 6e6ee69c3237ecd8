"""strings: the runs of printable characters in files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    CHUNK,
    Command,
    Digits,
    Flag,
    HelpRequested,
    SysError,
    UsageError,
    Value,
    Writer,
    cause,
    complain,
    parsed,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

STRINGS = Command(
    "strings",
    usage="[OPTION(s)] [FILE(s)]",
    summary="Display printable strings in FILE(s) (standard input by default).",
    options=[
        Flag("all", "a", "all", help="scan the entire file (the only way there is here)"),
        Flag("names", "f", "print-file-name", help="print the name of the file before each string"),
        Value("least", "n", "bytes", metavar="NUMBER", default=b"4", help="print runs of at least NUMBER characters"),
        Value("radix", "t", "radix", metavar="{o,d,x}", help="print the location of the string in base 8, 10 or 16"),
        Flag("spaces", "w", "include-all-whitespace", help="include all whitespace as valid string characters"),
        Flag("octal", "o", help="an alias for --radix=o", sets={"radix": b"o"}),
        Value(
            "encoding",
            "e",
            "encoding",
            metavar="{s,S,b,l,B,L}",
            default=b"s",
            help="select character size and endianness: s = 7-bit, S = 8-bit, {b,l} = 16-bit, {B,L} = 32-bit",
        ),
        Value(
            "unicode",
            "U",
            "unicode",
            metavar="{default,locale,invalid,hex,escape,highlight}",
            default=b"default",
            help="how to treat UTF-8 encoded characters",
        ),
        Value(
            "separator", "s", "output-separator", metavar="STRING", default=b"\n", help="what ends each string written"
        ),
        Digits("least"),
        Flag("about", "h", value="help", hidden=True),
        Flag("about", "v", "V", value="version", hidden=True),
    ],
)
_UNICODE = {b"d": b"d", b"l": b"l", b"e": b"e", b"i": b"i", b"x": b"x", b"h": b"h"}
_UNICODE |= {b"default": b"d", b"locale": b"l", b"escape": b"e", b"invalid": b"i", b"hex": b"x", b"highlight": b"h"}
_UTF8 = rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
_SIZES = {b"s": 1, b"S": 1, b"b": 2, b"l": 2, b"B": 4, b"L": 4}
_TAIL = 8
_LONG_RUN = 1 << 20  # a run of so many bytes is written before its end is seen


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write the strings of the files. Status 1 if one couldn't be read."""
    opts, files = parsed(k, STRINGS, _with_files_of_options(k, argv))
    if opts.about:
        raise HelpRequested((STRINGS.help_text if opts.about == "help" else STRINGS.version_text)(argv[0]))
    text = opts.least.strip()
    if text and not re.fullmatch(rb"[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)", text):
        complain(k, b"invalid integer argument " + opts.least)
        return 1
    least = _number(text)
    if not least:
        complain(k, b"invalid minimum string length 0")
        return 1
    if least < 0 or least > 1 << 62:
        least = 1 << 62
    if (opts.radix is not None and opts.radix not in (b"o", b"d", b"x")) or opts.encoding not in _SIZES:
        raise UsageError(STRINGS.help_text(argv[0]), 1)
    if opts.unicode not in _UNICODE:
        complain(k, b"invalid argument to -U/--unicode: " + opts.unicode)
        return 1
    finder = _Finder(k, opts, least, _UNICODE[opts.unicode])
    status = 0
    for name in files if files else [b"-"]:
        if name == b"-" and files:
            continue  # an option of old that asked for the whole file
        shown = b"{standard input}" if not files else name
        try:
            if files:
                try:
                    kind = k.stat(name)
                except SysError:
                    complain(k, b"'%s': No such file" % name)
                    status = 1
                    continue
                if kind.mode & 0o170000 == 0o040000:
                    complain(k, b"Warning: '%s' is a directory" % name)
                    status = 1
                    continue
            fd = k.open(name) if files else 0
            finder.run(fd, shown)
            if fd:
                k.close(fd)
        except SysError as error:
            complain(k, name + b": " + cause(error))
            status = 1
    finder.out.flush()
    return status


def _number(text: bytes) -> int:
    """Return a number of C's: 10, 0x1f, 017."""
    body = text.lstrip(b"+-")[:40].lower()
    base = 16 if body[:2] == b"0x" else 8 if body[:1] == b"0" and set(body) <= set(b"01234567") else 10
    return int(body or b"0", base) * (-1 if text[:1] == b"-" else 1)


def _with_files_of_options(k: Syscalls, argv: list[bytes]) -> list[bytes]:
    """Return the arguments, with @FILE replaced by the words of FILE, if there is one."""
    found: list[bytes] = []
    for place, word in enumerate(argv):
        if place and word[:1] == b"@" and len(word) > 1:
            try:
                fd = k.open(word[1:])
                data = k.read(fd, 1 << 16)
                k.close(fd)
            except SysError:
                found.append(word)
                continue
            for item in re.finditer(rb"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+""", data, re.DOTALL):
                found.append(re.sub(rb"""\\(.)|["']""", lambda m: m[1] or b"", item[0], flags=re.DOTALL))
        else:
            found.append(word)
    return found


class _Finder:
    """Finds and writes the runs of one stream after another."""

    def __init__(self, k: Syscalls, opts: Any, least: int, unicode: bytes) -> None:
        self.k = k
        self.opts = opts
        self.out = Writer(k)
        self.least = least
        self.size = size = _SIZES[opts.encoding]
        self.unicode = unicode if opts.encoding in (b"s", b"S") else b"d"
        graphic = rb"\t -~" + (rb"\n\v\f\r" if opts.spaces else b"")
        if opts.encoding == b"S":
            graphic += rb"\x80-\xff"
        one = b"[" + graphic + b"]"
        if self.unicode in (b"l", b"e", b"x", b"h"):
            one = b"(?:[" + graphic.replace(rb"\x80-\xff", b"") + b"]|" + _UTF8 + b")"
        elif self.unicode == b"i":
            one = b"[" + graphic.replace(rb"\x80-\xff", b"") + b"]"
        zeros = rb"\x00" * (size - 1)
        unit = one if size == 1 else (zeros + one if opts.encoding in (b"b", b"B") else one + zeros)
        self.runs = re.compile(b"(?:" + unit + b")+", re.DOTALL)
        # A quantifier can't be of any size: a longer least is counted after the match.
        self.unit = re.compile(unit, re.DOTALL)
        self.one_byte = size == 1 and self.unicode in (b"d", b"i")

    def length(self, run: bytes) -> int:
        """Return how many characters a run has."""
        if self.one_byte:
            return len(run)
        return len(run) // self.size if self.size > 1 else sum(1 for _ in self.unit.finditer(run))

    def run(self, fd: int, name: bytes) -> None:
        """Write the strings of a descriptor."""
        k, out, runs = self.k, self.out, self.runs
        base = 0  # the place in the file of data's first byte
        data = b""
        open_run = False  # the string written last goes on where data begins
        while True:
            chunk = k.read(fd, CHUNK)
            data += chunk
            # A run that ends here or before is over: a character has up to four bytes.
            sure = len(data) - _TAIL if chunk else len(data)
            at = 0
            if open_run:
                found = runs.match(data)
                at = found.end() if found else 0
                out.write(self.shown(data[:at]))
                if at <= sure:
                    out.write(self.opts.separator)
                    open_run = False
            keep = max(at, sure)
            if not open_run:
                for found in runs.finditer(data, at):
                    start, stop = found.span()
                    enough = self.length(found[0]) >= self.least
                    if stop > sure:
                        keep = start
                        if enough and stop - start > _LONG_RUN:
                            self.begin(name, base + start, found[0])
                            open_run = True
                            keep = stop
                        break
                    if enough:
                        self.begin(name, base + start, found[0])
                        out.write(self.opts.separator)
                    keep = max(keep, stop)
            if not chunk:
                return
            base += keep
            data = data[keep:]
            k.tick(8)

    def begin(self, name: bytes, place: int, run: bytes) -> None:
        """Write what stands before a string, and the string."""
        parts = []
        if self.opts.names:
            parts.append(name + b": ")
        radix = self.opts.radix
        if radix is not None:
            parts.append((b"%7o " if radix == b"o" else b"%7d " if radix == b"d" else b"%7x ") % place)
        parts.append(self.shown(run))
        self.out.write(b"".join(parts))

    def shown(self, run: bytes) -> bytes:
        """Return a run as it is written."""
        if self.size > 1:
            return run.replace(b"\0", b"")
        if self.unicode in (b"d", b"i", b"l") or run.isascii():
            return run
        if self.unicode == b"x":
            return re.sub(_UTF8, lambda found: b"<0x" + found[0].hex().encode() + b">", run)
        return re.sub(_UTF8, lambda found: _escape(found[0]), run)


def _escape(data: bytes) -> bytes:
    try:
        code = ord(data.decode())
    except UnicodeDecodeError:
        return data
    return b"\\u%04x" % code if code < 0x10000 else b"\\u%06x" % code
