"""What a tree tells before it meets a text: can an engine that takes the first alternative be trusted with it?

POSIX wants, of all matches that start leftmost, the longest, and inside of it each part from the left as long as possible.
Engines that are fast (and `re`) take the first match in the order of the alternatives, greedy repetitions first. For most
patterns that is the same thing, and `analyse` says when it provably is:

(1) A node is `exact` if at every character at most one way of reading on exists: alternatives start with different
    characters, and what can make a finished part longer (`more`) is never what can start the next part (`first`). Then there is
    only one reading, and greed alone takes it as far as it goes, provided that an alternative that can be empty comes last.

(2) A sequence of repeated single characters, `x{n,m}`, is safe whatever overlaps. Take two readings; where the one that was
    longer at an earlier part gets shorter at a later one, the two must cross inside a run of one character class, and can be
    spliced there; so the greediest reading is also the longest, for the whole and for every prefix of parts. Parts of one fixed
    length, and conditions on the place, can stand in between: readings can't cross there.

(3) So is an exact beginning, followed by what (2) describes; or by a last choice (foo|foobar) whose alternatives have fixed
    lengths and hold no groups, if the longest stand first.

`.*b(cbe)?` on bcbe shows why the last part can't be just any exact one: greed gives bcb, POSIX wants bcbe.
Where none of this applies the facade lets the engine find the start alone and asks positions.py for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from kos_kernel.toolkit.regex import charset, errors, tree
from kos_kernel.toolkit.regex.errors import PatternError
from kos_kernel.toolkit.regex.parser import MAX_WEIGHT
from kos_kernel.toolkit.regex.tree import Node

_MANY_RANGES: Final = 64  # a `first` of more ranges is rounded up to everything: only precision is lost
_MANY_CHOICES: Final = 50  # so many alternatives aren't compared one by one
_EVERYTHING: Final[charset.Ranges] = ((0, 0x10FFFF),)


class Facts(NamedTuple):
    """What an engine that takes the first match gets right, and how big the pattern is."""

    span_safe: bool  # start and end of the whole
    groups_safe: bool  # the groups too
    nullable: bool
    fixed: int | None  # how many characters every match has
    weight: int  # characters, repetitions written out
    width: int  # how many ways of reading on repetitions can hold open at once, at most
    choices: int  # alternatives at one place, at most
    ends_line: bool  # every match ends where the text or the line does
    has_places: bool  # asks for ^ $ \b ...
    has_word_places: bool


def analyse(root: Node) -> Facts:
    """Fill in the facts of every node below `root` and return those of the whole.

    May reorder alternatives (one that can be empty goes last) where that changes no match.
    Raises PatternError if the pattern is too big, repetitions written out.
    """
    choices = 1
    has_places = has_word_places = False
    written = 0
    for node in tree.postorder(root):
        _facts_of(node)
        written += node.kind == tree.SET
        if node.weight > MAX_WEIGHT + written:
            raise PatternError(errors.TOO_BIG)
        if node.kind == tree.REPEAT:
            node.spread = node.weight
        else:
            node.spread = sum(child.spread for child in node.children)
        if node.kind == tree.ALT:
            choices = max(choices, len(node.children))
        elif node.kind == tree.ASSERT:
            has_places = True
            has_word_places = has_word_places or node.what >= tree.WORD_EDGE
    span_safe, groups_safe = _safe(root)
    parts = _flatten(root)
    ends_line = bool(parts) and parts[-1].kind == tree.ASSERT and parts[-1].what in (tree.EOL, tree.TEXT_END)
    return Facts(
        span_safe=span_safe,
        groups_safe=span_safe and groups_safe,
        nullable=root.nullable,
        fixed=root.fixed,
        weight=root.weight,
        width=max(1, root.spread),
        choices=choices,
        ends_line=ends_line,
        has_places=has_places,
        has_word_places=has_word_places,
    )


def _facts_of(node: Node) -> None:
    """Fill in the facts of one node from those of its children."""
    kind = node.kind
    children = node.children
    if kind == tree.SET:
        node.first = _rounded(node.ranges)
        node.fixed, node.nullable, node.exact, node.weight = 1, False, True, 1
    elif kind == tree.EMPTY or kind == tree.ASSERT:
        node.fixed, node.nullable, node.exact, node.weight = 0, True, True, 0
    elif kind == tree.BACKREF:
        node.first = node.more = _EVERYTHING
        node.fixed, node.nullable, node.exact, node.weight = None, True, False, 1
    elif kind == tree.GROUP:
        child = children[0]
        node.first, node.more, node.fixed = child.first, child.more, child.fixed
        node.nullable, node.exact, node.weight, node.has_group = child.nullable, child.exact, child.weight, True
    elif kind == tree.CAT:
        _facts_of_cat(node)
    elif kind == tree.ALT:
        _facts_of_alt(node)
    else:
        _facts_of_repeat(node)


def _facts_of_cat(node: Node) -> None:
    children = node.children
    node.nullable = all(child.nullable for child in children)
    node.has_group = any(child.has_group for child in children)
    node.weight = sum(child.weight for child in children)
    lengths = [child.fixed for child in children]
    node.fixed = None if None in lengths else sum(length or 0 for length in lengths)
    node.exact = all(child.exact for child in children) and not _ambiguous_boundaries(children)
    node.first = _first_of(children)
    more: list[tuple[int, int]] = []
    for child in reversed(children):
        more += child.more
        if not child.nullable:
            break
        more += child.first
    node.more = _rounded(charset.union(more))


def _first_of(children: Sequence[Node]) -> charset.Ranges:
    """Return the characters that a sequence can start with."""
    first: list[tuple[int, int]] = []
    for child in children:
        first += child.first
        if not child.nullable:
            break
    return _rounded(charset.union(first))


def _ambiguous_boundaries(children: Sequence[Node]) -> list[int]:
    """Return the numbers of the children after which it isn't clear from the next character whether they go on."""
    after: charset.Ranges = ()
    found: list[int] = []
    for number in range(len(children) - 1, -1, -1):
        child = children[number]
        going_on = charset.union((*child.more, *child.first)) if child.nullable else child.more
        if charset.intersects(going_on, after):
            found.append(number)
        after = charset.union((*child.first, *after)) if child.nullable else child.first
    found.reverse()
    return found


def _facts_of_alt(node: Node) -> None:
    children = node.children
    node.nullable = any(child.nullable for child in children)
    node.has_group = any(child.has_group for child in children)
    node.weight = sum(child.weight for child in children)
    lengths = {child.fixed for child in children}
    node.fixed = lengths.pop() if len(lengths) == 1 else None
    node.first = _rounded(charset.union(pair for child in children for pair in child.first))
    node.more = _rounded(charset.union(pair for child in children for pair in child.more))
    empties = [child for child in children if child.nullable]
    if node.fixed is not None and not node.has_group and not empties:
        node.exact = True  # whichever fits, it ends at the same place
        return
    disjoint = _disjoint([child.first for child in children])
    node.exact = disjoint and all(child.exact for child in children)
    if not empties:
        return
    consuming = [child for child in empties if child.fixed != 0]
    if len(consuming) > 1 or (consuming and len(empties) > 1):
        node.exact = False
    elif node.exact and list(children[-len(empties) :]) != empties:
        if node.has_group:  # in another order the engine would number them otherwise
            node.exact = False
        else:
            node.children = [child for child in children if not child.nullable] + empties


def _disjoint(sets: list[charset.Ranges]) -> bool:
    return sum(map(_size, sets)) == _size(charset.union(pair for ranges in sets for pair in ranges))


def _facts_of_repeat(node: Node) -> None:
    child = node.children[0]
    most = node.most
    node.has_group = child.has_group
    node.nullable = child.nullable or node.least == 0
    node.first = child.first
    node.weight = child.weight * (most if most is not None else max(1, node.least))
    node.fixed = child.fixed * node.least if child.fixed is not None and most == node.least else None
    loops = most is None or most > 1
    node.more = child.more
    if most != node.least or child.nullable:
        node.more = _rounded(charset.union((*child.more, *child.first)))
    node.exact = child.exact and not child.nullable and not (loops and charset.intersects(child.more, child.first))


def _rounded(ranges: charset.Ranges) -> charset.Ranges:
    return ranges if len(ranges) <= _MANY_RANGES else _EVERYTHING


# -- can the first match be trusted ------------------------------------------------------------------------------------


def _safe(root: Node) -> tuple[bool, bool]:
    """Return (span_safe, groups_safe) of the whole pattern."""
    groups = _groups_tell_one_story(root)
    pending = [root]
    while pending:
        parts = _flatten(pending.pop())
        unclear = _ambiguous_boundaries(parts)
        if not unclear and all(part.exact for part in parts):
            continue
        tail = len(parts)
        while tail and parts[tail - 1].kind in (tree.ASSERT, tree.EMPTY):
            tail -= 1
        start = unclear[0] if unclear else tail - 1
        if not all(part.exact for part in parts[:start]):
            return False, False
        if all(_is_run(part) or part.fixed == 0 or (part.fixed is not None and part.exact) for part in parts[start:]):
            continue
        last = _through_groups(parts[tail - 1])
        if start < tail - 1 or last.kind != tree.ALT:
            return False, False
        alone, together = _clusters(last.children)
        if any(child.fixed is None or not child.exact or child.has_group or child.nullable for child in together):
            return False, False
        if any(child.nullable or (tail < len(parts) and not child.exact) for child in alone):
            return False, False
        if together:
            if any(child.has_group for child in alone):
                return False, False
            last.children = sorted(together, key=lambda child: -(child.fixed or 0)) + alone
        pending += alone
    return True, groups


def _clusters(children: Sequence[Node]) -> tuple[list[Node], list[Node]]:
    """Return the alternatives that no other one starts like, and the rest."""
    if _disjoint([child.first for child in children]):
        return list(children), []
    if len(children) > _MANY_CHOICES:
        return [], list(children)
    alone = [
        child
        for child in children
        if not any(other is not child and charset.intersects(child.first, other.first) for other in children)
    ]
    return alone, [child for child in children if child not in alone]


def _size(ranges: charset.Ranges) -> int:
    return sum(high - low + 1 for low, high in ranges)


def _flatten(node: Node) -> list[Node]:
    """Return the parts of a sequence, groups around parts of it opened up."""
    parts: list[Node] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if part.kind == tree.CAT:
            stack += reversed(part.children)
        elif part.kind == tree.GROUP:
            stack.append(part.children[0])
        else:
            parts.append(part)
    return parts


def _through_groups(node: Node) -> Node:
    while node.kind == tree.GROUP:
        node = node.children[0]
    return node


def _is_run(node: Node) -> bool:
    """Return whether the node is one character, perhaps repeated."""
    if node.kind == tree.REPEAT:
        node = _through_groups(node.children[0])
    return node.kind == tree.SET


def _groups_tell_one_story(root: Node) -> bool:
    """Return whether no group can keep what an earlier round of a repetition gave it.

    POSIX forgets the groups inside a repetition with each round; engines don't. It shows only if a round can leave one out.
    """
    for node in tree.postorder(root):
        if node.kind != tree.REPEAT or not node.has_group:
            continue
        if node.children[0].nullable:
            return False
        if node.most is not None and node.most <= 1:
            continue
        for inner in tree.postorder(node.children[0]):
            if inner.has_group and (inner.kind == tree.ALT or (inner.kind == tree.REPEAT and inner.least == 0)):
                return False
    return True


# -- what backtracking can cost ----------------------------------------------------------------------------------------

_SHORT: Final = 300


def harmless_to_backtracking(root: Node) -> bool:
    """Return whether a backtracking engine takes a bounded number of steps from each start, so linear time for a search."""
    if root.weight > _SHORT:
        return False
    parts = _flatten(root)
    for number, part in enumerate(parts):
        if part.kind in (tree.SET, tree.ASSERT, tree.EMPTY):
            continue
        if part.kind == tree.REPEAT and _is_run(part):
            if part.most is None and number != len(parts) - 1:
                return False
            continue
        if any(inner.kind in (tree.REPEAT, tree.BACKREF) for inner in tree.postorder(part)):
            return False
    choices = [len(part.children) for part in parts if part.kind == tree.ALT]
    counted = [part for part in parts if part.kind == tree.REPEAT and part.most is not None and part.most != part.least]
    return len(choices) + len(counted) <= 2


def open_repetitions(root: Node) -> int | None:
    """Return how many repetitions a sequence of runs, plain choices and back-references has, or None if it is no such thing.

    A backtracking engine needs at most |text| ** (that number + 1) steps.
    """
    found = 0
    for part in _flatten(root):
        if part.kind == tree.REPEAT:
            if not _is_run(part):
                return None
            found += 1
        elif part.kind == tree.ALT:
            if any(inner.kind in (tree.REPEAT, tree.BACKREF) for inner in tree.postorder(part)) or part.fixed is None:
                return None
            found += 1
    return found
