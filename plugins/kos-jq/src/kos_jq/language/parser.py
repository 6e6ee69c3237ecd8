"""The tree of a jq program, from its words. A node is a tuple: its kind, then what it is made of.

    ("identity",) ("literal", v) ("string", format, [text or node]) ("format", name) ("var", name) ("loc", line)
    ("index", target, key) ("slice", target, start, end) ("iterate", target) ("try", body, handler or None)
    ("array", body or None) ("object", [(key, value)]) ("neg", a) ("pipe", [..]) ("comma", [..])
    ("binary", op, a, b) ("and", a, b) ("or", a, b) ("alt", a, b) ("update", op, paths, value)
    ("if", condition, then, else) ("reduce", source, pattern, init, update) ("foreach", ..., extract or None)
    ("def", name, parameters, body, rest) ("call", name, [arguments], place)
    ("as", source, [patterns], body) ("label", name, body) ("break", name, place)

A pattern is ("var", name), ("array", [patterns]) or ("object", [(variable or None, key node or None, pattern or None)]).
"""

from __future__ import annotations

from typing import Any

from .lexer import JqSyntaxError, tokens
from .terms import Terms
from .words import IDENTITY, Node

_BINDING = {
    "or": (4, 5), "and": (5, 6), "==": (6, 7), "!=": (6, 7), "<": (6, 7), "<=": (6, 7), ">": (6, 7), ">=": (6, 7),
    "+": (7, 8), "-": (7, 8), "*": (8, 9), "/": (8, 9), "%": (8, 9), "//": (2, 2),
    "=": (3, 4), "|=": (3, 4), "+=": (3, 4), "-=": (3, 4), "*=": (3, 4), "/=": (3, 4), "%=": (3, 4), "//=": (3, 4),
}  # fmt: skip
_ALONE = {3, 6}  # operators of these strengths don't follow one another


def parse(text: str) -> tuple[Node, list[Node]]:
    """Return a program's tree and its imports: (kind, path, name, metadata). Raises JqSyntaxError."""
    return _Parser(tokens(text)).program()


def parse_library(text: str) -> tuple[list[Node], list[Node], Any]:
    """Return a module's definitions, imports and metadata."""
    return _Parser(tokens(text)).library()


class _Parser(Terms):
    # ------------------------------------------------------------ whole programs
    def program(self) -> tuple[Node, list[Node]]:
        if self.words[self.at][1] == "module" and self.words[self.at][0] == "name":
            self.metadata()
        imports = self.imports()
        definitions = self.definitions()
        body = IDENTITY if self.words[self.at][0] == "end" else self.pipe()
        if self.words[self.at][0] != "end":
            raise self.unexpected()
        for name, parameters, inner in reversed(definitions):
            body = ("def", name, parameters, inner, body)
        return body, imports

    def library(self) -> tuple[list[Node], list[Node], Any]:
        meta = None
        if self.words[self.at][1] == "module" and self.words[self.at][0] == "name":
            meta = self.metadata()
        imports = self.imports()
        definitions = self.definitions()
        if self.words[self.at][0] != "end":
            raise self.unexpected()
        return definitions, imports, meta

    def metadata(self) -> Node:
        self.at += 1
        node = self.postfix()
        self.expect(";")
        return node

    def imports(self) -> list[Node]:
        found: list[Node] = []
        while self.is_keyword("import") or self.is_keyword("include"):
            kind = self.words[self.at][1]
            self.at += 1
            if self.words[self.at][0] != "string" or not all(isinstance(part, str) for part in self.words[self.at][1]):
                raise JqSyntaxError("Import path must be constant", self.words[self.at][2])
            path = "".join(self.words[self.at][1])
            self.at += 1
            name = ""
            if kind == "import":
                self.expect("as")
                word, value, _ = self.words[self.at]
                if word not in ("name", "var"):
                    raise self.unexpected()
                name = ("$" if word == "var" else "") + value
                self.at += 1
            meta = None if self.is_op(";") else self.postfix()
            self.expect(";")
            found.append((kind, path, name, meta))
        return found

    def definitions(self) -> list[Node]:
        found = []
        while self.is_keyword("def"):
            found.append(self.definition())
        return found

    def definition(self) -> Node:
        self.at += 1
        kind, name, _ = self.words[self.at]
        if kind not in ("name", "keyword"):
            raise self.unexpected()
        self.at += 1
        parameters = []
        if self.is_op("("):
            self.at += 1
            while True:
                kind, value, _ = self.words[self.at]
                if kind not in ("name", "var", "keyword"):
                    raise self.unexpected()
                parameters.append("$" + value if kind == "var" else value)
                self.at += 1
                if not self.is_op(";"):
                    break
                self.at += 1
            self.expect(")")
        self.expect(":")
        body = self.pipe()
        self.expect(";")
        for parameter in reversed(parameters):
            if parameter[0] == "$":
                body = ("as", ("call", parameter[1:], [], 0), [("var", parameter[1:])], body)
        return (name, [parameter.lstrip("$") for parameter in parameters], body)

    # ------------------------------------------------------------ operators
    def pipe(self) -> Node:
        self.enter()
        if self.is_keyword("def"):
            name, parameters, body = self.definition()
            node: Node = ("def", name, parameters, body, self.pipe())
        elif self.is_keyword("label"):
            self.at += 1
            kind, name, _ = self.words[self.at]
            if kind != "var":
                raise self.unexpected()
            self.at += 1
            self.expect("|")
            node = ("label", name, self.pipe())
        else:
            parts = [self.comma()]
            while self.is_op("|"):
                self.at += 1
                if self.is_keyword("def") or self.is_keyword("label"):
                    parts.append(self.pipe())
                else:
                    parts.append(self.comma())
            node = parts[0] if len(parts) == 1 else ("pipe", parts)
        self.depth -= 1
        return node

    def comma(self) -> Node:
        parts = [self.binary(0)]
        while self.is_op(","):
            self.at += 1
            parts.append(self.binary(0))
        return parts[0] if len(parts) == 1 else ("comma", parts)

    def binary(self, least: int) -> Node:
        left = self.unary()
        alone = -1
        while True:
            kind, op, _place = self.words[self.at]
            if kind not in ("op", "keyword") or op not in _BINDING:
                return left
            strength, right_least = _BINDING[op]
            if strength < least:
                return left
            if strength == alone:
                raise self.unexpected()
            if strength in _ALONE:
                alone = strength
            self.at += 1
            self.enter()
            right = self.binary(right_least)
            self.depth -= 1
            if op in ("and", "or"):
                left = (op, left, right)
            elif op == "//":
                left = ("alt", left, right)
            elif strength == 3:
                left = ("update", op, left, right)
            else:
                left = ("binary", op, left, right)

    def unary(self) -> Node:
        if self.is_op("-"):
            self.at += 1
            self.enter()
            node = self.unary()
            self.depth -= 1
            return ("neg", node)
        if self.is_keyword("def"):
            self.enter()
            name, parameters, body = self.definition()
            node = ("def", name, parameters, body, self.pipe())
            self.depth -= 1
            return node
        node = self.postfix()
        if self.is_keyword("as"):
            self.at += 1
            patterns = [self.pattern()]
            while self.is_op("?//"):
                self.at += 1
                patterns.append(self.pattern())
            self.expect("|")
            return ("as", node, patterns, self.pipe())
        return node

    def pattern(self) -> Node:
        self.enter()
        kind, value, _ = self.words[self.at]
        if kind == "var":
            self.at += 1
            node: Node = ("var", value)
        elif self.is_op("["):
            self.at += 1
            items = [self.pattern()]
            while self.is_op(","):
                self.at += 1
                items.append(self.pattern())
            self.expect("]")
            node = ("array", items)
        elif self.is_op("{"):
            self.at += 1
            pairs: list[Any] = []
            while True:
                pairs.append(self.pattern_pair())
                if not self.is_op(","):
                    break
                self.at += 1
            self.expect("}")
            node = ("object", pairs)
        else:
            raise self.unexpected(", expecting '$' or '[' or '{'")
        self.depth -= 1
        return node

    def pattern_pair(self) -> Any:
        kind, value, _ = self.words[self.at]
        variable = key = None
        if kind == "var":
            variable = value
            key = ("literal", value)
            self.at += 1
        elif kind in ("name", "keyword"):
            key = ("literal", value)
            self.at += 1
        elif kind == "string":
            key = self.string(None)
        elif self.is_op("("):
            self.at += 1
            key = self.pipe()
            self.expect(")")
        else:
            raise self.unexpected()
        below = None
        if self.is_op(":"):
            self.at += 1
            below = self.pattern()
        elif variable is None:
            raise self.unexpected()
        return (variable, key, below)
