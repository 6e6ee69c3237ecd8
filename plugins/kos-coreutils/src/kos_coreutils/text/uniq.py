"""uniq: what to do with repeated adjacent lines.

Lines are compared with their successors by C-level map(ne, keys, keys[1:]); only borders between groups reach Python code.
"""

from __future__ import annotations

import re
from itertools import compress
from operator import ne
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_CREAT,
    O_TRUNC,
    O_WRONLY,
    Command,
    Digits,
    Flag,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parsed,
    quote,
    quoteaf,
    quotef,
    refuse,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

UNIQ = Command(
    "uniq",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [INPUT [OUTPUT]]",
    summary="Filter adjacent matching lines from INPUT (or standard input), writing to OUTPUT (or standard output).\n\n"
    "With no options, matching lines are merged to the first occurrence.",
    options=[
        Flag("count", "c", "count", help="prefix lines by the number of occurrences"),
        Flag("repeated", "d", "repeated", help="only print duplicate lines, one for each group"),
        Flag("all_repeated", "D", value="none", default=None, help="print all duplicate lines"),
        Value("all_repeated", "all-repeated", metavar="METHOD", optional=True, implied="none",
              choices={"none": "none", "prepend": "prepend", "separate": "separate"},
              help="like -D, but allow separating groups with an empty line; METHOD={none(default),prepend,separate}"),
        Value("skip_fields", "f", "skip-fields", metavar="N", help="avoid comparing the first N fields"),
        Value("group", "group", metavar="METHOD", optional=True, implied="separate",
              choices={"prepend": "prepend", "append": "append", "separate": "separate", "both": "both"},
              help="show all items, separating groups with an empty line; METHOD={separate(default),prepend,append,both}"),
        Flag("fold", "i", "ignore-case", help="ignore differences in case when comparing"),
        Value("skip_chars", "s", "skip-chars", metavar="N", help="avoid comparing the first N characters"),
        Flag("unique", "u", "unique", help="only print unique lines"),
        Flag("zero", "z", "zero-terminated", help="line delimiter is NUL, not newline"),
        Value("check_chars", "w", "check-chars", metavar="N", help="compare no more than N characters in lines"),
        Digits("skip_fields"),
    ],
)  # fmt: skip
_FOLD = bytes(range(256)).upper()
_LONG = 1 << 62


def _count(k: Syscalls, text: bytes | None, what: bytes, default: int) -> int:
    if text is None:
        return default
    body = text.lstrip(b" \t\n").removeprefix(b"+")
    if not body.isdigit():
        complain(k, b"%s: %s" % (text, what))
        k.exit(1)
    return min(int(body[:30]), _LONG)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Filter the input. Status 1 if it can't be read or the output not be written."""
    opts, words = parsed(k, UNIQ, argv)
    operands = []
    for word in words:
        if word[:1] == b"+" and word[1:].isdigit():  # the oldest way to say -s N
            opts.skip_chars = word[1:]
        else:
            operands.append(word)
    if len(operands) > 2:
        return refuse(k, b"extra operand " + quote(operands[2]))
    fields = _count(k, opts.skip_fields, b"invalid number of fields to skip", 0)
    chars = _count(k, opts.skip_chars, b"invalid number of bytes to skip", 0)
    most = _count(k, opts.check_chars, b"invalid number of bytes to compare", _LONG)
    if opts.group is not None:
        if opts.unique or opts.repeated or opts.all_repeated is not None or opts.count:
            return refuse(k, b"--group is mutually exclusive with -c/-d/-D/-u")
    if opts.count and opts.all_repeated is not None:
        return refuse(k, b"printing all duplicated lines and repeat counts is meaningless")
    source = operands[0] if operands else b"-"
    target = operands[1] if len(operands) > 1 else b"-"
    try:
        fd = 0 if source == b"-" else k.open(source)
    except SysError as error:
        complain(k, quotef(source) + b": " + cause(error))
        return 1
    try:
        to = 1 if target == b"-" else k.open(target, O_WRONLY | O_CREAT | O_TRUNC)
    except SysError as error:
        complain(k, quotef(target) + b": " + cause(error))
        return 1
    filter_ = _Filter(k, opts, Writer(k, to), _key(fields, chars, most, opts.fold))
    try:
        filter_.run(fd)
    except SysError:
        filter_.out.flush()
        complain(k, b"error reading " + quoteaf(source))
        return 1
    return 0


def _key(fields: int, chars: int, most: int, fold: bool) -> Callable[[list[bytes]], list[bytes]] | None:
    """Return what makes the compared parts of lines; None if lines are compared whole."""
    if not (fields or chars or fold or most < _LONG):
        return None
    skip = re.compile(rb"(?:[ \t\n]*[^ \t\n]*){0,%d}" % min(fields, 1 << 20)) if fields else None
    end = chars + most

    def keys(lines: list[bytes]) -> list[bytes]:
        if skip is not None:
            lines = [line[skip.match(line).end() :] for line in lines]  # type: ignore[union-attr]  # matches anything
        if chars or most < _LONG:
            lines = [line[chars:end] for line in lines]
        return [line.translate(_FOLD) for line in lines] if fold else lines

    return keys


class _Filter:
    def __init__(self, k: Syscalls, opts: Any, out: Writer, key: Callable[[list[bytes]], list[bytes]] | None) -> None:
        self.k = k
        self.out = out
        self.key = key
        self.end = b"\0" if opts.zero else b"\n"
        self.counted = opts.count
        self.unique = not opts.repeated and opts.all_repeated is None  # show groups of one
        self.first_only = opts.all_repeated is None
        self.repeated = not opts.unique  # show groups of several
        self.delimit = opts.all_repeated
        self.group = opts.group
        self.shown_groups = 0

    def run(self, fd: int) -> None:
        reader = Reader(self.k, fd, delimiter=self.end, tied=self.out)
        if self.group is not None or self.delimit is not None:
            self.by_groups(reader)
            return
        held: bytes | None = None  # the first line of the group that's open, its key, and its size
        held_key = b""
        size = 0
        while block := reader.block():
            lines = block.removesuffix(self.end).split(self.end)
            keys = self.key(lines) if self.key else lines
            if held is not None:
                lines.insert(0, held)
                if keys is not lines:
                    keys.insert(0, held_key)
            starts = [0, *compress(range(1, len(lines)), map(ne, keys[1:], keys))]
            sizes = [after - before for before, after in zip(starts, starts[1:], strict=False)]
            last = starts[-1]
            if held is not None and sizes:
                sizes[0] += size - 1
            self.show([lines[at] for at in starts[:-1]], sizes)
            size = len(lines) - last + (size - 1 if last == 0 and held is not None else 0)
            held, held_key = lines[last], keys[last]
        if held is not None:
            self.show([held], [size])
        self.out.flush()

    def show(self, lines: list[bytes], sizes: list[int]) -> None:
        if not (self.unique and self.repeated):
            wanted = [(size > 1 and self.repeated) or (size == 1 and self.unique) for size in sizes]
            lines = list(compress(lines, wanted))
            sizes = list(compress(sizes, wanted))
        if self.counted:
            lines = [b"%7d %s" % pair for pair in zip(sizes, lines, strict=True)]
        if lines:
            self.out.write(self.end.join(lines) + self.end)

    def by_groups(self, reader: Reader) -> None:
        """Show all lines of groups (--group) or of groups of several (-D), with empty lines about them."""
        previous: bytes | None = None
        first = b""
        size = 0
        while block := reader.block():
            lines = block.removesuffix(self.end).split(self.end)
            keys = self.key(lines) if self.key else lines
            for line, key in zip(lines, keys, strict=True):
                if previous is not None and key == previous:
                    size += 1
                    if self.group is None and size == 2:
                        self.open_group()
                        self.out.write(first + self.end)
                    self.out.write(line + self.end)
                else:
                    size = 1
                    first = line
                    if self.group is not None:
                        self.open_group()
                        self.out.write(line + self.end)
                previous = key
            self.k.tick()
        if self.group in ("append", "both") and self.shown_groups:
            self.out.write(self.end)
        self.out.flush()

    def open_group(self) -> None:
        method = self.group or self.delimit
        if method in ("prepend", "both") or (self.shown_groups and method in ("separate", "append")):
            self.out.write(self.end)
        self.shown_groups += 1
