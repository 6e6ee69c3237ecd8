"""Arithmetic by itself: against a reference evaluator of generated expressions, and at its limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kos_shell.arithmetic import ArithmeticError_, NotPlainNumber, compile_arithmetic, parse_integer, wrap
from kos_shell.shell import Shell

OPERATORS = ["+", "-", "*", "<<", ">>", "<", "<=", ">", ">=", "==", "!=", "&", "^", "|", "&&", "||", "/", "%"]
numbers = st.one_of(st.integers(-9, 9), st.integers(-(1 << 63), (1 << 63) - 1))
variables = st.sampled_from(["a", "b", "c"])


@st.composite
def expressions(draw: Any, depth: int = 4) -> Any:
    """A tree: an int, a name, or (op, left, right) with everything in parentheses when it is printed."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.one_of(numbers, variables))
    return (draw(st.sampled_from(OPERATORS)), draw(expressions(depth - 1)), draw(expressions(depth - 1)))


def text_of(tree: Any) -> str:
    """Return the expression as text."""
    if isinstance(tree, tuple):
        return f"({text_of(tree[1])} {tree[0]} {text_of(tree[2])})"
    return f"({tree})" if isinstance(tree, int) and tree < 0 else str(tree)


class DivisionByZero(Exception):
    """The reference met x / 0."""


def value_of(tree: Any, names: dict[str, int]) -> int:
    """Return the expression's value, worked out the slow and obvious way."""
    if isinstance(tree, int):
        return tree
    if isinstance(tree, str):
        return names[tree]
    op, left, right = tree
    a = value_of(left, names)
    if op == "&&":
        return int(bool(a) and bool(value_of(right, names)))
    if op == "||":
        return int(bool(a) or bool(value_of(right, names)))
    b = value_of(right, names)
    if op in ("/", "%"):
        if b == 0:
            raise DivisionByZero
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return wrap(quotient if op == "/" else a - b * quotient)
    results = {
        "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "<<": lambda: a << (b & 63), ">>": lambda: a >> (b & 63),
        "<": lambda: int(a < b), "<=": lambda: int(a <= b), ">": lambda: int(a > b), ">=": lambda: int(a >= b),
        "==": lambda: int(a == b), "!=": lambda: int(a != b), "&": lambda: a & b, "^": lambda: a ^ b, "|": lambda: a | b,
    }  # fmt: skip
    return wrap(results[op]())


@settings(max_examples=400, deadline=None)
@given(expressions(), numbers, numbers, numbers)
def test_closures_agree_with_the_reference(tree: Any, a: int, b: int, c: int) -> None:
    shell = Shell(None)
    shell.vars.update(a=a, b=str(b), c=c)
    try:
        expected = value_of(tree, {"a": a, "b": b, "c": c})
    except DivisionByZero:
        with pytest.raises(ArithmeticError_, match="division by 0"):
            compile_arithmetic(text_of(tree))(shell)
        return
    assert compile_arithmetic(text_of(tree))(shell) == expected


@given(st.integers(-(1 << 70), 1 << 70))
def test_wrap_keeps_the_lower_64_bits(number: int) -> None:
    assert wrap(number) % (1 << 64) == number % (1 << 64)
    assert -(1 << 63) <= wrap(number) < 1 << 63


@given(st.integers(0, (1 << 63) - 1), st.integers(2, 36))
def test_a_number_is_read_back_in_every_base(number: int, base: int) -> None:
    digits = ""
    rest = number
    while rest or not digits:
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % base] + digits
        rest //= base
    assert parse_integer(f"{base}#{digits}", "") == number


@settings(deadline=None)
@given(st.text("0123456789abx+-*/%<>=!&|^~?:,()[] #$\"'", max_size=30))
def test_any_text_gives_a_number_or_a_shell_error(text: str) -> None:
    shell = Shell(None)
    try:
        value = compile_arithmetic(text)(shell)
    except ArithmeticError_ as error:
        assert error.message
    else:
        assert -(1 << 63) <= value < 1 << 63


def test_long_chains_need_no_stack() -> None:
    shell = Shell(None)
    assert compile_arithmetic("+".join(["1"] * 100_000))(shell) == 100_000
    assert compile_arithmetic(",".join(["1"] * 100_000))(shell) == 1
    assert compile_arithmetic("&&".join(["1"] * 100_000))(shell) == 1


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    for text in (
        "(" * 100_000,
        "1" + "?1:1" * 100_000,
        "-" * 100_000 + "1",
        "x=" * 100_000 + "1",
        "2" + "**1" * 100_000,
    ):
        with pytest.raises(ArithmeticError_, match="recursion level"):
            compile_arithmetic(text)


def test_a_pasted_operand_must_be_a_plain_number_before_anything_happens() -> None:
    shell = Shell(None)
    run = compile_arithmetic("\0" + "0\0 * 2", (lambda sh: sh.vars.get("x"),))
    shell.vars["x"] = 21
    assert run(shell) == 42
    shell.vars["x"] = "1 + 2"
    with pytest.raises(NotPlainNumber):
        run(shell)
    with pytest.raises(NotPlainNumber):
        compile_arithmetic("y++ + \0" + "0\0", (lambda sh: 1,))
