"""Walking the tree: what every question about a program begins with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..language import tree

_PURE = frozenset(
    "length index substr tolower toupper sprintf sin cos atan2 exp log sqrt int strtonum and or xor lshift rshift compl "
    "isarray typeof mkbool gensub systime mktime strftime".split()
)


def walk(node: Any) -> Iterator[Any]:
    """Yield all nodes below (and) a node, or a list of such."""
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, (list, tuple)):
            todo.extend(node)
        elif isinstance(node, (tree.Expr, tree.Stmt, tree.Rule, tree.Function)):
            yield node
            for cls in type(node).__mro__[:-1]:
                todo.extend(getattr(node, name) for name in cls.__slots__)  # type: ignore[attr-defined]


def base_of(array: tree.Var | tree.Index) -> tree.Var:
    """Return the name that an array expression begins with."""
    while isinstance(array, tree.Index):
        array = array.array
    return array


def bare(expr: Any) -> Any:
    """Return an expression without its parentheses."""
    while isinstance(expr, tree.Paren):
        expr = expr.inner
    return expr


def acts(expr: Any) -> bool:
    """Tell whether an expression may change something that others see while it's worked out."""
    return any(
        isinstance(node, (tree.Assign, tree.Step, tree.Call, tree.Getline))
        or (isinstance(node, tree.Builtin) and node.name not in _PURE)
        for node in walk(expr)
    )


def targets(node: Any) -> list[Any]:
    """Return what a node assigns, but for whole arrays."""
    if isinstance(node, (tree.Assign, tree.Step)):
        return [node.target]
    if isinstance(node, tree.ForIn):
        return [node.name]
    if isinstance(node, tree.Getline):
        return [tree.Field(node.line, tree.Num(node.line, 0.0)) if node.target is None else node.target]
    if isinstance(node, tree.Builtin) and node.name in ("sub", "gsub"):
        return [bare(node.args[2])] if len(node.args) > 2 else [tree.Field(node.line, tree.Num(node.line, 0.0))]
    return []
