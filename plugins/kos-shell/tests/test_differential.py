"""Generated scripts, run in a machine and in the host's bash: they must print the same and end the same."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kos_kernel import Machine

_SPEC = importlib.util.spec_from_file_location("kos_shell_tests_conftest", Path(__file__).with_name("conftest.py"))
assert _SPEC is not None and _SPEC.loader is not None
_CONFTEST = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_CONFTEST)
run_script = _CONFTEST.run_script

NAMES = ["x", "y", "z", "u"]
name = st.sampled_from(NAMES)
number = st.integers(-3, 12).map(str)
plain = st.sampled_from(["a", "b.c", "foo", "a/b", "1", "x1", "-n", "*", "?", "[ab]", "a:b", "é"])
pattern = st.sampled_from(["a", "*", "?", "a*", "*o", "[a-f]", "[!a]*", "*/", ".*", "f?o", "1"])
arith = st.recursive(
    st.one_of(number, name),
    lambda inner: st.builds(
        lambda a, op, b: f"({a} {op} {b})",
        inner,
        st.sampled_from(["+", "-", "*", "<", "==", "&&", "|", ">>", "%"]),
        inner,
    ),
    max_leaves=4,
)
operator = st.one_of(
    st.builds(lambda n: f"${{{n}}}", name),
    st.builds(lambda n, op, w: f"${{{n}{op}{w}}}", name, st.sampled_from(["-", ":-", "+", ":+", "=", ":="]), plain),
    st.builds(lambda n, op, p: f"${{{n}{op}{p}}}", name, st.sampled_from(["#", "##", "%", "%%"]), pattern),
    st.builds(
        lambda n, op, p, r: f"${{{n}{op}{p}/{r}}}",
        name,
        st.sampled_from(["/", "//"]),
        st.sampled_from(["a", "o", "?", "[a-f]"]),
        plain.filter(lambda t: "/" not in t),
    ),
    st.builds(lambda n, a, b: f"${{{n}:{a}:{b}}}", name, st.integers(0, 3), st.integers(0, 3)),
    st.builds(lambda n, op: f"${{{n}{op}}}", name, st.sampled_from(["^", "^^", ",", ",,", "@Q", "@U"])),
    st.builds(lambda n: f"${{#{n}}}", name),
    st.sampled_from(
        ["$#", "$?", "$1", "$*", "$@", '"$@"', '"$*"', "${@:1:1}", "${a[0]}", "${a[@]}", '"${a[@]}"', "${#a[@]}"]
    ),
    st.builds(lambda e: f"$(({e}))", arith),
)
piece = st.one_of(
    plain,
    operator,
    operator.filter(lambda t: '"' not in t).map(lambda t: f'"{t}"'),
    st.sampled_from(["'q r'", '"s  t"', "\\*", "$'n\\tx'", "{p,q}"]),
)
word = st.lists(piece, min_size=1, max_size=3).map("".join)
words = st.lists(word, min_size=0, max_size=3).map(" ".join)
show = st.builds(lambda w: f"printf '<%s>' {w}; echo", words)
assign = st.one_of(
    st.builds(lambda n, w: f"{n}={w}", name, word),
    st.builds(lambda n, w: f"{n}+={w}", name, word),
    st.builds(lambda n, e: f"{n}=$(({e}))", name, arith),
    st.builds(lambda w: f"a=({w})", words),
    st.builds(lambda i, w: f"a[{i}]={w}", st.integers(0, 3), word),
    st.builds(lambda w: f"set -- {w}", words),
    st.builds(lambda n: f"unset {n}", name),
    st.sampled_from(["IFS=:", "IFS=' '", "unset IFS", "IFS=", "set -f", "set +f", "x=5", "y=foo.c", "z='a b  c'"]),
)
test = st.one_of(
    st.builds(lambda a, b: f'[ "{a}" = "{b}" ]', st.sampled_from(["$x", "$y", "a"]), st.sampled_from(["$z", "a", ""])),
    st.builds(lambda a, p: f"[[ {a} == {p} ]]", st.sampled_from(["$x", '"$y"', "foo"]), pattern),
    st.builds(lambda e: f"(({e}))", arith),
    st.sampled_from(["true", "false", "! true", '[ -n "$x" ]', '[ -z "$u" ]']),
)
simple = st.one_of(show, assign)


def compound(inner: Any) -> Any:
    """Return commands around commands."""
    body = st.lists(inner, min_size=1, max_size=3).map("; ".join)
    return st.one_of(
        st.builds(lambda t, a, b: f"if {t}; then {a}; else {b}; fi", test, body, body),
        st.builds(lambda n, w, b: f"for {n} in {w}; do {b}; done", st.sampled_from(["i", "x"]), words, body),
        st.builds(
            lambda w, p, a, b: f"case {w} in {p}) {a};; *) {b};; esac",
            st.sampled_from(["$x", '"$y"', "foo"]),
            pattern,
            body,
            body,
        ),
        st.builds(lambda b: f"( {b} )", body),
        st.builds(lambda b: f"{{ {b}; }}", body),
        st.builds(lambda b, w: f"f() {{ local x=loc; {b}; }}; f {w}", body, words),
        st.builds(lambda t, a: f"{t} && {{ {a}; }} || echo or $?", test, body),
        st.builds(lambda b: f"x=$({b})", body),
        st.builds(lambda b: f"{{ {b}; }} | cat", body),
        st.builds(lambda b: f"w=0; while [ $w -lt 2 ]; do w=$((w+1)); {b}; done", body),
    )


commands = st.recursive(simple, compound, max_leaves=6)
scripts = st.lists(commands, min_size=1, max_size=5).map(lambda lines: "\n".join(lines) + "\n")


@pytest.mark.slow
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(script=scripts)
def test_generated_scripts_do_what_bash_does(script: str, bash: Any, booted: Machine, tmp_path_factory: Any) -> None:
    data = script.encode()
    theirs = bash.run(data, tmp_path_factory.mktemp("bash"))
    fork = booted.fork()
    try:
        ours = run_script(fork, data)
    finally:
        fork.close()
    assert (ours.stdout, ours.status) == (theirs.stdout, theirs.status), ours.stderr.decode()
