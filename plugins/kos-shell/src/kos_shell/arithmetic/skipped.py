"""The parts of an expression that aren't evaluated: `0 && 2 ** -1`.

bash reads on through them with 0 for every variable. All that may go wrong then is a power: dividing by 0 is allowed there, an
exponent below 0 isn't. So only what holds a `**` is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.arithmetic.integers import wrap

if TYPE_CHECKING:
    from kos_shell.arithmetic.parser import Node

    Apply = Callable[[str, int, int, int], int]


class Skipping:
    """Gives the value that a part has while it is skipped.

    apply(op, a, b, start): the value of a binary operator; raises ArithmeticError_. read(index): the value of a `$x`.
    """

    def __init__(self, apply: Apply, read: Callable[[int], int]) -> None:
        self.apply = apply
        self.read = read

    def value(self, node: Node) -> int:
        """Return the value. Raises ArithmeticError_ at a power with an exponent below 0."""
        kind: str = node[0]
        if kind == "num":
            return int(node[1])
        if kind == "par":
            return self.read(node[1])
        if kind == "pre":
            return 1 if node[1] == "++" else -1
        if kind == "un":
            operand = self.value(node[2])
            return wrap(-operand) if node[1] == "-" else int(not operand) if node[1] == "!" else ~operand
        if kind == "bin":
            result = self.value(node[1])
            for op, right, start in node[2]:
                result = self.binary(op, result, self.value(right), start)
            return result
        if kind == "assign":
            value = self.value(node[4])
            return value if node[1] == "=" else self.binary(node[1], 0, value, node[5])
        if kind in ("and", "or", "comma"):
            values = [self.value(part) for part in node[1]]
            return values[-1] if kind == "comma" else int(all(values) if kind == "and" else any(values))
        if kind == "cond":
            test, yes, no = (self.value(part) for part in node[1:])
            return yes if test else no
        if kind in ("then", "group"):
            return self.value(node[1])
        return 0  # a variable; what is broken says so by itself

    def binary(self, op: str, a: int, b: int, start: int) -> int:
        return self.apply(op, a, b or 1 if op in "/%" else b, start)


def has_power(node: Any) -> bool:
    """Tell whether a part may go wrong while it is skipped."""
    if isinstance(node, list | tuple):
        return any(has_power(part) for part in node)
    return bool(node == "**")
