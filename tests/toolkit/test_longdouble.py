"""Long doubles are read, rounded and printed as the C library does it: by table, and for any number against GNU's printf."""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kos_kernel.api import parse_long_double as parse
from kos_kernel.api import render_long_double as render

GNU = shutil.which("printf")


def printed(text: bytes, conversion: str, precision: int | None) -> bytes:
    value, _, _ = parse(text)
    shown = render(value, conversion, "", precision)
    return shown.prefix + shown.digits + b"0" * shown.zeros + shown.exponent


@pytest.mark.parametrize(
    ("text", "conversion", "precision", "wanted"),
    [
        (b"0.1", "f", 20, b"0.10000000000000000000"),
        (b"0.1", "a", None, b"0xc.ccccccccccccccdp-7"),
        (b"1e5000", "g", None, b"inf"),
        (b"-nan", "f", None, b"-nan"),
        (b"2.5", "f", 0, b"2"),
        (b"0", "e", 3, b"0.000e+00"),
        (b"100000", "g", None, b"100000"),
        (b"1000000", "g", None, b"1e+06"),
        (b"0x1p-16445", "g", 3, b"3.65e-4951"),
        (b"1", "f", 30000, b"1." + b"0" * 30000),
    ],
)
def test_printed_forms(text: bytes, conversion: str, precision: int | None, wanted: bytes) -> None:
    assert printed(text, conversion, precision) == wanted


@pytest.mark.parametrize(
    ("text", "end"),
    [(b"12x", 2), (b"0x", 1), (b"1e", 1), (b"1e+", 1), (b".", 0), (b"inf", 3), (b"nan(1)x", 6), (b"", 0)],
)
def test_reading_stops_where_strtold_does(text: bytes, end: int) -> None:
    assert parse(text)[1] == end


@pytest.mark.parametrize("text", [b"1e5000", b"-1e5000", b"1e-5000", b"1" + b"0" * 6000, b"0." + b"0" * 9000 + b"1"])
def test_out_of_range_is_said(text: bytes) -> None:
    assert parse(text)[2]


def test_a_value_fits_64_bits_of_significand() -> None:
    value, _, _ = parse(b"18446744073709551617")  # 2**64 + 1
    assert value.size == Fraction(18446744073709551616)


@pytest.mark.skipif(GNU is None, reason="GNU printf isn't installed")
@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.floats(allow_nan=False).map(repr),
        st.decimals(allow_nan=False, allow_infinity=False).map(str),
        st.integers().map(str),
    ),
    st.sampled_from("aefgAEFG"),
    st.one_of(st.none(), st.integers(0, 40)),
)
def test_any_number_prints_as_gnu_prints_it(text: str, conversion: str, precision: int | None) -> None:
    form = f"%{'' if precision is None else f'.{precision}'}{conversion}"
    theirs = subprocess.run([str(GNU), "--", form, text], capture_output=True, env={"LC_ALL": "C"}, check=False).stdout
    assert printed(text.encode(), conversion, precision) == theirs
