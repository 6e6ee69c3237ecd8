"""From what a reader collected, piece by piece, to the parts and flags of a Word.

Readers collect `str` for literal text and parts for the rest, so that long runs of small literals are joined once and
not one by one (which would be quadratic).
"""

from __future__ import annotations

import re
from collections.abc import Sequence as Pieces

from kos_shell.syntax.words import (
    BRACE,
    EXPANDS,
    GLOB,
    QUOTED,
    TILDE,
    DoubleQuoted,
    Escaped,
    Literal,
    QuotedText,
    Tilde,
    Word,
    WordPart,
    static_text,
)

_ACTIVE = re.compile(r"[*?\[{]|[+@!]\(")


def combine(pieces: Pieces[str | WordPart]) -> tuple[WordPart, ...]:
    """Return the parts of `pieces`: strings next to each other become one Literal."""
    if len(pieces) == 1:
        only = pieces[0]
        return (Literal(only) if type(only) is str else only,)  # type: ignore[return-value]
    parts: list[WordPart] = []
    run: list[str] = []
    for piece in pieces:
        if type(piece) is str:
            run.append(piece)
            continue
        if run:
            parts.append(Literal("".join(run)))
            run = []
        parts.append(piece)  # type: ignore[arg-type]
    if run:
        parts.append(Literal("".join(run)))
    return tuple(parts)


def plain_word(text: str) -> Word:
    """Return the Word of unquoted literal text that has nothing special in it."""
    return Word((Literal(text),), text, 0)


def unquoted_word(pieces: Pieces[str | WordPart]) -> Word:
    """Return the Word of `pieces`, the strings of which are unquoted text."""
    parts = combine(pieces)
    flags = 0
    active = False
    for part in parts:
        kind = type(part)
        if kind is Literal:
            if not active and _ACTIVE.search(part.text):  # type: ignore[attr-defined]
                active = True
        elif kind is DoubleQuoted:
            flags |= QUOTED
            for inner in part.parts:  # type: ignore[attr-defined]
                if type(inner) is not Literal and type(inner) is not Escaped:
                    flags |= EXPANDS
                    break
        elif isinstance(part, QuotedText):
            flags |= QUOTED
        elif kind is Tilde:
            flags |= TILDE
        else:
            flags |= EXPANDS
    if active:
        flags |= _active_flags(parts)
    if flags & (GLOB | BRACE | TILDE | EXPANDS):
        return Word(parts, None, flags)
    return Word(parts, static_text(parts), flags)


def quoted_word(pieces: Pieces[str | WordPart]) -> Word:
    """Return the Word of `pieces`, the strings of which aren't special (double quotes, arithmetic, here-documents)."""
    parts = combine(pieces)
    literal = static_text(parts)
    return Word(parts, literal, 0 if literal is not None else EXPANDS)


def _active_flags(parts: tuple[WordPart, ...]) -> int:
    """Return GLOB and BRACE as due for parts of which a Literal has one of their characters."""
    text = "\0".join([part.text if type(part) is Literal else "" for part in parts])
    flags = 0
    start = text.find("[")
    if "*" in text or "?" in text or (start >= 0 and text.find("]", start) > 0) or re.search(r"[+@!]\(", text):
        flags = GLOB
    start, end = text.find("{"), text.rfind("}")
    if 0 <= start < end and (text.find(",", start, end) > 0 or text.find("..", start, end) > 0):
        flags |= BRACE
    return flags
