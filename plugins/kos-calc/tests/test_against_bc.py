"""Programs that nobody thought of: ours prints what GNU bc prints, and dc what bc does."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.skipif(shutil.which("bc") is None, reason="the host has no bc")
Run = Callable[..., tuple[bytes, bytes, int]]

whole = st.integers(0, 10**30).map(str)
fraction = st.tuples(st.integers(0, 10**9), st.integers(1, 12), st.integers(0, 10**6)).map(
    lambda t: f"{t[0]}.{t[2]:0{t[1]}}"
)
constants = st.one_of(
    st.integers(0, 12).map(str), whole, fraction, st.text("0123456789ABCDEFZ", min_size=1, max_size=4)
)
places = st.sampled_from(["a", "b", "c", "x", "a[1]", "b[2]", "c[a]"])


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def join(form: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.tuples(*parts).map(lambda texts: form.format(*texts))

    return st.one_of(
        join("{}{}{}", inner, st.sampled_from(list("+-*/%")), inner),
        join("({})^{}", inner, st.sampled_from(["0", "1", "2", "3", "-1", "-2"])),
        join("{} {} {}", inner, st.sampled_from(["==", "!=", "<", ">", "<=", ">=", "&&", "||"]), inner),
        join("({})", inner),
        join("-{}", inner),
        join("!{}", inner),
        join("({}{}={})", places, st.sampled_from(["", "+", "-", "*"]), inner),
        join("{}{}", places, st.sampled_from(["++", "--"])),
        join("{}({})", st.sampled_from(["length", "scale"]), inner),
        join("sqrt(({})^2)", inner),
        join("f({},a[])", inner),
    )


expressions = st.recursive(
    st.one_of(constants, places, st.sampled_from(["last", "scale", "ibase"])), larger, max_leaves=8
)
statements = st.one_of(
    expressions,
    st.tuples(places, expressions).map("=".join),
    st.sampled_from([0, 1, 2, 3, 7, 20, 50]).map(lambda n: f"scale={n}"),
    st.sampled_from([10, 2, 3, 8, 16, 17, 100, 1000]).map(lambda n: f"obase={n}"),
    st.sampled_from(["ibase=A", "ibase=8", "ibase=F", "ibase=2"]),
    st.tuples(expressions, expressions, expressions).map(lambda t: f"if ({t[0]}) {t[1]} else {t[2]}"),
    st.tuples(st.integers(0, 3), expressions).map(lambda t: f"for (i=0;i<{t[0]};i++) {{ {t[1]}; {{}} }}"),
    expressions.map(lambda text: f'print {text},"x",{text}'),
    st.sampled_from([
        "1 2", ")", "{", "}", '"s"', "return(1)", "break", "@", "a b c", "if (1)", "f(1)", "1+", "define g(x) {", "else 3",
        "(1", "a[1", "auto z", "print 1,", "while (0) 1", "{ 1 2", "/* x */", "# y", "continue", "halt", "1/0",
    ]),
)  # fmt: skip
FUNCTION = "define f(x,y[]) {\nauto z,w[]\nz=x*2;w[1]=z;y[1]=5\nif (x>3) return (z)\nreturn (x+y[1]+w[1])\n}\n"


def host(program: bytes, *options: str) -> tuple[bytes, bytes]:
    done = subprocess.run(
        ["bc", *options], input=program, capture_output=True, check=False, timeout=20, env={"LC_ALL": "C"}
    )
    return done.stdout.replace(b"-0\n", b"0\n"), done.stderr  # GNU's powers may come to a negative zero


@given(st.lists(statements, min_size=1, max_size=8))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_programs_print_what_gnus_bc_prints(calculate: Run, lines: list[str]) -> None:
    program = (FUNCTION + "".join(line + "\n" for line in lines)).encode()
    output, errors, _ = calculate("bc", program)
    assert (output.replace(b"-0\n", b"0\n"), errors) == host(program)


numbers = st.tuples(st.sampled_from(["", "-"]), st.integers(0, 40), st.integers(0, 10**7), st.integers(1, 9)).map(
    lambda t: f"{t[0]}{t[1]}.{t[2]:0{t[3]}}"
)


@given(st.sampled_from([0, 1, 2, 5, 20, 26, 41, 61, 75]), st.lists(numbers, min_size=1, max_size=3), st.integers(-4, 9))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_mathematical_library_has_gnus_digits(calculate: Run, scale: int, values: list[str], order: int) -> None:
    program = f"scale={scale}\n" + "".join(f"s({x});c({x});a({x});l({x});e({x});j({order},{x})\n" for x in values)
    output, errors, _ = calculate("bc -l", program.encode())
    assert (output, errors) == host(program.encode(), "-l")


@given(st.sampled_from([0, 1, 3, 12, 30]), numbers, numbers, st.integers(-3, 6))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_dc_calculates_as_bc_does(calculate: Run, scale: int, a: str, b: str, n: int) -> None:
    ours = f"{scale}k {a} sa {b} sb {n} sn la lb+p la lb-p la lb*p lb la*p lb 1+la*p lb 7+3/p lb 7.5%p la d*vp lb 0.1+ln^p".replace(
        "-", "_"
    )
    ours = ours.replace("la lb_p", "la lb-p")
    theirs = f"scale={scale};a={a};b={b};n={n};a+b;a-b;a*b;b*a;(b+1)*a;(b+7)/3;b%7.5;sqrt(a*a);(b+0.1)^n\n"
    output, errors, _ = calculate("dc", ours.encode())
    assert (output.replace(b"-0\n", b"0\n"), errors.replace(b"dc: ", b"")) == (host(theirs.encode())[0], b"")
