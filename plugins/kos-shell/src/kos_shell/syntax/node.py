"""What all nodes of the syntax tree share: slots, equality without line numbers, repr, a walk.

Plain classes with `__slots__` and a written `__init__`, not dataclasses: a cold `kos run` imports this package, and forty
dataclasses cost some 100 ms of `exec` at import while forty plain classes cost one or two. What a dataclass would give
(`==`, `hash`, `repr`) is here once, driven by `__slots__`.

Nodes are immutable by convention once the parser has returned them: trees are shared between shells and machine forks.
"""

from __future__ import annotations

from collections.abc import Iterator


class Node:
    """Base of everything in a tree. Two nodes are equal when type and fields are; `line` and derived slots don't count."""

    __slots__ = ()
    fields: tuple[str, ...] = ()
    """The slots that make up the node: a class's own, then inherited ones. A class with derived slots states them itself."""

    def __init_subclass__(cls) -> None:
        if "fields" not in cls.__dict__:
            own = tuple(name for name in cls.__dict__.get("__slots__", ()) if name != "line")
            cls.fields = own + cls.fields

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other):
            return False
        for name in self.fields:
            if getattr(self, name) != getattr(other, name):
                return False
        return True

    def __hash__(self) -> int:
        return hash((type(self), *[getattr(self, name) for name in self.fields]))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(getattr(self, name)) for name in self.fields)})"


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and everything below it, parents first, in source order. Uses no recursion."""
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, Node):
            yield item
            stack.extend(getattr(item, name) for name in reversed(item.fields))
        elif isinstance(item, tuple):
            stack.extend(reversed(item))
