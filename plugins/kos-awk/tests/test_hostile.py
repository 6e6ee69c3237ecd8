"""Texts, names and numbers of a program stay what they are in the source that is written for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

NAMES = [
    "rt",
    "rec",
    "f",
    "R",
    "emit",
    "nr",
    "t1",
    "ticks",
    "lines",
    "__class__",
    "__import__",
    "None",
    "True",
    "lambda",
    "self",
    "exec",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_python_is_a_name(name: str, awk: Callable[..., str]) -> None:
    program = (
        f"function {name}2({name}) {{ {name} = {name} + 1; return {name} }} BEGIN {{ print {name}2(4) }} {{ print $1 }}"
    )
    assert awk(program, "x\n") == "5\nx\n"
    assert awk(f"{{ {name}[$1]++; for (k in {name}) print k, {name}[k] }}", "x\n") == "x 1\n"
    assert awk(f'{{ {name} = $1; {name} = {name} "y"; print {name} }}', "x\n") == "xy\n"


@pytest.mark.parametrize(
    "text", ["'", "\\\\", "{}", "%s", "\\n", "'''", "{rt}", "\\0", "'+rt.k+'", "\\x27", "\udcff", "\u00e9"]
)
def test_a_text_is_a_text(text: str, awk: Callable[..., str]) -> None:
    shown = {"\\\\": "\\", "\\n": "\n", "\\0": "\0", "\\x27": "'"}.get(text, text)
    program = f'BEGIN {{ x["{text}"] = "{text}"; for (k in x) print k "|" x[k] }}'
    assert awk(program) == f"{shown}|{shown}\n"


def test_numbers_that_python_has_no_notation_for(awk: Callable[..., str]) -> None:
    assert awk("BEGIN { print 1e999, -1e999, 1e-999; x = 1e999; print x - x }") == "+inf -inf 0\n-nan\n"
