"""Constant formats that go another way than others give the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

FORMATS = [
    "%s", "%5s|", "%-5s|", "%.2s", "%5.1s|", "%d", "%5d|", "%-5d|", "%05d", "%+d", "% d", "%.3d", "%6.3d|", "%i", "%f", "%.2f",
    "%8.3f|", "%-8.1f|", "%08.2f", "%+.1e", "%E", "%g", "%G", "%.10g", "100%%", "a%sb%dc",
]  # fmt: skip
VALUES = [
    '"abcdef"',
    '"é1"',
    "3.7",
    "-3.7",
    "0",
    "-0.2",
    "1e300",
    "log(0)",
    "-log(-1)",
    '""',
    "unset",
    '"12x"',
    "123456789",
]


@pytest.mark.parametrize("form", FORMATS)
def test_a_constant_format_is_a_dynamic_one(form: str, awk: Callable[..., str]) -> None:
    count = form.replace("%%", "").count("%")
    lines = []
    for value in VALUES:
        args = "".join(f", {value}" for _ in range(count))
        lines.append(f'if (sprintf("{form}"{args}) != sprintf(f{args})) print "differs:", {value}, sprintf(f{args})')
    assert awk("BEGIN { f = " + f'"{form}"; ' + "\n".join(lines) + '\nprint "done" }') == "done\n"
