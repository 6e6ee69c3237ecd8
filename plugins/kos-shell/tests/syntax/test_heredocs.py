"""Here-documents."""

from __future__ import annotations

import pytest

from kos_shell.syntax.parser import Incomplete, parse
from kos_shell.syntax.tree import (
    BadSubstitution,
    CommandSub,
    Escaped,
    HereDoc,
    Literal,
    Param,
    Script,
    SimpleCommand,
    walk,
)


def documents(script: Script) -> list[HereDoc]:
    return [node for command in script.commands for node in walk(command) if isinstance(node, HereDoc)]


def only(text: str) -> HereDoc:
    (document,) = documents(parse(text))
    return document


def test_a_body_without_expansions_is_literal() -> None:
    document = only("cat <<E\nline 1\n'line' \"2\"\nE\n")
    assert document.body.literal == "line 1\n'line' \"2\"\n"
    assert not document.quoted
    assert document.closed


def test_a_body_is_expanded_like_double_quotes_with_literal_quotes() -> None:
    document = only('cat <<E\n"$x" \\$y \\a \\"\n$(a "b")\nE\n')
    parts = document.body.parts
    assert parts[:5] == (Literal('"'), Param("x"), Literal('" '), Escaped("$"), Literal('y \\a \\"\n'))
    assert isinstance(parts[5], CommandSub)


@pytest.mark.parametrize("delimiter", ["'E'", '"E"', "\\E", "E''", "$'E'"])
def test_a_quoted_delimiter_keeps_the_body_as_it_is(delimiter: str) -> None:
    document = only(f"cat <<{delimiter}\n$x `a` \\\nE\n")
    assert (document.delimiter, document.quoted, document.body.literal) == ("E", True, "$x `a` \\\n")


def test_a_dash_strips_leading_tabs_also_before_the_delimiter() -> None:
    assert only("cat <<-E\n\t\ta\n\t b\n\tE\n").body.literal == "a\n b\n"


def test_joined_lines_are_joined_before_the_delimiter_is_looked_for() -> None:
    assert only("cat <<E\na\\\nE\nb\nE\n").body.literal == "aE\nb\n"
    assert only("cat <<'E'\na\\\nE\n").body.literal == "a\\\n"


def test_bodies_come_in_the_order_of_their_operators() -> None:
    script = parse("cat <<A 3<<'B C' && cat <<D\na\nA\nb\nB C\nd\nD\necho\n")
    assert [document.body.literal for document in documents(script)] == ["a\n", "b\n", "d\n"]
    assert len(script.commands) == 2


def test_the_rest_of_the_line_comes_before_the_body() -> None:
    script = parse("cat <<E | tr a b; echo\na\nE\n")
    assert len(script.commands) == 2
    assert documents(script)[0].body.literal == "a\n"


def test_a_body_may_start_inside_a_compound_command() -> None:
    assert only("while cat <<E\na\nE\ndo b; done").body.literal == "a\n"
    assert only("f() { cat <<E\na\nE\n}").body.literal == "a\n"


def test_delimiters_are_words_but_not_expanded() -> None:
    assert only("cat <<$x\na\n$x\n").delimiter == "$x"
    assert only("cat <<$(a b)\na\n$(a b)\n").delimiter == "$(a b)"
    assert only("cat <<''\na\n\nb\n").body.literal == "a\n"


def test_a_body_in_a_substitution_ends_with_it() -> None:
    script = parse("echo $(cat <<E\na\nE\n)")
    assert documents(script)[0].body.literal == "a\n"
    script = parse("echo $(cat <<E\na\nE)")
    assert documents(script)[0].body.literal == "a\n"
    assert script.warnings == ((3, "warning: here-document at line 1 delimited by end-of-file (wanted `E')"),)


def test_a_body_may_follow_the_line_of_its_substitution() -> None:
    script = parse("echo $(cat <<E) b\na\nE\nc\n")
    assert documents(script)[0].body.literal == "a\n"
    assert script.warnings == ((1, "warning: command substitution: 1 unterminated here-document"),)
    assert len(script.commands) == 2


def test_the_end_of_the_file_ends_a_body_with_a_warning() -> None:
    script = parse("echo\ncat <<E\na\n")
    assert documents(script)[0].body.literal == "a\n"
    assert not documents(script)[0].closed
    assert script.warnings == ((3, "warning: here-document at line 2 delimited by end-of-file (wanted `E')"),)


def test_a_user_is_asked_for_the_rest_of_a_body() -> None:
    with pytest.raises(Incomplete) as caught:
        parse("cat <<E\na\n", interactive=True)
    assert caught.value.token == "E"


@pytest.mark.parametrize("body", ["${x", "$(x", "`x", "$((1", "${x:-$(y}"])
def test_a_wrong_expansion_in_a_body_is_an_error_only_when_it_is_expanded(body: str) -> None:
    (part,) = only(f"cat <<E\n{body}\nE\n").body.parts
    assert isinstance(part, BadSubstitution)
    assert part.message


def test_commands_in_a_body_are_on_the_line_of_the_operator() -> None:
    script = parse("a\ncat <<E\n\n$(b)\nE\n")
    assert [node.line for command in script.commands for node in walk(command) if isinstance(node, SimpleCommand)] == [
        1,
        2,
        2,
    ]
