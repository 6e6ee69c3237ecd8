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
Groups are matched by sets of positions, held as the bits of an int: see groups.py.

Time with groups is bounded by |pattern| * |text|^2 bit operations but for nested repetitions, which a step limit ends with
PatternLimit. A pattern that is broken matches as bash has it: `[` without `]` is a plain bracket, `[[:nosuch:]]` matches nothing.
No cache lives here: whoever compiles the same pattern again and again keeps the Glob.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kos_kernel.toolkit.glob.expressions import (
    compile_source,
    expression,
    one_set,
    reverse,
    search_expression,
    shape_of,
)
from kos_kernel.toolkit.glob.groups import Places, Sets
from kos_kernel.toolkit.glob.parsing import CHAR, GROUP, STAR, Item, Parser

__all__ = ["Glob", "GlobBytes", "compile_glob", "compile_glob_bytes", "has_magic"]


class Glob:
    """A compiled pattern over str. Made by `compile_glob`; methods as the module's head lists them."""

    __slots__ = (
        "_finder", "_items", "_known", "_nocase", "_pathname", "_period", "_prefixes", "_reversed", "_sets", "_shape",
        "_text", "_whole", "literal", "pattern",
    )  # fmt: skip

    def __init__(self, pattern: str, items: list[Item], nocase: bool, period: bool, pathname: bool) -> None:
        self.pattern = pattern
        self._items = items
        self._nocase = nocase
        self._period = period
        self._pathname = pathname
        self._whole: Callable[[str], object] | None = None
        self._prefixes: tuple[re.Pattern[str], re.Pattern[str]] | None = None
        self._finder: re.Pattern[str] | None = None
        self._reversed: Glob | None = None
        self._sets: Sets | None = None
        self._known: tuple[str, Places] | None = None
        self.literal: str | None = None
        self._shape, self._text = shape_of(items, nocase, period, pathname)
        if self._shape == "literal":
            self.literal = self._text
        if any(item.kind == GROUP for item in items):
            run = one_set(items)
            if run is not None and not period and not pathname:
                self._run(run)
            else:
                self._sets = Sets(items, nocase, period, pathname)

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
            whole = self._whole = compile_source(
                expression(self._items, self._pathname, last_lazy=False), self._nocase
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
            finder = self._finder = compile_source(search_expression(self._items, self._pathname), self._nocase)
        if any(item.kind == STAR for item in self._items):
            found = finder.match(text, pos)
            return None if found is None else (found.start(1), found.end())
        found = finder.search(text, pos)
        return None if found is None else found.span()

    def _run(self, run: tuple[str, int]) -> None:
        """Set up a pattern that is a run of one set, `+([0-9])`: the whole is one greedy loop over one character."""
        source, least = run
        loop = f"(?:{source}){'*' if least == 0 else '+'}"
        self._whole = compile_source(loop, self._nocase).fullmatch
        self._prefixes = (
            compile_source("" if least == 0 else source, self._nocase),
            compile_source(loop, self._nocase),
        )
        self._finder = self._prefixes[1]
        self._shape = "run"
        self._items = []  # no star in it: `find` searches

    def _prefix_patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        if self._prefixes is None:
            self._prefixes = (
                compile_source(expression(self._items, self._pathname, last_lazy=True), self._nocase),
                compile_source(expression(self._items, self._pathname, last_lazy=False), self._nocase),
            )
        return self._prefixes

    def _backward(self) -> Glob:
        if self._reversed is None:
            if self._shape == "run":
                self._reversed = self
            else:
                self._reversed = Glob(self.pattern, reverse(self._items), self._nocase, False, self._pathname)
        return self._reversed

    def _places(self, text: str) -> Places:
        """Return the positions of each character of `text`; the last text's are kept, since `find` is called in loops."""
        known = self._known
        if known is None or known[0] is not text:
            known = self._known = (text, Places(text))
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
    items = Parser(pattern, extglob, pathname).parse()
    if period:
        first = True
        for item in items:
            item.start = first
            first = pathname and item.kind == CHAR and item.char == "/"
    return Glob(pattern, items, nocase, period, pathname)


def compile_glob_bytes(
    pattern: bytes, *, extglob: bool = False, nocase: bool = False, period: bool = False, pathname: bool = False
) -> GlobBytes:
    """Return `pattern`, UTF-8, compiled for matching bytes; the options are those of `compile_glob`."""
    text = pattern.decode("utf-8", "surrogateescape")
    return GlobBytes(pattern, compile_glob(text, extglob=extglob, nocase=nocase, period=period, pathname=pathname))


def has_magic(pattern: str, *, extglob: bool = False) -> bool:
    """Return whether `pattern` holds anything but plain characters and backslashes, hence may match several texts."""
    return any(item.kind != CHAR for item in Parser(pattern, extglob, False).parse())


def _byte_length(text: str, end: int) -> int:
    return end if text.isascii() else len(text[:end].encode("utf-8", "surrogateescape"))
