"""Trees back to text: bash's layout, and text that says the same."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from kos_shell.syntax.parser import parse
from kos_shell.syntax.tree import (
    AnsiQuoted,
    DoubleQuoted,
    For,
    ForArith,
    FunctionDef,
    If,
    Node,
    Pipeline,
    Redirect,
    Select,
    Sequence,
    SimpleCommand,
    SingleQuoted,
)
from kos_shell.syntax.unparse import unparse, unparse_function

_spec = importlib.util.spec_from_file_location("syntax_scripts", Path(__file__).with_name("scripts.py"))
assert _spec is not None and _spec.loader is not None
scripts = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(scripts)

FUNCTIONS = [
    "f() { a; b | c && d || e & g; }",
    "f() ( a; b ) >x",
    "f() { a; } >x 2>&1 <y",
    "f() if a; then b; elif c; then d; else e; fi",
    "f() { if a; then b & fi; while a; b; do c; done <x; until a& do b; done; }",
    "f() { for i in a 'b c'; do d; done; for i; do d; done; for i in; do d; done; for ((i=0;i<3;i++)) do a; done; for ((;;)) { a; }; }",
    "f() { select x in a b; do c; done; select x; do d; done; }",
    "f() { case x in a) b;; (c|d) ;; *) e ;& f) g & ;;& h) i; j; esac; case x in esac; }",
    "f() { { a; b; }; ( c; d ); ( ( e ) ); { f; } | ( g; h ) >x; }",
    "f() { function g { a; }; h() ( b ); i() { c; } >x 2>&1; function j () if a; then b; fi; }",
    "f() { [[ a ]]; [[ ! a && ( b || c ) ]]; [[ ! ! a ]]; [[ a == b* || $c =~ (d e)f ]]; (( 1 + 2 )); ((x++)) && y; }",
    "f() { time a; time -p a | b; ! a; time; !; time ! a | b; time { a; b; }; }",
    "f() { coproc a b; coproc x { y; }; coproc { z; }; coproc ( w ); }",
    "f() { a=( 1  2 [3]=4 \n [5]+=6 \"x y\" ); b+=( ); declare c=( 1  2 ); x[ 1 ]=3; y=~/a:~ z+=1; a=1 b=2 c >d; >x; }",
    "f() { a <&3 0<&3 >&3 1>&3 2>&1 >&- <&- 2<&- 3>&2- >&$x 2>&$x <&$x >&x &>x &>>x {v}>&3 {v}<&- {v}>f 1>f 0<f 1<f >|x <>x 1<>x; }",
    "f() { a |& b |& c; a >x |& b; { a; } |& b; }",
    "f() { echo $'a\\nb' $'it\\'s' $\"x\" \"$'a'\" ${x:-$'a\\nb'} \"${x:-$'a b'}\" `a\\`b\\``"
    " \"`a \\\"b\\\"`\" \\* a\\\nb \"c\\\nd\" `e\\\nf`; }",
    "f() { echo \"${x}\" $x ${#x} ${!x} ${!x*} ${!a[@]} ${a[1]} ${x:1:2} ${x: -1} ${x//a/b} ${x^^} ${x@Q} ${x:?err msg} $[1+2] $@ ${10}; }",
    "f() { echo $(a) $( a ) $( (a) ) $((a)|b) $(<x) $(a;b;) $(a &) $(# c\na) $() <(a;b) >( b ) $(for i in 1; do a; b; done); }",
    "f() { echo $(a\nb\n\nc && d\ne | f) $(if a; then b; fi; c) $(f() { a; b; }) $({ a; }); }",
    "f() { echo ~ ~root {a,b} *.[ch] +(a|b) a~b 'a'\\''b' \"it's\"; }",
    "f() {\ncat <<E | x; y; z\nE\nw\n}",
    "f() {\ncat <<E && x; y; z\nfoo\nE\nw\nif a; then cat <<E\nE\nfi; g; }",
    "f() {\n(cat <<E; y; z)\nE\nw\n}",
    "f() {\n{ cat <<E\nE\n}\nw\n}",
    "f() {\nwhile cat <<E; do y\nfoo\nE\nz\ndone; while cat <<E\nfoo\nE\ndo y; done\n}",
    "f() {\ncat <<E & x; y & z\nfoo\nE\nw &\n}",
    "f() {\ncat <<'E' >x <<F 2>&1\nfoo\nE\n$F\nF\n g;  cat >x <<-E\n\tfoo $(a;b)\n\tE\n}",
    "f() {\ng() {\ncat <<E\nfoo\nE\n}\nw\nz\n}",
    "f() {\nif a; then\nb; cat <<E\nfoo\nE\nfi\nw\nz\n}",
    "f() { x=$(cat <<E\nfoo\nE\n); }",
    "f() { a $(f() { a\nb; c\nd; }\ng) $({ a\nb; }\n(c\nd)\nif x\ny\nthen z\nw\nfi) <(x\ny) `x\ny`; }",
    "f() { a $(case x in x) a\nb\nesac\nwhile a\nb\ndo c\nd; done) $(b &\nc\nd & e); }",
    "f() { a $(cat <<E\nE\nb\nc) $(cat <<E; x\nE\nb\nc); }",
    "f() { case x in a) cat <<E;;\nE\nb) c;; esac; d; }",
]  # fmt: skip


def function_body(text: str) -> Node:
    (function,) = parse(text).commands
    assert isinstance(function, FunctionDef)
    return function.body


@pytest.mark.parametrize("text", FUNCTIONS)
def test_a_function_looks_as_declare_prints_it(bash: Callable[..., object], text: str) -> None:
    expected = bash("-O", "extglob", "-s", text=f"{text}\ndeclare -f f\n").stdout.decode()  # type: ignore[attr-defined]
    assert unparse_function("f", function_body(text)) + "\n" == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("text", FUNCTIONS)
def test_an_exported_function_looks_as_bash_exports_it(bash: Callable[..., object], text: str) -> None:
    script = f"{text}\nexport -f f\nexec env -0\n"
    variables = bash("-O", "extglob", "-s", text=script).stdout.decode().split("\0")  # type: ignore[attr-defined]
    (expected,) = [variable.partition("=")[2] for variable in variables if variable.startswith("BASH_FUNC_f%%=")]
    assert unparse_function("f", function_body(text), multiline=False) == expected  # type: ignore[arg-type]


def test_a_function_named_like_a_reserved_word_is_printed_with_the_keyword() -> None:
    assert unparse_function("if", function_body("function if { a; }")).startswith("function if () \n")  # type: ignore[arg-type]


LINES = [
    ("a   b>c", "a b > c"),
    ("{ a; b; }", "{ a; b; }"),
    ("(a;b)&", "( a; b ) &"),
    ("if a;then b;fi", "if a; then\n    b;\nfi"),
    ("for i in 1 2; do sleep $i; done", "for i in 1 2;\ndo\n    sleep $i;\ndone"),
    (">f if", "\\if > f"),
]


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_a_command_is_printed_as_jobs_shows_it(text: str, expected: str) -> None:
    (command,) = parse(text).commands
    assert unparse(command) == expected


def test_parts_of_commands_can_be_printed_by_themselves() -> None:
    (command,) = parse('x=(1 [2]=3) a "$b"c 2>f').commands
    assert isinstance(command, SimpleCommand)
    assert unparse(command.assignments[0]) == "x=(1 [2]=3)"
    assert unparse(command.words[1]) == '"$b"c'
    assert unparse(command.words[1].parts[0]) == '"$b"'
    assert unparse(command.redirects[0]) == "2> f"


def test_many_elifs_are_printed_flat() -> None:
    text = unparse(parse("if a; then b; " + "elif c; then d; " * 1000 + "fi"))
    assert len(text) < 100_000
    assert text.count("elif c; then") == 1000


def normal(item: object) -> object:
    """A tree as nested tuples, with what bash's layout changes made equal."""
    if isinstance(item, tuple):
        return tuple([normal(part) for part in item])
    if not isinstance(item, Node):
        return item
    fields = {name: getattr(item, name) for name in item.fields}
    match item:
        case AnsiQuoted(text=text):
            return (SingleQuoted, (text,))
        case DoubleQuoted(parts=parts):
            return (DoubleQuoted, (normal(parts), False))
        case If(clauses=(first, *rest), other=other, redirects=redirects) if rest:
            inner = If(tuple(rest), other, 0)
            return normal(If((first,), Sequence((inner,), 0), 0, redirects))
        case For(words=None) | Select(words=None):
            fields["words"] = parse('x "$@"').commands[0].words[1:]  # type: ignore[attr-defined]
        case ForArith():
            one = parse("((1))").commands[0].expr  # type: ignore[attr-defined]
            for name in ("init", "test", "step"):
                fields[name] = fields[name] or one
        case Redirect(op=op, fd=fd, target=target) if not (op == ">&" and target.literal is None):
            fields["fd"] = fd if fd is not None else 0 if op[0] == "<" else 1
            if target.literal == "-" and op == "<&":
                fields["op"] = ">&"
        case Pipeline(commands=(), negated=False, time=""):
            return ()
    return (type(item), tuple([normal(value) for value in fields.values()]))


@given(scripts.SCRIPTS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_reading_what_was_printed_gives_the_tree_again(text: str) -> None:
    script = parse(text)
    printed = unparse(script)
    again = parse(printed)
    # (Not a bare comparison: a report of the difference between two trees can take gigabytes.)
    same = normal(again.commands) == normal(script.commands)
    assert same, printed
    assert unparse(again) == printed


@given(scripts.SCRIPTS)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
def test_random_functions_look_as_declare_prints_them(bash: Callable[..., object], text: str) -> None:
    source = f"f() {{\n{text}\n}}\n"
    expected = bash("-O", "extglob", "-s", text=f"{source}declare -f f\n").stdout.decode()  # type: ignore[attr-defined]
    assert unparse_function("f", function_body(source)) + "\n" == expected  # type: ignore[arg-type]
