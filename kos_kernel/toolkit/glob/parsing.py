"""From a shell pattern's text to a list of items: characters, ?, *, bracket expressions, groups.

Every text is a pattern: a bracket or a group without an end is plain text, and so are groups nested too deep.
Brackets that never close are given up after some tries, so a text of brackets takes linear time.
"""

from __future__ import annotations

from typing import Final

from kos_kernel.toolkit.regex.charset import ALL_CLASSES, class_ranges

STAR: Final = 0
ANY: Final = 1
CHAR: Final = 2
SET: Final = 3
GROUP: Final = 4

_MAX_OPEN_BRACKETS: Final = 64
_MAX_DEPTH: Final = 60  # nested groups; deeper ones are taken literally, and no parser of ours recurses past it


class Item:
    """One piece of a pattern. kind says which fields count: char (CHAR), members (SET), operator and choices (GROUP)."""

    __slots__ = ("char", "choices", "kind", "operator", "source", "start")

    def __init__(self, kind: int, char: str = "") -> None:
        self.kind = kind
        self.char = char
        self.source = ""  # a regular expression for one character of a set
        self.operator = ""
        self.choices: list[list[Item]] = []
        self.start = False  # period: here a leading dot isn't matched by a wildcard


class Parser:
    """Turns a pattern's text into items."""

    __slots__ = ("_brackets", "_depth", "_extglob", "_failures", "_groups_end", "_last", "_pathname", "_text")

    def __init__(self, text: str, extglob: bool, pathname: bool) -> None:
        self._text = text
        self._extglob = extglob
        self._pathname = pathname
        self._depth = 0
        self._groups_end: dict[int, int] | None = None
        self._brackets: dict[int, int | None] = {}
        self._failures = 0
        self._last = {kind: text.rfind(kind + "]") for kind in ":=."} if "[" in text else {}

    def parse(self) -> list[Item]:
        return self._items(0, len(self._text))

    def _items(self, at: int, end: int) -> list[Item]:
        """Return the items of text[at:end]."""
        text = self._text
        items: list[Item] = []
        while at < end:
            char = text[at]
            if self._extglob and char in "?*+@!" and at + 1 < end and text[at + 1] == "(" and self._depth < _MAX_DEPTH:
                close = self._closing(at + 1)
                if close is not None and close < end:
                    items.append(self._group(char, at + 2, close))
                    at = close + 1
                    continue
            at += 1
            if char == "*":
                if not items or items[-1].kind != STAR:
                    items.append(Item(STAR))
            elif char == "?":
                items.append(Item(ANY))
            elif char == "[":
                close = self._bracket_end(at)
                if close is None or close >= end or (self._pathname and "/" in text[at:close]):
                    items.append(Item(CHAR, "["))
                else:
                    items.append(_read_bracket(text, at, close))
                    at = close + 1
            elif char == "\\" and at < end:
                items.append(Item(CHAR, text[at]))
                at += 1
            else:
                items.append(Item(CHAR, char))
        return items

    def _group(self, operator: str, at: int, close: int) -> Item:
        item = Item(GROUP)
        item.operator = operator
        self._depth += 1
        for start, end in self._choices(at, close):
            item.choices.append(self._items(start, end))
        self._depth -= 1
        return item

    def _choices(self, at: int, close: int) -> list[tuple[int, int]]:
        """Return the (start, end) of the alternatives in text[at:close], cut at the bars outside of inner groups."""
        text = self._text
        ends = self._ends()
        spans: list[tuple[int, int]] = []
        start = at
        while at < close:
            char = text[at]
            if char == "\\":
                at += 2
            elif char == "[":
                at = self._skip_bracket(at)
            elif char == "(" and at in ends:
                at = ends[at] + 1
            elif char == "|":
                spans.append((start, at))
                at += 1
                start = at
            else:
                at += 1
        spans.append((start, close))
        return spans

    def _closing(self, opening: int) -> int | None:
        return self._ends().get(opening)

    def _ends(self) -> dict[int, int]:
        """Return where each group's parenthesis closes; found for all groups in one pass."""
        if self._groups_end is None:
            text = self._text
            ends: dict[int, int] = {}
            stack: list[int] = []
            at = 0
            while at < len(text):
                char = text[at]
                if char == "\\":
                    at += 2
                    continue
                if char == "[":
                    at = self._skip_bracket(at)
                    continue
                if char == "(" and at and (text[at - 1] in "?*+@!" or stack):
                    stack.append(at)
                elif char == ")" and stack:
                    ends[stack.pop()] = at
                at += 1
            self._groups_end = ends
        return self._groups_end

    def _skip_bracket(self, at: int) -> int:
        """Return the place after the bracket expression at `at`, or after its `[` alone if it has no end."""
        found = self._bracket_end(at + 1)
        return at + 1 if found is None else found + 1

    def _bracket_end(self, at: int) -> int | None:
        """Return where the bracket expression whose inside starts at `at` has its `]`, or None.

        After some brackets without an end no more is looked for, so that a text of brackets doesn't take quadratic time.
        """
        if at not in self._brackets:
            found = self._find_bracket_end(at) if self._failures < _MAX_OPEN_BRACKETS else None
            if found is None:
                self._failures += 1
            self._brackets[at] = found
        return self._brackets[at]

    def _find_bracket_end(self, at: int) -> int | None:
        text, end = self._text, len(self._text)
        if at < end and text[at] in "!^":
            at += 1
        first = True
        while at < end:
            char = text[at]
            if char == "]" and not first:
                return at
            first = False
            if char == "\\":
                at += 2
                continue
            if char == "[" and at + 1 < end and text[at + 1] in ":=." and self._last[text[at + 1]] >= at + 2:
                at = text.find(text[at + 1] + "]", at + 2) + 2
                continue
            at += 1
        return None


def _read_bracket(text: str, at: int, close: int) -> Item:
    """Return the set that stands in text[at:close], between the brackets."""
    negated = text[at] in "!^"
    if negated:
        at += 1
    ranges: list[tuple[str, str]] = []
    classes: list[str] = []
    while at < close:
        char = text[at]
        if char == "[" and at + 1 < close and text[at + 1] in ":=.":
            kind = text[at + 1]
            stop = text.find(kind + "]", at + 2, close)
            if stop >= 0:
                name = text[at + 2 : stop]
                at = stop + 2
                if kind == ":":
                    classes.append(name)
                    continue
                if len(name) != 1:
                    continue  # an unknown collating element matches nothing
                char = name
            else:
                at += 1
        elif char == "\\" and at + 1 < close:
            char = text[at + 1]
            at += 2
        else:
            at += 1
        if at + 1 < close and text[at] == "-":
            high, after = _range_end(text, at + 1, close)
            if high is not None:
                if char <= high:
                    ranges.append((char, high))
                at = after
                continue
        ranges.append((char, char))
    item = Item(SET)
    _fill_set(item, negated, ranges, [name for name in classes if name in ALL_CLASSES])
    return item


def _range_end(text: str, at: int, close: int) -> tuple[str | None, int]:
    """Return (the character that ends a range, the place after it); None if what stands there can't end one."""
    char = text[at]
    if char == "[" and at + 1 < close and text[at + 1] in ".=":
        stop = text.find(text[at + 1] + "]", at + 2, close)
        if stop == at + 3:
            return text[at + 2], stop + 2
        return None, at
    if char == "\\" and at + 1 < close:
        return text[at + 1], at + 2
    return char, at + 1


def _fill_set(item: Item, negated: bool, ranges: list[tuple[str, str]], classes: list[str]) -> None:
    """Give a set its regular expression and its test.

    The classes beyond ASCII are big tables, and hardly any text needs them: \\w and its kind stand in where they are exact.
    """
    inside: list[str] = [_escape(low) + ("" if low == high else "-" + _escape(high)) for low, high in ranges]
    outside: list[str] = []  # sub-expressions that can't stand inside brackets
    for name in classes:
        if name == "alpha":
            outside.append(r"[^\W\d_]")
        elif name == "alnum":
            outside.append(r"[^\W_]")
        elif name == "word":
            inside.append(r"\w")
        else:
            inside += [
                _escape(chr(low)) + ("" if low == high else "-" + _escape(chr(high)))
                for low, high in class_ranges(name, True)
            ]
    parts = outside + ([f"[{''.join(inside)}]"] if inside else [])
    if not parts:
        source = r"[^\s\S]"
    elif len(parts) == 1:
        source = parts[0]
    else:
        source = f"(?:{'|'.join(parts)})"
    if negated:
        source = f"[^{''.join(inside)}]" if inside and not outside else f"(?!{source})[\\s\\S]"
    item.source = source


def _escape(char: str) -> str:
    return "\\" + char if char in "\\]^-[&~|" else char
