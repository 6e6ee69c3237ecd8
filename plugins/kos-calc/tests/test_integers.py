"""What is cut into pieces comes to what Python's own operations come to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kos_calc.numbers.integers import Integers


class Kernel:
    """As much of the kernel's interface as an account needs."""

    def tick(self, units: int) -> None:
        assert units >= 1

    def charge(self, size: int) -> None:
        pass


def integers() -> Integers:
    kernel: Any = Kernel()
    return Integers(kernel)


long = st.tuples(st.integers(1, 400_000), st.integers(0, 2**64), st.integers(-3, 3)).map(
    lambda t: max(0, pow(t[1] | 1, 1 + t[0] // 64) + t[2])
)


@given(long, long)
@settings(max_examples=60, deadline=None)
def test_products_quotients_and_rests_are_right(a: int, b: int) -> None:
    work = integers()
    assert work.multiply(a, -b) == -a * b
    assert work.divide(a, b or 1) == divmod(a, b or 1)
    assert work.divide(a * (b or 1) + 1, b or 1) == divmod(a * (b or 1) + 1, b or 1)


@pytest.mark.parametrize("size", [0, 1, 2, 10, 3999, 4000, 4001, 4300, 8000, 20000, 100_001])
def test_texts_are_right(size: int) -> None:
    work = integers()
    ten = work.power_of_ten(size)
    assert ten == 10**size
    assert work.digits(ten) == "1" + "0" * size
    assert work.digits(ten - 1) == ("9" * size or "0")
    assert work.parse(b"9" * size) == ten - 1
    assert [work.length(ten), work.length(ten - 1), work.length(-ten)] == [size + 1, size or 1, size + 1]
