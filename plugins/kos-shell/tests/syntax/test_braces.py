"""Brace expansion, as a step on words."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from kos_shell.syntax.braces import expand_braces
from kos_shell.syntax.parser import parse
from kos_shell.syntax.tree import BRACE, AssignmentWord, SimpleCommand, Tilde, Word
from kos_shell.syntax.unparse import unparse


def words_of(text: str) -> tuple[Word, ...]:
    (command,) = parse(f"echo {text}\n").commands
    assert isinstance(command, SimpleCommand)
    return command.words[1:]


def expanded(text: str) -> str:
    """The words that the words in `text` stand for, written as in a script; '' for an empty one."""
    return " ".join([unparse(word) or "''" for given_word in words_of(text) for word in expand_braces(given_word)])


TABLE = [
    ("a{b,c}d", "abd acd"),
    ("{a,b}{1..3}", "a1 a2 a3 b1 b2 b3"),
    ("{a,{b,c}d,}", "a bd cd ''"),
    ("{1..10..3} {10..1..3} {1..10..-3} {3..1}", "1 4 7 10 10 7 4 1 1 4 7 10 3 2 1"),
    ("{01..3} {-05..5..5} {9..010}", "01 02 03 -05 000 005 009 010"),
    ("{a..e..2} {e..c} {Y..b}", "a c e e d c Y Z [ '' ] ^ _ ` a b"),
    ("{} {a} {a..1} {1..} {1..2..} {1...3} {a..b..c}", "{} {a} {a..1} {1..} {1..2..} {1...3} {a..b..c}"),
    ("{a,b {a,b}} {a,{b} a{},b} {a}b,c}", "{a,b a} b} {a,{b} a} ab a}b c"),
    ("{a,\"b c\"} {'a,b',c} {a\\,b,c} \\{a,b} {$x,b}$y", "a \"b c\" 'a,b' c a\\,b c \\{a,b} $x$y b$y"),
    ("${x}{a,b} {$(c d),`e`}", "${x}a ${x}b $(c d) `e`"),
    ("${x:-{a,b}}{c,d}", "${x:-{a,b}}c ${x:-{a,b}}d"),
    ("{1..99999999999999999999} {9223372036854775807..9223372036854775808}",) * 2,
    ("{1..1} {a..a}b {a..\"b,c\"}", "1 ab a..\"b,c\""),
    ("x={a,b} {a,b}=c", "x=a x=b a=c b=c"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_braces_stand_for_words(text: str, expected: str) -> None:
    assert expanded(text) == expected


def test_the_results_need_no_second_look() -> None:
    for word in expand_braces(words_of("{a,b{c}d,{x}")[0]):
        assert not word.flags & BRACE
    (same,) = expand_braces(words_of("{a,b")[0])
    assert same.literal == "{a,b"


def test_a_tilde_may_come_out_of_braces() -> None:
    first, second = expand_braces(words_of("~{,root}/x")[0])
    assert first.parts[0] == Tilde("")
    assert second.parts[0] == Tilde("root")


def test_an_assignment_gives_assignments() -> None:
    first, second = expand_braces(words_of("x={a,b}")[0])
    assert isinstance(first, AssignmentWord) and isinstance(second, AssignmentWord)
    assert [unparse(word.assignment) for word in (first, second)] == ["x=a", "x=b"]


PIECES = [
    *[
        "{",
        "}",
        ",",
        "..",
        "{",
        "}",
        ",",
        "a",
        "b",
        "1",
        "3",
        "-",
        "0",
        '"x"',
        "'{'",
        "\\,",
        "\\{",
        "$u",
        '"$v"',
        "${w}",
    ],
    *["{1..3}", "{a,b}", "=", "x=", "~", "/", ".", '",,"'],
]


@pytest.mark.parametrize("seed", range(5))
def test_random_braces_expand_as_in_bash(bash: Callable[..., object], seed: int) -> None:
    rng = random.Random(seed)
    texts = ["".join(rng.choices(PIECES, k=rng.randint(1, 12))) for _ in range(1000)]

    def run(lines: list[str], setup: str) -> list[str]:
        script = f"u=U v=V w=W\n{setup}\n" + "".join([f'printf "<%s>" {line}; echo\n' for line in lines])
        return bash("-s", text=script).stdout.decode().split("\n")  # type: ignore[attr-defined,no-any-return]

    ours = [
        " ".join([unparse(word) for given_word in words_of(text) for word in expand_braces(given_word)])
        for text in texts
    ]
    results = zip(texts, run(texts, ""), run(ours, "set +B"), strict=False)
    assert [result for result in results if result[1] != result[2]] == []
