"""Which group matched what: POSIX's rule, worked out on a match whose span is known.

POSIX wants each part of a pattern, from the left, to be as long as it can be without making the whole shorter, and a group
inside a repetition to tell of its last round alone. So a match is divided from the top: for a sequence, positions.py tells
from the end where each of the later parts could start, then from the left each part takes the longest stretch that leaves the
others such a place. A repetition is a sequence of rounds. Of alternatives that all fit, the first one counts.
`(a|ab)(c|bcd)(d*)` on abcd gives ab, c, d.

Work is bounded by the window's budget; parts without groups are never looked into.
Source: IEEE Std 1003.1-2017, 9.1 and 9.3.6, read as Glenn Fowler's "An Interpretation of the POSIX Regex Standard" reads it,
but that the first alternative wins where he compares groups. GNU's regex differs: it takes the first reading that has the
right span (a, bcd and nothing in the example), and keeps what earlier rounds left.
"""

from __future__ import annotations

from kos_kernel.toolkit.regex import tree
from kos_kernel.toolkit.regex.positions import Instruction, Window, program
from kos_kernel.toolkit.regex.tree import Node

Span = tuple[int, int]


class Divider:
    """Divides matches of one pattern among its groups; keeps the programs of the parts it has met."""

    __slots__ = ("_groups", "_programs", "_repeats", "_root")

    def __init__(self, root: Node, groups: int) -> None:
        self._root = root
        self._groups = groups
        self._programs: dict[tuple[int, bool], list[Instruction]] = {}
        self._repeats: dict[tuple[int, int, int | None], Node] = {}

    def divide(self, window: Window, start: int, end: int) -> list[Span]:
        """Return the spans of groups 1 to n in the match [start, end) of the window, (-1, -1) for one that didn't take part."""
        spans: list[Span] = [(-1, -1)] * self._groups
        pending: list[tuple[Node, int, int]] = [(self._root, start, end)]
        while pending:
            node, low, high = pending.pop()
            if not node.has_group:
                continue
            if node.kind == tree.GROUP:
                spans[node.index - 1] = (low, high)
                pending.append((node.children[0], low, high))
            elif node.kind == tree.CAT:
                pending += self._sequence(window, list(node.children), low, high)
            elif node.kind == tree.ALT:
                pending += self._choice(window, node, low, high)
            elif node.kind == tree.REPEAT:
                pending += self._rounds(window, node, low, high)
        return spans

    def _sequence(self, window: Window, parts: list[Node], low: int, high: int) -> list[tuple[Node, int, int]]:
        """Return (part, start, end) for each part; the parts together match exactly [low, high)."""
        length = window.length
        # from[t]: where parts t and later can start so that they end at high; mirrored bits, as backward runs have them
        sets = [1 << (length - high)]
        for part in reversed(parts[1:]):
            sets.append(window.run(self._program(window, part, True), sets[-1], backward=True)[0])
        sets.reverse()
        divided: list[tuple[Node, int, int]] = []
        at = low
        for number, part in enumerate(parts):
            if part.fixed is not None:
                stop = at + part.fixed
            elif number == len(parts) - 1:
                stop = high
            else:
                ends = window.run(self._program(window, part, False), 1 << at)[0]
                stop = _highest_common(ends, window.mirrored(sets[number]), high)
            divided.append((part, at, stop))
            at = stop
        return divided

    def _choice(self, window: Window, node: Node, low: int, high: int) -> list[tuple[Node, int, int]]:
        for child in node.children:
            if window.run(self._program(window, child, False), 1 << low)[0] >> high & 1:
                return [(child, low, high)]
        raise AssertionError("a span that its pattern doesn't match")

    def _rounds(self, window: Window, node: Node, low: int, high: int) -> list[tuple[Node, int, int]]:
        """Return the last round of a repetition that matches [low, high), each round before it as long as can be."""
        body = node.children[0]
        if low == high and not (
            body.nullable and window.run(self._program(window, body, False), 1 << low)[0] >> low & 1
        ):
            return []
        length = window.length
        least, most = node.least, node.most
        at, count = low, 0
        unbounded: int | None = None  # where any number of further rounds can start: the same after each round
        while True:
            count += 1
            left = max(0, least - count), None if most is None else most - count
            if left == (0, None):
                if unbounded is None:
                    unbounded = self._starts(window, node, left, high)
                rest = unbounded
            else:
                rest = self._starts(window, node, left, high)
            ends = window.run(self._program(window, body, False), 1 << at)[0]
            stop = _highest_common(ends, rest, high)
            if stop == high and left[0] == 0 or (stop == at and stop == high):
                return [(body, at, stop)]
            if stop == at and count > length + least:
                raise AssertionError("a repetition that goes on without getting further")
            at = stop

    def _starts(self, window: Window, node: Node, left: tuple[int, int | None], high: int) -> int:
        """Return the places from which between left[0] and left[1] rounds more can end at `high`."""
        key = (id(node), *left)
        rest = self._repeats.get(key)
        if rest is None:
            rest = self._repeats[key] = tree.repeat(node.children[0], *left)
        found = window.run(self._program(window, rest, True), 1 << (window.length - high), backward=True)[0]
        return window.mirrored(found)

    def _program(self, window: Window, node: Node, backward: bool) -> list[Instruction]:
        key = (id(node), backward)
        code = self._programs.get(key)
        if code is None:
            code = self._programs[key] = program(node, backward=backward)
            window.budget -= 8 * len(code)
        return code


def _highest_common(ends: int, allowed: int, high: int) -> int:
    common = ends & allowed & ((1 << (high + 1)) - 1)
    if not common:
        raise AssertionError("a span that its pattern doesn't match")
    return common.bit_length() - 1
