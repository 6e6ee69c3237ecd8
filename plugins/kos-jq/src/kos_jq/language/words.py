"""The words of a program, looked at one after another: what every part of the parser stands on."""

from __future__ import annotations

from typing import Any

from .lexer import JqSyntaxError, Token

Node = tuple[Any, ...]
MOST_DEPTH = 90  # of nesting; each level takes some frames of Python's
IDENTITY: Node = ("identity",)


class Words:
    """at: which word is next. depth: of nesting."""

    def __init__(self, words: list[Token]) -> None:
        self.words = words
        self.at = 0
        self.depth = 0

    # ------------------------------------------------------------ words
    def is_op(self, *ops: str) -> bool:
        kind, value, _ = self.words[self.at]
        return kind == "op" and value in ops

    def is_keyword(self, word: str) -> bool:
        kind, value, _ = self.words[self.at]
        return kind == "keyword" and value == word

    def unexpected(self, wanted: str = "") -> JqSyntaxError:
        kind, value, place = self.words[self.at]
        name = {"end": "$end", "name": "IDENT", "field": "FIELD", "number": "LITERAL", "format": "FORMAT"}.get(kind)
        if kind == "string":
            name = "QQSTRING_START"
        if name is None:
            name = f"'{value}'" if kind in ("op", "var") else str(value)
        return JqSyntaxError(f"syntax error, unexpected {name}{wanted}", place)

    def expect(self, word: str) -> None:
        kind, value, _ = self.words[self.at]
        if kind not in ("op", "keyword") or value != word:
            raise self.unexpected()
        self.at += 1

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise JqSyntaxError("the program is nested too deeply", self.words[self.at][2])
