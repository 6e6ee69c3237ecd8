"""fmt: paragraphs refilled to a width. Line breaks are chosen for the whole paragraph, so that lines come out even.

A paragraph is at most MOST_WORDS long; of a longer one, the lines that are sure by then are printed, and the rest goes on. What a
break costs: the square of the line's distance to the goal, and of the difference to the line before; a bonus for a break
after a sentence or a comma, a penalty for one that leaves a sentence's first or last word, or a paragraph's, alone.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    CHUNK,
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
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

FMT = Command(
    "fmt",
    like="(GNU coreutils) 9.1",
    usage="[-WIDTH] [OPTION]... [FILE]...",
    summary="Reformat each paragraph in the FILE(s), writing to standard output.\n"
    "The option -WIDTH is an abbreviated form of --width=DIGITS.\n\nWith no FILE, or when FILE is -, read standard input.",
    options=[
        Flag("crown", "c", "crown-margin", help="preserve indentation of first two lines"),
        Value("prefix", "p", "prefix", metavar="STRING", default=b"",
              help="reformat only lines beginning with STRING, reattaching the prefix to reformatted lines"),
        Flag("split", "s", "split-only", help="split long lines, but do not refill"),
        Flag("tagged", "t", "tagged-paragraph", help="indentation of first line different from second"),
        Flag("uniform", "u", "uniform-spacing", help="one space between words, two after sentences"),
        Value("width", "w", "width", metavar="WIDTH", help="maximum line width (default of 75 columns)"),
        Value("goal", "g", "goal", metavar="WIDTH", help="goal width (default of 93% of width)"),
        Digits("width"),
    ],
)  # fmt: skip
WIDTH, LEEWAY, MOST_WIDTH = 75, 7, 2500
MOST_CHARS, MOST_WORDS = 5000, 998
_LINE, _WIDOW, _ORPHAN, _AFTER_SENTENCE = 70**2, 200**2, 150**2, 50**2
_NO_BREAK, _AFTER_COMMA, _AFTER_BRACKET = 600**2, 40**2, 40**2
_INFINITE = (1 << 63) - 1
_WORD = re.compile(rb"[^ \t\n\v\f\r]+")
_OPENING, _CLOSING, _ENDING = b"(['`\"", b")]'\"", b".?!"


class _Word:
    __slots__ = ("cost", "final", "length", "line_length", "next_break", "opens", "period", "punct", "space", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.length = len(text)
        self.opens = text[0] in _OPENING
        self.punct = text[-1] in b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
        self.period = (text.rstrip(_CLOSING) or text)[-1] in _ENDING
        self.space = 0
        self.final = False
        self.line_length = self.cost = self.next_break = 0


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Refill paragraphs. Status 1 if a file can't be read or a width is none."""
    for argument in argv[2:]:
        if argument == b"--":
            break
        if re.match(rb"-[0-9]", argument) and argv[argv.index(argument) - 1] not in (b"-w", b"-g", b"-p"):
            text = b"invalid option -- %c; -WIDTH is recognized only when it is the first\noption; use -w N instead"
            raise FMT.error(argv[0], text % argument[1])
    opts, files = parsed(k, FMT, argv)
    width = WIDTH
    if opts.width is not None:
        width = _width(k, opts.width, MOST_WIDTH)
    if opts.goal is not None:
        goal = _width(k, opts.goal, width)
        if opts.width is None:
            width = goal + 10
    else:
        goal = width * (2 * (100 - LEEWAY) + 1) // 200
    filler = _Filler(k, opts, width, goal)
    status = 0
    for name in files or [b"-"]:
        try:
            fd = 0 if name == b"-" else k.open(name)
        except SysError as error:
            filler.out.flush()
            complain(k, b"cannot open %s for reading: %s" % (b"'" + name + b"'", cause(error)))
            status = 1
            continue
        try:
            filler.file(Reader(k, fd, tied=filler.out, chunk=CHUNK))
        except SysError as error:
            filler.out.flush()
            complain(k, b"read error" if error.NAME == "EISDIR" else b"read error: " + cause(error))
            status = 1
        if fd:
            k.close(fd)
    filler.out.flush()
    return status


def _width(k: Syscalls, text: bytes, most: int) -> int:
    bare = text.strip(b" \t")
    if not bare.removeprefix(b"+").isdigit():
        complain(k, b"invalid width: " + quote(text))
        k.exit(1)
    if len(bare) > 10 or int(bare) > most:
        complain(k, b"invalid width: %s: Numerical result out of range" % quote(text))
        k.exit(1)
    return int(bare)


class _Filler:
    """Reads lines into paragraphs and prints these."""

    def __init__(self, k: Syscalls, opts: Any, width: int, goal: int) -> None:
        self.k = k
        self.opts = opts
        self.width, self.goal = width, goal
        self.out = Writer(k)
        prefix = opts.prefix
        self.lead = len(prefix) - len(prefix.lstrip(b" "))
        self.prefix = prefix.strip(b" ")
        self.full_length = len(prefix.lstrip(b" "))
        self.words: list[_Word] = []
        self.chars = 0  # in them
        self.raw = self.rest = b""
        self.matches = False
        self.paragraph_prefix = 0
        self.tabs = False
        self.first_indent = self.other_indent = 0
        self.last_length = 0
        self.line = b""
        self.prefix_indent = 0
        self.at = 0  # the column of the text after the prefix
        self.out_column = 0

    # ---------------------------------------------------------------- reading
    def next_line(self, reader: Reader) -> bool:
        """Take in the next line; return whether there is one."""
        self.raw = reader.line()
        if not self.raw:
            return False
        self.line = self.raw.removesuffix(b"\n")
        stripped = self.line.lstrip(b" \t")
        blank = self.line[: len(self.line) - len(stripped)]
        if b"\t" in blank:
            self.tabs = True
        column = len(blank.expandtabs(8))
        self.prefix_indent = column
        self.matches = stripped.startswith(self.prefix) if self.prefix else True
        rest = stripped
        if self.prefix:
            self.matches = self.matches and column >= self.lead
            if self.matches:
                rest = stripped[len(self.prefix) :]
                column += len(self.prefix)
                inner = rest.lstrip(b" \t")
                self.tabs = self.tabs or b"\t" in rest[: len(rest) - len(inner)]
                column = len((b" " * column + rest[: len(rest) - len(inner)]).expandtabs(8))
                rest = inner
        else:
            self.prefix_indent = min(column, self.lead) if self.lead else 0
        self.rest, self.at = rest, column
        return True

    def usable(self) -> bool:
        """Tell whether the line that was taken in can belong to a paragraph."""
        return (
            bool(self.rest.strip(b" \t\n\v\f\r")) and self.matches and self.at >= self.prefix_indent + self.full_length
        )

    def file(self, reader: Reader) -> None:
        self.tabs = False
        there = self.next_line(reader)
        while there:
            while there and not self.usable():
                self.copy()
                there = self.next_line(reader)
            if not there:
                return
            there = self.paragraph(reader)

    def copy(self) -> None:
        """Print a line that isn't refilled."""
        stripped = self.line.lstrip(b" \t")
        if not self.rest and not self.prefix or not stripped:
            text = b"" if not stripped else self.line
            self.out.write(text + (b"\n" if self.raw.endswith(b"\n") else b"\n" if not text else b""))
            return
        width = len(self.line[: len(self.line) - len(stripped)].expandtabs(8))
        self.out_column = 0
        self.put_space(width)
        self.out.write(stripped + b"\n" if self.raw.endswith(b"\n") else stripped)

    def same(self) -> bool:
        return self.usable() and self.prefix_indent == self.paragraph_prefix

    def paragraph(self, reader: Reader) -> bool:
        """Read a paragraph and print it; return whether a line follows it."""
        opts = self.opts
        self.last_length = 0
        self.paragraph_prefix = self.prefix_indent
        self.first_indent = self.at
        self.words = []
        self.chars = 0
        there = self.take(reader)
        second = self.at if there and self.same() else -1
        if opts.split:
            self.other_indent = self.first_indent
        elif opts.crown:
            self.other_indent = second if second >= 0 else self.first_indent
            if second >= 0:
                while there and self.same() and self.at == self.other_indent:
                    there = self.take(reader)
        elif opts.tagged:
            if second >= 0 and second != self.first_indent:
                self.other_indent = second
                while there and self.same() and self.at == self.other_indent:
                    there = self.take(reader)
            elif self.other_indent == self.first_indent:
                self.other_indent = 3 if self.first_indent == 0 else 0
        else:
            self.other_indent = self.first_indent
            while there and self.same() and self.at == self.other_indent:
                there = self.take(reader)
        self.words[-1].period = self.words[-1].final = True
        self.fill(len(self.words))
        self.print_all()
        return there

    def take(self, reader: Reader) -> bool:
        """Add the words of the line to the paragraph; go on to the next line."""
        column = self.at
        text = self.rest
        found = list(_WORD.finditer(text))
        last = len(found) - 1
        for number, match in enumerate(found):
            word = _Word(match[0])
            if self.words and (len(self.words) >= MOST_WORDS or self.chars + word.length > MOST_CHARS):
                self.flush_some()
            column += word.length
            following = text[match.end() : found[number + 1].start()] if number < last else text[match.end() :]
            width = len((b" " * column + following).expandtabs(8)) - column
            at_end = number == last
            word.final = word.period and (at_end or width > 1)
            word.space = (2 if word.final else 1) if at_end or self.opts.uniform else width
            column += width
            self.words.append(word)
            self.chars += word.length
        if b"\t" in text:
            self.tabs = True
        self.k.tick()
        return self.next_line(reader)

    # ---------------------------------------------------------------- choosing breaks
    def flush_some(self) -> None:
        """Print the beginning of a paragraph that got too long, up to the break that is the surest."""
        words = self.words
        self.fill(len(words))
        split, best = len(words), _INFINITE
        at = words[0].next_break
        while at < len(words):
            after = words[at].next_break
            difference = words[at].cost - (words[after].cost if after < len(words) else 0)
            if difference < best:
                split, best = at, difference
            if best <= _INFINITE - 9:
                best += 9
            at = after
        self.print_lines(split)
        self.words = words[split:]
        self.chars = sum(word.length for word in self.words)

    def fill(self, count: int) -> None:
        """Choose the best line breaks, from the last word to the first.

        The cost of every line that each word could begin is computed here, on plain lists: it's where all the time goes.
        """
        words, width, goal = self.words, self.width, self.goal
        steps = [word.space + following.length for word, following in pairwise(words[:count])]
        costs = [0] * (count + 1)  # of all from a word on
        # what a line that a word begins, if it isn't the last, has as its length; a last one is never held against another
        lengths: list[int | None] = [None] * (count + 1)
        for start in range(count - 1, -1, -1):
            best = _INFINITE
            length = (self.first_indent if start == 0 else self.other_indent) + words[start].length
            before = self.last_length if start == 0 else 0
            chosen = chosen_length = -1
            at = start
            while True:
                at += 1
                if at < count:
                    cost = ((goal - length) * 10) ** 2 + costs[at]
                    after = lengths[at]
                    if after is not None:
                        cost += ((length - after) * 10) ** 2 // 2
                else:
                    cost = 0
                if before > 0:
                    cost += (length - before) ** 2 // 2
                if cost < best:
                    best, chosen, chosen_length = cost, at, length
                if at >= count:
                    break
                length += steps[at - 1]
                if length >= width:
                    break
            if chosen >= 0:
                words[start].next_break, words[start].line_length = chosen, chosen_length
            lengths[start] = words[start].line_length if words[start].next_break < count else None
            words[start].cost = costs[start] = best + self.base_cost(start)
            if not start & 63:
                self.k.tick(64)

    def base_cost(self, at: int) -> int:
        """Return what it costs to begin a line with a word."""
        words = self.words
        cost = _LINE
        if at > 0:
            before = words[at - 1]
            if before.period:
                cost += -_AFTER_SENTENCE if before.final else _NO_BREAK
            elif before.punct:
                cost -= _AFTER_COMMA
            elif at > 1 and words[at - 2].final:
                cost += _WIDOW // (before.length + 2)
        if words[at].opens:
            cost -= _AFTER_BRACKET
        elif words[at].final:
            cost += _ORPHAN // (words[at].length + 2)
        return cost

    # ---------------------------------------------------------------- printing
    def print_all(self) -> None:
        self.print_lines(len(self.words))

    def print_lines(self, finish: int) -> None:
        """Print the lines of the words before `finish`."""
        at, indent = 0, self.first_indent
        while at < finish:
            end = min(self.words[at].next_break, finish)
            self.print_line(at, end, indent)
            at, indent = end, self.other_indent
        self.first_indent = self.other_indent if finish < len(self.words) else self.first_indent

    def print_line(self, start: int, end: int, indent: int) -> None:
        self.out_column = 0
        self.put_space(self.paragraph_prefix)
        self.out.write(self.prefix)
        self.out_column += len(self.prefix)
        self.put_space(indent - self.out_column)
        for word in self.words[start : end - 1]:
            self.out.write(word.text)
            self.out_column += word.length
            self.put_space(word.space)
        last = self.words[end - 1]
        self.out.write(last.text + b"\n")
        self.last_length = self.out_column + last.length

    def put_space(self, count: int) -> None:
        """Print so much white space, with tabs if the file has some."""
        goal = self.out_column + count
        if self.tabs:
            stop = goal // 8 * 8
            if self.out_column + 1 < stop:
                while self.out_column < stop:
                    self.out.write(b"\t")
                    self.out_column = (self.out_column // 8 + 1) * 8
        if self.out_column < goal:
            self.out.write(b" " * (goal - self.out_column))
            self.out_column = goal
