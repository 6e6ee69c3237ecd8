"""How a record is split: FS, FIELDWIDTHS, FPAT; and split(), patsplit(), which work alike.

    splitter(fs, ...) -> Splitter

A Splitter's `separator` is what bytes.split takes where that is all there is to do, for the compiled main loop; `fields` does it
in every case.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from ..errors import Fatal
from .patterns import Patterns

OTHER_BLANKS: Final = re.compile(rb"[\r\v\f]")
_WORD: Final = re.compile(rb"[^ \t\n]+")
_POSIX_WORD: Final = re.compile(rb"[^ \t]+")

Fields = Callable[..., list[bytes]]
"""Called with a text, or as bytes.split is: (text, separator, most)."""


class Splitter(NamedTuple):
    """plain: bytes.split(separator) does it, but for carriage returns and the like among blanks (separator None)."""

    fields: Fields
    plain: bool = False
    separator: bytes | None = None


def words(text: bytes, separator: None = None, most: int = 0) -> list[bytes]:
    """Split at runs of blanks, tabs and newlines. Python's own split knows three blanks more."""
    if OTHER_BLANKS.search(text):
        return _WORD.findall(text)
    return text.split()


def _at(separator: bytes) -> Fields:
    def fields(text: bytes, _: object = None, most: int = -1) -> list[bytes]:
        return text.split(separator, most) if text else []

    return fields


def characters(text: bytes, utf8: bool) -> list[bytes]:
    """Return the characters of a text."""
    if not utf8 or text.isascii():
        return [text[at : at + 1] for at in range(len(text))]
    return [char.encode("utf-8", "surrogateescape") for char in text.decode("utf-8", "surrogateescape")]


def by_regex(text: bytes, source: bytes, patterns: Patterns, seps: list[bytes] | None = None) -> list[bytes]:
    """Split at the matches of a pattern that aren't empty."""
    if not text:
        return []
    parts: list[bytes] = []
    at = 0
    for found in patterns.compiled(source).finditer(text):
        start, end = found.span()
        if start == end:
            continue
        parts.append(text[at:start])
        if seps is not None:
            seps.append(text[start:end])
        at = end
    parts.append(text[at:])
    return parts


def by_content(text: bytes, source: bytes, patterns: Patterns, seps: list[bytes] | None = None) -> list[bytes]:
    """Return the matches of a pattern (FPAT): what lies between are the separators."""
    parts: list[bytes] = []
    if not text:
        return parts
    at = 0
    first = True
    for found in patterns.compiled(source).finditer(text):
        start, end = found.span()
        if start == end and ((not first and start == at) or start == len(text)):
            continue
        if seps is not None:
            seps.append(text[at:start])
        parts.append(text[start:end])
        at = end
        first = False
    if seps is not None:
        seps.append(text[at:])
    return parts


def by_widths(widths: bytes, utf8: bool) -> Fields:
    """Return what splits by FIELDWIDTHS: `5 2:3 *`."""
    plan: list[tuple[int, int | None]] = []
    for word in widths.split():
        skip, colon, width = word.rpartition(b":")
        if (colon and not skip.isdigit()) or not (width.isdigit() or width == b"*") or len(word) > 15:
            raise Fatal(b"invalid FIELDWIDTHS value, for field %d, near `%s'" % (len(plan) + 1, word))
        plan.append((int(skip or b"0"), None if width == b"*" else int(width)))

    def fields(text: bytes, *_: object) -> list[bytes]:
        wide = utf8 and not text.isascii()
        whole: bytes | str = text.decode("utf-8", "surrogateescape") if wide else text
        found: list[bytes] = []
        at = 0
        for skip, width in plan:
            at += skip
            if at >= len(whole):
                break
            piece = whole[at:] if width is None else whole[at : at + width]
            at = len(whole) if width is None else at + width
            found.append(piece.encode("utf-8", "surrogateescape") if isinstance(piece, str) else piece)
        return found

    return fields


def _divided(source: bytes, patterns: Patterns) -> Fields:
    divide = patterns.compiled(source).divider()

    def fields(text: bytes, *_: object) -> list[bytes]:
        return divide(text) if text else []

    return fields


def splitter(fs: bytes, patterns: Patterns, *, paragraph: bool, utf8: bool) -> Splitter:
    """Return what splits records by FS. paragraph: RS is "", so newlines separate fields, too."""
    if fs == b" ":
        if patterns.dialect.posix:  # a newline is no blank
            return Splitter(lambda text, *_: _POSIX_WORD.findall(text))
        return Splitter(words, plain=True)
    if fs == b"":
        return Splitter(lambda text, *_: characters(text, utf8))
    if len(fs) == 1 and fs != b"\\":
        if patterns.ignore_case and fs.isalpha():
            return Splitter(_divided(fs, patterns))
        if not paragraph or fs == b"\n":
            return Splitter(_at(fs), plain=True, separator=fs)
        source = b"\n|[%s]" % fs if fs not in b"]^" else b"\n|\\" + fs
        return Splitter(_divided(source, patterns))
    source = b"\\\\" if fs == b"\\" else fs
    if paragraph:
        source = b"(%s)|\n" % source
    return Splitter(_divided(source, patterns))


def text_divider(separator: bytes, regex: bool, patterns: Patterns, utf8: bool) -> Fields:
    """Return what split() does with a separator, for texts that aren't empty. regex: see split_text."""
    if separator == b" " and not regex:
        return words
    if separator == b"":
        return lambda text: characters(text, utf8)
    if len(separator) == 1 and not regex and not (patterns.ignore_case and separator.isalpha()):
        return lambda text: text.split(separator)
    return patterns.compiled(separator).divider()


def split_text(
    text: bytes, separator: bytes, regex: bool, patterns: Patterns, utf8: bool, seps: list[bytes] | None
) -> list[bytes]:
    """Return the parts of a text as split() makes them; `seps` takes what lies between.

    regex: the separator was written as /x/, so that even one blank is a pattern.
    """
    if not text:
        return []
    if separator == b" " and not regex:
        if seps is None:
            return words(text)
        found = [match.span() for match in _WORD.finditer(text)]
        edges = [0, *(edge for span in found for edge in span), len(text)]
        seps += [text[edges[at] : edges[at + 1]] for at in range(0, len(edges), 2)]
        return [text[start:end] for start, end in found]
    if separator == b"":
        parts = characters(text, utf8)
        if seps is not None:
            seps += [b""] * (len(parts) - 1)
        return parts
    if len(separator) == 1 and not regex and not (patterns.ignore_case and separator.isalpha()):
        parts = text.split(separator)
        if seps is not None:
            seps += [separator] * (len(parts) - 1)
        return parts
    return by_regex(text, separator, patterns, seps)
