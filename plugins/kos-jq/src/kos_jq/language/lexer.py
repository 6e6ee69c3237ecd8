"""The words of a jq program.

A token is (kind, value, place): kinds are "name", "field" (.foo), "var" ($foo), "format" (@foo), "number", "string", "op",
"keyword" and "end". A string's value is a list of texts and of lists of tokens, for what stands in \\( ).
"""

from __future__ import annotations

import re
from typing import Any

KEYWORDS = frozenset(
    "def if then elif else end as reduce foreach try catch label import include and or __loc__".split()
)
_WORD = re.compile(
    r"(?P<space>[ \t\r\n]+|#[^\n]*)"
    r"|(?P<field>\.[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<var>\$(?:__loc__|[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)*))"
    r"|(?P<format>@[A-Za-z0-9_]+)"
    r"|(?P<op>\?//=?|\|=|\+=|-=|\*=|/=|%=|//=|==|!=|<=|>=|//|\.\.|[][(){}|,.:;=<>+*/%$?-])"
)
_TEXT = re.compile(r'[^"\\]+')
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UNICODE = re.compile(r"u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?")
MOST_NESTING = 60  # of strings within strings

Token = tuple[str, Any, int]


class JqSyntaxError(Exception):
    """A program that isn't one. The text is the message; `place` is where, in characters."""

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.place = place


def tokens(text: str) -> list[Token]:
    """Return the tokens of a program, "end" last. Raises JqSyntaxError."""
    found, _ = _scan(text, 0, 0)
    return found


def _scan(text: str, at: int, depth: int) -> tuple[list[Token], int]:
    """Return tokens up to the end, or within a string up to the parenthesis that closes it, and where that was."""
    found: list[Token] = []
    parens = 0
    end = len(text)
    if depth > MOST_NESTING:
        raise JqSyntaxError("syntax error: strings are nested too deeply", at)
    while at < end:
        if text[at] == '"':
            parts, stop = _string(text, at + 1, depth)
            found.append(("string", parts, at))
            at = stop
            continue
        match = _WORD.match(text, at)
        if match is None:
            raise JqSyntaxError("syntax error, unexpected INVALID_CHARACTER", at)
        kind = match.lastgroup or ""
        word = match[0]
        if kind == "op":
            if word == "(":
                parens += 1
            elif word == ")":
                if not parens and depth:
                    found.append(("end", None, at))
                    return found, match.end()
                parens -= 1
            found.append((kind, word, at))
        elif kind == "name":
            found.append(("keyword" if word in KEYWORDS else kind, word, at))
        elif kind == "number":
            found.append((kind, _number(word), at))
        elif kind != "space":
            found.append((kind, word[1:], at))
        at = match.end()
    if depth:
        raise JqSyntaxError("syntax error, unexpected $end", end)
    found.append(("end", None, end))
    return found, end


def _number(word: str) -> Any:
    if word.isdigit() and len(word) < 4000:
        return int(word)
    number = float(word)
    return int(number) if number.is_integer() and abs(number) < 1 << 53 else number


def _string(text: str, at: int, depth: int) -> tuple[list[Any], int]:
    """Return a string's parts, and where it ended."""
    parts: list[Any] = []
    piece: list[str] = []
    end = len(text)
    while at < end:
        match = _TEXT.match(text, at)
        if match is not None:
            piece.append(match[0])
            at = match.end()
            continue
        if text[at] == '"':
            if piece or not parts:
                parts.append("".join(piece))
            return parts, at + 1
        letter = text[at + 1 : at + 2]
        if letter == "(":
            parts.append("".join(piece))
            piece = []
            inner, at = _scan(text, at + 2, depth + 1)
            parts.append(inner)
            continue
        if letter == "u":
            found = _UNICODE.match(text, at + 1)
            if found is None:
                raise JqSyntaxError("Invalid escape", at)
            code = int(found[1], 16)
            at += 6
            if 0xD800 <= code < 0xDC00 and found[2]:
                code = 0x10000 + ((code - 0xD800) << 10) + (int(found[2], 16) - 0xDC00)
                at += 6
            elif 0xD800 <= code < 0xE000:
                code = 0xFFFD
            piece.append(chr(code))
            continue
        if letter not in _ESCAPES:
            raise JqSyntaxError("Invalid escape" if letter else "syntax error, unexpected $end", at)
        piece.append(_ESCAPES[letter])
        at += 2
    raise JqSyntaxError(
        "syntax error, unexpected $end, expecting QQSTRING_TEXT or QQSTRING_INTERP_START or QQSTRING_END", end
    )
