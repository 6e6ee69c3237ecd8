"""Expressions that are whole numbers as Python source that gives ints: see ints.py for which variables are.

is_int(expr)     whether it is one for sure        int_of(expr)    source for it, an int
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..language import tree
from .ints import whole
from .nodes import bare
from .output import Output

if TYPE_CHECKING:
    from .expressions import Expressions


class Whole(Output):
    """Ints."""

    def is_int_variable(self: Expressions, expr: Any) -> bool:  # type: ignore[misc]
        """Tell whether an expression is a variable that holds ints."""
        return isinstance(expr, tree.Var) and (expr.scope, expr.name) in self.known.ints

    def is_int(self: Expressions, expr: Any) -> bool:  # type: ignore[misc]
        """Tell whether an expression gives an int, if asked for one."""
        expr = bare(expr)
        if isinstance(expr, tree.Num):
            return whole(expr, 1 << 31)
        if isinstance(expr, tree.Var):
            counted = self.counts_here(expr) or (expr.name == "NF" and not expr.local and self.in_locals)
            return counted or self.is_int_variable(expr)
        if isinstance(expr, tree.Binary):
            parts = bare(expr.left), bare(expr.right)
            if expr.op not in "+-" or any(isinstance(part, tree.Binary) for part in parts):
                return False
            return all(map(self.is_int, parts)) and not all(isinstance(part, tree.Num) for part in parts)
        if isinstance(expr, (tree.Step, tree.Assign)):
            return self.is_int_variable(expr.target)
        return False

    def int_of(self: Expressions, expr: Any) -> str:  # type: ignore[misc]
        """Return source for an int. Of a variable that has no value yet it may be a 0 of a class of its own."""
        expr = bare(expr)
        if isinstance(expr, tree.Num):
            return str(int(expr.value))
        if isinstance(expr, tree.Binary):
            return f"({self.int_of(expr.left)} {expr.op} {self.int_of(expr.right)})"
        if isinstance(expr, tree.Step) and isinstance(expr.target, tree.Var):
            name = self.name(expr.target)
            sign, back = ("+", "-") if expr.delta > 0 else ("-", "+")
            moved = f"({name} := {name} {sign} 1)"
            return moved if expr.prefix else f"({moved} {back} 1)"
        if isinstance(expr, tree.Assign) and isinstance(expr.target, tree.Var):
            return f"({self.name(expr.target)} := {self.int_assigned(expr)})"
        if self.is_int_variable(expr):
            return self.name(expr)
        return self.quick(expr)

    def int_assigned(self: Expressions, expr: tree.Assign) -> str:  # type: ignore[misc]
        """Return source for what an assignment gives a variable that holds ints."""
        assert isinstance(expr.target, tree.Var)
        if expr.op:
            value = bare(expr.value)
            made = self.int_of(value) if isinstance(value, tree.Num) else f"int({self.num(value)})"
            return f"{self.name(expr.target)} {expr.op} {made}"
        if self.is_int(expr.value):
            return self.int_of(expr.value)
        return f"int({self.quick(expr.value)})"

    def int_text(self: Expressions, expr: Any) -> str:  # type: ignore[misc]
        """Return source for the text of an int."""
        expr = bare(expr)
        made = self.int_of(expr)
        if self.is_int_variable(expr):
            return f"(b'%d' % {made} if {made}.__class__ is int else b'')"
        return f"(b'%d' % {made})"
