"""match, test and what is built on them: Perl's regular expressions over characters.

Python's engine can't be interrupted, so it gets only what it surely ends soon with (a pattern whose repeats, for a text of that
length, can't add up to much). The rest is run by backtracking.py, a step at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..language.values import JqError, shown, type_of

if TYPE_CHECKING:
    from ..engine.vm import Vm

_NAMED = re.compile(r"\(\?<(?=[A-Za-z_])")
_POSIX = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s", "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f", "cntrl": r"\x00-\x1f\x7f", "word": r"\w", "print": r"\x20-\x7e",
    "graph": r"!-~",
}  # fmt: skip
_AFFORDABLE = 5_000_000  # steps of Python's engine in one call
_LONGEST_PATTERN = 10_000


def _translated(pattern: str) -> str:
    """Return Oniguruma's pattern as Python has it."""
    pattern = _NAMED.sub("(?P<", pattern)
    pattern = re.sub(r"(?<!\\)((?:\\\\)*)\\h", r"\1[0-9A-Fa-f]", pattern)
    pattern = re.sub(r"\[:(\w+):\]", lambda found: _POSIX.get(found[1], found[0]), pattern)
    return re.sub(r"(?<!\\)((?:\\\\)*)\\z", r"\1\\Z", pattern)


def _weight(tree: Any, within: bool = False) -> float:
    """Return how many repeats without a bound stand in a pattern; infinity if one stands in another."""
    total = 0.0
    for op, argument in tree:
        name = str(op)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, body = argument
            many = most > 8 and most != least
            if within and (many or most > 1):
                return float("inf")
            total += (1 if many else 0) + _weight(body, within or most > 1)
        elif name == "SUBPATTERN":
            total += _weight(argument[3], within)
        elif name == "BRANCH":
            total += sum(_weight(branch, within) for branch in argument[1])
        elif name in ("ASSERT", "ASSERT_NOT"):
            total += 1 + _weight(argument[1], within)
        elif name == "ATOMIC_GROUP":
            total += _weight(argument, within)
        elif name in ("GROUPREF", "GROUPREF_EXISTS"):
            total += 1
    return total


class _Pattern:
    def __init__(self, vm: Vm, pattern: str, flags: int) -> None:
        from re import _parser  # type: ignore[attr-defined]  # the tree that re itself compiles

        self.vm = vm
        text = _translated(pattern)
        try:
            self.native = re.compile(text, flags)
            tree = _parser.parse(text, flags)
        except (re.error, OverflowError, RecursionError) as error:
            raise JqError(f"{pattern} (at offset 0) is not a valid regex: {error}")
        self.weight = _weight(tree)
        self.tree = tree
        self.names = {number: name for name, number in self.native.groupindex.items()}
        self.groups = self.native.groups
        self.slow: Any = None

    def find(self, text: str, start: int) -> list[tuple[int, int]] | None:
        """Return the spans of the first match at or behind start: the whole and each group, (-1, -1) for none."""
        size = len(text) - start + 1
        if self.weight <= 8 and size ** (self.weight + 1) <= _AFFORDABLE:
            found = self.native.search(text, start)
            return None if found is None else [found.span(number) for number in range(self.groups + 1)]
        if self.slow is None:
            from .backtracking import Program

            self.slow = Program(self.tree, self.groups, self.native.flags)
        return self.slow.search(text, start, self.vm.k.tick)  # type: ignore[no-any-return]


def install(functions: dict[tuple[str, int], Callable[..., Any]], vm: Vm) -> None:
    """Put the function behind match and test in the table."""
    cache: dict[tuple[str, int], _Pattern] = {}

    def compiled(pattern: str, flags: int) -> _Pattern:
        key = (pattern, flags)
        if key not in cache:
            if len(cache) > 100:
                cache.clear()
            if len(pattern) > _LONGEST_PATTERN:
                raise JqError("the regex is too long")
            cache[key] = _Pattern(vm, pattern, flags)
        return cache[key]

    def match(text: Any, pattern: Any, modifiers: Any, test: Any) -> Any:
        if type(text) is not str:
            raise JqError(f"{type_of(text)} ({shown(text)}) cannot be matched, as it is not a string")
        if type(pattern) is not str:
            raise JqError(f"{type_of(pattern)} ({shown(pattern)}) cannot be matched, as it is not a string")
        everywhere = not_empty = False
        flags = 0
        if modifiers is not None:
            if type(modifiers) is not str:
                raise JqError(f"{type_of(modifiers)} ({shown(modifiers)}) is not a string")
            for letter in modifiers:
                if letter == "g":
                    everywhere = True
                elif letter == "n":
                    not_empty = True
                elif letter in "ixsp":
                    flags |= {"i": re.IGNORECASE, "x": re.VERBOSE, "s": 0, "p": re.DOTALL}[letter]
                else:
                    raise JqError(f"{modifiers} is not a valid modifier string")
        program = compiled(pattern, flags)
        found: list[Any] = []
        at = 0
        while at <= len(text):
            spans = program.find(text, at)
            if spans is None:
                break
            start, end = spans[0]
            at = end if end > start else end + 1
            if not_empty and start == end:
                continue
            if test:
                return True
            captures = [_capture(text, span, program.names.get(number)) for number, span in enumerate(spans)][1:]
            found.append({"offset": start, "length": end - start, "string": text[start:end], "captures": captures})
            vm.work(8)
            if not everywhere:
                break
        return False if test else found

    functions[("_match", 3)] = match


def _capture(text: str, span: tuple[int, int], name: str | None) -> Any:
    start, end = span
    return {
        "offset": start,
        "length": max(end - start, 0),
        "string": text[start:end] if start >= 0 else None,
        "name": name,
    }
