"""Tokens of an arithmetic expression.

A token is (kind, text, start): kind is "num", "name", "op", "par" (a `$x` that the caller left as NUL index NUL) or "end".
A subscript belongs to its name: "name" tokens carry it as a fourth member, the raw text between the brackets.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kos_shell.arithmetic.errors import ArithmeticError_, NotPlainNumber

_TOKEN = re.compile(
    r"""[ \t\n]*(?:
      (?P<par>\0\d+\0)
    | (?P<num>[0-9][0-9A-Za-z@_\#]*)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<op>\*\*|<<=|>>=|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:,()])
    )""",
    re.VERBOSE,
)
_OPERAND_ENDS = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_@#\0'\"\\$`]")


class Token(NamedTuple):
    """One token; `start` is where it begins in the text, `stop` where it ends."""

    kind: str
    text: str
    start: int
    stop: int
    subscript: str | None = None


def tokenize(text: str) -> list[Token]:
    """Return all tokens, the last of kind "end". A character that starts none becomes a "bad" token: it is an error only
    if the parser gets there, since bash reports the first mistake from the left.
    """
    tokens: list[Token] = []
    at, size = 0, len(text)
    match = _TOKEN.match
    while True:
        found = match(text, at)
        if found is None:
            while at < size and text[at] in " \t\n":
                at += 1
            tokens.append(Token("end" if at >= size else "bad", "", at, at))
            return tokens
        kind = str(found.lastgroup)
        start, stop = found.span(kind)
        subscript = None
        if kind == "par":
            if (start and text[start - 1] in _OPERAND_ENDS) or (
                stop < size and (text[stop] in _OPERAND_ENDS or text[stop] == "[")
            ):
                raise NotPlainNumber  # `$x$y`, `1$x`, `${x}0`, `$x[i]`: only the text after expansion tells what this is
        elif kind == "name" and stop < size and text[stop] == "[":
            end = closing_bracket(text, stop)
            if end < 0:
                raise ArithmeticError_(text, "bad array subscript", text[start:])
            subscript = text[stop + 1 : end]
            tokens.append(Token(kind, found.group(kind), start, end + 1, subscript))
            at = end + 1
            continue
        tokens.append(Token(kind, found.group(kind), start, stop))
        at = stop


def closing_bracket(text: str, at: int) -> int:
    """Return where the bracket opened at `at` closes, quotes and nested brackets skipped, or -1."""
    depth = 0
    quote = ""
    size = len(text)
    while at < size:
        c = text[at]
        if c == "\\":
            at += 1
        elif quote:
            if c == quote:
                quote = ""
        elif c in "'\"":
            quote = c
        elif c == "[":
            depth += 1
        elif c == "]":
            depth -= 1
            if not depth:
                return at
        at += 1
    return -1
