"""expr: arithmetic, comparison and string operations on its arguments.

    lowest  |   &   < <= = == != >= >   + -   * / %   :   match substr index length + (prefix)   ( )  highest

Numbers are integers of any size. What | and & don't need isn't evaluated, only parsed. A parenthesis costs two Python frames;
deep nests go on with a fresh stack.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import Writer, complain, decimal_digits, is_utf8, parse_decimal, quote, refuse, sole_option

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

Value = bytes | int
_LEVELS = {
    b"|": 0, b"&": 1,
    b"<": 2, b"<=": 2, b"=": 2, b"==": 2, b"!=": 2, b">=": 2, b">": 2,
    b"+": 3, b"-": 3, b"*": 4, b"/": 4, b"%": 4, b":": 5,
}  # fmt: skip
_HIGHEST = 5
_INTEGER = re.compile(rb"-?[0-9]+\Z")
_ZERO = re.compile(rb"-?0+\Z")
_FRAMES = 150  # levels of nesting on one stack
_DEEPEST = 20_000
_SYNTAX, _FAILED = 2, 3


class _Failed(Exception):
    """The expression has no value: GNU's message and status."""

    def __init__(self, message: bytes, status: int) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the value. Status 0, 1 if it's empty or 0, 2 for bad syntax, 3 for another error."""
    words = argv[1:]
    if len(words) == 1:
        sole_option(k, argv, "expr", "EXPRESSION", "Print the value of EXPRESSION to standard output.")
    if words[:1] == [b"--"]:
        del words[0]
    if not words:
        return refuse(k, b"missing operand", _SYNTAX)
    try:
        parser = _Parser(k, words)
        value = parser.expression(0, True)
        if parser.at < len(words):
            raise _Failed(b"syntax error: unexpected argument " + quote(words[parser.at]), _SYNTAX)
    except _Failed as failed:
        complain(k, failed.message)
        return failed.status
    out = Writer(k, status=_FAILED)
    out.write((value if isinstance(value, bytes) else decimal_digits(value)) + b"\n")
    out.flush()
    return int(_null(value))


def _null(value: Value) -> bool:
    return not value if isinstance(value, int) else not value or _ZERO.match(value) is not None


def _text(value: Value) -> bytes:
    return value if isinstance(value, bytes) else decimal_digits(value)


def _number(value: Value) -> int | None:
    """Return a value as a number; None if it doesn't look like one."""
    if isinstance(value, int):
        return value
    if _INTEGER.match(value) is None:
        return None
    return -parse_decimal(value[1:]) if value[:1] == b"-" else parse_decimal(value)


class _Parser:
    def __init__(self, k: Syscalls, words: list[bytes]) -> None:
        self.k = k
        self.words = words
        self.at = 0
        self.depth = 0
        self.utf8 = is_utf8(k.env)

    def expression(self, level: int, needed: bool) -> Value:
        """Parse (and, if needed, evaluate) operators of this level and higher ones."""
        left = self.operand(needed)
        # operands and operators that wait for a higher operator's right side: (left, operator, its level, needed outside)
        waiting: list[tuple[Value, bytes, int, bool]] = []
        while True:
            operator = self.words[self.at] if self.at < len(self.words) else b""
            strength = _LEVELS.get(operator, -1)
            if strength < level:
                strength = -1
            while waiting and waiting[-1][2] >= strength:
                before, pending, _, outer = waiting.pop()
                left = self.apply(before, pending, left) if outer and needed else left
                left = self.joined(before, pending, left, outer) if pending in (b"|", b"&") else left
                needed = outer
            if strength < 0:
                return left
            self.at += 1
            waiting.append((left, operator, strength, needed))
            if needed:
                needed = not (operator == b"|" and not _null(left)) and not (operator == b"&" and _null(left))
            left = self.operand(needed)

    def joined(self, left: Value, operator: bytes, right: Value, needed: bool) -> Value:
        """Return what | and & make of their sides; the right one may not have been evaluated."""
        if not needed:
            return left
        if operator == b"|":
            if not _null(left):
                return left
            return 0 if _null(right) else right
        return 0 if _null(left) or _null(right) else left

    def next(self) -> bytes:
        if self.at >= len(self.words):
            last = self.words[-1]
            raise _Failed(b"syntax error: missing argument after " + quote(last), _SYNTAX)
        self.at += 1
        return self.words[self.at - 1]

    def operand(self, needed: bool) -> Value:
        """Parse a prefix operator with its operands, a parenthesis, or a word."""
        word = self.next()
        if word == b"+":
            return self.next()
        if word in (b"(", b"length", b"match", b"index", b"substr"):
            self.depth += 1
            if self.depth > _DEEPEST:
                raise _Failed(b"memory exhausted", _FAILED)
            if self.depth % _FRAMES == 0:
                value: Value = self.k.on_fresh_stack(self.compound, word, needed)
            else:
                value = self.compound(word, needed)
            self.depth -= 1
            return value
        if word == b")":
            raise _Failed(b"syntax error: unexpected ')'", _SYNTAX)
        return word

    def compound(self, word: bytes, needed: bool) -> Value:
        if word == b"(":
            value = self.expression(0, needed)
            if self.at >= len(self.words):
                raise _Failed(b"syntax error: expecting ')' after " + quote(self.words[-1]), _SYNTAX)
            if self.words[self.at] != b")":
                raise _Failed(b"syntax error: expecting ')' instead of " + quote(self.words[self.at]), _SYNTAX)
            self.at += 1
            return value
        if word == b"length":
            return len(self.characters(_text(self.operand(needed))))
        if word == b"match":
            left = self.operand(needed)
            right = self.operand(needed)
            return self.match(left, right) if needed else b""
        if word == b"index":
            text = self.characters(_text(self.operand(needed)))
            wanted = set(self.characters(_text(self.operand(needed))))
            return next((place for place, char in enumerate(text, 1) if char in wanted), 0)
        text = self.characters(_text(self.operand(needed)))
        start, length = _number(self.operand(needed)), _number(self.operand(needed))
        if start is None or length is None or start <= 0 or length <= 0 or start > len(text):
            return b""
        return text[start - 1 : min(start - 1 + length, len(text))].encode(self.encoding, "surrogateescape")

    @property
    def encoding(self) -> str:
        return "utf-8" if self.utf8 else "latin-1"

    def characters(self, text: bytes) -> str:
        return text.decode(self.encoding, "surrogateescape")

    def apply(self, left: Value, operator: bytes, right: Value) -> Value:
        """Return what an operator makes of two values. Raises _Failed."""
        if operator in (b"|", b"&"):
            return right  # joined() knows
        if operator == b":":
            return self.match(left, right)
        one, two = _number(left), _number(right)
        if _LEVELS[operator] == 2:
            if one is None or two is None:
                return int(_compare(_text(left), operator, _text(right)))
            return int(_compare(one, operator, two))
        if one is None or two is None:
            raise _Failed(b"non-integer argument", _SYNTAX)
        if operator == b"+":
            return one + two
        if operator == b"-":
            return one - two
        if operator == b"*":
            return one * two
        if not two:
            raise _Failed(b"division by zero", _SYNTAX)
        quotient = abs(one) // abs(two) * (1 if (one < 0) == (two < 0) else -1)
        return quotient if operator == b"/" else one - quotient * two

    def match(self, left: Value, right: Value) -> Value:
        """Match a basic regular expression at the beginning: its first group, or how many characters it matched."""
        from kos_kernel.api import PatternError, PatternLimit, compile_regex

        text, pattern = _text(left), _text(right)
        try:
            regex = compile_regex(pattern, syntax="basic", utf8=self.utf8)
            found = regex.search(text)
            if found is not None and found.start() != 0:
                found = None
            if regex.groups:
                return b"" if found is None else found.group(1) or b""
        except PatternError as error:
            raise _Failed(str(error).encode(), _SYNTAX)
        except PatternLimit:
            raise _Failed(b"error in regular expression matcher", _FAILED)
        return 0 if found is None else len(self.characters(text[: found.end()]))


def _compare(left: bytes | int, operator: bytes, right: bytes | int) -> bool:
    if operator in (b"=", b"=="):
        return left == right
    if operator == b"!=":
        return left != right
    if operator[:1] == b"<":
        return left < right or (operator == b"<=" and left == right)  # type: ignore[operator]  # both are of one kind
    return left > right or (operator == b">=" and left == right)  # type: ignore[operator]
