"""The stages of a sed script that works on blocks (sed_blocks.py): done(block) -> block.

A block is whole lines; a stage sees what the stage before left of it, as a command of a script sees it of its line.

    Chooser      which lines an address chooses: a regex, or a range that a regex begins
    Kept         p under -n       Deleted    d          Doubled  p without -n
    Replaced     s                Translated y          Cut      q and Q, which end the script
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .sed_replacing import joined, replaced
from .sed_script import Quit, Step

if TYPE_CHECKING:
    from kos_kernel.api import Regex, Syscalls

Spans = list[
    tuple[int, int]
]  # begin and end (behind the newline) of lines, or of neighbouring lines, from left to right

SHORT = 64  # a replacement of so many bytes makes a block no larger than memory stands
MANY = 4  # and of so many times what was found
WHOLE = 1 << 20  # a longer block has a line of its own, whose growth is accounted for


class Unfit(Exception):
    """The script needs to see line after line."""


class Chooser:
    """The lines that an address chooses. Compiled when the first block comes."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.negated = step.negated
        self.first: Callable[[], Regex] | None = step.first.by_lines if step.first is not None else None
        self.regex: Regex | None = None
        self.until: Regex | None = None

    @classmethod
    def of(cls, by_lines: Callable[[], Regex] | None) -> Chooser:
        """Return the chooser of all lines that match."""
        chooser = cls(Step(0))
        chooser.first = by_lines
        return chooser

    @property
    def ranging(self) -> bool:
        """Whether the spans hold neighbouring lines together."""
        return self.step.second is not None or self.negated

    def spans(self, block: bytes) -> Spans:
        """Return the lines chosen."""
        if self.regex is None:
            assert self.first is not None
            self.regex = self.first()
        if self.step.second is None:
            found = [(start, stop + 1) for start, stop in self.regex.lines(block)]
        else:
            found = self._range(block, self.regex)
        return others(found, len(block)) if self.negated else found

    def _range(self, block: bytes, regex: Regex) -> Spans:
        """Return the stretches from a line that the first matches to the next that the second does."""
        step = self.step
        if self.until is None and step.second is not None and step.second.by_lines is not None:
            self.until = step.second.by_lines()
        found: Spans = []
        at, size = 0, len(block)
        begin = 0 if step.active else -1
        while at < size:
            place = regex.locate(block, at, size - 1) if begin < 0 else -1
            if begin < 0:
                if place < 0:
                    break
                begin = block.rfind(b"\n", 0, place) + 1
                step.active = True
            else:
                place = -1 if self.until is None else self.until.locate(block, at, size - 1)
                if place < 0:
                    break
                step.active = False
            at = block.find(b"\n", place) + 1
            if not step.active:
                found.append((begin, at))
                begin = -1
        if begin >= 0:
            found.append((begin, size))
        return found


def others(spans: Spans, size: int) -> Spans:
    """Return what lies between the spans."""
    begins = [0, *(stop for _, stop in spans)]
    ends = [*(start for start, _ in spans), size]
    return [(start, stop) for start, stop in zip(begins, ends, strict=True) if start < stop]


class Stage:
    """One command. breaks: a line may have become several, so no other may follow. end: set when the script is over."""

    breaks = False
    end: Quit | None = None

    def done(self, block: bytes) -> bytes:
        """Return what becomes of a block, which is whole lines."""
        raise NotImplementedError


class Kept(Stage):
    """Only the lines chosen are left."""

    def __init__(self, some: Chooser) -> None:
        self.some = some

    def done(self, block: bytes) -> bytes:
        return b"".join([block[start:stop] for start, stop in self.some.spans(block)])


class Deleted(Stage):
    """The lines chosen go."""

    def __init__(self, some: Chooser) -> None:
        self.some = some

    def done(self, block: bytes) -> bytes:
        spans = self.some.spans(block)
        return b"".join([block[start:stop] for start, stop in others(spans, len(block))]) if spans else block


class Doubled(Stage):
    """The lines chosen stand twice."""

    def __init__(self, some: Chooser | None) -> None:
        self.some = some

    def done(self, block: bytes) -> bytes:
        return _changed(block, self.some, _doubled, by_line=False)


class Translated(Stage):
    """y in the lines chosen."""

    def __init__(self, step: Step, some: Chooser | None) -> None:
        table = step.arg
        if not isinstance(table, bytes) or table[10] != 10 or table.count(b"\n") != 1:
            raise Unfit
        self.table = table
        self.some = some

    def done(self, block: bytes) -> bytes:
        return _changed(block, self.some, lambda text: text.translate(self.table), by_line=True)


class Replaced(Stage):
    """s in the lines chosen. Nothing that it looks for can match a newline."""

    def __init__(self, k: Syscalls, step: Step, some: Chooser | None) -> None:
        self.k = k
        self.step = step
        self.some = some
        flags = step.flags
        self.by_lines: Regex | None = None
        texts = [part for part in flags.parts if isinstance(part, bytes)]
        self.breaks = any(b"\n" in text for text in texts)
        brief = flags.number == 1 and sum(map(len, texts)) <= SHORT
        self.plain: bytes | None = flags.plain if brief and flags.everywhere else None
        rest = [part for part in flags.parts if not isinstance(part, bytes)]
        self.parts = flags.parts if brief and len(rest) <= MANY and all(part == 0 for part in rest) else None

    def done(self, block: bytes) -> bytes:
        return _changed(block, self.some, self._replaced, by_line=not self.breaks)

    def _replaced(self, block: bytes) -> bytes:
        regex = self.by_lines
        if regex is None:
            regex = self.by_lines = self.step.flags.by_lines()
            assert regex is not None
        flags = self.step.flags
        if self.parts is not None and len(block) <= WHOLE:
            made = regex.sub_lines(self.parts, block, flags.everywhere)
            if made is not None:
                return made
        if self.plain is not None and not regex.nullable:
            return regex.sub(self.plain, block)[0]
        parts: list[bytes] = []
        at = 0
        for start, stop in regex.lines(block):
            text, count = replaced(self.k, self.step.regex, block[start:stop], flags)
            if count:
                parts += [block[at:start], text]
                at = stop
        if not parts:
            return block
        parts.append(block[at:])
        return joined(self.k, parts)


class Cut(Stage):
    """q and Q: nothing is left behind the first line chosen."""

    def __init__(self, step: Step, some: Chooser) -> None:
        self.step = step
        self.some = some

    def done(self, block: bytes) -> bytes:
        spans = self.some.spans(block)
        if not spans:
            return block
        self.end = Quit(self.step.arg or 0, False)
        start = spans[0][0]
        return block[:start] if self.step.name == 81 else block[: block.find(b"\n", start) + 1]


def _doubled(block: bytes) -> bytes:
    lines = block.split(b"\n")
    lines.pop()
    return b"".join([b"%s\n%s\n" % (line, line) for line in lines])


def _changed(block: bytes, some: Chooser | None, change: Callable[[bytes], bytes], by_line: bool) -> bytes:
    """Return the block with the lines chosen changed. by_line: a line stays one line, so all can be changed in one go."""
    if some is None:
        return change(block)
    spans = some.spans(block)
    if not spans:
        return block
    if not by_line or some.ranging:
        made = [change(block[start:stop]) for start, stop in spans]
    else:
        made = change(b"".join([block[start:stop] for start, stop in spans])).split(b"\n")
        made.pop()
        made = [line + b"\n" for line in made]
    parts: list[bytes] = []
    at = 0
    for (start, stop), text in zip(spans, made, strict=True):
        parts += [block[at:start], text]
        at = stop
    parts.append(block[at:])
    return b"".join(parts)
