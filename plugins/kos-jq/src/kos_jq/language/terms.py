"""The parser's lower half: what stands between operators, from `.a[0]?` to `reduce` and `if`."""

from __future__ import annotations

from typing import Any

from .words import IDENTITY, Node, Words

_CONSTANTS = {"null": None, "true": True, "false": False}


class Terms(Words):
    """postfix() reads a term and what follows it. What is made of terms is the parser's, which this class is a part of."""

    def binary(self, least: int) -> Node:
        """See the parser."""
        raise NotImplementedError

    def pattern(self) -> Node:
        """See the parser."""
        raise NotImplementedError

    def pipe(self) -> Node:
        """See the parser."""
        raise NotImplementedError

    def program(self) -> tuple[Node, list[Node]]:
        """See the parser."""
        raise NotImplementedError

    def unary(self) -> Node:
        """See the parser."""
        raise NotImplementedError

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
                inner = type(self)(part)
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
