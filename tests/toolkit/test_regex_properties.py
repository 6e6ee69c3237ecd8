"""Random patterns against an oracle that is slow, obvious and written twice over: all ends of all readings, as sets."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kos_kernel.toolkit.regex import charset, compile, tree
from kos_kernel.toolkit.regex.dialects import DIALECTS
from kos_kernel.toolkit.regex.parser import parse
from kos_kernel.toolkit.regex.tree import Node

WORD = charset.class_ranges("word", True)
ATOMS = ["a", "b", "c", "a", "b", ".", "[ab]", "[^a]", "[bc]", "ab", "bc"]
WIDE_ATOMS = [*ATOMS, "é", "[é-ü]", "[[:alpha:]]", "\\w"]
PLACES = ["^", "$", "\\b", "\\<", "\\>", "\\B", "(^|a)", "(b|$)"]
REPEATS = ["*", "+", "?", "{2}", "{1,2}", "{0,3}", "{2,}", "*"]


def random_pattern(chance: random.Random, depth: int, atoms: list[str], places: bool = True) -> str:
    """Return an extended pattern; places inside of repetitions can be left out, where glibc is known to go wrong."""
    kind = chance.random()
    if depth == 0 or kind < 0.35:
        return chance.choice(atoms)
    inner = random_pattern(chance, depth - 1, atoms, places)
    if kind < 0.55:
        return inner + random_pattern(chance, depth - 1, atoms, places)
    if kind < 0.68:
        return f"({inner}|{random_pattern(chance, depth - 1, atoms, places)})"
    if kind < 0.76:
        return f"({inner})"
    if kind < 0.80:
        return chance.choice(PLACES) + inner if places else inner
    plain = len(inner) == 1 or (inner[0] == "[" and inner.find("]", 2) == len(inner) - 1)
    return (inner if plain else f"({inner})") + chance.choice(REPEATS)


def all_ends(node: Node, text: str, at: int) -> set[int]:
    """Return where the readings of `node` from `at` end."""
    if node.kind == tree.SET:
        return {at + 1} if at < len(text) and charset.contains(node.ranges, ord(text[at])) else set()
    if node.kind == tree.CAT:
        places = {at}
        for child in node.children:
            places = {end for place in places for end in all_ends(child, text, place)}
        return places
    if node.kind == tree.ALT:
        return {end for child in node.children for end in all_ends(child, text, at)}
    if node.kind == tree.GROUP:
        return all_ends(node.children[0], text, at)
    if node.kind == tree.REPEAT:
        places, ends = {at}, set()
        for count in range(len(text) + node.least + 2):
            if count >= node.least:
                ends |= places
            if count == node.most:
                break
            places = {end for place in places for end in all_ends(node.children[0], text, place)}
        return ends
    if node.kind == tree.EMPTY:
        return {at}
    behind = at > 0 and charset.contains(WORD, ord(text[at - 1]))
    ahead = at < len(text) and charset.contains(WORD, ord(text[at]))
    holds = {
        tree.BOL: at == 0,
        tree.EOL: at == len(text),
        tree.WORD_EDGE: ahead != behind,
        tree.NO_WORD_EDGE: ahead == behind,
        tree.WORD_START: ahead and not behind,
        tree.WORD_END: behind and not ahead,
    }
    return {at} if holds[node.what] else set()


def expected_span(pattern: str, text: str) -> tuple[int, int] | None:
    root = parse(pattern, DIALECTS["egrep"]).root
    for start in range(len(text) + 1):
        ends = all_ends(root, text, start)
        if ends:
            return len(text[:start].encode()), len(text[: max(ends)].encode())
    return None


@pytest.mark.parametrize("third_party", [True, False])
@pytest.mark.parametrize(("seed", "atoms", "letters"), [(1, ATOMS, "aaabbbccd "), (2, WIDE_ATOMS, "aabbc éü“")])
def test_the_leftmost_longest_match_is_found(seed: int, atoms: list[str], letters: str, third_party: bool) -> None:
    chance = random.Random(seed)
    for _ in range(700):
        pattern = random_pattern(chance, 4, atoms)
        regex = compile(pattern.encode(), syntax="egrep", third_party=third_party)
        for _ in range(4):
            text = "".join(chance.choice(letters) for _ in range(chance.randint(0, 9)))
            match = regex.search(text.encode())
            assert (None if match is None else match.span()) == expected_span(pattern, text), (pattern, text)


def test_groups_are_the_same_whoever_finds_them() -> None:
    chance = random.Random(3)
    for _ in range(1500):
        pattern = random_pattern(chance, 4, ATOMS)
        regex = compile(pattern.encode(), syntax="egrep")
        if not regex.groups:
            continue
        for _ in range(4):
            data = "".join(chance.choice("aaabbbccd ") for _ in range(chance.randint(0, 9))).encode()
            match = regex.search(data)
            if match is not None:
                spans = [match.span(group) for group in range(1, regex.groups + 1)]
                assert spans == regex._divide(data, *match.span(), len(data)), (pattern, data)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.text("abc d", max_size=30))
def test_finditer_gives_disjoint_matches_and_lines_the_lines_that_have_one(seed: int, text: str) -> None:
    pattern = random_pattern(random.Random(seed), 3, ATOMS).encode()
    data = text.replace("d", "\n").encode()
    regex = compile(pattern, syntax="egrep", newline=b"\n")
    spans = [match.span() for match in regex.finditer(data)]
    assert all(one[1] <= other[0] and one != other for one, other in zip(spans, spans[1:], strict=False))
    whole = compile(pattern, syntax="egrep")
    offset, expected = 0, []
    for line in data.removesuffix(b"\n").split(b"\n") if data else []:
        if whole.search(line) is not None:
            expected.append((offset, offset + len(line)))
        offset += len(line) + 1
    assert regex.lines(data) == expected
    assert regex.count_lines(data) == len(expected)
    # so many lines that they are no longer looked for one by one
    page = data.removesuffix(b"\n") + b"\n"
    lines = [line for line in page.removesuffix(b"\n").split(b"\n") if whole.search(line) is not None]
    found = regex.lines(page * 40)
    assert [(page * 40)[start:stop] for start, stop in found] == lines * 40
    assert regex.count_lines(page * 40) == len(found)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=12), st.binary(max_size=20), st.sampled_from([*DIALECTS, "fixed"]), st.booleans())
def test_any_bytes_are_a_pattern_or_a_pattern_error(pattern: bytes, data: bytes, syntax: str, utf8: bool) -> None:
    from kos_kernel.toolkit.regex import PatternError

    try:
        regex = compile(pattern, syntax=syntax, utf8=utf8)
    except PatternError as problem:
        assert str(problem)
        return
    match = regex.search(data)
    assert match is None or 0 <= match.start() <= match.end() <= len(data)
