"""Aliases: put in while the text is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kos_shell.syntax.parser import Parser, ShellSyntaxError, parse
from kos_shell.syntax.unparse import unparse, unparse_function

ALIASES = [
    ({"x": "echo hi"}, "x there"),
    ({"x": "echo ", "y": "foo", "z": "bar"}, "x y z"),
    ({"x": "echo ", "y": "foo ", "z": "bar"}, "x y z z"),
    ({"b": "{", "e": "}"}, "b a; e"),
    ({"ls": "ls -l"}, "ls; ls | ls && ls"),
    ({"a": "b", "b": "a"}, "a; b; a b"),
    ({"a": "b ", "b": "a "}, "a a; a b c"),
    ({"x": "y"}, '\\x; "x"; x=1 x; >f x; x>f; x;x'),
    ({"x": "for i in"}, "x 1 2; do a; done"),
    ({"x": "a | b"}, "x | x"),
    ({"x": "a;b"}, "x c"),
    ({"x": "if a; then"}, "x b; fi"),
    ({"x": "# comment"}, "x y\nz"),
    ({"x": "a\nb"}, "x; c"),
    ({"x": "case a in"}, "x x) x;; esac"),
    ({"x": "function"}, "x f { a; }"),
    ({"x": "y"}, "x() { a; }; x"),
    ({"x": ""}, "x a; x b"),
    ({"x": "y="}, "x1 x"),
    ({"x": "time "}, "x x"),
    ({"x": "! "}, "x x"),
    ({"x": "a && "}, "x x"),
    ({"x": "a \\"}, "x b"),
    ({"x": "x x"}, "x x"),
    ({"x": "y x", "y": "x y "}, "x; y; x y"),
    ({"do": "echo", "in": "zz"}, "for i in 1; do a; done"),
    ({"in": "zz"}, "case a in in) b;; esac"),
    ({"x": "a "}, "x; x\nx x"),
    ({"a.b": "q", "a-b": "s", "a@": "t"}, "a.b; a-b; a@"),
    ({"x": "(a"}, "x)"),
    ({"x": "echo ", "y": "b"}, 'x >f y; x "q" y; x $v y'),
    ({"x": "nohup ", "l": "ls"}, "x l; x x l; x l l"),
]


@pytest.mark.parametrize(("aliases", "text"), ALIASES, ids=[text for _, text in ALIASES])
def test_aliases_are_expanded_where_bash_expands_them(
    bash: Callable[..., object], aliases: dict[str, str], text: str
) -> None:
    definitions = "".join([f"alias {name}='{value}'\n" for name, value in aliases.items()])
    script = f"shopt -s expand_aliases\n{definitions}zz() {{\n{text}\n}}\ndeclare -f zz\n"
    result = bash("-s", text=script)
    try:
        (function,) = parse(f"zz() {{\n{text}\n}}\n", aliases=aliases).commands
        ours = unparse_function("zz", function.body) + "\n"  # type: ignore[attr-defined]
    except ShellSyntaxError:
        ours = ""
    assert ours == result.stdout.decode()  # type: ignore[attr-defined]


def test_an_alias_counts_from_the_next_line_on() -> None:
    aliases: dict[str, str] = {}
    parser = Parser("a; a\na\n", aliases=aliases)
    first = parser.next_command()
    aliases["a"] = "b c"
    second = parser.next_command()
    assert first is not None and second is not None
    assert (unparse(first), unparse(second)) == ("a; a", "b c")


def test_reserved_words_can_be_aliases_but_not_in_posix_mode() -> None:
    aliases = {"if": "echo"}
    assert unparse(parse("if a", aliases=aliases)) == "echo a\n"
    assert unparse(parse("if a; then b; fi", aliases=aliases, posix=True)) == unparse(parse("if a; then b; fi"))


def test_aliases_that_double_each_other_hit_a_limit() -> None:
    names = [f"a{number}" for number in range(40)]
    aliases = {name: f"{after} {after} " for name, after in zip(names, names[1:], strict=False)}
    parser = Parser("a0\n", aliases=aliases)
    with pytest.raises(ShellSyntaxError, match="too much alias"):
        parser.next_command()
