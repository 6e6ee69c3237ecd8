"""Expressions with a mistake in them: what stands before it counts all the same.

bash evaluates while it reads, so `i++ = 2` has incremented i before it fails, and `1/0 = 2` says that it divides by zero. We parse
first; so what stands before the mistake is compiled on its own, as far as it makes an expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.arithmetic.compiler import Arithmetic, compile_arithmetic
from kos_shell.arithmetic.errors import ArithmeticError_
from kos_shell.arithmetic.lexer import tokenize

if TYPE_CHECKING:
    from kos_shell.shell import Shell

LONGEST = 1000
"""Of a longer expression nothing is tried, nor more than TRIES beginnings of a shorter: hostile text must not cost much."""
TRIES = 6


def compile_or_refuse(text: str) -> Arithmetic:
    """Return the closure that evaluates `text`, or, if it can't be parsed, one that evaluates its beginning and then says so."""
    try:
        return compile_arithmetic(text)
    except ArithmeticError_ as error:
        expression, message, token = error.expression, error.message, error.token
    piece, beginning = "", None
    if token is not None and text.startswith(expression):
        complete = message == "syntax error in expression"
        piece, beginning = _beginning(text, len(expression) - len(token), not complete)

    def refuse(sh: Shell) -> int:
        if beginning is not None:
            try:
                beginning(sh)
            except ArithmeticError_ as earlier:
                if earlier.expression != piece or earlier.token is None:
                    raise
                raise ArithmeticError_(text, earlier.message, text[len(piece) - len(earlier.token) :]) from None
        raise ArithmeticError_(expression, message, token)

    return refuse


def _beginning(text: str, end: int, unfinished: bool) -> tuple[str, Arithmetic | None]:
    """Return (the longest expression that text[:end] begins with, open parentheses closed, its closure); None if there's none."""
    if len(text) > LONGEST:
        return "", None
    try:
        tokens = [token for token in tokenize(text) if token.start <= end]
    except ArithmeticError_:  # a bracket that isn't closed
        return "", None
    if len(tokens) > 1 and tokens[-1].kind == "bad" and tokens[-2].kind == "name":
        tokens.pop()  # the variable before it isn't looked at yet
    stops = [token.start for token in tokens]
    for stop in reversed(stops[-TRIES:]):
        piece = text[:stop].rstrip()
        if not piece:
            break
        for closed in (piece, piece + ")" * (piece.count("(") - piece.count(")"))):
            try:
                return closed, compile_arithmetic(closed, (), unfinished)
            except ArithmeticError_:
                pass
    return "", None
