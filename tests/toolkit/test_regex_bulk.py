"""Substituting and splitting in bulk gives what one match after another gives."""

from __future__ import annotations

import pytest

from kos_kernel.toolkit.regex import compile

PATTERNS = [
    b"a",
    b"ab",
    b"a+",
    b"[ab]",
    b"a|ab",
    b"(a|b)c",
    b"x*",
    b"^a",
    b"b$",
    b"\\<a",
    b"a.c",
    b"(a)\\1",
    b"\xc3\xa9",
    b"[^a]",
    b"\\.",
]
DATA = [
    b"",
    b"a",
    b"abab",
    b"xaabbcc.abc",
    b"\xc3\xa9a\xc3\xa9b",
    b"\xffa\xff",
    b"ccc",
    b"a" * 40 + b".",
    b"ab" * 20_000,
]
PIECES: list[list[bytes | None]] = [[b"X"], [b""], [None], [b"<", None, b">"], [b"\\", None, b"\\1"], [None, None]]


def replaced(pattern: bytes, pieces: list[bytes | None], data: bytes, count: int, utf8: bool) -> tuple[bytes, int]:
    """Return what happens match by match."""
    regex = compile(pattern, syntax="ere", utf8=utf8)
    return regex.sub(lambda found: b"".join(found.group() if piece is None else piece for piece in pieces), data, count)


@pytest.mark.parametrize("utf8", [True, False])
@pytest.mark.parametrize("third_party", [True, False])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_replacer_does_what_sub_does(pattern: bytes, third_party: bool, utf8: bool) -> None:
    regex = compile(pattern, syntax="ere", utf8=utf8, third_party=third_party)
    for pieces in PIECES:
        replace = regex.replacer(pieces, lambda size: None)
        for data in DATA:
            for count in (0, 1, 2):
                assert replace(data, count) == replaced(pattern, pieces, data, count, utf8), (pieces, data[:50], count)


@pytest.mark.parametrize("third_party", [True, False])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_divider_leaves_what_lies_between_the_matches(pattern: bytes, third_party: bool) -> None:
    regex = compile(pattern, syntax="ere", third_party=third_party)
    divide = regex.divider()
    for data in DATA:
        spans = [found.span() for found in regex.finditer(data) if found.end() > found.start()]
        edges = [0, *(edge for span in spans for edge in span), len(data)]
        assert divide(data) == [data[edges[at] : edges[at + 1]] for at in range(0, len(edges), 2)]


def test_an_outcome_that_grows_is_announced_before_it_is_made() -> None:
    class Enough(Exception):
        pass

    def stop(size: int) -> None:
        raise Enough

    for pattern in (b"a", b"[ab]"):
        replace = compile(pattern, syntax="ere").replacer([b"x" * 1_000_000], stop)
        with pytest.raises(Enough):
            replace(b"a" * 1_000_000, 0)
