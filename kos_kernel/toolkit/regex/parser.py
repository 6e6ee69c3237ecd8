"""From a pattern's text to a tree, in GNU's dialects, with GNU's errors.

    parse(text, dialect, unicode=True, icase=False, newline=None) -> Pattern(tree, groups, back_references)

The text is `str`: UTF-8 decoded with surrogateescape, or Latin-1 in the C locale. What stands where decides much in POSIX
patterns (`*` at the start is a star, `a^b` holds a plain caret in basic ones), so a token is read with an eye on what came
before it, as glibc does; where POSIX leaves it open, we do what glibc or, for the grep dialects, grep does.
`newline` says that the data is lines ended by that character: nothing in the pattern matches it then.

The parser keeps its open groups on a list of its own, so nesting costs no Python stack.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from kos_kernel.toolkit.regex import charset, errors, tree
from kos_kernel.toolkit.regex.dialects import Dialect
from kos_kernel.toolkit.regex.errors import PatternError
from kos_kernel.toolkit.regex.tree import Node

MAX_REPEAT: Final = 32767  # RE_DUP_MAX
MAX_DEPTH: Final = 5000
MAX_WEIGHT: Final = 50_000  # characters, repetitions written out

_PLACES: Final = {
    "<": tree.WORD_START,
    ">": tree.WORD_END,
    "b": tree.WORD_EDGE,
    "B": tree.NO_WORD_EDGE,
    "`": tree.TEXT_START,
    "'": tree.TEXT_END,
}

_LINE_PLACES: Final = _PLACES | {"`": tree.BOL, "'": tree.EOL}  # where each line is a text of its own

_END: Final = 0  # of the pattern
_CHAR: Final = 1
_OR: Final = 2
_OPEN: Final = 3
_CLOSE: Final = 4
_REPEAT: Final = 5  # * + ?
_BRACE: Final = 6  # { that opens an interval
_BRACKET: Final = 7
_ANY: Final = 8
_ASSERT: Final = 9
_BACKREF: Final = 10
_CLASS: Final = 11  # \w \W \s \S
_TRAILING: Final = 12  # a backslash at the end


class Pattern(NamedTuple):
    """What a pattern's text means."""

    root: Node
    groups: int
    back_references: bool


class _Open:
    """A group that isn't closed yet: the alternatives so far and the branch being read."""

    __slots__ = ("branch", "choices", "index")

    def __init__(self, index: int) -> None:
        self.index = index
        self.choices: list[Node] = []
        self.branch: list[Node] = []


def parse(
    text: str,
    dialect: Dialect,
    *,
    unicode: bool = True,
    icase: bool = False,
    newline: str | None = None,
    groups: int = 0,
) -> Pattern:
    """Return the tree of `text`. Raises PatternError in glibc's words.

    newline: the data is lines that end so; nothing matches it. groups: how many groups earlier patterns of a list have.
    """
    return _Parser(text, dialect, unicode, icase, newline, groups).parse()


def parse_fixed(text: str, *, unicode: bool = True, icase: bool = False, newline: str | None = None) -> Pattern:
    """Return the tree of a plain text, in which nothing is special."""
    parser = _Parser(text, Dialect(), unicode, icase, newline, 0)
    return Pattern(tree.cat([parser.set_of(((ord(char), ord(char)),)) for char in text]), 0, False)


class _Parser:
    __slots__ = (
        "_at", "_before", "_closed", "_dialect", "_folded", "_icase", "_kind", "_newline", "_opened", "_stack", "_text",
        "_unicode", "_value",
    )  # fmt: skip

    def __init__(
        self, text: str, dialect: Dialect, unicode: bool, icase: bool, newline: str | None, groups: int
    ) -> None:
        self._text = text
        self._dialect = dialect
        self._unicode = unicode
        self._icase = icase
        self._newline: charset.Ranges = () if newline is None else ((ord(newline), ord(newline)),)
        self._at = 0
        self._kind = _END
        self._value = ""
        self._before = groups
        self._opened = groups
        self._closed: set[int] = set()
        self._stack: list[_Open] = []
        self._folded: dict[charset.Ranges, charset.Ranges] = {}

    def parse(self) -> Pattern:
        stack = self._stack = [_Open(0)]
        references = False
        if (
            self._dialect.colon_class_error
            and len(self._text) > 3
            and self._text[:2] == "[:"
            and self._text[-2:] == ":]"
        ):
            raise PatternError("character class syntax is [[:space:]], not [:space:]")
        self._next(anchor_here=True)
        while True:
            kind = self._kind
            level = stack[-1]
            if kind == _END:
                break
            if kind == _OR:
                level.choices.append(tree.cat(level.branch))
                level.branch = []
                self._next(anchor_here=True)
                continue
            if kind == _OPEN:
                if len(stack) > MAX_DEPTH:
                    raise PatternError(errors.TOO_BIG)
                self._opened += 1
                stack.append(_Open(self._opened))
                self._next(anchor_here=True)
                continue
            if kind == _CLOSE and len(stack) > 1:
                level.choices.append(tree.cat(level.branch))
                node = tree.group(tree.alt(level.choices), level.index)
                stack.pop()
                self._closed.add(level.index)
                self._next()
                self._repeated(node)
                continue
            if kind == _ASSERT:  # can't be repeated: what follows it starts afresh
                level.branch.append(tree.assertion(int(self._value)))
                self._next()
                continue
            if kind in (_REPEAT, _BRACE):
                if self._leading(kind):
                    continue
            elif kind == _CLOSE and self._dialect.lone_close_error:
                raise PatternError(errors.UNMATCHED_CLOSE)
            elif kind == _TRAILING:
                raise PatternError(errors.TRAILING_BACKSLASH)
            if kind == _BACKREF:
                number = int(self._value) + self._before
                if number not in self._closed:
                    raise PatternError(errors.BAD_BACK_REFERENCE)
                references = True
                node = tree.back_reference(number)
            elif kind == _BRACKET:
                node = self._bracket()
            elif kind == _ANY:
                node = self.set_of(charset.ANY_UTF8 if self._unicode else charset.ANY_BYTE)
            elif kind == _CLASS:
                name = "word" if self._value in "wW" else "space"
                node = self.set_of(charset.class_ranges(name, self._unicode), negated=self._value in "WS")
            else:
                node = self.set_of(((ord(self._value), ord(self._value)),))
            self._next()
            self._repeated(node)
        if len(stack) > 1:
            raise PatternError(errors.UNMATCHED_OPEN)
        stack[0].choices.append(tree.cat(stack[0].branch))
        return Pattern(tree.alt(stack[0].choices), self._opened - self._before, references)

    def set_of(self, ranges: charset.Ranges, *, negated: bool = False) -> Node:
        """Return a node for one character of `ranges`, with both cases if that is asked for, never the newline."""
        if self._icase:
            folded = self._folded.get(ranges)
            if folded is None:
                folded = self._folded[ranges] = charset.fold(ranges, self._unicode)
            ranges = folded
        if negated:
            ranges = charset.subtract(charset.ANY_UTF8 if self._unicode else charset.ANY_BYTE, ranges)
        if self._newline:
            ranges = charset.subtract(ranges, self._newline)
        return tree.char_set(ranges)

    # -- tokens --------------------------------------------------------------------------------------------------------

    def _next(self, *, anchor_here: bool = False) -> None:
        """Read the next token into _kind and _value. anchor_here: a caret is an anchor here in any dialect."""
        text, at, dialect = self._text, self._at, self._dialect
        if at >= len(text):
            self._kind = _END
            return
        char = text[at]
        self._at = at + 1
        self._kind = _CHAR
        self._value = char
        if char == "\\":
            self._escape(at + 1)
        elif char == "[":
            self._kind = _BRACKET
        elif char == ".":
            self._kind = _ANY
        elif char == "*":
            self._kind = _REPEAT
        elif char == "^":
            if anchor_here or dialect.anchors_anywhere or (dialect.newline_is_or and text[at - 1] == "\n"):
                self._kind, self._value = _ASSERT, str(tree.BOL)
        elif char == "$":
            if dialect.anchors_anywhere or self._ends_branch(at + 1):
                self._kind, self._value = _ASSERT, str(tree.EOL)
        elif char in "+?":
            if dialect.plain_repeats:
                self._kind = _REPEAT
        elif char in "(|)":
            if dialect.plain_groups:
                self._kind = _OPEN if char == "(" else _CLOSE if char == ")" else _OR
        elif char == "{":
            if dialect.plain_braces and dialect.intervals:
                self._kind = _BRACE
        elif char == "\n" and dialect.newline_is_or:
            self._kind = _OR

    def _escape(self, at: int) -> None:
        if at >= len(self._text):
            self._kind = _TRAILING
            return
        dialect = self._dialect
        char = self._value = self._text[at]
        self._at = at + 1
        if char in "wWsS":
            self._kind = _CLASS
        elif char in _PLACES:
            self._kind, self._value = _ASSERT, str((_LINE_PLACES if self._newline else _PLACES)[char])
        elif char in "123456789":
            self._kind = _BACKREF
        elif char in "(|)":
            if not dialect.plain_groups:
                self._kind = _OPEN if char == "(" else _CLOSE if char == ")" else _OR
        elif char in "+?":
            if not dialect.plain_repeats:
                self._kind = _REPEAT
        elif char == "{":
            if dialect.intervals and not dialect.plain_braces:
                self._kind = _BRACE

    def _ends_branch(self, at: int) -> bool:
        """Return whether a branch ends at `at`, which makes a dollar before it an anchor in a basic pattern."""
        text = self._text
        return (
            at == len(text) or text.startswith(("\\)", "\\|"), at) or (self._dialect.newline_is_or and text[at] == "\n")
        )

    # -- repetitions ---------------------------------------------------------------------------------------------------

    def _leading(self, kind: int) -> bool:
        """Deal with a repetition of nothing. Return True if the token is used up, False if it's a character."""
        rule = self._dialect.leading_repeat if kind == _REPEAT else self._dialect.leading_brace
        if rule == "error":
            raise PatternError(errors.BAD_REPEAT)
        if rule == "skip":
            self._next()
            return True
        self._kind = _CHAR
        return False

    def _repeated(self, node: Node) -> None:
        """Add `node` to the branch, with the repetitions that follow it."""
        dialect = self._dialect
        while self._kind == _REPEAT or self._kind == _BRACE:
            if self._kind == _REPEAT:
                least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[self._value]
                node = self._bounded(node, least, most)
            else:
                after = self._at
                bounds = self._interval()
                if bounds is None:  # no interval after all: a plain brace
                    self._at = after
                    self._kind, self._value = _CHAR, "{"
                    break
                node = self._bounded(node, *bounds)
            self._next()
            if dialect.double_repeat_error and (self._kind == _BRACE or (self._kind == _REPEAT and self._value == "*")):
                raise PatternError(errors.BAD_REPEAT)
        self._stack[-1].branch.append(node)

    @staticmethod
    def _bounded(node: Node, least: int, most: int | None) -> Node:
        """Return the node repeated; repetitions of repetitions are joined where the result is the same."""
        if node.kind == tree.REPEAT and node.least <= 1 and node.most is None and least <= 1:  # a** is a*, a+? is a*
            return tree.repeat(node.children[0], min(node.least, least), None)
        return tree.repeat(node, least, most)

    def _interval(self) -> tuple[int, int | None] | None:
        """Read `1,2}` after its brace. Return None if it's no interval and the dialect takes that for text."""
        least, stop = self._number()
        most: int | None
        if least is None and stop == ",":
            least = 0
        elif least is None:
            least = -2 if stop != "}" else -1
        if least == -1:  # {} is an error in every dialect
            raise PatternError(errors.BAD_BRACE)
        most = least
        if stop == ",":
            most, stop = self._number()
            if most is None and stop != "}":
                most = -2
        if least == -2 or most == -2 or stop != "}":
            if self._dialect.bad_interval_is_text:
                return None
            raise PatternError(errors.UNMATCHED_BRACE if stop == "" else errors.BAD_BRACE)
        if most is not None and least > most:
            raise PatternError(errors.BAD_BRACE)
        if max(least, most or 0) > MAX_REPEAT:
            raise PatternError(errors.TOO_BIG)
        return least, most

    def _number(self) -> tuple[int | None, str]:
        """Read digits up to a comma or the closing brace. Return (number or None, what ended it): "," "}" or "" for the end.

        Anything else in between makes the number -2, and is skipped as glibc skips it: the error depends on how it ends.
        """
        text = self._text
        number: int | None = None
        while self._at < len(text):
            char = text[self._at]
            self._at += 1
            if char == ",":
                return number, ","
            if char == "}" and self._dialect.plain_braces:
                return number, "}"
            if char == "\\" and not self._dialect.plain_braces and text[self._at : self._at + 1] == "}":
                self._at += 1
                return number, "}"
            if char in "0123456789" and number != -2:
                number = min(MAX_REPEAT + 1, (number or 0) * 10 + int(char))
            else:
                number = -2
                if self._dialect.bad_interval_is_text:
                    break
        return number, ""

    # -- brackets ------------------------------------------------------------------------------------------------------

    def _bracket(self) -> Node:
        """Read a bracket expression, whose `[` is read already, and leave the place after its `]`."""
        text = self._text
        at = self._at
        negated = text[at : at + 1] == "^"
        if negated:
            at += 1
        members: list[tuple[int, int]] = []
        first = True
        while True:
            if at >= len(text):
                raise PatternError(errors.NOTHING_IN_BRACKET if first else errors.UNMATCHED_BRACKET)
            if text[at] == "]" and not first:
                break
            if text[at] == "-" and not first and text[at + 1 : at + 2] != "]":
                raise PatternError(errors.BAD_RANGE if at + 1 < len(text) else errors.UNMATCHED_BRACKET)
            low, named, at = self._element(at)
            first = False
            if text[at : at + 1] == "-" and text[at + 1 : at + 2] != "]":
                if at + 1 >= len(text):
                    raise PatternError(errors.UNMATCHED_BRACKET)
                high, high_named, at = self._element(at + 1)
                if named is not None or high_named is not None or low > high:
                    raise PatternError(errors.BAD_RANGE)
                members.append((low, high))
            elif named is not None:
                members += named
            else:
                members.append((low, low))
        self._at = at + 1
        return self.set_of(charset.union(members), negated=negated)

    def _element(self, at: int) -> tuple[int, charset.Ranges | None, int]:
        """Read one element. Return (code point, None, next place), or (0, members, next place) for a class."""
        text = self._text
        char = text[at]
        kind = text[at + 1 : at + 2]
        if char == "[" and kind and (kind in ".=" or (kind == ":" and self._dialect.classes)):
            end = text.find(kind + "]", at + 2)
            if end < 0 or end - at > 34:
                raise PatternError(errors.UNMATCHED_BRACKET)
            name = text[at + 2 : end]
            if kind == ":":
                if name not in charset.ALL_CLASSES or name == "word":
                    raise PatternError(errors.BAD_CLASS)
                if self._icase and name in ("upper", "lower"):
                    name = "alpha"
                return 0, charset.class_ranges(name, self._unicode), end + 2
            if len(name) != 1:
                raise PatternError(errors.BAD_COLLATION)
            if kind == "=":
                return 0, ((ord(name), ord(name)),), end + 2
            return ord(name), None, end + 2
        if char == "\\" and self._dialect.escapes_in_brackets and at + 1 < len(text):
            return ord(text[at + 1]), None, at + 2
        return ord(char), None, at + 1
