"""The keys of sort: -k 2,3n, -t:, and what each ordering makes of a piece of a line.

A key is compiled into two functions over whole lists of lines: one cuts the piece out of each line, the other turns the
pieces into values that Python compares the way GNU's comparison would (integers for -n, a translated string for -V, ...).
Working on lists keeps it in C: a thousand pieces are joined, translated by one call and split again.

Lines are `str` in latin-1: each character is one byte, and strings of that kind sort faster than bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .sortvalues import as_float, as_human, as_month, as_number, as_random, as_version

if TYPE_CHECKING:
    from collections.abc import Callable

ORDERINGS = "bdfghiMnRrV"
_COUNTED = 1000  # fields that a regular expression counts
_UPPER = bytes(range(256)).upper()
_BLANK = re.compile(r"[ \t\n]*")
_FIELD = re.compile(r"[ \t\n]*[^ \t\n]*")
_NOT_DICTIONARY = bytes(c for c in range(256) if not (chr(c).isalnum() and c < 128) and c not in b" \t\n")
_NOT_PRINTING = bytes(c for c in range(256) if not 0x20 <= c < 0x7F and c != 0x0A)


class KeySpec:
    """One -k: where a key begins and ends, and the letters of its ordering.

    first_field, first_char: counted from 0. last_field: None is the line's end; else the field (from 0) the key ends in,
    after last_char of its characters, 0 meaning all. begin_blanks, end_blanks: skip blanks before counting characters.
    """

    __slots__ = (
        "begin_blanks",
        "end_blanks",
        "first_char",
        "first_field",
        "last_char",
        "last_field",
        "letters",
        "reverse",
    )

    def __init__(self) -> None:
        self.first_field = self.first_char = self.last_char = 0
        self.last_field: int | None = None
        self.begin_blanks = self.end_blanks = self.reverse = False
        self.letters: set[str] = set()

    def add(self, letter: str, *, begin: bool, end: bool) -> None:
        """Take an ordering letter; begin, end: which of the positions a b belongs to."""
        if letter == "b":
            self.begin_blanks |= begin
            self.end_blanks |= end
        elif letter == "r":
            self.reverse = True
        else:
            if letter == "i" and "d" in self.letters:
                return  # -d is the stronger
            if letter == "d":
                self.letters.discard("i")
            self.letters.add(letter)

    def plain(self) -> bool:
        """Tell whether it has no ordering of its own, so that the global one holds."""
        return not (self.letters or self.begin_blanks or self.end_blanks or self.reverse)

    def whole(self) -> bool:
        """Tell whether the key is the whole line as it is."""
        return not self.first_field and not self.first_char and self.last_field is None and not self.begin_blanks

    def incompatible(self) -> str | None:
        """Return the letters that can't stand together, None if all can."""
        kinds = [letter for letter in "ghMn" if letter in self.letters]
        others = ["RV"] if self.letters & {"R", "V"} else []
        if "d" in self.letters or "i" in self.letters:
            if not others:
                others = ["di"]
        if len(kinds) + len(others) <= 1:
            return None
        return "".join(letter for letter in ORDERINGS if letter in self.letters)


def cutter(spec: KeySpec, tab: str | None) -> Callable[[list[str]], list[str]]:
    """Return what cuts a key's piece out of each line. tab: the field separator, None for the border before blanks."""
    first, last = spec.first_field, spec.last_field
    simple = not spec.first_char and not spec.last_char
    numeric = bool(spec.letters & set("nghM"))
    if spec.whole():
        return list
    if tab is not None and simple and not spec.begin_blanks and not spec.end_blanks:
        if last is None:
            return lambda lines: [
                parts[first] if len(parts := line.split(tab, first)) > first else "" for line in lines
            ]
        if last == first:
            limit = first + 1
            return lambda lines: [
                parts[first] if len(parts := line.split(tab, limit)) > first else "" for line in lines
            ]
        if last < first:
            return lambda lines: [""] * len(lines)
        end = last + 1
        return lambda lines: [tab.join(line.split(tab, end)[first:end]) for line in lines]
    if tab is None and simple and numeric and (last is None or last == first):
        # leading blanks mean nothing to these orderings, and what they read holds none: the field is the word
        if not first and last is None:
            return list
        limit = first + 1
        general = _general(spec, tab)

        def words(lines: list[str]) -> list[str]:
            if _odd_white(lines):
                return general(lines)
            return split(lines)

        split = _field_of(None, first, limit)
        return words
    if tab is None and simple and spec.first_field <= _COUNTED and (last is None or last >= first):
        return _by_pattern(spec)
    return _general(spec, tab)


def _field_of(tab: str | None, first: int, limit: int) -> Callable[[list[str]], list[str]]:
    """Return what splits lines, at most `limit` times, and takes the part number `first`; "" where there are fewer."""

    def cut(lines: list[str]) -> list[str]:
        try:
            return [line.split(tab, limit)[first] for line in lines]
        except IndexError:
            return [parts[first] if len(parts := line.split(tab, limit)) > first else "" for line in lines]

    return cut


def _by_pattern(spec: KeySpec) -> Callable[[list[str]], list[str]]:
    """Return what cuts fields at blanks out of all lines by one findall; possessive, so that nothing is tried twice."""
    start, last = spec.first_field, spec.last_field
    skip = "[ \t]*+" if spec.begin_blanks else ""
    if last is None:
        body = "[^\n]*+"
    elif last == start and skip:
        body = "[^ \t\n]*+"
    else:
        if skip:
            return _general(spec, None)
        body = f"(?:[ \t]*+[^ \t\n]*+){{{min(last - start + 1, _COUNTED)}}}"
    pattern = re.compile(f"^(?:(?:[ \\t]*+[^ \\t\\n]++){{{start}}}+{skip}({body}))?", re.MULTILINE)
    general = _general(spec, None)

    def cut(lines: list[str]) -> list[str]:
        found = pattern.findall("\n".join(lines))
        return found if len(found) == len(lines) else general(lines)  # with -z a line may hold newlines

    return cut


def _odd_white(lines: list[str]) -> bool:
    """Tell whether str.split() would cut elsewhere than at spaces and tabs."""
    text = "".join(lines).encode("latin-1")
    return len(text.translate(None, b"\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\n")) != len(text)


def _general(spec: KeySpec, tab: str | None) -> Callable[[list[str]], list[str]]:
    begin = _position(spec.first_field, spec.first_char, spec.begin_blanks, tab)
    if spec.last_field is None:
        return lambda lines: [line[begin(line) :] for line in lines]
    if spec.last_char:
        end = _position(spec.last_field, spec.last_char, spec.end_blanks, tab)
    else:
        end = _field_end(spec.last_field, tab)
    return lambda lines: [line[begin(line) : end(line)] for line in lines]


def _position(field: int, char: int, blanks: bool, tab: str | None) -> Callable[[str], int]:
    """Return what finds the place `char` characters into a field."""

    def place(line: str) -> int:
        at, size = 0, len(line)
        if tab is None:
            for _ in range(field):
                if at >= size:
                    break
                at = _FIELD.match(line, at).end()  # type: ignore[union-attr]  # it matches anything
        else:
            for _ in range(field):
                found = line.find(tab, at)
                if found < 0:
                    return size
                at = found + 1
        if blanks:
            at = _BLANK.match(line, at).end()  # type: ignore[union-attr]
        return min(at + char, size)

    return place


def _field_end(field: int, tab: str | None) -> Callable[[str], int]:
    """Return what finds the end of a field."""

    def place(line: str) -> int:
        at, size = 0, len(line)
        if tab is None:
            for _ in range(field + 1):
                if at >= size:
                    break
                at = _FIELD.match(line, at).end()  # type: ignore[union-attr]  # it matches anything
            return at
        for _ in range(field + 1):
            found = line.find(tab, at)
            if found < 0:
                return size
            at = found + 1
        return at - 1

    return place


def _translated(pieces: list[str], table: bytes | None, delete: bytes) -> list[str]:
    """Translate all pieces by one call: they are joined by newlines, which no piece of a line holds (but see -z)."""
    text = "\n".join(pieces).encode("latin-1").translate(table, delete).decode("latin-1")
    result = text.split("\n")
    if len(result) == len(pieces):
        return result
    return [piece.encode("latin-1").translate(table, delete).decode("latin-1") for piece in pieces]


def values(spec: KeySpec, seed: bytes) -> Callable[[list[str]], list[Any]] | None:
    """Return what turns a key's pieces into comparable values; None if the pieces compare as they are."""
    letters = spec.letters
    table = _UPPER if "f" in letters else None
    delete = _NOT_DICTIONARY if "d" in letters else _NOT_PRINTING if "i" in letters else b""
    rules: dict[str, Callable[[list[str]], list[Any]]] = {"n": as_number, "g": as_float, "h": as_human, "M": as_month}
    for letter, rule in rules.items():
        if letter in letters:
            return rule
    last: Callable[[list[str]], list[Any]] | None = None
    if "V" in letters:
        last = as_version
    elif "R" in letters:
        last = as_random(seed)
    if table is None and not delete:
        return last
    if last is None:
        return lambda pieces: _translated(pieces, table, delete)
    rule_after = last
    return lambda pieces: rule_after(_translated(pieces, table, delete))
