"""Brace expansion: a{b,c}d{1..3} -> abd1 abd2 abd3 acd1 acd2 acd3.

A step on words, due once where a word with `flags & BRACE` stands in an argument list, the words of `for`, an array value
or behind a redirection, if the shell has braceexpand on. It comes before all other expansions and only looks at unquoted
text: quoted parts and expansions are carried along whole, so the result doesn't depend on any variable.

Which braces count (as bash has it): a `{` counts if a `}` on its own level follows with a `,` or `..` on that level
before it; a `}` without one is text and the search goes on. The first `{` that counts splits the word, the text inside is
split at its commas, and each piece and the rest are expanded in the same way. Text between the braces without a comma
must be a sequence: {x..y} or {x..y..step}, numbers or single letters.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import chain, product
from math import prod

from kos_shell.syntax.commands import ArrayValue, Assignment
from kos_shell.syntax.pieces import plain_word, unquoted_word
from kos_shell.syntax.words import (
    BRACE,
    AssignmentWord,
    Escaped,
    Literal,
    Param,
    SingleQuoted,
    Tilde,
    Word,
    WordPart,
    make_word,
    static_text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Pieces: TypeAlias = list[str | WordPart]

MAX_WORDS = 1_000_000
MAX_TEXT = 256 << 20
MAX_NESTING = 200

_SEQUENCE = re.compile(r"([+-]?[0-9]+|[A-Za-z])\.\.([+-]?[0-9]+|[A-Za-z])(?:\.\.([+-]?[0-9]+))?", re.ASCII)
_ZERO_PADDED = re.compile(r"-?0[0-9]")
_SPECIAL = re.compile(r"[{},]|\.\.(?!\})")
_TILDE = re.compile(r"~([A-Za-z0-9_.+-]*+)(?=/|$)")
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")
_NAME_GOES_ON = re.compile(r"[A-Za-z0-9_]+")
_INT_MAX = (1 << 63) - 1

# A part that isn't unquoted text, in the string that the word is searched as. Scripts hold no NUL.
_PART = "\0"


class BraceExpansionTooLarge(Exception):
    """The braces stand for more words or text than the limit, or are nested too deeply."""


def expand_braces(word: Word, max_words: int = MAX_WORDS) -> tuple[Word, ...]:
    """Return the words that `word` stands for, in order; (word,) if nothing in it expands.

    None of them has BRACE in its flags. An argument like x={a,b} gives arguments x=a and x=b.
    Raises BraceExpansionTooLarge: {1..1000000}{1..1000000} must not eat the memory of the machine.
    """
    if not word.flags & BRACE or isinstance(word, AssignmentWord) and isinstance(word.assignment.value, ArrayValue):
        return (word,)
    expander = _Expander(word.parts, max_words)
    alternatives = expander.expand(0, len(expander.text))
    if not expander.expanded:
        flags = word.flags & ~BRACE
        if isinstance(word, AssignmentWord):
            plain = make_word(word.parts, flags)
            return (AssignmentWord(plain.parts, plain.literal, flags, word.assignment),)
        return (make_word(word.parts, flags),)
    assigned = isinstance(word, AssignmentWord)
    return tuple([_finished(pieces, assigned) for pieces in alternatives])


def _finished(pieces: Pieces, assigned: bool) -> Word:
    """Return the word of an alternative, with a tilde prefix if it starts with one now."""
    if any(type(piece) is Param for piece in pieces):
        pieces = _renamed(pieces)
    first = pieces[0] if pieces else ""
    if isinstance(first, str) and first[:1] == "~":
        match = _TILDE.match(first)
        if match and (match.end() < len(first) or len(pieces) == 1):
            pieces = [Tilde(match[1]), first[match.end() :], *pieces[1:]]
    if len(pieces) == 1 and isinstance(first, str) and not assigned and first.isalnum():
        return plain_word(first)
    word = unquoted_word([piece for piece in pieces if piece != ""])
    if word.flags & BRACE:
        word = make_word(word.parts, word.flags & ~BRACE)
    match = _ASSIGNED.match(first) if assigned and isinstance(first, str) else None
    if match is None or not isinstance(first, str):
        return word
    value = unquoted_word([piece for piece in (first[match.end() :], *pieces[1:]) if piece != ""])
    assignment = Assignment(match[1], None, bool(match[2]), value)
    return AssignmentWord(word.parts, word.literal, word.flags, assignment)


def _renamed(pieces: Pieces) -> Pieces:
    """Return the pieces with names as the text has them now: $x{a,b} stands for $xa $xb, so no x is looked at."""
    out: Pieces = []
    for piece in pieces:
        before = out[-1] if out else ""
        if not isinstance(piece, str) or type(before) is not Param or before.braced or not before.name.isidentifier():
            out.append(piece)
            continue
        more = _NAME_GOES_ON.match(piece)
        if more:
            out[-1] = Param(before.name + more[0], None, "", False, False)
            piece = piece[more.end() :]
        if piece:
            out.append(piece)
    return out


class _Expander:
    """Expands the braces of one word. `text` is its unquoted text, with a NUL for each other part."""

    def __init__(self, parts: tuple[WordPart, ...], max_words: int) -> None:
        self.text = "".join([part.text if type(part) is Literal else _PART for part in parts])
        self.others = [part for part in parts if type(part) is not Literal]
        self.places = [match.start() for match in re.finditer(_PART, self.text)] if self.others else []
        self.max_words = max_words
        self.expanded = False  # whether any braces stood for something
        self.work = 0  # alternatives made so far: where braces are nested, each level makes them again
        self.closing, self.separated, self.commas = _match_braces(self.text)

    def expand(self, start: int, end: int) -> list[Pieces]:
        """Return the alternatives of text[start:end]."""
        factors: list[list[Pieces]] = []
        at = start
        while found := self._first_braces(at, end):
            opening, closing = found
            if at < opening:
                factors.append([self._pieces(at, opening)])
            factors.append(self._inside(opening, closing))
            at = closing + 1
        if at < end or not factors:
            factors.append([self._pieces(at, end)])
        return self._product(factors)

    def _inside(self, opening: int, closing: int) -> list[Pieces]:
        """Return the alternatives of braces that count."""
        start = opening + 1
        if self._any_comma(start, closing):
            self.expanded = True
            # (Without a comma on this level there is one alternative, and the braces are gone nevertheless.)
            commas = self.commas.get(opening, []) if opening in self.separated else self._commas(start, closing)
            edges = [opening, *commas, closing]
            alternatives: list[Pieces] = []
            for left, right in zip(edges, edges[1:], strict=False):
                alternatives += self.expand(left + 1, right)
            return alternatives
        terms = self._sequence(self.text[start:closing])
        if terms is None:
            # Not a sequence after all: the braces are text.
            return [self._pieces(opening, closing + 1)]
        self.expanded = True
        return terms

    def _any_comma(self, start: int, end: int) -> bool:
        """True if there is a comma between braces, on whatever level, even quoted."""
        if self.text.find(",", start, end) >= 0:
            return True
        inner = self.others[bisect_left(self.places, start) : bisect_left(self.places, end)]
        return any("," in (static_text((part,)) or "") for part in inner if type(part) is not Escaped)

    def _commas(self, start: int, end: int) -> list[int]:
        """Return the positions of the commas in text[start:end] that no braces enclose."""
        found: list[int] = []
        level = 0
        for match in _SPECIAL.finditer(self.text, start, end):
            char = match[0]
            if char == "{":
                level += 1
            elif char == "}":
                level -= level > 0
            elif char == "," and not level:
                found.append(match.start())
        return found

    def _first_braces(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where the first braces that count open and close within text[start:end]."""
        text = self.text
        hopeless = start
        at = text.find("{", start, end)
        while at >= 0:
            lone = at == start and (at + 1 == end or text[at + 1] == "}")
            closing = self.closing.get(at)
            if not lone and closing is not None and closing < end:
                if at in self.separated:
                    return at, closing
                if at >= hopeless:
                    later, hopeless = self._later_closing(closing + 1, end)
                    if later is not None:
                        return at, later
            at = text.find("{", at + 1, end)
        return None

    def _later_closing(self, start: int, end: int) -> tuple[int | None, int]:
        """Return the `}` behind a comma on the level of text[start], and where the search for it ended."""
        separated = False
        at = start
        while match := _SPECIAL.search(self.text, at, end):
            char = match[0]
            at = match.start()
            if char == "{":
                closing = self.closing.get(at)
                if closing is None or closing >= end:
                    return None, at
                at = closing + 1
                continue
            if char == "}" and separated:
                return at, at
            separated = separated or char != "}"
            at = match.end()
        return None, end

    def _sequence(self, text: str) -> list[Pieces] | None:
        """Return the terms of x..y or x..y..step, or None if `text` isn't that."""
        match = _SEQUENCE.fullmatch(text)
        if match is None:
            return None
        left, right, step = match.groups()
        if len(text) > 200 or left.isalpha() != right.isalpha():
            return None
        by = abs(int(step)) if step else 1
        if left.isalpha():
            numbers = _count(ord(left), ord(right), by)
            # A backslash among the characters quotes nothing and is gone when quotes are removed.
            return [[SingleQuoted("") if number == 92 else chr(number)] for number in numbers]
        first, last = int(left), int(right)
        if max(abs(first), abs(last), by) > _INT_MAX:
            return None
        width = 0
        if _ZERO_PADDED.match(left) or _ZERO_PADDED.match(right):
            width = max(len(left), len(right))
        numbers = _count(first, last, by)
        if (last - first if last > first else first - last) // (by or 1) >= self.max_words:
            raise BraceExpansionTooLarge(f"brace expansion: {{{text}}} has too many elements")
        return [[f"{number:0{width}d}"] for number in numbers]

    def _pieces(self, start: int, end: int) -> Pieces:
        """Return text[start:end] as pieces."""
        text = self.text[start:end]
        if not self.places or _PART not in text:
            return [text] if text else []
        pieces: Pieces = []
        number = bisect_left(self.places, start)
        for position, run in enumerate(text.split(_PART)):
            if position:
                pieces.append(self.others[number])
                number += 1
            if run:
                pieces.append(run)
        return pieces

    def _product(self, factors: list[list[Pieces]]) -> list[Pieces]:
        """Return all sequences of one alternative from each factor, the last factor changing first."""
        if len(factors) == 1:
            return factors[0]
        count = prod([len(factor) for factor in factors])
        self.work += count
        if count > self.max_words or self.work > 2 * self.max_words:
            raise BraceExpansionTooLarge("brace expansion: too many elements")
        size = sum([count // len(factor) * (1 + _size(factor)) for factor in factors])
        if size > MAX_TEXT:
            raise BraceExpansionTooLarge("brace expansion: the elements are too long")
        if count == 1:
            return [list(chain.from_iterable([factor[0] for factor in factors]))]
        if all(_is_text(factor) for factor in factors):
            texts = [[pieces[0] if pieces else "" for pieces in factor] for factor in factors]
            return [["".join(choice)] for choice in product(*texts)]  # type: ignore[arg-type]
        return [list(chain.from_iterable(choice)) for choice in product(*factors)]


def _is_text(alternatives: list[Pieces]) -> bool:
    """True if each alternative is at most one string."""
    return all(not pieces or len(pieces) == 1 and isinstance(pieces[0], str) for pieces in alternatives)


def _size(alternatives: list[Pieces]) -> int:
    return sum([len(piece) if isinstance(piece, str) else 1 for pieces in alternatives for piece in pieces])


def _count(first: int, last: int, by: int) -> range:
    """Return the numbers from first to last, both included, in steps of `by` (0 counts as 1) towards last."""
    by = by or 1
    return range(first, last + 1, by) if first <= last else range(first, last - 1, -by)


def _match_braces(text: str) -> tuple[dict[int, int], set[int], dict[int, list[int]]]:
    """Return where each `{` closes, which have a comma or .. on their own level before that, and those commas.

    Raises BraceExpansionTooLarge if such are nested more than MAX_NESTING deep: each costs a level of recursion.
    """
    closing: dict[int, int] = {}
    separated: set[int] = set()
    commas: dict[int, list[int]] = {}
    stack: list[int] = []
    depths = [0]  # of the braces on each level of the stack: how deep what counts in them is nested
    for match in _SPECIAL.finditer(text):
        char = match[0]
        if char == "{":
            stack.append(match.start())
            depths.append(0)
        elif char == "}":
            if stack:
                opening = stack.pop()
                closing[opening] = match.start()
                depth = depths.pop() + (opening in separated)
                if depth > MAX_NESTING:
                    raise BraceExpansionTooLarge(f"brace expansion: nested more than {MAX_NESTING} levels deep")
                depths[-1] = max(depths[-1], depth)
        elif stack:
            separated.add(stack[-1])
            if char == ",":
                commas.setdefault(stack[-1], []).append(match.start())
    return closing, separated, commas
