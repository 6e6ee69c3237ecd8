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

from .lexer import JqSyntaxError, Token, tokens

Node = tuple[Any, ...]
_BINDING = {
    "or": (4, 5), "and": (5, 6), "==": (6, 7), "!=": (6, 7), "<": (6, 7), "<=": (6, 7), ">": (6, 7), ">=": (6, 7),
    "+": (7, 8), "-": (7, 8), "*": (8, 9), "/": (8, 9), "%": (8, 9), "//": (2, 2),
    "=": (3, 4), "|=": (3, 4), "+=": (3, 4), "-=": (3, 4), "*=": (3, 4), "/=": (3, 4), "%=": (3, 4), "//=": (3, 4),
}  # fmt: skip
_CONSTANTS = {"null": None, "true": True, "false": False}
_ALONE = {3, 6}  # operators of these strengths don't follow one another
MOST_DEPTH = 90  # of nesting; each level takes some frames of Python's
IDENTITY: Node = ("identity",)


def parse(text: str) -> tuple[Node, list[Node]]:
    """Return a program's tree and its imports: (kind, path, name, metadata). Raises JqSyntaxError."""
    return _Parser(tokens(text)).program()


def parse_library(text: str) -> tuple[list[Node], list[Node], Any]:
    """Return a module's definitions, imports and metadata."""
    return _Parser(tokens(text)).library()


class _Parser:
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

    # ------------------------------------------------------------ terms
    def postfix(self) -> Node:
        node = self.term()
        while True:
            kind, value, _ = self.words[self.at]
            if kind == "field":
                self.at += 1
                node = ("index", node, ("literal", value))
            elif kind == "op" and value == ".":
                following = self.words[self.at + 1]
                if following[0] == "string":
                    self.at += 1
                    node = ("index", node, self.string(None))
                elif following[0] == "op" and following[1] == "[":
                    self.at += 1
                else:
                    raise self.unexpected()
            elif kind == "op" and value == "[":
                self.at += 1
                node = self.bracket(node)
            elif kind == "op" and value == "?":
                self.at += 1
                node = _optional(node)
            else:
                return node

    def bracket(self, node: Node) -> Node:
        """Read what stands behind TERM[ ."""
        if self.is_op("]"):
            self.at += 1
            return ("iterate", node)
        if self.is_op(":"):
            self.at += 1
            end = self.pipe()
            self.expect("]")
            return ("slice", node, None, end)
        key = self.pipe()
        if self.is_op(":"):
            self.at += 1
            if self.is_op("]"):
                self.at += 1
                return ("slice", node, key, None)
            end = self.pipe()
            self.expect("]")
            return ("slice", node, key, end)
        self.expect("]")
        return ("index", node, key)

    def string(self, form: str | None) -> Node:
        parts = self.words[self.at][1]
        self.at += 1
        nodes: list[Any] = []
        for part in parts:
            if isinstance(part, str):
                nodes.append(part)
            else:
                inner = _Parser(part)
                inner.depth = self.depth
                nodes.append(inner.program()[0])
        if all(isinstance(node, str) for node in nodes):
            return ("literal", "".join(nodes))
        return ("string", form, nodes)

    def term(self) -> Node:
        kind, value, place = self.words[self.at]
        if kind == "number":
            self.at += 1
            return ("literal", value)
        if kind == "string":
            return self.string(None)
        if kind == "format":
            self.at += 1
            return self.string(value) if self.words[self.at][0] == "string" else ("format", value)
        if kind == "field":
            self.at += 1
            return ("index", IDENTITY, ("literal", value))
        if kind == "var":
            self.at += 1
            return ("loc", place) if value == "__loc__" else ("var", value, place)
        if kind == "name":
            self.at += 1
            if value == "break" and self.words[self.at][0] == "var":
                self.at += 1
                return ("break", self.words[self.at - 1][1], place)
            if value in _CONSTANTS and not self.is_op("("):
                return ("literal", _CONSTANTS[value])
            arguments = []
            if self.is_op("("):
                self.at += 1
                arguments.append(self.pipe())
                while self.is_op(";"):
                    self.at += 1
                    arguments.append(self.pipe())
                self.expect(")")
            return ("call", value, arguments, place)
        if kind == "op":
            return self.punctuation(value)
        if kind == "keyword":
            return self.control(value)
        raise self.unexpected()

    def punctuation(self, op: str) -> Node:
        if op == ".":
            self.at += 1
            if self.words[self.at][0] == "string":
                return ("index", IDENTITY, self.string(None))
            return IDENTITY
        if op == "..":
            self.at += 1
            return ("call", "recurse", [], 0)
        if op == "(":
            self.at += 1
            node = self.pipe()
            self.expect(")")
            return node
        if op == "[":
            self.at += 1
            if self.is_op("]"):
                self.at += 1
                return ("array", None)
            node = self.pipe()
            self.expect("]")
            return ("array", node)
        if op == "{":
            return self.object()
        raise self.unexpected()

    def object(self) -> Node:
        self.at += 1
        pairs: list[tuple[Node, Node]] = []
        while not self.is_op("}"):
            pairs.append(self.pair())
            if not self.is_op(","):
                break
            self.at += 1
        if not self.is_op("}"):
            raise self.unexpected(", expecting '}'")
        self.at += 1
        return ("object", pairs)

    def pair(self) -> tuple[Node, Node]:
        kind, value, place = self.words[self.at]
        if kind == "var":
            self.at += 1
            if value == "__loc__":
                return ("literal", "__loc__"), ("loc", place)
            return ("literal", value), ("var", value, place)
        key: Node
        if kind in ("name", "keyword"):
            self.at += 1
            key = ("literal", value)
        elif kind == "number":
            self.at += 1
            key = ("literal", value)
        elif kind == "string":
            key = self.string(None)
        elif kind == "format":
            self.at += 1
            key = self.string(value) if self.words[self.at][0] == "string" else ("format", value)
        elif self.is_op("("):
            self.at += 1
            key = self.pipe()
            self.expect(")")
            self.expect(":")
            return key, self.object_value()
        else:
            raise self.unexpected()
        if self.is_op(":"):
            self.at += 1
            return key, self.object_value()
        if kind == "number":
            raise self.unexpected()
        return key, ("index", IDENTITY, key)

    def object_value(self) -> Node:
        self.enter()
        parts = [self.object_term()]
        while self.is_op("|"):
            self.at += 1
            parts.append(self.object_term())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else ("pipe", parts)

    def object_term(self) -> Node:
        return self.binary(0)

    def control(self, word: str) -> Node:
        place = self.words[self.at][2]
        self.at += 1
        if word == "if":
            return self.condition()
        if word == "try":
            self.enter()
            body = self.attempt()
            handler = None
            if self.is_keyword("catch"):
                self.at += 1
                handler = self.attempt()
            self.depth -= 1
            return ("try", body, handler)
        if word in ("reduce", "foreach"):
            source = self.postfix()
            self.expect("as")
            patterns = [self.pattern()]
            while self.is_op("?//"):
                self.at += 1
                patterns.append(self.pattern())
            self.expect("(")
            parts = [self.pipe()]
            while self.is_op(";"):
                self.at += 1
                parts.append(self.pipe())
            if len(parts) not in ((2,) if word == "reduce" else (2, 3)):
                raise self.unexpected()
            self.expect(")")
            if word == "reduce":
                return ("reduce", source, patterns, parts[0], parts[1])
            return ("foreach", source, patterns, parts[0], parts[1], parts[2] if len(parts) == 3 else None)
        if word == "label":
            self.at -= 1
            return self.pipe()
        self.at -= 1
        _ = place
        raise self.unexpected()

    def attempt(self) -> Node:
        """Read what `try` or `catch` is about."""
        if self.is_op("-"):
            return self.unary()
        return self.postfix()

    def condition(self) -> Node:
        self.enter()
        test = self.pipe()
        self.expect("then")
        then = self.pipe()
        if self.is_keyword("elif"):
            self.at += 1
            other = self.condition()
            self.depth -= 1
            return ("if", test, then, other)
        other = IDENTITY
        if self.is_keyword("else"):
            self.at += 1
            other = self.pipe()
        self.expect("end")
        self.depth -= 1
        return ("if", test, then, other)


def _optional(node: Node) -> Node:
    """Return TERM? : behind .a, [..] or [] it guards that last step alone."""
    kind = node[0]
    plain = (
        (kind == "index" and node[2][0] == "literal")
        or kind == "iterate"
        or (kind == "slice" and all(part is None or part[0] == "literal" for part in node[2:]))
    )
    if not plain or node[1] == IDENTITY:
        return ("try", node, None)
    return ("pipe", [node[1], ("try", (node[0], IDENTITY, *node[2:]), None)])
