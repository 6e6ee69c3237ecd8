"""Back-references, and groups as GNU's regex gives them: an exact matcher that tries every reading, within a budget.

No known engine matches back-references in bounded time (the problem is NP-complete), so this one counts its steps and raises
PatternLimit when they are used up. It is asked only where the rest of the pattern can match at all: the facade first searches,
in linear time, for the pattern with each back-reference replaced by what its group matches.
`longest` returns the longest match from a start, as POSIX wants; of several readings of it, the one an engine with greedy
repetitions meets first. `first` returns that reading for a match whose span is known already: it is what GNU's regex tells of
the groups, where POSIX would want each of them as long as can be. Without back-references a place in the program and in the
text that failed once fails always, so `first` takes |program| * |text| steps at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from kos_kernel.toolkit.regex import charset, tree
from kos_kernel.toolkit.regex.errors import PatternLimit
from kos_kernel.toolkit.regex.tree import Node

_CHAR: Final = 0
_SPLIT: Final = 1  # go on at the next instruction, or else at `number`
_JUMP: Final = 2
_SAVE: Final = 3
_BACK: Final = 4
_PLACE: Final = 5
_ENTER: Final = 6  # a round of a repetition starts
_LEAVE: Final = 7  # ...and ends: one that matched nothing isn't followed by another

_BUDGET: Final = 3_000_000  # steps of one search: a few seconds


class _Step(NamedTuple):
    operation: int
    ranges: charset.Ranges = ()
    number: int = 0


Spans = tuple[int, ...]  # start and end of each group in turn, -1 where there is none


class Text(NamedTuple):
    """What is matched: the code points of a whole text or of a whole line; nothing stands before or after it."""

    chars: Sequence[int]
    word: charset.Ranges
    line_end: int | None
    icase: bool


class Backtracker:
    """A pattern with back-references, compiled."""

    __slots__ = ("_code", "_groups", "_loops")

    def __init__(self, root: Node, groups: int) -> None:
        self._groups = groups
        self._loops = 0
        self._code = self._compile(root)

    def longest(self, text: Text, start: int, budget: list[int]) -> tuple[int, Spans] | None:
        """Return (end, spans of the groups) of the longest match that starts at `start`, or None.

        budget: one number, lowered by each step. Raises PatternLimit when it is used up.
        """
        return self._run(text, start, None, budget)

    def first(self, text: Text, start: int, end: int) -> Spans | None:
        """Return the spans of the groups in the first reading that matches just [start, end), or None.

        For patterns without back-references. Raises PatternLimit.
        """
        found = self._run(text, start, end, [])
        return None if found is None else found[1]

    def _run(self, text: Text, start: int, end: int | None, budget: list[int]) -> tuple[int, Spans] | None:
        code, chars, length = self._code, text.chars, len(text.chars)
        done = len(code)
        best: tuple[int, Spans] | None = None
        left = budget[0] if budget else _BUDGET
        stack: list[tuple[int, int, Spans, Spans]] = [(0, start, (-1,) * (2 * self._groups), (-1,) * self._loops)]
        tried: set[tuple[int, int]] = set()
        while stack:
            at, place, spans, rounds = stack.pop()
            if end is not None:
                if (at, place) in tried:
                    continue
                tried.add((at, place))
            while True:
                left -= 1
                if left < 0:
                    raise PatternLimit("a pattern with back-references needs too much time for this text")
                if at == done:
                    if end is not None:
                        if place == end:
                            return end, spans
                        break
                    if best is None or place > best[0]:
                        best = (place, spans)
                    if place == length:
                        budget[:] = [left]
                        return best
                    break
                operation, ranges, number = code[at]
                at += 1
                if operation == _CHAR:
                    if place >= length or not charset.contains(ranges, chars[place]):
                        break
                    place += 1
                elif operation == _SPLIT:
                    stack.append((at - 1 + number, place, spans, rounds))
                elif operation == _JUMP:
                    at += number - 1
                elif operation == _SAVE:
                    spans = (*spans[:number], place, *spans[number + 1 :])
                elif operation == _ENTER:
                    rounds = (*rounds[:number], place, *rounds[number + 1 :])
                elif operation == _LEAVE:
                    if rounds[number] == place:
                        break
                elif operation == _BACK:
                    low, high = spans[2 * number - 2], spans[2 * number - 1]
                    if low < 0 or high < 0 or place + high - low > length:
                        break
                    left -= (high - low) >> 4
                    if not _same(chars[low:high], chars[place : place + high - low], text.icase):
                        break
                    place += high - low
                elif not _holds(text, number, place):
                    break
        budget[:] = [left]
        return best

    def _compile(self, root: Node) -> list[_Step]:
        done: dict[int, list[_Step]] = {}
        for node in tree.postorder(root):
            kind = node.kind
            code: list[_Step] = []
            if kind == tree.SET:
                code = [_Step(_CHAR, node.ranges)]
            elif kind == tree.CAT:
                for child in node.children:
                    code += done[id(child)]
            elif kind == tree.ALT:
                bodies = [done[id(child)] for child in node.children]
                after = sum(len(body) + 2 for body in bodies) - 2
                for body in bodies[:-1]:
                    after -= len(body) + 2
                    code += [_Step(_SPLIT, (), len(body) + 2), *body, _Step(_JUMP, (), after + 1)]
                code += bodies[-1]
            elif kind == tree.GROUP:
                slot = 2 * node.index - 2
                code = [_Step(_SAVE, (), slot), *done[id(node.children[0])], _Step(_SAVE, (), slot + 1)]
            elif kind == tree.REPEAT:
                code = self._repeated(done[id(node.children[0])], node)
            elif kind == tree.BACKREF:
                code = [_Step(_BACK, (), node.index)]
            elif kind == tree.ASSERT:
                code = [_Step(_PLACE, (), node.what)]
            done[id(node)] = code
        return done[id(root)]

    def _repeated(self, body: list[_Step], node: Node) -> list[_Step]:
        """Return the code of a repetition. Rounds that match nothing come first or not at all."""
        least, most = node.least, node.most
        code = body * least
        if node.children[0].nullable:
            code = body if least else []
            least = min(least, 1)
            body = [_Step(_ENTER, (), self._loops), *body, _Step(_LEAVE, (), self._loops)]
            self._loops += 1
        if most is None:
            return [*code, _Step(_SPLIT, (), len(body) + 2), *body, _Step(_JUMP, (), -len(body) - 1)]
        code = list(code)
        for number in range(most - least):
            code += [_Step(_SPLIT, (), (most - least - number) * (len(body) + 1)), *body]
        return code


def without_back_references(root: Node, groups: int) -> Node:
    """Return a pattern that matches wherever `root` does: each back-reference stands for all that its group can match."""
    bodies: dict[int, Node] = {}
    built: dict[int, Node] = {}
    for node in tree.postorder(root):
        children = [built[id(child)] for child in node.children]
        new = node
        if node.kind == tree.CAT:
            new = tree.cat(children)
        elif node.kind == tree.ALT:
            new = tree.alt(children)
        elif node.kind == tree.REPEAT:
            new = tree.repeat(children[0], node.least, node.most)
        elif node.kind == tree.GROUP:
            new = tree.group(children[0], node.index)
            plain = not any(inner.kind in (tree.ASSERT, tree.BACKREF) for inner in tree.postorder(node))
            bodies[node.index] = children[0] if plain else tree.repeat(tree.char_set(((0, 0x10FFFF),)), 0, None)
        elif node.kind == tree.BACKREF:
            new = bodies[node.index]
        built[id(node)] = new
    return built[id(root)]


def _same(one: Sequence[int], other: Sequence[int], icase: bool) -> bool:
    if one == other:
        return True
    if not icase:
        return False
    return all(a == b or chr(a).lower() == chr(b).lower() for a, b in zip(one, other, strict=True))


def _holds(text: Text, what: int, place: int) -> bool:
    chars, length = text.chars, len(text.chars)
    if what in (tree.BOL, tree.TEXT_START):
        return place == 0 or (what == tree.BOL and text.line_end is not None and chars[place - 1] == text.line_end)
    if what in (tree.EOL, tree.TEXT_END):
        return place == length or (what == tree.EOL and text.line_end is not None and chars[place] == text.line_end)
    behind = place > 0 and charset.contains(text.word, chars[place - 1])
    ahead = place < length and charset.contains(text.word, chars[place])
    if what == tree.WORD_EDGE:
        return behind != ahead
    if what == tree.NO_WORD_EDGE:
        return behind == ahead
    if what == tree.WORD_START:
        return ahead and not behind
    if what == tree.WORD_END:
        return behind and not ahead
    return not (behind if what == tree.NO_WORD_BEFORE else ahead)
