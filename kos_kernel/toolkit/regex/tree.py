"""The tree of a regular expression, the same for every dialect.

    EMPTY                       matches nothing at all, everywhere
    SET      ranges             one character of a set (a plain character is a set of one)
    CAT      children           one after the other
    ALT      children           one of them
    REPEAT   children[0]        least to most times; most None: any number
    GROUP    children[0]        what `index` remembers
    BACKREF  index              what that group remembered, again
    ASSERT   what               a condition on the place: BOL, WORD_START, ...

Trees are walked with `postorder`, which keeps its own stack: a pattern of 5,000 nested groups never meets Python's limit,
however deep the caller's fiber already stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kos_kernel.toolkit.regex.charset import Ranges

EMPTY: Final = 0
SET: Final = 1
CAT: Final = 2
ALT: Final = 3
REPEAT: Final = 4
GROUP: Final = 5
BACKREF: Final = 6
ASSERT: Final = 7

# What an ASSERT asks of its place.
BOL: Final = 0  # the start of the text or of a line
EOL: Final = 1
TEXT_START: Final = 2
TEXT_END: Final = 3
WORD_EDGE: Final = 4  # \b
NO_WORD_EDGE: Final = 5  # \B
WORD_START: Final = 6  # \<
WORD_END: Final = 7  # \>
NO_WORD_BEFORE: Final = 8  # what `grep -w` asks of both sides
NO_WORD_AFTER: Final = 9


class Node:
    """One node; which fields count depends on `kind`. The facts below the line are filled in by analysis.py."""

    __slots__ = (
        "children", "index", "kind", "least", "most", "ranges", "what",
        "exact", "first", "fixed", "has_group", "more", "nullable", "spread", "weight",
    )  # fmt: skip

    def __init__(self, kind: int) -> None:
        self.kind = kind
        self.children: Sequence[Node] = ()
        self.index = 0
        self.least = 1
        self.most: int | None = 1
        self.ranges: Ranges = ()
        self.what = 0
        # ---- filled in by analysis.py
        self.nullable = False  # can match nothing
        self.fixed: int | None = None  # how many characters it always matches
        self.first: Ranges = ()  # characters that a match can start with
        self.more: Ranges = ()  # characters that can make a finished match longer
        self.exact = False  # a text can be read by it in one way only
        self.has_group = False
        self.weight = 1  # characters in it, repetitions written out
        self.spread = 0  # those of them that stand in repetitions

    def __repr__(self) -> str:
        names = ("EMPTY", "SET", "CAT", "ALT", "REPEAT", "GROUP", "BACKREF", "ASSERT")
        return f"<{names[self.kind]} {self.ranges or list(self.children) or self.what}>"


def char_set(ranges: Ranges) -> Node:
    """Return a node for one character of a set."""
    node = Node(SET)
    node.ranges = ranges
    return node


def cat(children: Sequence[Node]) -> Node:
    """Return the children one after the other; no child is EMPTY, one child is itself."""
    kept = [child for child in children if child.kind != EMPTY]
    if len(kept) == 1:
        return kept[0]
    node = Node(CAT if kept else EMPTY)
    node.children = kept
    return node


def alt(children: Sequence[Node]) -> Node:
    """Return the choice between the children; one child is itself."""
    if len(children) == 1:
        return children[0]
    node = Node(ALT)
    node.children = children
    return node


def repeat(child: Node, least: int, most: int | None) -> Node:
    """Return the child, least to most times; most None is any number. Zero times, or nothing repeated, is EMPTY."""
    if most == 0 or child.kind == EMPTY:
        return Node(EMPTY)
    node = Node(REPEAT)
    node.children = (child,)
    node.least = least
    node.most = most
    return node


def group(child: Node, index: int) -> Node:
    """Return the child, remembered under a number (1 for the first)."""
    node = Node(GROUP)
    node.children = (child,)
    node.index = index
    return node


def back_reference(index: int) -> Node:
    """Return a repetition of what group `index` matched."""
    node = Node(BACKREF)
    node.index = index
    return node


def assertion(what: int) -> Node:
    """Return a condition on the place; it matches nothing."""
    node = Node(ASSERT)
    node.what = what
    return node


def postorder(root: Node) -> Iterator[Node]:
    """Yield every node below `root`, and it, children before parents, left before right."""
    stack: list[tuple[Node, int]] = [(root, 0)]
    while stack:
        node, number = stack[-1]
        if number < len(node.children):
            stack[-1] = (node, number + 1)
            stack.append((node.children[number], 0))
        else:
            stack.pop()
            yield node
