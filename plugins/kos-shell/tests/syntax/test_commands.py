"""How commands are put together."""

from __future__ import annotations

import pytest

from kos_shell.syntax.parser import parse
from kos_shell.syntax.tree import (
    AndOr,
    ArithCommand,
    ArrayElement,
    ArrayValue,
    Assignment,
    Background,
    Case,
    CaseItem,
    Command,
    Conditional,
    Coproc,
    For,
    ForArith,
    FunctionDef,
    Group,
    If,
    Literal,
    Param,
    Pipeline,
    Redirect,
    Select,
    Sequence,
    SimpleCommand,
    SingleQuoted,
    Subshell,
    TestAnd,
    TestBinary,
    TestGroup,
    TestNot,
    TestOr,
    TestUnary,
    While,
    Word,
    literal_word,
    make_word,
    walk,
)


def words(text: str) -> tuple[Word, ...]:
    return tuple(literal_word(part) for part in text.split())


def run(text: str) -> SimpleCommand:
    return SimpleCommand((), words(text), (), 1)


def seq(*commands: Command | str) -> Sequence:
    return Sequence(tuple(run(command) if isinstance(command, str) else command for command in commands), 1)


W = literal_word
EMPTY = make_word((), 0)


def redirect(op: str, target: str, fd: int | None = None, var: str = "") -> Redirect:
    return Redirect(fd, var, op, W(target), 1)


COMMANDS: list[tuple[str, list[Command]]] = [
    ("a b c", [run("a b c")]),
    ("a; b", [run("a"), run("b")]),
    ("a & b", [Background(run("a"), 1), run("b")]),
    ("a && b || c", [AndOr((run("a"), run("b"), run("c")), ("&&", "||"), 1)]),
    ("a && b & c", [Background(AndOr((run("a"), run("b")), ("&&",), 1), 1), run("c")]),
    ("a | b | c", [Pipeline((run("a"), run("b"), run("c")), False, "", 1)]),
    ("a |\n\n# no\nb", [Pipeline((run("a"), run("b")), False, "", 1)]),
    ("! a | b", [Pipeline((run("a"), run("b")), True, "", 1)]),
    ("! ! a", [run("a")]),
    ("time -p a", [Pipeline((run("a"),), False, "time -p", 1)]),
    ("time ! a", [Pipeline((run("a"),), True, "time", 1)]),
    ("time", [Pipeline((), False, "time", 1)]),
    ("a | time b", [Pipeline((run("a"), run("time b")), False, "", 1)]),
    ("a |& b", [Pipeline((SimpleCommand((), words("a"), (redirect(">&", "1", 2),), 1), run("b")), False, "", 1)]),
    ("x=1 y+=2 a", [SimpleCommand((Assignment("x", None, False, W("1")), Assignment("y", None, True, W("2"))), words("a"), (), 1)]),
    ("x=", [SimpleCommand((Assignment("x", None, False, EMPTY),), (), (), 1)]),
    ("x[1]=2 x[a b]+=3", [SimpleCommand((Assignment("x", W("1"), False, W("2")), Assignment("x", W("a b"), True, W("3"))), (), (), 1)]),
    ("x=(a [2]=b\n[k]+=c)", [SimpleCommand((Assignment("x", None, False, ArrayValue((
        ArrayElement(None, False, W("a")), ArrayElement(W("2"), False, W("b")), ArrayElement(W("k"), True, W("c"))))),), (), (), 1)]),
    ("x=()", [SimpleCommand((Assignment("x", None, False, ArrayValue(())),), (), (), 1)]),
    ("a >f 2>>g <h", [SimpleCommand((), words("a"), (redirect(">", "f"), redirect(">>", "g", 2), redirect("<", "h")), 1)]),
    ("a 2>&1 >&- <&3-", [SimpleCommand((), words("a"), (redirect(">&", "1", 2), redirect(">&", "-"), redirect("<&", "3-")), 1)]),
    ("a 2>&1>f", [SimpleCommand((), words("a"), (redirect(">&", "1", 2), redirect(">", "f")), 1)]),
    ("a {fd}>f 3<>g &>h &>>i >|j <<<k", [SimpleCommand((), words("a"), (
        redirect(">", "f", None, "fd"), redirect("<>", "g", 3), redirect("&>", "h"), redirect("&>>", "i"), redirect(">|", "j"),
        redirect("<<<", "k")), 1)]),
    (">f a 2 >g", [SimpleCommand((), words("a 2"), (redirect(">", "f"), redirect(">", "g")), 1)]),
    (">f if", [SimpleCommand((), words("if"), (redirect(">", "f"),), 1)]),
    ("{ a; b; } >f", [Group(seq("a", "b"), 1, (redirect(">", "f"),))]),
    ("(a; b)", [Subshell(seq("a", "b"), 1)]),
    ("((a) )", [Subshell(seq(Subshell(seq("a"), 1)), 1)]),
    ("((1+(2)))", [ArithCommand(W("1+(2)"), 1)]),
    ("((a); (b))", [Subshell(seq(Subshell(seq("a"), 1), Subshell(seq("b"), 1)), 1)]),
    ("if a; then b; elif c; then d; else e; fi", [If(((seq("a"), seq("b")), (seq("c"), seq("d"))), seq("e"), 1)]),
    ("if(a)then b;fi", [If(((seq(Subshell(seq("a"), 1)), seq("b")),), None, 1)]),
    ("while a; b; do c; done <f", [While(seq("a", "b"), seq("c"), False, 1, (redirect("<", "f"),))]),
    ("until a; do b; done", [While(seq("a"), seq("b"), True, 1)]),
    ("for x in a b; do c; done", [For("x", words("a b"), seq("c"), 1)]),
    ("for x; do c; done", [For("x", None, seq("c"), 1)]),
    ("for x\ndo c\ndone", [For("x", None, seq("c"), 1)]),
    ("for x in; { c; }", [For("x", (), seq("c"), 1)]),
    ("for ((i=0; ;i++)) do c; done", [ForArith(W("i=0"), None, W("i++"), seq("c"), 1)]),
    ("for ((;;)) { c; }", [ForArith(None, None, None, seq("c"), 1)]),
    ("select x in a; do c; done", [Select("x", words("a"), seq("c"), 1)]),
    ("case a in b|c) d;; (e) f;& g) ;;& h) i; esac", [Case(W("a"), (
        CaseItem(words("b c"), seq("d"), ";;"), CaseItem(words("e"), seq("f"), ";&"), CaseItem(words("g"), None, ";;&"),
        CaseItem(words("h"), seq("i"), ";;")), 1)]),
    ("case in in in) ;; esac", [Case(W("in"), (CaseItem(words("in"), None, ";;"),), 1)]),
    ("case a in esac", [Case(W("a"), (), 1)]),
    ("f() { a; } >g", [FunctionDef("f", Group(seq("a"), 1, (redirect(">", "g"),)), False, 1)]),
    ("function a-b { a; }", [FunctionDef("a-b", Group(seq("a"), 1), True, 1)]),
    ("function f () (a)", [FunctionDef("f", Subshell(seq("a"), 1), True, 1)]),
    ("function f (a)", [FunctionDef("f", Subshell(seq("a"), 1), True, 1)]),
    ("f()\n\nif a; then b; fi", [FunctionDef("f", If(((seq("a"), seq("b")),), None, 1), False, 1)]),
    ("coproc a b", [Coproc("COPROC", run("a b"), 1)]),
    ("coproc a { b; }", [Coproc("a", Group(seq("b"), 1), 1)]),
    ("coproc { b; }", [Coproc("COPROC", Group(seq("b"), 1), 1)]),
    ("[[ a ]]", [Conditional(TestUnary("-n", W("a")), 1)]),
    ("[[ -f a && ! b == c || ( d ) ]]", [Conditional(TestOr((
        TestAnd((TestUnary("-f", W("a")), TestNot(TestBinary("==", W("b"), W("c"))))), TestGroup(TestUnary("-n", W("d"))))), 1)]),
    ("[[ a < b && c -lt d ]]", [Conditional(TestAnd((TestBinary("<", W("a"), W("b")), TestBinary("-lt", W("c"), W("d")))), 1)]),
    ("[[ a =~ ^(b|c d)+$ ]]", [Conditional(TestBinary("=~", W("a"), make_word((Literal("^(b|c d)+$"),), 0)), 1)]),
    ("[[ a =~ 'b'$x ]]", [Conditional(TestBinary("=~", W("a"), make_word((SingleQuoted("b"), Param("x")), 16)), 1)]),
    ("[[ a\t==\tb\n&& c ]]", [Conditional(TestAnd((TestBinary("==", W("a"), W("b")), TestUnary("-n", W("c")))), 1)]),
    ("! ;a", [Pipeline((), True, "", 1), run("a")]),
    ("a # b\n#c\nd", [run("a"), run("d")]),
    ("i\\\nf a\\\n; th\\\nen b;f\\\ni", [If(((seq("a"), seq("b")),), None, 1)]),
    ("a &\\\n& b", [AndOr((run("a"), run("b")), ("&&",), 1)]),
    ("", []),
    ("\n\n# c", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "commands"), COMMANDS, ids=[text for text, _ in COMMANDS])
def test_commands_are_put_together_as_the_grammar_says(text: str, commands: list[Command]) -> None:
    assert list(parse(text).commands) == commands


def test_declaring_commands_take_arrays_as_arguments() -> None:
    (command,) = parse("declare -a x=(1 'b c') y[1]=2 z").commands
    assert isinstance(command, SimpleCommand)
    array = command.words[2].assignment
    element = command.words[3].assignment
    assert array is not None and isinstance(array.value, ArrayValue) and len(array.value.elements) == 2
    assert element is not None and element.subscript == W("1")
    assert command.words[4].assignment is None


def test_line_numbers_are_those_that_bash_gives_lineno() -> None:
    text = 'a\nb "x\ny" z\n\nif c\nthen d \\\n  e\nfi; f $(g\nh)\ncat <<E\nx\nE\ni\n'
    lines = {
        node.words[0].literal: node.line
        for command in parse(text).commands
        for node in walk(command)
        if isinstance(node, SimpleCommand)
    }
    assert lines == {"a": 1, "b": 3, "c": 5, "d": 7, "f": 9, "g": 8, "h": 9, "cat": 10, "i": 13}
