"""Patterns and texts made to hang, to crash or to fill the memory of whoever matches them."""

from __future__ import annotations

import inspect
import random
import sys
from typing import Any

import pytest

from kos_kernel.toolkit.regex import PatternError, PatternLimit, compile
from kos_kernel.toolkit.regex.facade import compile_any

LONG = b"a" * 50_000
MIXED = bytes(random.Random(3).choices(b"ab", k=50_000))

PATTERNS = [
    "(a+)+b", "(a|a)*b", "(.*a){20}", "(.*a){20}b", "((a{1,100}){1,100}){1,100}", "(a{1,100}){1,100}b", "a+b", ".*a.*a.*a.*a.*b",
    "(a?){50}a{50}b", "(x+x+)+y", "[ab]*a[ab]{20}c", "(a*)*b", "(a|aa)+$", "(a|aa)+", "((a|b)*c|(a|ab)*d)", "(a|ab|aba)*c",
    "(((a*)*)*)*b", "((((a|b)*a)*b)*a)*c", "(a.|.a)*x", "a{1,2000}a{1,2000}b", "(a{0,5000})(a{0,5000})$", "(a|b|ab){0,500}c",
    "(ab?|b?a){50,100}c", "(a|b)*a(a|b){200}c", "(a?a?a?a?a?a?a?a?)*b", "(^|a)*(b|$)*c", "(\\<|a)*\\>x",
]  # fmt: skip

BACK_REFERENCES = [
    "(.*)(.*)(.*)(.*)(.*)\\1\\2x", "(a*)*\\1b", "(a|b)*\\1\\1c", "^(.*)(.*)(.*)\\3\\2\\1$", "(a*)(a*)(a*)\\1\\2\\3b", "((a|b)*)\\1\\1\\1x",
]  # fmt: skip


@pytest.mark.parametrize("third_party", [True, False])
@pytest.mark.parametrize("pattern", PATTERNS + BACK_REFERENCES)
def test_a_search_ends_within_its_limit(pattern: str, third_party: bool, bounded: Any) -> None:
    with bounded():
        try:
            regex = compile(pattern.encode(), syntax="egrep", third_party=third_party)
            for data in (LONG, MIXED, MIXED[:200]):
                try:
                    match = regex.search(data)
                    if match is not None:
                        match.span(regex.groups)
                except PatternLimit:
                    pass
        except PatternError as problem:
            assert str(problem) == "Regular expression too big"


@pytest.mark.parametrize(
    "pattern",
    [
        b"(" * 1000 + b"a" + b")" * 1000,
        b"(" * 1000 + b"a" + b")*" * 1000,
        b"(" * 100_000 + b"a" + b")" * 100_000,
        b"(" * 100_000,
        b"[" * 100_000,
        b"[[:" * 50_000,
        b"[[.a" * 50_000,
        b"a{" * 50_000,
        b"a{1" * 50_000,
        b"a**" * 30_000,
        b"a*" * 5_000 + b"b",
        b"(a)" * 5_000,
        b"[a-z]" * 10_000,
        b"a" * 40_000,
        b"a?" * 20_000,
        b"|" * 100_000,
        b"|".join(b"w%d" % number for number in range(20_000)),
        b"^" * 50_000,
        b"\\b" * 2_000,
        b"(a{1,30000}){1,30000}",
        b"a{32767}" * 10,
        b"." * 3_000,
        ("[é-ü]" * 3_000).encode(),
    ],
    ids=lambda pattern: ascii(pattern[:12]),
)
def test_a_big_pattern_is_compiled_or_refused_soon(pattern: bytes, bounded: Any) -> None:
    with bounded():
        for data in (LONG, "né".encode() * 5000):
            try:
                match = compile(pattern, syntax="egrep").search(data)
                if match is not None:
                    match.span(0)
            except (PatternError, PatternLimit):
                pass


def test_a_thousand_nested_groups_need_no_python_stack() -> None:
    def deeper(levels: int) -> tuple[int, int]:
        if levels:
            return deeper(levels - 1)
        match = compile(b"(" * 1000 + b"a" + b")" * 1000, syntax="egrep").search(b"xa")
        assert match is not None
        return match.span(1000)

    used = len(inspect.stack(0))
    assert deeper(sys.getrecursionlimit() - used - 80) == (1, 2)


def test_a_long_list_of_words_is_one_search(bounded: Any) -> None:
    words = [b"word%d" % number for number in range(20_000)]
    data = b"\n".join(b"some text with word%d in it" % number for number in range(0, 40_000, 400)) + b"\n"
    with bounded():
        regex = compile_any(words, syntax="fixed", newline=b"\n")
        assert len(regex.lines(data)) == 100


def test_the_search_of_an_endless_line_ends() -> None:
    data = b"ab" * 2_000_000
    for pattern in (b"a+b+c", b"(ab)*c", b"[ab]*a[ab]{15}c"):
        try:
            assert compile(pattern, syntax="egrep", newline=b"\n").lines(data) == []
        except PatternLimit:
            pass


def test_substituting_can_be_interrupted_at_each_match() -> None:
    class Stop(Exception):
        pass

    left = [100]

    def tick() -> None:
        left[0] -= 1
        if not left[0]:
            raise Stop

    with pytest.raises(Stop):
        compile(b"a*b|a", syntax="ere").sub(b"x", LONG, tick=tick)
