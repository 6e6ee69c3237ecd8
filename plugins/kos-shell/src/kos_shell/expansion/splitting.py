"""Field splitting: where IFS cuts the result of an unquoted expansion.

IFS has white space (space, tab, newline that are in it) and other characters. A run of white space, or one other character
with white space around it, ends a field; white space at either end of the whole ends nothing. So with IFS=" :"

    " a b"  -> a | b        "a::b" -> a | | b        "a : b" -> a | b        ":a" ->  | a        "a:" -> a

A Splitter knows one value of IFS: it is immutable and may be shared.
"""

from __future__ import annotations

import re

_WHITE = " \t\n"
MAGIC = "*?["
"""The characters that make a word a pattern for pathname expansion (extglob's operators aside)."""


class Splitter:
    """One value of IFS.

    hazard(text): a match if the text may be split or be a pattern. odd: letters, digits or `-` are in IFS, so that not even
    a plain word or number is safe. star: what "$*" is joined with.
    """

    __slots__ = ("ifs", "white", "other", "hazard", "odd", "star", "words", "delimiter", "has_delimiter")

    def __init__(self, ifs: str) -> None:
        self.ifs = ifs
        self.white = "".join(c for c in ifs if c in _WHITE)
        self.other = "".join(c for c in ifs if c not in _WHITE)
        escaped = re.escape(ifs)
        self.hazard = re.compile(f"[{escaped}{re.escape(MAGIC)}\\\\(]").search
        self.has_delimiter = re.compile(f"[{escaped}]").search if ifs else re.compile(r"(?!)").search
        self.odd = any(c.isalnum() or c == "-" for c in ifs)
        self.star = ifs[:1]
        self.words = re.compile(f"[^{escaped}]+").findall if ifs and not self.other else None
        white, other = re.escape(self.white), re.escape(self.other)
        if not ifs:
            pattern = r"(?!)"
        elif not other:
            pattern = f"[{white}]+"
        elif not white:
            pattern = f"[{other}]"
        else:
            pattern = f"[{white}]*[{other}][{white}]*|[{white}]+"
        self.delimiter = re.compile(pattern)

    def split(self, text: str) -> list[str]:
        """Return the fields of a text that stands alone."""
        if self.words is not None:
            return self.words(text)
        if not self.ifs:
            return [text] if text else []
        text = text.lstrip(self.white) if self.white else text
        fields = self.delimiter.split(text)
        if fields and not fields[-1]:
            fields.pop()  # what ended the last field began no other
        return fields


DEFAULT = Splitter(" \t\n")
"""What an unset IFS means, too."""
