"""A regular expression run a step at a time, so that the machine can interrupt it: slow, but never out of hand.

The tree is the one that Python's re compiles (re._parser). It becomes a list of instructions for a small machine with a stack of
alternatives; nothing recurses with the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..language.values import JqError

_MOST = 20_000  # instructions
_BATCH = 512


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_NOT_DIGIT": lambda char: not char.isdecimal(),
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_NOT_SPACE": lambda char: not char.isspace(),
    "CATEGORY_WORD": _is_word,
    "CATEGORY_NOT_WORD": lambda char: not _is_word(char),
}


class Program:
    """search(text, start, tick) returns the spans of the groups, None if nothing matches."""

    def __init__(self, tree: Any, groups: int, flags: int) -> None:
        self.groups = groups
        self.flags = flags
        self.marks = 0
        self.code: list[tuple[Any, ...]] = []
        self._tree(tree)
        self._add("match")

    # ------------------------------------------------------------ compiling
    def _add(self, *instruction: Any) -> int:
        if len(self.code) >= _MOST:
            raise JqError("the regex is too large")
        self.code.append(instruction)
        return len(self.code) - 1

    def _tree(self, tree: Any) -> None:
        for op, argument in tree:
            getattr(self, "_" + str(op).lower())(argument)

    def _test(self, test: Callable[[str], bool]) -> None:
        if self.flags & re.IGNORECASE:
            plain = test
            self._add("char", lambda char: plain(char) or plain(char.lower()) or plain(char.upper()))
        else:
            self._add("char", test)

    def _literal(self, code: int) -> None:
        self._test(chr(code).__eq__)

    def _not_literal(self, code: int) -> None:
        wanted = {chr(code)}
        if self.flags & re.IGNORECASE:
            wanted |= {chr(code).lower(), chr(code).upper()}
        self._add("char", lambda char: char not in wanted)

    def _any(self, _: Any) -> None:
        self._add("char", (lambda char: True) if self.flags & re.DOTALL else (lambda char: char != "\n"))

    def _in(self, members: Any) -> None:
        singles: set[str] = set()
        ranges: list[tuple[str, str]] = []
        tests: list[Callable[[str], bool]] = []
        negate = False
        for op, argument in members:
            name = str(op)
            if name == "NEGATE":
                negate = True
            elif name == "LITERAL":
                singles.add(chr(argument))
            elif name == "RANGE":
                ranges.append((chr(argument[0]), chr(argument[1])))
            else:
                tests.append(_CATEGORIES[str(argument)])

        def within(char: str) -> bool:
            return (
                char in singles or any(low <= char <= high for low, high in ranges) or any(test(char) for test in tests)
            )

        folded = within
        if self.flags & re.IGNORECASE:

            def folded(char: str) -> bool:
                return within(char) or within(char.lower()) or within(char.upper())

        self._add("char", (lambda char: not folded(char)) if negate else folded)

    def _branch(self, argument: Any) -> None:
        ends = []
        branches = argument[1]
        for number, branch in enumerate(branches):
            if number < len(branches) - 1:
                split = self._add("split", 0, 0)
                self._tree(branch)
                ends.append(self._add("jump", 0))
                self.code[split] = ("split", split + 1, len(self.code))
            else:
                self._tree(branch)
        for end in ends:
            self.code[end] = ("jump", len(self.code))

    def _subpattern(self, argument: Any) -> None:
        group, added, removed, tree = argument
        before = self.flags
        self.flags = (self.flags | added) & ~removed
        if group is not None:
            self._add("save", 2 * group)
        self._tree(tree)
        if group is not None:
            self._add("save", 2 * group + 1)
        self.flags = before

    def _repeat(self, argument: Any, lazy: bool) -> None:
        least, most, tree = argument
        endless = most >= 1 << 31 or str(most) == "MAXREPEAT"
        for _ in range(least):
            self._tree(tree)
        if endless:
            mark = 2 * self.groups + 2 + self.marks
            self.marks += 1
            start = self._add("split", 0, 0)
            self._add("mark", mark)
            self._tree(tree)
            self._add("moved", mark)
            self._add("jump", start)
            after = len(self.code)
            self.code[start] = ("split", after, start + 1) if lazy else ("split", start + 1, after)
            return
        splits = []
        for _ in range(most - least):
            splits.append(self._add("split", 0, 0))
            self._tree(tree)
        after = len(self.code)
        for split in splits:
            self.code[split] = ("split", after, split + 1) if lazy else ("split", split + 1, after)

    def _max_repeat(self, argument: Any) -> None:
        self._repeat(argument, False)

    def _min_repeat(self, argument: Any) -> None:
        self._repeat(argument, True)

    def _inner(self, name: str, build: Callable[[], None], *more: Any) -> None:
        place = self._add(name)
        build()
        self._add("match")
        self.code[place] = (name, len(self.code), *more)

    def _possessive_repeat(self, argument: Any) -> None:
        self._inner("atomic", lambda: self._repeat(argument, False))

    def _atomic_group(self, tree: Any) -> None:
        self._inner("atomic", lambda: self._tree(tree))

    def _assert(self, argument: Any) -> None:
        self._look(argument, True)

    def _assert_not(self, argument: Any) -> None:
        self._look(argument, False)

    def _look(self, argument: Any, wanted: bool) -> None:
        direction, tree = argument
        back = tree.getwidth()[0] if direction < 0 else 0
        self._inner("look", lambda: self._tree(tree), back, wanted)

    def _at(self, where: Any) -> None:
        self._add("at", str(where), bool(self.flags & re.MULTILINE))

    def _groupref(self, group: int) -> None:
        self._add("reference", group, bool(self.flags & re.IGNORECASE))

    def _groupref_exists(self, argument: Any) -> None:
        group, yes, no = argument
        place = self._add("exists", 0, 0)
        self._tree(yes)
        end = self._add("jump", 0)
        self.code[place] = ("exists", group, len(self.code))
        if no is not None:
            self._tree(no)
        self.code[end] = ("jump", len(self.code))

    def _failure(self, _: Any) -> None:
        self._add("char", lambda char: False)

    # ------------------------------------------------------------ running
    def search(self, text: str, start: int, tick: Callable[[int], None]) -> list[tuple[int, int]] | None:
        """Return the spans of the first match at or behind start."""
        empty = (-1,) * (2 * self.groups + 2 + self.marks)
        budget = [0]
        for at in range(start, len(text) + 1):
            found = self._run(text, 0, at, empty, tick, budget)
            if found is not None:
                end, slots = found
                spans = [(slots[2 * number], slots[2 * number + 1]) for number in range(1, self.groups + 1)]
                return [(at, end), *[span if span[1] >= 0 else (-1, -1) for span in spans]]
        return None

    def _run(self, text: str, pc: int, at: int, slots: Any, tick: Any, budget: list[int]) -> Any:
        """Return (end, slots) of a match that begins here, or None."""
        code = self.code
        size = len(text)
        stack: list[tuple[int, int, Any]] = []
        steps = 0
        while True:
            steps += 1
            if steps >= _BATCH:
                tick(_BATCH // 8)
                steps = 0
                if len(stack) > 5_000_000:
                    raise JqError("the regex takes too much memory")
            instruction = code[pc]
            op = instruction[0]
            if op == "char":
                if at < size and instruction[1](text[at]):
                    at += 1
                    pc += 1
                    continue
            elif op == "split":
                stack.append((instruction[2], at, slots))
                pc = instruction[1]
                continue
            elif op == "jump":
                pc = instruction[1]
                continue
            elif op == "save" or op == "mark":
                slot = instruction[1]
                slots = (*slots[:slot], at, *slots[slot + 1 :])
                pc += 1
                continue
            elif op == "moved":
                if slots[instruction[1]] != at:
                    pc += 1
                    continue
            elif op == "match":
                budget[0] += steps
                if budget[0] > _BATCH:
                    tick(_BATCH // 8)
                    budget[0] = 0
                return at, slots
            elif op == "at":
                if self._holds(text, at, instruction[1], instruction[2]):
                    pc += 1
                    continue
            elif op == "look":
                begin = at - instruction[2]
                found = self._run(text, pc + 1, begin, slots, tick, budget) if begin >= 0 else None
                if (found is not None) == instruction[3]:
                    if found is not None:
                        slots = found[1]
                    pc = instruction[1]
                    continue
            elif op == "atomic":
                found = self._run(text, pc + 1, at, slots, tick, budget)
                if found is not None:
                    at, slots = found
                    pc = instruction[1]
                    continue
            elif op == "reference":
                first, last = slots[2 * instruction[1]], slots[2 * instruction[1] + 1]
                part = text[first:last]
                here = text[at : at + len(part)]
                if last >= 0 and (here == part or (instruction[2] and here.lower() == part.lower())):
                    at += len(part)
                    pc += 1
                    continue
            elif op == "exists":
                pc = pc + 1 if slots[2 * instruction[1] + 1] >= 0 else instruction[2]
                continue
            if not stack:
                budget[0] += steps
                if budget[0] > _BATCH:
                    tick(_BATCH // 8)
                    budget[0] = 0
                return None
            pc, at, slots = stack.pop()

    @staticmethod
    def _holds(text: str, at: int, where: str, lines: bool) -> bool:
        size = len(text)
        if where in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            return at == 0 or (lines and where == "AT_BEGINNING" and text[at - 1] == "\n")
        if where == "AT_END_STRING":
            return at == size
        if where == "AT_END":
            return at == size or (text[at] == "\n" and (lines or at == size - 1))
        edge = (at > 0 and _is_word(text[at - 1])) != (at < size and _is_word(text[at]))
        return edge == (where == "AT_BOUNDARY")
