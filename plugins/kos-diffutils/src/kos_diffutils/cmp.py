"""cmp: the first byte at which two files differ, or all of them.

Files are read side by side in chunks, so memory stays the same however long they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    BadNumber,
    Command,
    Flag,
    HelpRequested,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parse_size,
    parsed,
    quote,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_CHUNK = 1 << 16
_BASED = re.compile(rb"0[xX][0-9a-fA-F]+|0[0-7]+")  # as strtol takes them where the base is left to the number
_MOST = (1 << 63) - 1

CMP = Command(
    "cmp",
    like="(GNU diffutils) 3.8",
    usage="[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]",
    summary="Compare two files byte by byte.\n\n"
    "The optional SKIP1 and SKIP2 specify the number of bytes to skip\n"
    "at the beginning of each file (zero by default).",
    status=2,
    hint="{prog}: Try '{prog} --help' for more information.\n",
    options=[
        Flag("print_bytes", "b", "print-bytes", "print-chars", help="print differing bytes"),
        Value(
            "skips",
            "i",
            "ignore-initial",
            metavar="SKIP",
            repeat=True,
            help="skip first SKIP bytes of both inputs (SKIP1:SKIP2)",
        ),
        Flag("verbose", "l", "verbose", help="output byte numbers and differing byte values"),
        Value("limits", "n", "bytes", metavar="LIMIT", repeat=True, help="compare at most LIMIT bytes"),
        Flag("silent", "s", "quiet", "silent", help="suppress all normal output"),
        Flag("show_version", "v", help="output version information and exit"),
    ],
    epilog="SKIP values may be followed by the following multiplicative suffixes:\n"
    "kB 1000, K 1024, MB 1,000,000, M 1,048,576,\n"
    "GB 1,000,000,000, G 1,073,741,824, and so on for T, P, E, Z, Y.\n\n"
    "If a FILE is '-' or missing, read standard input.\n"
    "Exit status is 0 if inputs are the same, 1 if different, 2 if trouble.",
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0 if the files are the same, 1 if they differ, 2 for trouble."""
    opts, names = parsed(k, CMP, argv)
    if opts.show_version:
        raise HelpRequested(CMP.version_text(opts.prog))
    if opts.verbose and opts.silent:
        raise CMP.error(opts, "options -l and -s are incompatible")
    skips = [0, 0]
    for text in opts.skips:
        one, colon, two = text.partition(b":")
        first = _size(opts, one, "--ignore-initial", text)
        second = _size(opts, two, "--ignore-initial", two) if colon else first
        skips = [max(skips[0], first), max(skips[1], second)]
    limit = min((_size(opts, text, "--bytes", text) for text in opts.limits), default=None)
    if not names:
        raise CMP.error(opts, b"missing operand after " + quote(argv[-1]))
    for index, text in enumerate(names[2:4]):
        skips[index] = _size(opts, text, "--ignore-initial", text)
    if len(names) > 4:
        raise CMP.error(opts, b"extra operand " + quote(names[4]))
    pair = [names[0], names[1] if len(names) > 1 else b"-"]
    if pair[0] == pair[1] and skips[0] == skips[1]:
        return 0  # GNU doesn't open them either
    fds: list[int] = []
    for name in pair:
        try:
            fds.append(0 if name == b"-" else k.open(name))
        except SysError as error:
            if not opts.silent:
                complain(k, name + b": " + cause(error))
            return 2
    comparison = _Comparison(k, opts, pair, fds, skips, limit)
    try:
        return comparison.run()
    except SysError as error:
        comparison.out.flush()
        complain(k, comparison.reading + b": " + cause(error))
        return 2


def _size(opts: Any, text: bytes, what: str, whole: bytes) -> int:
    try:
        if not text:
            raise BadNumber("invalid", text)
        based = _BASED.match(text)
        if based is not None:
            digits = based[0][:40]
            text = b"%d" % int(digits, 16 if digits[1] in b"xX" else 8) + text[based.end() :]
        return min(parse_size(text, suffixes="kKMGTPEZY0", limit=1 << 200), _MOST)
    except BadNumber:
        raise CMP.error(opts, b"invalid %s value '%s'" % (what.encode(), whole))


class _Comparison:
    def __init__(
        self, k: Syscalls, opts: Any, names: list[bytes], fds: list[int], skips: list[int], limit: int | None
    ) -> None:
        self.k = k
        self.opts = opts
        self.names = names
        self.fds = fds
        self.skips = skips
        self.limit = limit
        self.reading = names[0]
        self.out = Writer(k, 1, complaint=b"standard output", status=2)

    def run(self) -> int:
        k, opts = self.k, self.opts
        sizes = [self._skip(0), self._skip(1)]
        if None not in sizes and opts.silent and self.limit is None and sizes[0] != sizes[1]:
            return 1
        width = 1
        if opts.verbose:
            lengths = [size for size in (*sizes, self.limit) if size is not None]
            width = max(1, len(str(min(lengths)))) if lengths else len(str(_MOST))
        place = newlines = 0
        last = b"\n"
        differ = False
        while True:
            want = _CHUNK if self.limit is None else min(_CHUNK, self.limit - place)
            one, two = (self._chunk(index, want) for index in (0, 1))
            common = min(len(one), len(two))
            if one[:common] != two[:common]:
                if opts.silent:
                    return 1
                differ = True
                if not opts.verbose:
                    at = _first_difference(one, two, common)
                    self._first(place + at, newlines + one.count(b"\n", 0, at), one[at], two[at])
                    self.out.flush()
                    return 1
                self._all(one, two, common, place, width)
            if len(one) != len(two):
                if common:
                    last = one[common - 1 : common]
                newlines += one.count(b"\n", 0, common)
                self.out.flush()
                self._short(len(one) > len(two), place + common, newlines, last)
                return 1
            place += common
            newlines += one.count(b"\n")
            last = one[-1:] or last
            if common < _CHUNK:
                self.out.flush()
                return int(differ)
            k.tick(64)

    def _skip(self, index: int) -> int | None:
        """Skip the first bytes; return how many are left if the file is a regular one."""
        k, fd, skip = self.k, self.fds[index], self.skips[index]
        self.reading = self.names[index]
        found = k.fstat(fd)
        if found.mode & 0o170000 == 0o100000:
            at = k.lseek(fd, 0, 1)
            if skip:
                at = k.lseek(fd, skip, 1)
            return max(0, found.size - at)
        while skip:
            data = k.read(fd, min(skip, _CHUNK))
            if not data:
                break
            skip -= len(data)
        return None

    def _chunk(self, index: int, want: int) -> bytes:
        """Return so many bytes, fewer only at the end of the file."""
        self.reading = self.names[index]
        data = self.k.read(self.fds[index], want) if want else b""
        while data and len(data) < want:
            more = self.k.read(self.fds[index], want - len(data))
            if not more:
                break
            data += more
        return data

    def _first(self, place: int, newlines: int, one: int, two: int) -> None:
        env = self.k.env
        locale = env.get(b"LC_ALL") or env.get(b"LC_MESSAGES") or env.get(b"LANG") or b"C"
        word = (
            b"char" if locale in (b"C", b"POSIX") and not self.opts.print_bytes else b"byte"
        )  # POSIX says one, its rationale the other
        text = b"%s %s differ: %s %d, line %d" % (self.names[0], self.names[1], word, place + 1, newlines + 1)
        if self.opts.print_bytes:
            text += b" is %3o %s %3o %s" % (one, _shown(one), two, _shown(two))
        self.out.write(text + b"\n")

    def _all(self, one: bytes, two: bytes, common: int, place: int, width: int) -> None:
        for start in range(0, common, 256):
            left, right = one[start : start + 256], two[start : start + 256]
            if left[: common - start] == right[: common - start]:
                continue
            for at, (mine, other) in enumerate(zip(left, right, strict=False), place + start + 1):
                if mine == other:
                    continue
                if self.opts.print_bytes:
                    self.out.write(b"%*d %3o %-4s %3o %s\n" % (width, at, mine, _shown(mine), other, _shown(other)))
                else:
                    self.out.write(b"%*d %3o %3o\n" % (width, at, mine, other))
            self.k.tick(16)

    def _short(self, second: bool, place: int, newlines: int, last: bytes) -> None:
        if self.opts.silent:
            return
        name = self.names[1 if second else 0]
        if not place:
            text = b"EOF on %s which is empty" % name
        elif self.opts.verbose:
            text = b"EOF on %s after byte %d" % (name, place)
        elif last == b"\n":
            text = b"EOF on %s after byte %d, line %d" % (name, place, newlines)
        else:
            text = b"EOF on %s after byte %d, in line %d" % (name, place, newlines + 1)
        complain(self.k, text)


def _first_difference(one: bytes, two: bytes, common: int) -> int:
    low, high = 0, common
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _shown(char: int) -> bytes:
    """Return a byte as cat -t shows it: ^A, M-a."""
    lead = b""
    if char >= 128:
        lead, char = b"M-", char - 128
    if char == 127:
        return lead + b"^?"
    return lead + (b"^" + bytes([char + 64]) if char < 32 else bytes([char]))
