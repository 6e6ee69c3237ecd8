"""An engine that never guesses: from the set of all starts to the set of all ends, every text position at once.

A set of positions is an int, one bit for each place between characters, and a pattern is a short program over such sets:

    CHAR set     and with the places where such a character stands, shift by one
    RUN set      the same any number of times: one addition, whose carry runs through each run of characters
    PLACE what   and with the places where the condition holds
    SPLIT, JUMP  the same set goes two ways; a loop goes on until no new position appears

So a line of text costs a few operations on ints for each instruction, whatever the pattern, and a megabyte costs a few dozen
microseconds for each. There is no backtracking; work is bounded by |program| * |text| set bits, and counted besides.
Run over the mirrored text with the mirrored pattern it gives, from the ends, all starts. That is what the facade asks of it:

    starts   where can any match start          (when no other linear-time engine is installed)
    ends     where can a match from here end     (POSIX wants the longest; other engines don't know it)

and submatch.py asks both of parts of a pattern, to divide a match among its groups.
Source: the addition is `MatchStar` of Parabix (Cameron et al., "Bitwise Data Parallelism in Regular Expression Matching", 2014).
"""

from __future__ import annotations

from typing import Final

from kos_kernel.toolkit.regex import charset, tree
from kos_kernel.toolkit.regex.errors import PatternLimit
from kos_kernel.toolkit.regex.tree import Node

CHAR: Final = 0
RUN: Final = 1
PLACE: Final = 2
SPLIT: Final = 3
JUMP: Final = 4

_BUDGET: Final = 10_000_000  # instructions run, a long text counting for more: seconds, not minutes

_MIRRORED: Final = {
    tree.BOL: tree.EOL,
    tree.EOL: tree.BOL,
    tree.TEXT_START: tree.TEXT_END,
    tree.TEXT_END: tree.TEXT_START,
    tree.WORD_EDGE: tree.WORD_EDGE,
    tree.NO_WORD_EDGE: tree.NO_WORD_EDGE,
    tree.WORD_START: tree.WORD_END,
    tree.WORD_END: tree.WORD_START,
    tree.NO_WORD_BEFORE: tree.NO_WORD_AFTER,
    tree.NO_WORD_AFTER: tree.NO_WORD_BEFORE,
}

Instruction = tuple[int, charset.Ranges, int]  # (operation, its set, its condition or the distance it jumps)


def program(root: Node, *, backward: bool) -> list[Instruction]:
    """Return the instructions that match `root`; backward: those that match it over the mirrored text."""
    done: dict[int, list[Instruction]] = {}
    for node in tree.postorder(root):
        if id(node) in done:
            continue
        kind = node.kind
        code: list[Instruction] = []
        if kind == tree.SET:
            code = [(CHAR, node.ranges, 0)]
        elif kind == tree.CAT:
            for child in reversed(node.children) if backward else node.children:
                code += done[id(child)]
        elif kind == tree.ALT:
            bodies = [done[id(child)] for child in node.children]
            after = sum(len(body) + 2 for body in bodies) - 2
            for body in bodies[:-1]:
                after -= len(body) + 2
                code.append((SPLIT, (), len(body) + 2))
                code += body
                code.append((JUMP, (), after + 1))
            code += bodies[-1]
        elif kind == tree.GROUP:
            code = done[id(node.children[0])]
        elif kind == tree.REPEAT:
            code = _repeated(done[id(node.children[0])], node.least, node.most)
        elif kind == tree.ASSERT:
            code = [(PLACE, (), _MIRRORED[node.what] if backward else node.what)]
        elif kind == tree.BACKREF:
            raise AssertionError("a pattern with back-references can't be a program over sets")
        done[id(node)] = code
    return done[id(root)]


def _repeated(body: list[Instruction], least: int, most: int | None) -> list[Instruction]:
    if most is None:
        if len(body) == 1 and body[0][0] == CHAR:
            loop: list[Instruction] = [(RUN, body[0][1], 0)]
        else:
            loop = [(SPLIT, (), len(body) + 2), *body, (JUMP, (), -len(body) - 1)]
        return body * least + loop
    optional: list[Instruction] = []
    size = len(body) + 1
    for number in range(most - least):  # (x(x(x)?)?)?: each way out leads to the end
        optional.append((SPLIT, (), (most - least - number) * size))
        optional += body
    return body * least + optional


class Window:
    """A stretch of text and what stands around it, ready for programs to run over.

    text: bytes where a byte is a character, else str. before, after: the neighbouring characters' code points, None at the
    ends of the whole. word: the set of word characters. line_end: the character between lines if ^ and $ stand there too.
    """

    __slots__ = ("_backward", "_forward", "budget", "length", "line_end", "neighbours", "text", "word")

    def __init__(
        self,
        text: bytes | str,
        before: int | None,
        after: int | None,
        *,
        word: charset.Ranges,
        line_end: int | None,
    ) -> None:
        self.text = text
        self.length = len(text)
        self.neighbours = (before, after)
        self.word = word
        self.line_end = line_end
        self.budget = _BUDGET
        self._forward: _Side | None = None
        self._backward: _Side | None = None

    def run(self, code: list[Instruction], starts: int, *, backward: bool = False) -> tuple[int, bool]:
        """Return (the set of ends that `code` reaches from the set of starts, whether any reading came to the last place).

        Backward, place p is bit length - p, in what is given and in what is returned.
        Raises PatternLimit when the window's budget is used up.
        """
        side = self._backward if backward else self._forward
        if side is None:
            side = _Side(self, backward)
            if backward:
                self._backward = side
            else:
                self._forward = side
        return side.run(code, starts)

    def mirrored(self, places: int) -> int:
        """Return the set of places with its bits in the other order."""
        return int(format(places, f"0{self.length + 1}b")[::-1], 2)


class _Side:
    """A window seen from one end: place 0 is where the reading starts."""

    __slots__ = ("_after", "_before", "_kinds", "_masks", "_places", "_window", "_written")

    def __init__(self, window: Window, backward: bool) -> None:
        self._window = window
        self._masks: dict[charset.Ranges, int] = {}
        self._places: dict[int, int] = {}
        self._kinds: dict[str, int] = {}
        # `int(digits, 2)` reads the first digit as the highest bit, so a forward reading wants the text backwards
        text = window.text
        if isinstance(text, str):
            found = set(text)
            if len(found) <= 256:  # number the characters, so that sets become tables for bytes
                self._kinds = {char: number for number, char in enumerate(sorted(found))}
                text = text.translate({ord(char): chr(number) for char, number in self._kinds.items()}).encode(
                    "latin-1"
                )
        self._written = text if backward else text[::-1]
        self._before, self._after = reversed(window.neighbours) if backward else window.neighbours

    def mask(self, ranges: charset.Ranges) -> int:
        """Return the places before which a character of the set stands."""
        found = self._masks.get(ranges)
        if found is None:
            written = self._written
            if not written:
                found = 0
            elif isinstance(written, bytes):
                found = int(written.translate(self._table(ranges)), 2)
            else:
                digits = {ord(char): "1" if charset.contains(ranges, ord(char)) else "0" for char in set(written)}
                found = int(written.translate(digits), 2)
            self._masks[ranges] = found
        return found

    def _table(self, ranges: charset.Ranges) -> bytes:
        table = bytearray(b"0" * 256)
        if self._kinds:
            for char, number in self._kinds.items():
                if charset.contains(ranges, ord(char)):
                    table[number] = 49
        else:
            for low, high in ranges:
                if low < 256:
                    table[low : min(high, 255) + 1] = b"1" * (min(high, 255) + 1 - low)
        return bytes(table)

    def place(self, what: int) -> int:
        """Return the places where a condition holds, as seen from this side."""
        found = self._places.get(what)
        if found is None:
            found = self._places[what] = self._place(what)
        return found

    def _place(self, what: int) -> int:
        window = self._window
        before, after = self._before, self._after
        length = window.length
        everywhere = (1 << (length + 1)) - 1
        if what == tree.TEXT_START or what == tree.BOL:
            found = 1 if before is None else 0
            if what == tree.BOL and window.line_end is not None:
                line_end = ((window.line_end, window.line_end),)
                found |= self.mask(line_end) << 1
                found |= 1 if before == window.line_end else 0
            return found
        if what == tree.TEXT_END or what == tree.EOL:
            found = 1 << length if after is None else 0
            if what == tree.EOL and window.line_end is not None:
                line_end = ((window.line_end, window.line_end),)
                found |= self.mask(line_end)
                found |= 1 << length if after == window.line_end else 0
            return found
        inside = self.mask(window.word)
        behind = inside << 1 | (before is not None and charset.contains(window.word, before))
        ahead = inside | (after is not None and charset.contains(window.word, after)) << length
        if what == tree.WORD_EDGE:
            return behind ^ ahead
        if what == tree.NO_WORD_EDGE:
            return everywhere & ~(behind ^ ahead)
        if what == tree.WORD_START:
            return ahead & ~behind
        if what == tree.WORD_END:
            return behind & ~ahead
        return everywhere & ~(behind if what == tree.NO_WORD_BEFORE else ahead)

    def run(self, code: list[Instruction], starts: int) -> tuple[int, bool]:
        size = len(code)
        reached = [0] * (size + 1)
        pending = [0] * (size + 1)
        pending[0] = starts
        window = self._window
        price = 2 + (window.length >> 11)
        budget = window.budget
        mask, place = self.mask, self.place
        at = 0
        touched = starts
        while at < size:
            fresh = pending[at]
            budget -= 1
            if not fresh:
                if budget < 0:
                    raise PatternLimit("this pattern needs too much time for this text")
                at += 1
                continue
            pending[at] = 0
            fresh &= ~reached[at]
            if not fresh:
                at += 1
                continue
            budget -= price
            if budget < 0:
                raise PatternLimit("this pattern needs too much time for this text")
            reached[at] |= fresh
            operation, ranges, number = code[at]
            if operation == CHAR:
                fresh = (fresh & mask(ranges)) << 1
                touched |= fresh
                at += 1
                pending[at] |= fresh
            elif operation == RUN:
                members = mask(ranges)
                fresh |= ((members & fresh) + members) ^ members
                touched |= fresh
                at += 1
                pending[at] |= fresh
            elif operation == SPLIT:
                pending[at + number] |= fresh
                at += 1
                pending[at] |= fresh
            elif operation == JUMP:
                fresh &= ~reached[at + number]
                pending[at + number] |= fresh
                if number < 0 and fresh:
                    at += number
                else:
                    at += 1
            else:
                at += 1
                pending[at] |= fresh & place(number)
        window.budget = budget
        return pending[size], bool(touched >> window.length)
