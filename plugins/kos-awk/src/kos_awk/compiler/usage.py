"""How values are used: whether anybody asks more of a field, or of an element, than its text or its number.

What comes from outside counts as a number where it looks like one, and a text that the program made doesn't; only comparisons,
truths and copies see the difference. Where there are none, fields and elements may be plain texts.

    uses(node)            (child, "text" or "number") for each child that the node wants in that shape, whatever it is
    needed_patterns(...)  patterns of which one is found in the record whenever the test is true, None if it can be true without
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from ..language import tree
from .formats import plan
from .nodes import acts, bare, walk

_TEXTS: Final = {
    "length": (0,), "substr": (0,), "index": (0, 1), "tolower": (0,), "toupper": (0,), "split": (0, 2), "sub": (1, 2),
    "gsub": (1, 2), "gensub": (1, 3), "match": (0, 1), "system": (0,), "close": (0,), "patsplit": (0,), "mktime": (0,),
}  # fmt: skip
_NUMBERS: Final = {
    "substr": (1, 2), "sin": (0,), "cos": (0,), "atan2": (0, 1), "exp": (0,), "log": (0,), "sqrt": (0,), "int": (0,),
    "srand": (0,), "and": (0, 1), "or": (0, 1), "xor": (0, 1), "lshift": (0, 1), "rshift": (0, 1), "compl": (0,),
}  # fmt: skip


EITHER: Final = ("text", "number")


def uses(node: Any) -> Iterator[tuple[Any, str]]:
    """Yield (child, shape); children whose kind matters aren't there."""
    if isinstance(node, tree.Concat):
        yield from ((part, "text") for part in node.parts)
    elif isinstance(node, tree.Binary):
        yield from ((node.left, "number"), (node.right, "number"))
    elif isinstance(node, tree.Sign):
        yield node.operand, "number"
    elif isinstance(node, tree.Field):
        yield node.number, "number"
    elif isinstance(node, tree.Print):
        if node.where is not None:
            yield node.where, "text"
        if not node.formatted:
            yield from ((arg, "text") for arg in node.args)
        else:
            yield from _format(node.args)
    elif isinstance(node, (tree.Index, tree.In)):
        yield from ((part, "text") for part in node.subscripts)
    elif isinstance(node, tree.Match):
        yield from ((node.left, "text"), (node.right, "text"))
    elif isinstance(node, tree.Assign):
        yield node.target, "text"
        if node.op:
            yield from ((node.target, "number"), (node.value, "number"))
    elif isinstance(node, tree.Step):
        yield node.target, "number"
    elif isinstance(node, tree.Compare):
        if isinstance(bare(node.left), (tree.Str, tree.Concat)) or isinstance(
            bare(node.right), (tree.Str, tree.Concat)
        ):
            yield from ((node.left, "text"), (node.right, "text"))
    elif isinstance(node, tree.Builtin):
        yield from ((node.args[at], "text") for at in _TEXTS.get(node.name, ()) if at < len(node.args))
        yield from ((node.args[at], "number") for at in _NUMBERS.get(node.name, ()) if at < len(node.args))
        if node.name == "sprintf":
            yield from _format(node.args)


def _format(args: list[Any]) -> Iterator[tuple[Any, str]]:
    form = bare(args[0])
    way = plan(form.value) if isinstance(form, tree.Str) else None
    if way is not None and len(way.kinds) == len(args) - 1:
        for kind, arg in zip(way.kinds, args[1:], strict=True):
            yield arg, "text" if kind == "s" else "number"


def kinds_seen(nodes: Iterable[Any], kind: type, shapes: tuple[str, ...]) -> list[Any]:
    """Return the nodes of a kind (tree.Field, tree.Index) that are used in another shape than these."""
    found: dict[int, Any] = {}
    fine: set[int] = set()
    bad: set[int] = set()
    for node in nodes:
        if isinstance(node, kind):
            found[id(node)] = node
        for child, shape in uses(node):
            inner = bare(child)
            if isinstance(inner, kind):
                (fine if shape in shapes else bad).add(id(inner))
        if isinstance(node, tree.Simple):
            fine.add(id(bare(node.expr)))
    return [node for key, node in found.items() if key not in fine or key in bad]


def looks_at_record(nodes: Any) -> bool:
    """Tell whether anything below these nodes looks at $0, a field or NF."""
    for node in walk(nodes):
        if isinstance(node, tree.Field) or (isinstance(node, tree.Regex) and not node.typed):
            return True
        if isinstance(node, tree.Var) and node.name == "NF" and not node.local:
            return True
        if isinstance(node, tree.Print) and not node.args:
            return True
        if isinstance(node, tree.Builtin) and len(node.args) < {"length": 1, "sub": 3, "gsub": 3, "gensub": 4}.get(
            node.name, 0
        ):
            return True
    return False


def needed_patterns(test: Any, matches: bool) -> list[bytes] | None:
    """See the file's head. matches: a match() that fails needn't be done, for nobody looks at what it leaves."""
    test = bare(test)
    if isinstance(test, tree.Regex) and not test.typed:
        return [test.source]
    left = right = None
    if isinstance(test, tree.Match) and not test.negated:
        left, right = bare(test.left), bare(test.right)
    elif matches and isinstance(test, tree.Builtin) and test.name == "match" and len(test.args) == 2:
        left, right = bare(test.args[0]), bare(test.args[1])
    if isinstance(left, tree.Field) and isinstance(right, tree.Regex) and not right.typed:
        number = bare(left.number)
        if isinstance(number, tree.Num) and number.value == 0.0:
            return [right.source]
    if isinstance(test, tree.Logic):
        if test.op == "or":
            parts = [needed_patterns(part, matches) for part in test.parts]
            return None if None in parts else [source for part in parts if part is not None for source in part]
        for part in test.parts:
            found = needed_patterns(part, matches)
            if found is not None:
                return found
            if acts(part):
                return None
    return None
