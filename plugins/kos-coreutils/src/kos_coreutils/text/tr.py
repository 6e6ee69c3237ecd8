"""tr: translate, squeeze and delete characters.

A block goes through bytes.translate() once, and squeezing is arithmetic on it (see _squeezer). As GNU's, it works on bytes;
only where a set itself has characters beyond ASCII, in a UTF-8 locale, are whole characters meant and read.
"""

from __future__ import annotations

import codecs
from itertools import compress
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    CHUNK,
    Command,
    Flag,
    Reader,
    SysError,
    Writer,
    cause,
    complain,
    is_utf8,
    parsed,
    quote,
    refuse,
)

from .trsets import BadSet, Element, check, parse_set, spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

TR = Command(
    "tr",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... STRING1 [STRING2]",
    summary="Translate, squeeze, and/or delete characters from standard input, writing to standard output.  STRING1 and STRING2\n"
    "specify arrays of characters ARRAY1 and ARRAY2 that control the action.",
    options=[
        Flag("complement", "c", "C", "complement", help="use the complement of ARRAY1"),
        Flag("delete", "d", "delete", help="delete characters in ARRAY1, do not translate"),
        Flag("squeeze", "s", "squeeze-repeats",
             help="replace each sequence of a repeated character that is listed in the last specified ARRAY,"
             " with a single occurrence of that character"),
        Flag("truncate", "t", "truncate-set1", help="first truncate ARRAY1 to length of ARRAY2"),
    ],
    epilog="ARRAYs are specified as strings of characters: \\NNN octal, \\\\ \\a \\b \\f \\n \\r \\t \\v, CHAR1-CHAR2,\n"
    "[CHAR*] and [CHAR*REPEAT] in ARRAY2, [:alnum:] [:alpha:] ... [:xdigit:], [=CHAR=].",
    permute=False,
)  # fmt: skip
_EVERY_CHARACTER = 0x110000
_ASCII = bytes(range(128))
_SPECIAL = frozenset(b"\\[") | frozenset(range(128, 256))


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Filter standard input."""
    if len(argv) == 3:
        tables = k.memo("tr")
        key = (argv[1], argv[2])
        table = tables.get(key)
        if table is None and (table := _simple_table(argv)) is not None:
            if len(tables) >= 256:
                tables.clear()
            tables[key] = table
        if table is not None:
            return _translate(k, table)
    opts, strings = parsed(k, TR, argv)
    wrong = _operands_wrong(opts, strings)
    if wrong:
        return refuse(k, wrong)
    wide = is_utf8(k.env) and not all(string.isascii() for string in strings)
    encoding = "utf-8" if wide else "latin-1"
    try:
        sets = []
        for string in strings:
            parts = parse_set(string.decode(encoding, "surrogateescape"))
            for warning in parts.warnings:
                complain(k, warning)
            sets.append(parts.elements)
        translating = len(sets) == 2 and not opts.delete
        check(sets[0], sets[1] if len(sets) == 2 else None, complement=opts.complement, translating=translating)
        work = (_Characters if wide else _Bytes)(opts, sets, translating)
    except BadSet as bad:
        complain(k, bad.message)
        return 1
    out = Writer(k)
    reader = Reader(k, 0, tied=out)
    step = work.step
    try:
        while data := reader.chunk():
            out.write(step(data))
    except SysError as error:
        out.flush()
        complain(k, b"read error: " + cause(error))
        return 1
    out.write(work.rest())
    out.flush()
    return 0


def _simple_table(argv: list[bytes]) -> bytes | None:
    """Return the table of `tr a-z xyz`, or None if anything in the command line is special. What scripts call in loops."""
    if argv[1][:1] == b"-":
        return None
    first, second = _plain_set(argv[1]), _plain_set(argv[2])
    if not first or not second:
        return None
    count = len(first)
    return bytes.maketrans(first, second[:count] + second[-1:] * (count - len(second)))


def _plain_set(text: bytes) -> bytes:
    """Return the members of a set of plain bytes and ranges; nothing if it's of another kind, or wrong."""
    if not _SPECIAL.isdisjoint(text):
        return b""
    if b"-" not in text:
        return text
    if len(text) == 3 and text[1] == 45:  # 0-9, a-z: most sets are one range
        return _ASCII[text[0] : text[2] + 1]
    out, at, last = bytearray(), 0, len(text) - 2
    while at < len(text):
        if at < last and text[at + 1] == 45:
            if text[at] > text[at + 2]:
                return b""
            out += bytes(range(text[at], text[at + 2] + 1))
            at += 3
        else:
            out.append(text[at])
            at += 1
    return bytes(out)


def _translate(k: Syscalls, table: bytes) -> int:
    out = Writer(k)
    while True:
        try:
            data = k.read(0, CHUNK)
        except SysError as error:
            complain(k, b"read error: " + cause(error))
            return 1
        if not data:
            return 0
        out.write(data.translate(table))
        out.flush()


def _operands_wrong(opts: Any, strings: list[bytes]) -> bytes | None:
    least = 2 if opts.delete == opts.squeeze else 1
    most = 1 if opts.delete and not opts.squeeze else 2
    if len(strings) < least:
        if not strings:
            return b"missing operand"
        what = b"Two strings must be given when both deleting and squeezing repeats."
        if not opts.squeeze:
            what = b"Two strings must be given when translating."
        return b"missing operand after %s\n%s" % (quote(strings[-1]), what)
    if len(strings) > most:
        extra = b"extra operand " + quote(strings[most])
        if most == 1 and len(strings) == 2:
            extra += b"\nOnly one string may be given when deleting without squeezing repeats."
        return extra
    return None


def _pairs(opts: Any, first: list[Element], second: list[Element], members: list[int]) -> tuple[list[int], list[int]]:
    """Return the two lists to translate between, of one length. members: of the first set, complemented if asked."""
    into = spread(second, len(members))
    has_class = any(element.kind == "class" for element in first)
    if len(members) > len(into) and not opts.truncate:
        if not into:
            raise BadSet(b"when not truncating set1, string2 must be non-empty")
        if second[-1].kind == "class":
            raise BadSet(
                b"when translating with string1 longer than string2,\nthe latter string must not end with a character class"
            )
        into = into + [into[-1]] * (len(members) - len(into))
    if opts.complement and has_class and not (len(into) == len(members) and len(set(into)) <= 1):
        raise BadSet(
            b"when translating with complemented character classes,\nstring2 must map all characters in the domain to one"
        )
    length = min(len(members), len(into))
    return members[:length], into[:length]


class _Bytes:
    """The work on bytes."""

    def __init__(self, opts: Any, sets: list[list[Element]], translating: bool) -> None:
        members = spread(sets[0])
        if opts.complement:
            chosen = set(members)
            members = [byte for byte in range(256) if byte not in chosen]
        self.table: bytes | None = None
        self.delete = bytes(set(members)) if opts.delete else b""
        squeezed: list[int] = []
        if translating:
            table = bytearray(range(256))
            into = spread(sets[1])
            members, into = _pairs(opts, sets[0], sets[1], members)
            for source, target in zip(members, into, strict=True):
                table[source] = target
            self.table = bytes(table)
        if opts.squeeze:
            squeezed = members if len(sets) == 1 else spread(sets[1], len(members))
        self.squeezed = bytes(sorted(set(squeezed)))
        self.last = b""
        self.squeeze = _squeezer(self.squeezed) if squeezed else None

    def step(self, data: bytes) -> bytes:
        if self.table is not None or self.delete:
            data = data.translate(self.table, self.delete)
        if self.squeeze is None or not data:
            return data
        if self.last and data[0] == self.last[0]:
            data = data.lstrip(self.last)
            if not data:
                return data
        data = self.squeeze(data)
        self.last = data[-1:] if data[-1] in self.squeezed else b""
        return data

    def rest(self) -> bytes:
        return b""


def _squeezer(members: bytes) -> Callable[[bytes], bytes]:
    """Return what makes one of each run of a member.

    The text as one great integer, exclusive-or itself a byte further, is zero where a byte equals the next. Those places,
    where they are members, are set to a byte that the text doesn't have, and that byte is deleted: a dozen calls of C for
    a quarter of a megabyte, and none of them looks at bytes in Python.
    """
    mark = bytes(0xFF if byte in members else 0 for byte in range(256))
    where_zero = b"\xff" + bytes(255)

    def squeeze(data: bytes) -> bytes:
        size = len(data)
        number = int.from_bytes(data, "little")
        equal = (number ^ (number >> 8)).to_bytes(size, "little")
        if equal.find(0, 0, size - 1) < 0:
            return data
        drop = int.from_bytes(equal.translate(where_zero), "little") & int.from_bytes(data.translate(mark), "little")
        drop &= (1 << (8 * (size - 1))) - 1  # the last byte has no next
        unused = next((byte for byte in range(256) if byte not in data), None)
        if unused is None:
            return bytes(compress(data, (drop ^ ((1 << (8 * size)) - 1)).to_bytes(size, "little")))
        filler = int.from_bytes(bytes((unused,)) * size, "little")
        return (number ^ ((number ^ filler) & drop)).to_bytes(size, "little").translate(None, bytes((unused,)))

    return squeeze


class _Characters:
    """The work on characters of UTF-8; bytes that are none pass as they are."""

    def __init__(self, opts: Any, sets: list[list[Element]], translating: bool) -> None:
        members = spread(sets[0])
        chosen = set(members)
        self.inside = (lambda code: code not in chosen) if opts.complement else chosen.__contains__
        self.delete = opts.delete
        self.map: dict[int, int | None] = {}
        self.other: int | None = None  # complement: what every other character becomes
        self.translating = translating
        self.complement = opts.complement
        into = spread(sets[1], len(members)) if len(sets) == 2 else []
        if translating and opts.complement:
            # the complement is all of Unicode in order: what isn't the last member of set 2 maps one by one
            if not into:
                raise BadSet(b"when not truncating set1, string2 must be non-empty")
            rest = iter(into)
            for code in range(_EVERY_CHARACTER):
                if code not in chosen:
                    target = next(rest, None)
                    if target is None:
                        break
                    self.map[code] = target
            self.other = into[-1] if not opts.truncate else None
            if len(set(into)) == 1:
                self.map = {}
        elif translating:
            members, into = _pairs(opts, sets[0], sets[1], members)
            self.map = dict(zip(members, into, strict=True))
        self.squeezed: Callable[[int], bool] | None = None
        if opts.squeeze:
            last = set(into)
            self.squeezed = last.__contains__ if len(sets) == 2 else self.inside
        self.last = -1
        self.decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.known: dict[int, int | None] = {}

    def of(self, code: int) -> int | None:
        """Return what becomes of a character."""
        if self.delete:
            return None if self.inside(code) else code
        if code in self.map:
            return self.map[code]
        if self.translating and self.complement and self.other is not None and self.inside(code):
            return self.other
        return code

    def step(self, data: bytes) -> bytes:
        return self.work(self.decoder.decode(data))

    def work(self, text: str) -> bytes:
        for char in set(text):
            if ord(char) not in self.known:
                self.known[ord(char)] = self.of(ord(char))
        text = text.translate(self.known)
        if self.squeezed is not None:
            kept = []
            last = self.last
            for char in text:
                code = ord(char)
                if code != last or not self.squeezed(code):
                    kept.append(char)
                last = code
            self.last = last
            text = "".join(kept)
        return text.encode("utf-8", "surrogateescape")

    def rest(self) -> bytes:
        return self.work(self.decoder.decode(b"", True))
