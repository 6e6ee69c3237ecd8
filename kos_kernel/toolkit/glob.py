"""Shell patterns: * ? [a-z] and, where asked, ?(a|b) *(..) +(..) @(..) !(..).

One matcher for the shell (`case`, `${x#p}`, `${x//p/r}`, pathname expansion) and for programs (`find -name`,
`grep --include`): `compile_glob` over str, `compile_glob_bytes` over bytes.

    g = compile_glob("*.tar.*")
    g.matches("a.tar.gz")                  True: the whole text matches
    g.shortest_prefix(text)                end of the shortest prefix that matches, or None       ${x#p}
    g.longest_prefix(text)                                                                        ${x##p}
    g.shortest_suffix(text)                start of the shortest suffix that matches, or None     ${x%p}
    g.longest_suffix(text)                                                                        ${x%%p}
    g.find(text, pos)                      (start, end) of the leftmost, longest match, or None   ${x//p/r}
    g.literal                              the text it stands for if it has nothing special, else None

Nothing here backtracks without a bound. A pattern without groups becomes one regular expression for `re` in which each star
commits to the first place where what follows it fits (`(?>.*?seg)`, an atomic group): time is |pattern| * |text| at worst.
That is exact, because what follows a star up to the next one has a fixed length, and the leftmost place leaves the most room.
The commonest shapes (`abc`, `abc*`, `*abc`, `*abc*`) don't even reach `re`. Suffixes are prefixes of the reversed text.
Groups are matched by sets of positions, held as the bits of an int: see `_Sets`.

Time with groups is bounded by |pattern| * |text|^2 bit operations but for nested repetitions, which a step limit ends with
PatternLimit. A pattern that is broken matches as bash has it: `[` without `]` is a plain bracket, `[[:nosuch:]]` matches nothing.
No cache lives here: whoever compiles the same pattern again and again keeps the Glob.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kos_kernel.toolkit.regex.charset import ALL_CLASSES, class_ranges
from kos_kernel.toolkit.regex.errors import PatternLimit

_STAR: Final = 0
_ANY: Final = 1
_CHAR: Final = 2
_SET: Final = 3
_GROUP: Final = 4

# Steps of a matching with groups, a second or two: only nested repetitions on long texts get there.
_MAX_STEPS: Final = 3_000_000
_MAX_OPEN_BRACKETS: Final = 64
_MAX_DEPTH: Final = 60  # nested groups; deeper ones are taken literally, and no parser of ours recurses past it


class _Item:
    """One piece of a pattern. kind says which fields count: char (_CHAR), members (_SET), operator and choices (_GROUP)."""

    __slots__ = ("char", "choices", "kind", "operator", "source", "start")

    def __init__(self, kind: int, char: str = "") -> None:
        self.kind = kind
        self.char = char
        self.source = ""  # a regular expression for one character of a set
        self.operator = ""
        self.choices: list[list[_Item]] = []
        self.start = False  # period: here a leading dot isn't matched by a wildcard


class Glob:
    """A compiled pattern over str. Made by `compile_glob`; methods as the module's head lists them."""

    __slots__ = (
        "_finder", "_items", "_known", "_nocase", "_pathname", "_period", "_prefixes", "_reversed", "_sets", "_shape",
        "_text", "_whole", "literal", "pattern",
    )  # fmt: skip

    def __init__(self, pattern: str, items: list[_Item], nocase: bool, period: bool, pathname: bool) -> None:
        self.pattern = pattern
        self._items = items
        self._nocase = nocase
        self._period = period
        self._pathname = pathname
        self._whole: Callable[[str], object] | None = None
        self._prefixes: tuple[re.Pattern[str], re.Pattern[str]] | None = None
        self._finder: re.Pattern[str] | None = None
        self._reversed: Glob | None = None
        self._sets: _Sets | None = None
        self._known: tuple[str, _Places] | None = None
        self.literal: str | None = None
        self._shape, self._text = _shape(items, nocase, period, pathname)
        if self._shape == "literal":
            self.literal = self._text
        if any(item.kind == _GROUP for item in items):
            run = _one_set(items)
            if run is not None and not period and not pathname:
                self._run(run)
            else:
                self._sets = _Sets(items, nocase, period, pathname)

    def __repr__(self) -> str:
        return f"Glob({self.pattern!r})"

    def matches(self, text: str) -> bool:
        """Return whether the whole of `text` matches."""
        shape = self._shape
        if shape == "literal":
            return text == self._text
        if shape == "prefix":
            return text.startswith(self._text)
        if shape == "suffix":
            return text.endswith(self._text)
        if shape == "within":
            return self._text in text
        if self._sets is not None:
            return self._sets.whole(text)
        whole = self._whole
        if whole is None:
            whole = self._whole = _compile(
                _expression(self._items, self._pathname, last_lazy=False), self._nocase
            ).fullmatch
        return whole(text) is not None

    def shortest_prefix(self, text: str) -> int | None:
        """Return where the shortest prefix of `text` that matches ends, or None."""
        shape, known = self._shape, self._text
        if shape == "literal" or shape == "prefix":
            return len(known) if text.startswith(known) else None
        if shape == "suffix" or shape == "within":
            place = text.find(known)
            return None if place < 0 else place + len(known)
        if self._sets is not None:
            return self._sets.ends(text, lowest=True)
        found = self._prefix_patterns()[0].match(text)
        return None if found is None else found.end()

    def longest_prefix(self, text: str) -> int | None:
        """Return where the longest prefix of `text` that matches ends, or None."""
        shape, known = self._shape, self._text
        if shape == "literal":
            return len(known) if text.startswith(known) else None
        if shape == "prefix":
            return len(text) if text.startswith(known) else None
        if shape == "within":
            return len(text) if known in text else None
        if shape == "suffix":
            place = text.rfind(known)
            return None if place < 0 else place + len(known)
        if self._sets is not None:
            return self._sets.ends(text, lowest=False)
        found = self._prefix_patterns()[1].match(text)
        return None if found is None else found.end()

    def shortest_suffix(self, text: str) -> int | None:
        """Return where the shortest suffix of `text` that matches starts, or None."""
        shape, known = self._shape, self._text
        if shape == "literal" or shape == "suffix":
            return len(text) - len(known) if text.endswith(known) else None
        if shape == "prefix" or shape == "within":
            place = text.rfind(known)
            return None if place < 0 else place
        length = self._backward().shortest_prefix(text[::-1])
        return None if length is None else len(text) - length

    def longest_suffix(self, text: str) -> int | None:
        """Return where the longest suffix of `text` that matches starts, or None."""
        shape, known = self._shape, self._text
        if shape == "literal":
            return len(text) - len(known) if text.endswith(known) else None
        if shape == "suffix":
            return 0 if text.endswith(known) else None
        if shape == "within":
            return 0 if known in text else None
        if shape == "prefix":
            place = text.find(known)
            return None if place < 0 else place
        length = self._backward().longest_prefix(text[::-1])
        return None if length is None else len(text) - length

    def find(self, text: str, pos: int = 0) -> tuple[int, int] | None:
        """Return (start, end) of the leftmost match at or after `pos`, the longest of those that start there, or None.

        An empty match counts (`*` in "" gives (0, 0)); what to make of it is the caller's business.
        """
        shape, known = self._shape, self._text
        if shape == "literal" or shape == "prefix":
            place = text.find(known, pos)
            if place < 0:
                return None
            return place, (place + len(known) if shape == "literal" else len(text))
        if shape == "suffix":
            place = text.rfind(known, pos)
            return None if place < 0 else (pos, place + len(known))
        if shape == "within":
            return (pos, len(text)) if text.find(known, pos) >= 0 else None
        if self._sets is not None:
            return self._sets.find(text, pos, self._places(text))
        finder = self._finder
        if finder is None:
            finder = self._finder = _compile(_search_expression(self._items, self._pathname), self._nocase)
        if any(item.kind == _STAR for item in self._items):
            found = finder.match(text, pos)
            return None if found is None else (found.start(1), found.end())
        found = finder.search(text, pos)
        return None if found is None else found.span()

    def _run(self, run: tuple[str, int]) -> None:
        """Set up a pattern that is a run of one set, `+([0-9])`: the whole is one greedy loop over one character."""
        source, least = run
        loop = f"(?:{source}){'*' if least == 0 else '+'}"
        self._whole = _compile(loop, self._nocase).fullmatch
        self._prefixes = (_compile("" if least == 0 else source, self._nocase), _compile(loop, self._nocase))
        self._finder = self._prefixes[1]
        self._shape = "run"
        self._items = []  # no star in it: `find` searches

    def _prefix_patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        if self._prefixes is None:
            self._prefixes = (
                _compile(_expression(self._items, self._pathname, last_lazy=True), self._nocase),
                _compile(_expression(self._items, self._pathname, last_lazy=False), self._nocase),
            )
        return self._prefixes

    def _backward(self) -> Glob:
        if self._reversed is None:
            if self._shape == "run":
                self._reversed = self
            else:
                self._reversed = Glob(self.pattern, _reverse(self._items), self._nocase, False, self._pathname)
        return self._reversed

    def _places(self, text: str) -> _Places:
        """Return the positions of each character of `text`; the last text's are kept, since `find` is called in loops."""
        known = self._known
        if known is None or known[0] is not text:
            known = self._known = (text, _Places(text))
        return known[1]


class GlobBytes:
    """A compiled pattern over bytes in UTF-8: the same methods as Glob's, positions in bytes.

    A byte that isn't part of UTF-8 counts as one character, as in bash.
    """

    __slots__ = ("_glob", "_known", "_shape", "literal", "pattern")

    def __init__(self, pattern: bytes, glob: Glob) -> None:
        self.pattern = pattern
        self._glob = glob
        self._shape = glob._shape
        self._known = glob._text.encode("utf-8", "surrogateescape")
        self.literal = None if glob.literal is None else self._known

    def __repr__(self) -> str:
        return f"GlobBytes({self.pattern!r})"

    def matches(self, text: bytes) -> bool:
        """Return whether the whole of `text` matches."""
        shape = self._shape  # comparing whole characters as bytes is safe: UTF-8 has no character inside another
        if shape == "suffix":
            return text.endswith(self._known)
        if shape == "literal":
            return text == self._known
        if shape == "prefix":
            return text.startswith(self._known)
        if shape == "within":
            return self._known in text
        return self._glob.matches(text.decode("utf-8", "surrogateescape"))

    def shortest_prefix(self, text: bytes) -> int | None:
        """Return where the shortest prefix of `text` that matches ends, or None."""
        return self._ask(self._glob.shortest_prefix, text)

    def longest_prefix(self, text: bytes) -> int | None:
        """Return where the longest prefix of `text` that matches ends, or None."""
        return self._ask(self._glob.longest_prefix, text)

    def shortest_suffix(self, text: bytes) -> int | None:
        """Return where the shortest suffix of `text` that matches starts, or None."""
        return self._ask(self._glob.shortest_suffix, text)

    def longest_suffix(self, text: bytes) -> int | None:
        """Return where the longest suffix of `text` that matches starts, or None."""
        return self._ask(self._glob.longest_suffix, text)

    def find(self, text: bytes, pos: int = 0) -> tuple[int, int] | None:
        """Return (start, end) of the leftmost, longest match at or after `pos`, or None."""
        rest = text[pos:].decode("utf-8", "surrogateescape")
        found = self._glob.find(rest)
        if found is None:
            return None
        return pos + _byte_length(rest, found[0]), pos + _byte_length(rest, found[1])

    def _ask(self, method: Callable[[str], int | None], text: bytes) -> int | None:
        decoded = text.decode("utf-8", "surrogateescape")
        place = method(decoded)
        return None if place is None else _byte_length(decoded, place)


def compile_glob(
    pattern: str, *, extglob: bool = False, nocase: bool = False, period: bool = False, pathname: bool = False
) -> Glob:
    """Return `pattern` compiled. A backslash takes the next character literally.

    extglob: ?(..) *(..) +(..) @(..) !(..) are groups. nocase: upper and lower case are one.
    period: a dot at the start (with pathname: after each slash too) is matched by a dot alone. pathname: no wildcard matches a slash.
    Never raises: every text is a pattern.
    """
    items = _Parser(pattern, extglob, pathname).parse()
    if period:
        first = True
        for item in items:
            item.start = first
            first = pathname and item.kind == _CHAR and item.char == "/"
    return Glob(pattern, items, nocase, period, pathname)


def compile_glob_bytes(
    pattern: bytes, *, extglob: bool = False, nocase: bool = False, period: bool = False, pathname: bool = False
) -> GlobBytes:
    """Return `pattern`, UTF-8, compiled for matching bytes; the options are those of `compile_glob`."""
    text = pattern.decode("utf-8", "surrogateescape")
    return GlobBytes(pattern, compile_glob(text, extglob=extglob, nocase=nocase, period=period, pathname=pathname))


def has_magic(pattern: str, *, extglob: bool = False) -> bool:
    """Return whether `pattern` holds anything but plain characters and backslashes, hence may match several texts."""
    return any(item.kind != _CHAR for item in _Parser(pattern, extglob, False).parse())


def _byte_length(text: str, end: int) -> int:
    return end if text.isascii() else len(text[:end].encode("utf-8", "surrogateescape"))


# -- reading a pattern -------------------------------------------------------------------------------------------------


class _Parser:
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

    def parse(self) -> list[_Item]:
        return self._items(0, len(self._text))

    def _items(self, at: int, end: int) -> list[_Item]:
        """Return the items of text[at:end]."""
        text = self._text
        items: list[_Item] = []
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
                if not items or items[-1].kind != _STAR:
                    items.append(_Item(_STAR))
            elif char == "?":
                items.append(_Item(_ANY))
            elif char == "[":
                close = self._bracket_end(at)
                if close is None or close >= end or (self._pathname and "/" in text[at:close]):
                    items.append(_Item(_CHAR, "["))
                else:
                    items.append(_read_bracket(text, at, close))
                    at = close + 1
            elif char == "\\" and at < end:
                items.append(_Item(_CHAR, text[at]))
                at += 1
            else:
                items.append(_Item(_CHAR, char))
        return items

    def _group(self, operator: str, at: int, close: int) -> _Item:
        item = _Item(_GROUP)
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


def _read_bracket(text: str, at: int, close: int) -> _Item:
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
    item = _Item(_SET)
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


def _fill_set(item: _Item, negated: bool, ranges: list[tuple[str, str]], classes: list[str]) -> None:
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


# -- patterns without groups: one regular expression -------------------------------------------------------------------


def _shape(items: list[_Item], nocase: bool, period: bool, pathname: bool) -> tuple[str, str]:
    """Return (shape, text): "literal", or "prefix" for text*, "suffix" for *text, "within" for *text*; else ("", "")."""
    stars = [index for index, item in enumerate(items) if item.kind == _STAR]
    if nocase or any(item.kind not in (_STAR, _CHAR) for item in items):
        return "", ""
    text = "".join(item.char for item in items if item.kind == _CHAR)
    if not stars:
        return "literal", text
    if pathname or (period and items[0].kind == _STAR):
        return "", ""
    last = len(items) - 1
    if stars == [last]:
        return "prefix", text
    if stars == [0]:
        return "suffix", text
    if stars == [0, last]:
        return "within", text
    return "", ""


def _compile(source: str, nocase: bool) -> re.Pattern[str]:
    return re.compile(source, re.DOTALL | (re.IGNORECASE if nocase else 0))


def _segments(items: list[_Item], pathname: bool) -> list[str]:
    """Return the sources of what lies between the stars: at least one, perhaps empty, of fixed length each."""
    any_char = "[^/]" if pathname else "."
    segments = [""]
    for item in items:
        guard = r"(?!\.)" if item.start and item.kind != _CHAR else ""
        if item.kind == _STAR:
            segments[-1] += guard
            segments.append("")
        elif item.kind == _ANY:
            segments[-1] += guard + any_char
        elif item.kind == _SET:
            segments[-1] += guard + (f"(?!/){item.source}" if pathname else item.source)
        else:
            segments[-1] += re.escape(item.char)
    return segments


def _expression(items: list[_Item], pathname: bool, *, last_lazy: bool) -> str:
    """Return the source that matches a whole text or, where it ends early, the longest (last_lazy: the shortest) prefix."""
    dots = "[^/]*" if pathname else ".*"
    first, *rest = _segments(items, pathname)
    source = first
    for number, segment in enumerate(rest):
        if number + 1 < len(rest):
            source += f"(?>{dots}?{segment})"
        elif last_lazy:
            source += f"{dots}?{segment}"
        else:
            source += f"{dots}{segment}"
    return source


def _search_expression(items: list[_Item], pathname: bool) -> str:
    """Return the source for `find`. With a star in it: for `match`, where group 1 is empty and stands at the start.

    The first segment's leftmost place is the only one worth trying: if the rest doesn't fit after it, it fits nowhere later.
    """
    first, *rest = _segments(items, pathname)
    if not rest:
        return first
    return f"(?>.*?(?={first})())" + _expression(items, pathname, last_lazy=False)


def _reverse(items: list[_Item]) -> list[_Item]:
    """Return the items of the pattern that matches the reversed texts."""
    backward: list[_Item] = []
    for item in reversed(items):
        if item.kind == _GROUP:
            turned = _Item(_GROUP)
            turned.operator = item.operator
            turned.choices = [_reverse(choice) for choice in item.choices]
            backward.append(turned)
        elif item.start:
            turned = _Item(item.kind, item.char)
            turned.source = item.source
            backward.append(turned)
        else:
            backward.append(item)
    return backward


def _one_set(items: list[_Item]) -> tuple[str, int] | None:
    """Return (source of a character, least number of them) if the pattern is `+(c|[d-f])` or `*(...)`, else None."""
    if len(items) != 1 or items[0].operator not in ("+", "*"):
        return None
    sources: list[str] = []
    for choice in items[0].choices:
        if len(choice) != 1 or choice[0].kind not in (_CHAR, _SET, _ANY):
            return None
        only = choice[0]
        sources.append("." if only.kind == _ANY else only.source if only.kind == _SET else re.escape(only.char))
    return "(?:" + "|".join(sources) + ")", 1 if items[0].operator == "+" else 0


# -- patterns with groups: sets of positions ---------------------------------------------------------------------------


class _Places:
    """Where each kind of character stands in a text, as the bits of an int, found once for each kind."""

    __slots__ = ("everywhere", "known", "length", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.length = len(text)
        self.everywhere = (1 << len(text)) - 1
        self.known: dict[tuple[int, str], int] = {}

    def of(self, item: _Item, nocase: bool) -> int:
        """Return the set of positions whose character the item matches."""
        key = (item.kind, item.source or item.char)
        found = self.known.get(key)
        if found is None:
            found = 0
            source = item.source if item.kind == _SET else re.escape(item.char)
            for hit in _compile(source, nocase).finditer(self.text):
                found |= 1 << hit.start()
            self.known[key] = found
        return found


class _Sets:
    """Matching with groups: from a set of starts to the set of all ends, item by item.

    A step is a shift and an `and` over the whole text at once. `*(x)` is repeated until no new end appears; `!(x)` asks for
    each start which ends x has, and takes the others. Each (negated group, start) is worked out once for a text, so the work
    is bounded by |pattern| * |text|^2 bit operations, sixty-four to a machine word.
    """

    __slots__ = ("_items", "_nocase", "_pathname", "_period")

    def __init__(self, items: list[_Item], nocase: bool, period: bool, pathname: bool) -> None:
        self._items = items
        self._nocase = nocase
        self._period = period
        self._pathname = pathname

    def whole(self, text: str) -> bool:
        return bool(_Run(self, _Places(text)).sequence(self._items, 1) >> len(text))

    def ends(self, text: str, *, lowest: bool) -> int | None:
        ends = _Run(self, _Places(text)).sequence(self._items, 1)
        if not ends:
            return None
        return (ends & -ends).bit_length() - 1 if lowest else ends.bit_length() - 1

    def find(self, text: str, pos: int, places: _Places) -> tuple[int, int] | None:
        run = _Run(self, places)
        # One backward question would do, but starts are few: only those from which the first item can go anywhere.
        for start in range(pos, len(text) + 1):
            ends = run.sequence(self._items, 1 << start)
            if ends:
                return start, ends.bit_length() - 1
        return None


class _Run:
    """One matching of one text."""

    __slots__ = ("_dots", "_memo", "_nocase", "_pathname", "_places", "_singles", "_steps", "_stops")

    def __init__(self, sets: _Sets, places: _Places) -> None:
        self._nocase = sets._nocase
        self._pathname = sets._pathname
        self._places = places
        self._memo: dict[tuple[int, int], int] = {}
        self._steps = 0
        text = places.text
        slashes = 0
        if self._pathname:
            for hit in re.finditer("/", text):
                slashes |= 1 << hit.start()
        self._dots = 0  # leading dots: no wildcard matches them, nor the nothing before them
        if sets._period:
            leading = slashes << 1 | 1
            for hit in re.finditer(r"\.", text):
                self._dots |= 1 << hit.start()
            self._dots &= leading
        self._singles = places.everywhere & ~slashes & ~self._dots  # what ? and [..] may match
        self._stops = slashes | 1 << places.length  # where a star must stop

    def sequence(self, items: list[_Item], starts: int) -> int:
        for item in items:
            if not starts:
                return 0
            starts = self._step(item, starts)
        return starts

    def _step(self, item: _Item, starts: int) -> int:
        kind, places = item.kind, self._places
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise PatternLimit("this pattern needs too much time for this text")
        if kind == _CHAR:
            return (starts & places.of(item, self._nocase)) << 1
        if kind == _SET:
            return (starts & places.of(item, self._nocase) & self._singles) << 1
        if kind == _ANY:
            return (starts & self._singles) << 1
        if kind == _STAR:
            return self._flood(starts)
        return self._group(item, starts)

    def _flood(self, starts: int) -> int:
        """Return what a star reaches: from each start everything up to the next place that wildcards can't pass."""
        starts &= ~self._dots
        reached = 0
        while starts:
            low = starts & -starts
            ahead = self._stops & -low
            past = (ahead & -ahead) << 1
            reached |= past - low
            starts &= -past
        return reached

    def _group(self, item: _Item, starts: int) -> int:
        operator = item.operator
        if operator == "!":
            ends = 0
            rest = starts & ~self._dots
            while rest:
                low = rest & -rest
                ends |= self._others(item, low)
                rest ^= low
            return ends
        once = self._once(item, starts)
        if operator == "@":
            return once
        if operator == "?":
            return starts | once
        reached, fresh = once, once
        while fresh:
            fresh = self._once(item, fresh) & ~reached
            reached |= fresh
        return reached | starts if operator == "*" else reached

    def _once(self, item: _Item, starts: int) -> int:
        ends = 0
        for choice in item.choices:
            ends |= self.sequence(choice, starts)
        return ends

    def _others(self, item: _Item, start: int) -> int:
        """Return the ends of `!(...)` from one start (a single bit): all that a star reaches, less those of the group."""
        key = (id(item), start)
        found = self._memo.get(key)
        if found is None:
            found = self._flood(start) & ~self._once(item, start)
            self._memo[key] = found
        return found
