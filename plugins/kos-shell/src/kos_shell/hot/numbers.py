"""Arithmetic as Python expressions: from the parser's tuples (arithmetic/parser.py) to source."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_shell.arithmetic.errors import ArithmeticError_
from kos_shell.arithmetic.parser import Node, parse
from kos_shell.arithmetic.skipped import has_power
from kos_shell.hot.writer import INT, Unsupported
from kos_shell.syntax import tree

if TYPE_CHECKING:
    from kos_shell.hot.writer import Writer

_COMPARISONS = frozenset(["<", "<=", ">", ">=", "==", "!="])
_BITS = frozenset(["&", "^", "|"])


class Numbers:
    """Part of the generator. Every method returns an expression whose value is an int within 64 bits."""

    if TYPE_CHECKING:
        w: Writer
        operands: list[str]

        def parameter(self, part: tree.WordPart) -> tuple[int, str]: ...

    def expression(self, word: tree.Word) -> str:
        """Return the expression of $((word)) or ((word))."""
        return self._with(*self._parsed(word), self.number)

    def _parsed(self, word: tree.Word) -> tuple[list[str], Node]:
        """Return (expressions of its operands, tree) of an expression."""
        operands: list[str] = []
        source = self._template(word.parts, operands)
        try:
            return operands, parse(source)
        except ArithmeticError_:
            raise Unsupported from None

    def _with(self, operands: list[str], node: Node, write: Callable[[Node], str]) -> str:
        outer, self.operands = self.operands, operands
        try:
            return write(node)
        finally:
            self.operands = outer

    def condition(self, word: tree.Word) -> str:
        """Return an expression that is true where the arithmetic of `word` isn't 0."""
        return self._with(*self._parsed(word), self.truth_of)

    def _template(self, parts: tuple[tree.WordPart, ...], operands: list[str]) -> str:
        """Return the text with NUL index NUL for each `$x`, whose expressions go to `operands`."""
        pieces = []
        for part in parts:
            if isinstance(part, tree.Literal | tree.QuotedText):
                pieces.append(part.text)
            elif isinstance(part, tree.DoubleQuoted):
                pieces.append(self._template(part.parts, operands))
            elif isinstance(part, tree.ArithSub):
                pieces.append(f"\0{len(operands)}\0")
                operands.append(self.expression(part.expr))
            elif isinstance(part, tree.Param | tree.ParamLength):
                pieces.append(f"\0{len(operands)}\0")
                kind, value = self.parameter(part)
                operands.append(value if kind == INT else f"operand({value})")
            else:
                raise Unsupported
        return "".join(pieces)

    # ------------------------------------------------------------------ nodes
    def number(self, node: Node) -> str:
        """Return the expression of a node."""
        return getattr(self, "on_" + node[0])(*node[1:])  # type: ignore[no-any-return]

    def truth_of(self, node: Node) -> str:
        """Return an expression that is true where a node isn't 0; comparisons needn't become numbers."""
        kind = node[0]
        if kind == "bin" and len(node[2]) == 1 and node[2][0][0] in _COMPARISONS:
            left = self.number(node[1])
            op, right, _ = node[2][0]
            return f"({left} {op} {self.number(right)})"
        if kind in ("and", "or"):
            first, *others = node[1]
            if has_power(others):  # which may go wrong where it is skipped
                raise Unsupported
            parts = [self.truth_of(first)]
            for other in others:
                before = dict(self.w.kinds)
                parts.append(self.truth_of(other))
                self.w.join(before)
            return "(" + f" {kind} ".join(parts) + ")"
        if kind == "un" and node[1] == "!":
            return f"(not {self.truth_of(node[2])})"
        return self.number(node)

    def on_num(self, value: int) -> str:
        return f"({value})" if value < 0 else str(value)

    def on_par(self, index: int) -> str:
        return self.operands[index]

    def on_group(self, node: Node) -> str:
        return self.number(node)

    def on_var(self, name: str, subscript: str | None) -> str:
        if subscript is not None:
            return f"number({self.element(name, subscript)})"
        local = self.w.variable(name)
        kind = self.w.kinds[name]
        if kind == INT:
            return local
        if kind & INT:
            return f"({local} if type({local}) is int else number({local}))"
        return f"number({local})"

    def element(self, name: str, subscript: str) -> str:
        """Return the expression of an element of an indexed array: a text, or None."""
        array = self.w.array(name)
        return f"element({array}, {self.subscript(subscript)})"

    def subscript(self, text: str) -> str:
        """Return the expression of a subscript, which stands in an expression or before `=`."""
        if not text.strip() or any(c in text for c in "$`\"'\\"):
            raise Unsupported
        try:
            return self.number(parse(text))
        except ArithmeticError_:
            raise Unsupported from None

    def on_un(self, op: str, node: Node) -> str:
        if op == "!":
            return f"(0 if {self.truth_of(node)} else 1)"
        value = self.number(node)
        return f"(~{value})" if op == "~" else self.checked(f"-{value}")

    def checked(self, value: str) -> str:
        """Return the expression, wrapped where its value leaves 64 bits."""
        result = self.w.temporary()
        return f"({result} if -HIGH <= ({result} := {value}) < HIGH else wrapped({result}))"

    def on_bin(self, first: Node, chain: list[tuple[str, Node, int]]) -> str:
        result = self.number(first)
        for op, node, _ in chain:
            result = self.binary(result, op, self.number(node))
        return result

    def binary(self, left: str, op: str, right: str) -> str:
        """Return the expression of one operator."""
        if op in ("+", "-", "*"):
            return self.checked(f"{left} {op} {right}")
        if op in _COMPARISONS:
            return f"(1 if {left} {op} {right} else 0)"
        if op in _BITS:
            return f"({left} {op} {right})"
        if op == "<<":
            return f"wrapped({left} << ({right} & 63))"
        if op == ">>":
            return f"({left} >> ({right} & 63))"
        if op == "%" and right.isdecimal() and int(right):
            value = self.w.temporary()
            return f"({value} % {right} if ({value} := {left}) >= 0 else -(-{value} % {right}))"
        return f"{ {'**': 'power', '/': 'divided', '%': 'remainder'}[op] }({left}, {right})"

    def on_and(self, nodes: list[Node]) -> str:
        return f"(1 if {self.truth_of(('and', nodes))} else 0)"

    def on_or(self, nodes: list[Node]) -> str:
        return f"(1 if {self.truth_of(('or', nodes))} else 0)"

    def on_cond(self, test: Node, yes: Node, no: Node) -> str:
        if has_power((yes, no)):
            raise Unsupported
        condition = self.truth_of(test)
        before = dict(self.w.kinds)
        first = self.number(yes)
        after = self.w.kinds
        self.w.kinds = before
        second = self.number(no)
        self.w.join(after)
        return f"({first} if {condition} else {second})"

    def on_comma(self, nodes: list[Node]) -> str:
        return "(" + ", ".join([self.number(node) for node in nodes]) + ")[-1]"

    # ------------------------------------------------------------------ assignments
    def on_assign(self, op: str, name: str, subscript: str | None, node: Node, start: int) -> str:
        if subscript is not None:
            return self.assign_element(op, name, subscript, node)
        if op == "=":
            value = self.number(node)
        else:
            value = self.binary(self.on_var(name, None), op, self.number(node))
        return f"({self.w.assigned(name, INT)} := {value})"

    def assign_element(self, op: str, name: str, subscript: str, node: Node) -> str:
        """a[i] = value and a[i] += value: an expression whose value is the number stored."""
        array = self.w.array(name, written=True)
        index, result = self.w.temporary(), self.w.temporary()
        where = self.subscript(subscript)
        value = (
            self.number(node) if op == "=" else self.binary(f"number(element({array}, {index}))", op, self.number(node))
        )
        return f"(({index} := {where}), ({result} := {value}), store(undo, {array}, {index}, str({result})))[1]"

    def on_pre(self, op: str, name: str, subscript: str | None) -> str:
        return self._step(op, name, subscript, old=False)

    def on_post(self, op: str, name: str, subscript: str | None) -> str:
        return self._step(op, name, subscript, old=True)

    def _step(self, op: str, name: str, subscript: str | None, *, old: bool) -> str:
        sign = op[0]
        if subscript is not None:
            array = self.w.array(name, written=True)
            index, before, after = self.w.temporary(), self.w.temporary(), self.w.temporary()
            where = self.subscript(subscript)
            return (
                f"(({index} := {where}), ({before} := number(element({array}, {index}))), "
                f"({after} := {self.checked(f'{before} {sign} 1')}), "
                f"store(undo, {array}, {index}, str({after})))[{1 if old else 2}]"
            )
        value = self.on_var(name, None)
        if old:
            before = self.w.temporary()
            stepped = self.checked(f"{before} {sign} 1")
            return f"(({before} := {value}), ({self.w.assigned(name, INT)} := {stepped}))[0]"
        return f"({self.w.assigned(name, INT)} := {self.checked(f'{value} {sign} 1')})"

    def statement(self, word: tree.Word) -> str:
        """Return a statement for an expression whose value nobody wants: a plain assignment where it is one step."""
        operands, node = self._parsed(word)
        if node[0] in ("pre", "post") and node[3] is None:
            value = self.on_var(node[2], None)
            return f"{self.w.assigned(node[2], INT)} = {self.checked(f'{value} {node[1][0]} 1')}"
        return self._with(operands, node, self.number)


def positional(name: str) -> int | None:
    """Return the index into sh.args of $1 and its like, or None."""
    return int(name) - 1 if name.isdecimal() and 0 < int(name[:6]) < 1000 else None
