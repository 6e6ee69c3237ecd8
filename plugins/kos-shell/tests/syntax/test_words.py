"""What words are made of."""

from __future__ import annotations

import pytest

from kos_shell.syntax.parser import parse, parse_array_value, parse_template, parse_word
from kos_shell.syntax.tree import (
    BRACE,
    EXPANDS,
    GLOB,
    QUOTED,
    TILDE,
    AnsiQuoted,
    ArithSub,
    AssignmentWord,
    Backquote,
    BadSubstitution,
    CommandSub,
    DoubleQuoted,
    Escaped,
    Literal,
    Param,
    ParamCase,
    ParamDefault,
    ParamKeys,
    ParamLength,
    ParamNames,
    ParamReplace,
    ParamSlice,
    ParamTransform,
    ParamTrim,
    ProcSub,
    Sequence,
    SimpleCommand,
    SingleQuoted,
    Tilde,
    Word,
    WordPart,
    make_word,
)


def argument(text: str, **options: bool) -> Word:
    """The word that `text` is as an argument."""
    (command,) = parse(f"echo {text}\n", **options).commands
    assert isinstance(command, SimpleCommand)
    assert len(command.words) == 2, command.words
    return command.words[1]


def word(*parts: WordPart) -> Word:
    return make_word(parts, 0)


def plain(text: str) -> Word:
    return word(Literal(text)) if text else word()


def commands(text: str) -> Sequence:
    return Sequence(parse(text).commands, 1)


X = Param("x")

PARTS: list[tuple[str, list[WordPart]]] = [
    ("plain", [Literal("plain")]),
    ("a\\ b", [Literal("a"), Escaped(" "), Literal("b")]),
    ("'a b'", [SingleQuoted("a b")]),
    ("''", [SingleQuoted("")]),
    ('""', [DoubleQuoted(())]),
    ('"a b"', [DoubleQuoted((Literal("a b"),))]),
    ('"a \\"b\\" \\c \\$"', [DoubleQuoted((Literal("a "), Escaped('"'), Literal("b"), Escaped('"'), Literal(" \\c "), Escaped("$")))]),
    ('"it\'s"', [DoubleQuoted((Literal("it's"),))]),
    ("a\\\nb", [Literal("ab")]),
    ('"a\\\nb"', [DoubleQuoted((Literal("ab"),))]),
    ("'a\\\nb'", [SingleQuoted("a\\\nb")]),
    ("$'a\\tb\\x41\\u263a'", [AnsiQuoted("a\tbA\u263a", "a\\tb\\x41\\u263a")]),
    ("$'it\\'s'", [AnsiQuoted("it's", "it\\'s")]),
    ("$'\\377'", [AnsiQuoted("\udcff", "\\377")]),
    ("$'\\xc3\\xa9'", [AnsiQuoted("\u00e9", "\\xc3\\xa9")]),
    ('$"text"', [DoubleQuoted((Literal("text"),), True)]),
    ("\"$'a'\"", [DoubleQuoted((Literal("$'a'"),))]),
    ("$x", [X]),
    ('"$x"', [DoubleQuoted((X,))]),
    ("$x$y", [X, Param("y")]),
    ("a$x.b", [Literal("a"), X, Literal(".b")]),
    ("$1$10", [Param("1"), Param("1"), Literal("0")]),
    ("$", [Literal("$")]),
    ("$%", [Literal("$%")]),
    ('"$"', [DoubleQuoted((Literal("$"),))]),
    ("$@$*$#$?$-$$$!", [Param(c) for c in "@*#?-$!"]),
    ("${x}", [X]),
    ("${10}", [Param("10")]),
    ("${#}", [Param("#")]),
    ("${!}", [Param("!")]),
    ("${a[1]}", [Param("a", plain("1"))]),
    ("${a[$x+1]}", [Param("a", word(X, Literal("+1")))]),
    ("${a['x y']}", [Param("a", word(SingleQuoted("x y")))]),
    ("${a[b[1]]}", [Param("a", plain("b[1]"))]),
    ("${a[@]}", [Param("a", None, "@")]),
    ("${a[*]}", [Param("a", None, "*")]),
    ("${!x}", [Param("x", None, "", True)]),
    ("${!a[1]}", [Param("a", plain("1"), "", True)]),
    ("${!x*}", [ParamNames("x", "*")]),
    ("${!x@}", [ParamNames("x", "@")]),
    ("${!a[@]}", [ParamKeys("a", "@")]),
    ("${!x:-y}", [ParamDefault(Param("x", None, "", True), ":-", plain("y"))]),
    ("${!1}", [Param("1", None, "", True)]),
    ("${#x}", [ParamLength(X)]),
    ("${##}", [ParamLength(Param("#"))]),
    ("${#a[@]}", [ParamLength(Param("a", None, "@"))]),
    ("${#-x}", [ParamDefault(Param("#"), "-", plain("x"))]),
    ("${#?}", [ParamLength(Param("?"))]),
    ("${x:-a b}", [ParamDefault(X, ":-", plain("a b"))]),
    ("${x-}", [ParamDefault(X, "-", word())]),
    ("${x=~}", [ParamDefault(X, "=", word(Tilde("")))]),
    ("${x:?no x}", [ParamDefault(X, ":?", plain("no x"))]),
    ("${x+'a}'}", [ParamDefault(X, "+", word(SingleQuoted("a}")))]),
    ("${x:-{a,b}}", [ParamDefault(X, ":-", plain("{a,b")), Literal("}")]),
    ("${x:-${y:-z}}", [ParamDefault(X, ":-", word(ParamDefault(Param("y"), ":-", plain("z"))))]),
    ("${x:-<(a)}", [ParamDefault(X, ":-", word(ProcSub("<", commands("a"), 1)))]),
    ('"${x:-a \'b\' "c d" \\} \\a}"',
        [DoubleQuoted((ParamDefault(X, ":-", word(Literal("a 'b' "), DoubleQuoted((Literal("c d"),)),
        Literal(" "), Escaped("}"), Literal(" \\a"))),))]),
    ("\"${x:-$'a'}\"", [DoubleQuoted((ParamDefault(X, ":-", word(AnsiQuoted("a", "a"))),))]),
    ("${x#*/}", [ParamTrim(X, "#", plain("*/"))]),
    ("${x##a}", [ParamTrim(X, "##", plain("a"))]),
    ("${x%'*'}", [ParamTrim(X, "%", word(SingleQuoted("*")))]),
    ('"${x%%\'*\'}"', [DoubleQuoted((ParamTrim(X, "%%", word(SingleQuoted("*"))),))]),
    ("${x/a/b}", [ParamReplace(X, "/", plain("a"), plain("b"))]),
    ("${x//a}", [ParamReplace(X, "//", plain("a"), None)]),
    ("${x//a/}", [ParamReplace(X, "//", plain("a"), word())]),
    ("${x///a}", [ParamReplace(X, "//", plain("/a"), None)]),
    ("${x////a}", [ParamReplace(X, "//", plain("/"), plain("a"))]),
    ("${x/#a/b}", [ParamReplace(X, "/#", plain("a"), plain("b"))]),
    ("${x/%a/b/c}", [ParamReplace(X, "/%", plain("a"), plain("b/c"))]),
    ("${x//\\//_}", [ParamReplace(X, "//", word(Escaped("/")), plain("_"))]),
    ("${@/a/b}", [ParamReplace(Param("@"), "/", plain("a"), plain("b"))]),
    ("${x:1}", [ParamSlice(X, plain("1"), None)]),
    ("${x: -1}", [ParamSlice(X, plain(" -1"), None)]),
    ("${x:1:2}", [ParamSlice(X, plain("1"), plain("2"))]),
    ("${x::2}", [ParamSlice(X, word(), plain("2"))]),
    ("${x:y?1:2:3}", [ParamSlice(X, plain("y?1:2"), plain("3"))]),
    ("${x:(y?1:2):a[1]}", [ParamSlice(X, plain("(y?1:2)"), plain("a[1]"))]),
    ("${x:$y}", [ParamSlice(X, word(Param("y")), None)]),
    ("${x^}", [ParamCase(X, "^", None)]),
    ("${x^^[a-c]}", [ParamCase(X, "^^", plain("[a-c]"))]),
    ("${x,,}", [ParamCase(X, ",,", None)]),
    ("${x~~}", [ParamCase(X, "~~", None)]),
    ("${x@Q}", [ParamTransform(X, "Q")]),
    ("${a[@]@A}", [ParamTransform(Param("a", None, "@"), "A")]),
    ("${}", [BadSubstitution("${}", "${}: bad substitution")]),
    ("${a b}", [BadSubstitution("${a b}", "${a b}: bad substitution")]),
    ("${x:}", [BadSubstitution("${x:}", "${x:}: bad substitution")]),
    ("${x!y}", [BadSubstitution("${x!y}", "${x!y}: bad substitution")]),
    ("${#x:1}", [BadSubstitution("${#x:1}", "${#x:1}: bad substitution")]),
    ("$(a b)", [CommandSub(commands("a b"), 1)]),
    ("$()", [CommandSub(Sequence((), 1), 1)]),
    ("$(case x in x) y;; esac)", [CommandSub(commands("case x in x) y;; esac"), 1)]),
    ('"$(echo ")")"', [DoubleQuoted((CommandSub(commands('echo ")"'), 1),))]),
    ("`a \\`b\\` \\$c \\\\ \\d`", [Backquote("a `b` $c \\ \\d", "`a \\`b\\` \\$c \\\\ \\d`", 1)]),
    ('"`a \\"b\\"`"', [DoubleQuoted((Backquote('a "b"', '`a \\"b\\"`', 1),))]),
    ("$((1+(2)))", [ArithSub(plain("1+(2)"))]),
    ("$((x + $y))", [ArithSub(word(Literal("x + "), Param("y")))]),
    ("$[1+2]", [ArithSub(plain("1+2"), True)]),
    ("$((a) | b)", [Backquote("(a) | b", "$((a) | b)", 1)]),
    ("$( (a) )", [CommandSub(commands("(a)"), 1)]),
    ("<(a)", [ProcSub("<", commands("a"), 1)]),
    ("x>(a)y", [Literal("x"), ProcSub(">", commands("a"), 1), Literal("y")]),
    ("~", [Tilde("")]),
    ("~/x", [Tilde(""), Literal("/x")]),
    ("~user/x", [Tilde("user"), Literal("/x")]),
    ("~+", [Tilde("+")]),
    ("~'u'", [Literal("~"), SingleQuoted("u")]),
    ("~$x", [Literal("~"), X]),
    ("a~", [Literal("a~")]),
    ("a:~", [Literal("a:~")]),
    ("+(a|b c)d", [Literal("+(a|b c)d")]),
    ("!(*.c|$x)", [Literal("!(*.c|"), X, Literal(")")]),
    ("@('a)'|(b))", [Literal("@("), SingleQuoted("a)"), Literal("|(b))")]),
    ("a#b", [Literal("a#b")]),
    ("{a,b}", [Literal("{a,b}")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), PARTS, ids=[text for text, _ in PARTS])
def test_a_word_keeps_what_was_quoted_and_what_is_expanded(text: str, parts: list[WordPart]) -> None:
    assert list(argument(text).parts) == parts


FLAGS = [
    ("a", "a", 0),
    ("[", "[", 0),
    ("{}", "{}", 0),
    ("a{b}c", "a{b}c", 0),
    ("-f", "-f", 0),
    ("''", "", QUOTED),
    ("a\\*'*'\"*\"", "a***", QUOTED),
    ("*.c", None, GLOB),
    ("a?", None, GLOB),
    ("[ab]", None, GLOB),
    ("+(a)", None, GLOB),
    ("'a'*", None, GLOB | QUOTED),
    ("{a,b}", None, BRACE),
    ("{1..3}", None, BRACE),
    ("~/x", None, TILDE),
    ("$x", None, EXPANDS),
    ('"$x"', None, EXPANDS | QUOTED),
    ('"a"$(b)', None, EXPANDS | QUOTED),
]


@pytest.mark.parametrize(("text", "literal", "flags"), FLAGS, ids=[text for text, _, _ in FLAGS])
def test_a_word_says_at_once_what_can_happen_to_it(text: str, literal: str | None, flags: int) -> None:
    result = argument(text)
    assert (result.literal, result.flags) == (literal, flags)


def test_a_lone_parameter_is_recognised_quoted_or_not() -> None:
    assert argument("$x").lone_param == X
    assert argument('"${x}"').lone_param == X
    assert argument("${x:-y}").lone_param is None
    assert argument("${x[1]}").lone_param is None
    assert argument("${!x}").lone_param is None
    assert argument("$x.").lone_param is None


def test_static_text_ignores_what_only_matters_to_globbing() -> None:
    assert argument("*.{c,h}'*'").static == "*.{c,h}*"
    assert argument("~/x").static is None
    assert argument('"$x"').static is None


def test_an_argument_like_an_assignment_is_both() -> None:
    result = argument("x=~/a:~")
    assert isinstance(result, AssignmentWord)
    assert list(result.parts) == [Literal("x="), Tilde(""), Literal("/a:"), Tilde("")]
    assert result.assignment.name == "x"
    assert result.assignment.value == word(Tilde(""), Literal("/a:"), Tilde(""))


def test_posix_mode_takes_a_tilde_behind_an_equals_sign_literally() -> None:
    assert list(argument("x=~", posix=True).parts) == [Literal("x=~")]


def test_without_extglob_a_parenthesis_ends_the_word() -> None:
    (command,) = parse("!(a)\n", extglob=False).commands
    assert type(command).__name__ == "Pipeline"


def test_texts_at_run_time_are_read_as_words_templates_and_arrays() -> None:
    assert parse_word("a 'b c' $x").parts == (Literal("a "), SingleQuoted("b c"), Literal(" "), X)
    assert parse_word("").parts == ()
    assert parse_word("a\\").static == "a\\"
    assert parse_template('"$x" \\$ \\"').parts == (Literal('"'), X, Literal('" '), Escaped("$"), Literal(' \\"'))
    assert parse_template("plain").literal == "plain"
    assert parse_template("line\n").literal == "line\n"
    assert [element.value.literal for element in parse_array_value("(a 'b c'\nd)").elements] == ["a", "b c", "d"]
