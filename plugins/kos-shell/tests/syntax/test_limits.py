"""No text hangs the parser, none brings it to Python's recursion limit, and none takes more than linear time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

from kos_shell.syntax.braces import BraceExpansionTooLarge, expand_braces
from kos_shell.syntax.parser import MAX_DEPTH, NestingTooDeep, ShellSyntaxError, parse
from kos_shell.syntax.tree import SimpleCommand, Word
from kos_shell.syntax.unparse import unparse

Given = TypeVar("Given")

NESTED = {
    "subshells": ("( ", "a", ")"),
    "substitutions": ("$(", "a", ")"),
    "assigned substitutions": ("x=$(", "a", ")"),
    "quoted substitutions": ('"$(', "a", ')"'),
    "array substitutions": ("x=($(", "a", "))"),
    "process substitutions": ("a <(", "a", ")"),
    "parameters": ("${x:-", "a", "}"),
    "quoted parameters": ('"${x:-', "a", '}"'),
    "subscripts": ("${x[", "1", "]}"),
    "slices": ("${x:", "1", "}"),
    "arithmetic": ("$((", "1", "))"),
    "old arithmetic": ("$[", "1", "]"),
    "groups": ("{ ", "a", ";}"),
    "ifs": ("if a;then ", "b", ";fi"),
    "conditions": ("if ", "b", ";then a;fi"),
    "loops": ("for x in a;do ", "b", ";done"),
    "whiles": ("while a;do ", "b", ";done"),
    "cases": ("case a in b) ", "c", ";;esac"),
    "functions": ("f() { ", "a", ";}"),
    "pipelines": ("a | (", "b", ")"),
    "and-ors": ("a && (", "b", ")"),
    "negations": ("! (", "b", ")"),
}
TWO_LEVELS = {"quoted substitutions", "array substitutions", "quoted parameters", "slices"}
NESTED_IN_CONDITIONAL = ("( ", "a", " )")


@pytest.mark.parametrize("kind", NESTED)
def test_nesting_beyond_the_limit_is_a_clean_error(kind: str) -> None:
    opening, middle, closing = NESTED[kind]
    with pytest.raises(NestingTooDeep, match="nesting too deep"):
        parse(opening * 10_000 + middle + closing * 10_000)
    with pytest.raises(NestingTooDeep, match="nesting too deep"):
        parse(opening * 10_000)


@pytest.mark.parametrize("kind", NESTED)
def test_nesting_within_the_limit_fits_the_stack_of_a_fiber_that_starts_deep(kind: str) -> None:
    opening, middle, closing = NESTED[kind]
    depth = MAX_DEPTH // 2 - 1 if kind in TWO_LEVELS else MAX_DEPTH - 1
    text = opening * depth + middle + closing * depth

    def deeper(levels: int) -> str:
        return unparse(parse(text)) if levels == 0 else deeper(levels - 1)

    assert deeper(60)


def test_nesting_in_a_conditional_is_limited() -> None:
    opening, middle, closing = NESTED_IN_CONDITIONAL
    assert parse(f"[[ {opening * 100}{middle}{closing * 100} ]]")
    with pytest.raises(NestingTooDeep):
        parse(f"[[ {opening * 100_000}{middle}{closing * 100_000} ]]")


def test_what_is_long_but_not_nested_is_no_problem() -> None:
    assert parse("echo $((" + "(" * 100_000 + "1" + ")" * 100_000 + "))")
    assert parse("echo " + "@(" * 100_000 + "a" + ")" * 100_000)
    assert unparse(parse("a && " * 20_000 + "b"))
    assert unparse(parse("a | " * 20_000 + "b"))
    assert unparse(parse("if a; then b; " + "elif a; then b; " * 20_000 + "fi"))
    assert unparse(parse("[[ a " + "&& a " * 20_000 + "]]"))
    assert unparse(parse("[[ " + "! " * 20_000 + "a ]]"))


HOSTILE = [
    *"\"'`(){}[]$\\|&;<>!~*?#=",
    *("$((", "$(", "${", "$[", "((a", "((", "[[ ", "! ", "time ", '"$(', "`a`", "$'\\n'", "x=(", "x[", "<<A ", "<<A\n"),
    *("cat <<A\nx\nA\n", "cat <<A\n", "<<-A\n\t", "<<A\\\n", "case x in ", "f() ", "${x:-", "${x//", "${x:", "a=~:~"),
    *(
        "@(",
        "<(",
        "\\\n",
        "a\\\nb",
        "$\\\n",
        "&\\\n",
        "# x\n",
        "((1) ) ",
        "(( $(a) ) )",
        "a b\n",
        "a;",
        "[[ a =~ (",
        "coproc a ",
    ),
    *("{a,b}", "{a}>", "2>", "''", 'a"b"', "$(()", "$((a)", "${x}", "a[1]=b ", "${a[", "\u20ac", "\udc80", "\t", "\n"),
]


def assert_linear(act: Callable[[Given], object], small: Given, large: Given) -> None:
    """Fail if `act` takes far more than ten times as long for ten times as much: the hundred of a quadratic one.

    Compared is this process's own CPU time at two sizes, never seconds, so a slow machine doesn't matter. A busy one does a
    little: the best of a few runs counts, a linear act may seem to take four times what it should, and what can't be told from
    nothing counts as two milliseconds.
    """

    def once(given: Given) -> float:
        gc.collect()
        gc.disable()  # what a collection takes depends on the tests that ran before
        try:
            start = time.process_time()
            act(given)
            return time.process_time() - start
        finally:
            gc.enable()

    base = max(0.002, min(once(small) for _ in range(3)))
    best = float("inf")
    for _ in range(4):
        best = min(best, once(large))
        if best < 40 * base:
            return
    pytest.fail(f"ten times as much took {best / base:.0f} times as long")


def parse_anything(text: str) -> None:
    try:
        parse(text)
    except ShellSyntaxError:
        pass


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    count = 20_000 // len(unit)
    assert_linear(parse_anything, unit * count, unit * (10 * count))


def test_an_ordinary_script_takes_linear_time() -> None:
    lines = [
        'if [ "$count" -lt "${limit:-10}" ] && test -f "$dir/$name.txt"; then',
        '    printf "%s\\n" "$(basename "$name" .c)" | sed -e "s/a/b/" >> "$log" 2>&1',
        "    count=$((count + 1)); names+=($name)",
        'elif [[ $name == *.h ]]; then for x in a b "$@"; do echo "$x"; done',
        "fi",
    ]
    assert_linear(parse, "\n".join(lines * 100), "\n".join(lines * 1000))


@pytest.mark.parametrize(("opening", "closing"), [("(( $( ", ") ) )"), ("(( ", ") )")])
def test_nested_double_parentheses_that_are_no_arithmetic_take_linear_time(opening: str, closing: str) -> None:
    def nested(depth: int, words: int) -> str:
        return opening * depth + "'' " * words + closing * depth

    assert_linear(parse, nested(60, 2_000), nested(60, 20_000))
    assert_linear(parse, nested(6, 2_000), nested(60, 2_000))


def brace_word(text: str) -> Word:
    (command,) = parse(f"echo {text}\n").commands
    assert isinstance(command, SimpleCommand)
    return command.words[1]


@pytest.mark.parametrize(
    "text",
    [
        "{1..10000}{1..10000}",
        "{1..1000000000}",
        "{a,b}" * 40,
        "x" * 10_000 + "{1..100000}",
        "{a," * 300 + "}" * 300,
        "{a{," * 90 + "," * 200_000 + "}}" * 90,
    ],
    ids=lambda text: text[:20],
)
def test_braces_that_stand_for_too_much_are_refused(text: str) -> None:
    with pytest.raises(BraceExpansionTooLarge):
        expand_braces(brace_word(text))


@pytest.mark.parametrize("unit", ["{", "}", "{}", "{a}", "{a,", "a,", "{a..", "{1..1}", '{"x",', "{a},"])
def test_hostile_braces_take_linear_time(unit: str) -> None:
    def expand(word: Word) -> None:
        try:
            expand_braces(word)
        except BraceExpansionTooLarge:
            pass

    assert_linear(expand, brace_word(unit * 3_000 + "}"), brace_word(unit * 30_000 + "}"))
