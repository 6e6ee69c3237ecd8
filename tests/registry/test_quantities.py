"""Sizes and durations: what is meant by what people write, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kos_kernel.quantities import format_duration, format_size, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("10", 10),
        ("10B", 10),
        ("1K", 1024),
        ("1k", 1024),
        ("1KiB", 1024),
        ("1kB", 1000),
        ("256MiB", 256 << 20),
        ("1.5K", 1536),
        (" 2 GiB ", 2 << 30),
        ("3MB", 3_000_000),
        ("0.1K", 102),
    ],
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "x", "-1", "1Kb", "1 2", "1e3", "1QiB", "KiB", "1.K", "٣", "9" * 200])
def test_what_is_no_size_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="expected a size such as '256MiB'"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "duration_ns"),
    [
        ("0", 0),
        ("10ms", 10**7),
        ("1h 30min", 5400 * 10**9),
        ("1h30m", 5400 * 10**9),
        ("1.5s", 15 * 10**8),
        ("2 d", 172800 * 10**9),
    ],
)
def test_durations(text, duration_ns):
    assert parse_duration(text) == duration_ns


@pytest.mark.parametrize("text", ["", "x", "-1s", "1e3s", "1fortnight", "ms", "1s x", "9" * 200 + "s", "1 " * 90])
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="expected a duration"):
        parse_duration(text)


def test_a_number_without_a_unit_is_refused_unless_the_caller_knows_which():
    with pytest.raises(ValueError, match="such as '5ms' or '5s'"):
        parse_duration("5")
    assert parse_duration("5", bare="s") == 5 * 10**9


@given(st.integers(0, 2**60))
def test_what_is_formatted_parses_back(number):
    assert parse_size(format_size(number)) == number
    assert parse_duration(format_duration(number)) == number
