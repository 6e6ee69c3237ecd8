"""Variables that can be Python's ints: counters, places, lengths.

An awk's number is a double. An int does the same as long as it stays below 2^53, and a variable that is only set to small whole
numbers and moved in small steps can't get further while anybody waits. Nothing else may be assigned: a sum of two variables may
double at each turn.

    find_ints(...) -> {(function or "", name)}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..language import tree
from .nodes import bare

if TYPE_CHECKING:
    from .analysis import Analysis

_FIRST: Final = 1 << 31
_STEP: Final = 1 << 16


def whole(expr: Any, limit: int) -> bool:
    """Tell whether an expression is a small whole number."""
    expr = bare(expr)
    if isinstance(expr, tree.Sign):
        return whole(expr.operand, limit) and bare(expr.operand).value != 0.0
    return isinstance(expr, tree.Num) and expr.value.is_integer() and abs(expr.value) < limit


def find_ints(known: Analysis, nodes: list[Any], calls: list[tree.Call]) -> set[tuple[str, str]]:
    """Return the variables, as (function or "", name). Begins with all that are numbers; ends when no assignment says no."""
    given = {
        (call.name, param)
        for call in calls
        for param, _ in zip(known.program.functions[call.name].params, call.args, strict=False)
    }
    ints = ({("", name) for name in known.numbers} | (known.number_params - given)) & _used_as_places(nodes)
    assigns = [node for node in nodes if isinstance(node, tree.Assign) and isinstance(node.target, tree.Var)]
    while True:
        before = len(ints)
        for node in assigns:
            target = node.target
            assert isinstance(target, tree.Var)
            if not (whole(node.value, _STEP) and node.op in ("+", "-") if node.op else _fits(node.value, ints)):
                ints.discard((target.scope, target.name))
        if len(ints) == before:
            return ints


def _used_as_places(nodes: list[Any]) -> set[tuple[str, str]]:
    """Return the variables that stand where an int is quicker: subscripts, numbers of fields, places in texts, and texts."""
    found = set()
    for node in nodes:
        if isinstance(node, (tree.Index, tree.In)):
            places = node.subscripts
        elif isinstance(node, tree.Field):
            places = [node.number]
        elif isinstance(node, tree.Concat):
            places = node.parts
        elif isinstance(node, tree.Builtin) and node.name == "substr":
            places = node.args[1:2]
        else:
            continue
        for place in map(bare, places):
            inner = bare(place.left) if isinstance(place, tree.Binary) else place
            inner = inner.target if isinstance(inner, tree.Step) else inner
            if isinstance(inner, tree.Var):
                found.add((inner.scope, inner.name))
    return found


def _fits(expr: Any, ints: set[tuple[str, str]]) -> bool:
    """Tell whether an expression gives a small whole number, or an int variable, or one near it."""
    expr = bare(expr)
    if isinstance(expr, tree.Var):
        return (expr.scope, expr.name) in ints or (expr.name in ("NF", "NR", "FNR") and not expr.local)
    if isinstance(expr, tree.Binary):
        return expr.op in "+-" and _fits(expr.left, ints) and whole(expr.right, _STEP)
    if isinstance(expr, tree.Step):
        return isinstance(expr.target, tree.Var) and (expr.target.scope, expr.target.name) in ints
    if isinstance(expr, tree.Assign):
        return not expr.op and _fits(expr.value, ints)
    if isinstance(expr, tree.Builtin):
        return expr.name in ("length", "index", "split", "match")
    return whole(expr, _FIRST)
