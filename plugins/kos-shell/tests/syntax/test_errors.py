"""Syntax errors: what is refused, in whose words, and what is only incomplete."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kos_shell.syntax.parser import Incomplete, Parser, ShellSyntaxError, parse

# Text, whether it is only incomplete, message, line. All as bash 5.2 has it.
ERRORS = [
    ('echo "a', True, "unexpected EOF while looking for matching `\"'", 1),
    ("echo\necho 'a\nb", True, "unexpected EOF while looking for matching `''", 2),
    ("echo `a", True, "unexpected EOF while looking for matching ``'", 1),
    ("echo $(a", True, "unexpected EOF while looking for matching `)'", 2),
    ("echo $(if a", True, "unexpected EOF while looking for matching `)'", 2),
    ("echo ${a", True, "unexpected EOF while looking for matching `}'", 1),
    ("echo $((1+", True, "unexpected EOF while looking for matching `)'", 1),
    ("echo $[1", True, "unexpected EOF while looking for matching `]'", 1),
    ("a[1", True, "unexpected EOF while looking for matching `]'", 1),
    ("a=(1\n2", True, "unexpected EOF while looking for matching `)'", 1),
    ("((1", True, "unexpected EOF while looking for matching `)'", 1),
    ("if a; then", True, "syntax error: unexpected end of file", 2),
    ("( a\n", True, "syntax error: unexpected end of file", 2),
    ("{ a", True, "syntax error: unexpected end of file", 2),
    ("a &&", True, "syntax error: unexpected end of file", 2),
    ("a |\n", True, "syntax error: unexpected end of file", 2),
    ("case a", True, "syntax error: unexpected end of file", 2),
    ("f()", True, "syntax error: unexpected end of file", 2),
    ("a )", False, "syntax error near unexpected token `)'", 1),
    ("a\nb ;; c", False, "syntax error near unexpected token `;;'", 2),
    ("if ; then", False, "syntax error near unexpected token `;'", 1),
    ("{ }", False, "syntax error near unexpected token `}'", 1),
    ("()", False, "syntax error near unexpected token `)'", 1),
    ("a > ;", False, "syntax error near unexpected token `;'", 1),
    ("a >", False, "syntax error near unexpected token `newline'", 1),
    ("a <<", False, "syntax error near unexpected token `newline'", 1),
    ("a | | b", False, "syntax error near unexpected token `|'", 1),
    ("a | ! b", False, "syntax error near unexpected token `!'", 1),
    ("a & & b", False, "syntax error near unexpected token `&'", 1),
    ("; a", False, "syntax error near unexpected token `;'", 1),
    ("fi", False, "syntax error near unexpected token `fi'", 1),
    ("]]", False, "syntax error near unexpected token `]]'", 1),
    ("for", False, "syntax error near unexpected token `newline'", 1),
    ("for x y; do", False, "syntax error near unexpected token `y'", 1),
    ("for x { a; }", False, "syntax error near unexpected token `{'", 1),
    ("case a b", False, "syntax error near unexpected token `b'", 1),
    ("case a in b|) c;; esac", False, "syntax error near unexpected token `)'", 1),
    ("if a; then b; fi c", False, "syntax error near unexpected token `c'", 1),
    ("{ a; } 'b c'", False, "syntax error near unexpected token `'b c''", 1),
    ("f() a", False, "syntax error near unexpected token `a'", 1),
    ("f a() { b; }", False, "syntax error near unexpected token `('", 1),
    ("echo a=(1)", False, "syntax error near unexpected token `('", 1),
    ("command declare x=(1)", False, "syntax error near unexpected token `('", 1),
    ("a=(1 ; 2)", False, "syntax error near unexpected token `;'", 1),
    ("echo $(if)", False, "syntax error near unexpected token `)'", 1),
    ("echo ${x:-$(;)}", False, "syntax error near unexpected token `;'", 1),
    ("coproc", False, "syntax error near unexpected token `newline'", 1),
    ("a <(b", True, "unexpected EOF while looking for matching `)'", 2),
]


@pytest.mark.parametrize(("text", "incomplete", "message", "line"), ERRORS, ids=[error[0] for error in ERRORS])
def test_an_error_says_what_bash_says(text: str, incomplete: bool, message: str, line: int) -> None:
    with pytest.raises(ShellSyntaxError) as caught:
        parse(text)
    assert (caught.value.message, caught.value.line) == (message, line)
    assert isinstance(caught.value, Incomplete) == incomplete


def test_our_table_of_errors_is_bashs_table(bash: Callable[..., object]) -> None:
    wrong = []
    for text, _, _, _ in ERRORS:
        try:
            parse(text)
            ours = ""
        except ShellSyntaxError as error:
            ours = error.report("bash")
        theirs = bash("-n", "-c", text).stderr.decode().replace("bash: -c:", "bash:")  # type: ignore[attr-defined]
        if ours != theirs:
            wrong.append((text, ours, theirs))
    assert wrong == []


def test_the_second_line_of_a_report_shows_the_source() -> None:
    with pytest.raises(ShellSyntaxError) as caught:
        parse("echo one\nif a; then b )\necho")
    assert caught.value.report("x.sh") == (
        "x.sh: line 2: syntax error near unexpected token `)'\nx.sh: line 2: `if a; then b )'\n"
    )


CONDITIONALS = [
    ("[[ a b ]]", "conditional binary operator expected"),
    ("[[ a\n]]", "unexpected token `newline', conditional binary operator expected"),
    ("[[ a ; ]]", "unexpected token `;', conditional binary operator expected"),
    ("[[ -f ]]", "unexpected argument `]]' to conditional unary operator"),
    ("[[ a == ]]", "unexpected argument `]]' to conditional binary operator"),
    ("[[ a == b c ]]", "syntax error in conditional expression"),
    ("[[ a ) ]]", "syntax error in conditional expression: unexpected token `)'"),
    ("[[ ( a ]]", "unexpected token `]]', expected `)'"),
    ("[[ && a ]]", "unexpected token `&&' in conditional command"),
    ("[[ a =~ b c ]]", "syntax error in conditional expression"),
    ("[[ ]]", ""),
    ("[[ a && ]]", ""),
]


@pytest.mark.parametrize(("text", "message"), CONDITIONALS, ids=[error[0] for error in CONDITIONALS])
def test_an_error_in_a_conditional_says_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ShellSyntaxError) as caught:
        parse(text)
    assert caught.value.message == message
    assert not isinstance(caught.value, Incomplete)


@pytest.mark.parametrize("text", ["[[ a ==", "[[ -f", "[[ (", "[[ a &&", "[[ a =~ (b"])
def test_an_unfinished_conditional_is_incomplete_or_ends_with_its_line(text: str) -> None:
    with pytest.raises(ShellSyntaxError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "message", "detail"),
    [
        ("for ((1;2)); do :; done", "syntax error: arithmetic expression required", "syntax error: `((1;2))'"),
        ("for ((1;2;3;4)); do :; done", "syntax error: `;' unexpected", "syntax error: `((1;2;3;4))'"),
    ],
)
def test_an_arithmetic_for_needs_three_expressions(text: str, message: str, detail: str) -> None:
    with pytest.raises(ShellSyntaxError) as caught:
        parse(text)
    assert (caught.value.message, caught.value.detail) == (message, detail)


def test_an_error_in_an_array_value_gives_up_only_its_line() -> None:
    with pytest.raises(ShellSyntaxError) as caught:
        parse("a=(1 ; 2)")
    assert caught.value.discard
    with pytest.raises(ShellSyntaxError) as caught:
        parse("a; )")
    assert not caught.value.discard


def test_an_error_is_raised_only_when_the_parser_gets_there() -> None:
    parser = Parser("echo one\necho two)\necho three\n")
    assert parser.next_command() is not None
    with pytest.raises(ShellSyntaxError):
        parser.next_command()
    parser.skip_line()
    third = parser.next_command()
    assert third is not None
    assert third.commands == parse("echo three").commands
    assert parser.next_command() is None


@pytest.mark.parametrize("text", ["echo a \\\n", "echo \\\n", "a &&\\\n", "cat <<E\n", "echo 'a\n", "f() {\n"])
def test_a_user_may_go_on_with_unfinished_text(text: str) -> None:
    with pytest.raises(Incomplete):
        parse(text, interactive=True)


@pytest.mark.parametrize("text", ["echo a \\\n", "cat <<E\n", "echo a\\"])
def test_a_script_may_end_with_a_joined_line_or_an_open_here_document(text: str) -> None:
    assert len(parse(text).commands) == 1


def test_a_backslash_at_the_very_end_is_one() -> None:
    (command,) = parse("echo a\\").commands
    assert command.words[1].literal == "a\\"  # type: ignore[attr-defined]
