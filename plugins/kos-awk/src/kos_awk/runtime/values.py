"""Values: what a variable holds, and how one kind is read as another.

    float    a number                      bytes     a text
    Input    a text from outside, which counts as a number where it looks like one ("strnum")
    Unset    nothing yet: the only one is UNSET; a float, so that arithmetic needs no question
    Typed    a regular expression that is a value: @/x/
    Array    from bytes to any of these and to further arrays

`Values` holds what depends on the program's state: CONVFMT, OFMT, the locale.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable
from itertools import repeat
from typing import Any, Final

from ..errors import Fatal


class Input(bytes):
    """A text that may be a number."""

    __slots__ = ()


class Typed(bytes):
    """The source of a regular expression as a value."""

    __slots__ = ()


class Unset(float):
    """No value yet: "" and 0 at once."""

    __slots__ = ()


UNSET: Final = Unset(0.0)


class NoInt(int):
    """What a variable that holds ints has before it is assigned."""

    __slots__ = ()


NO_INT: Final = NoInt(0)


def lifted(value: int) -> float:
    """Return what an int variable holds as others want it."""
    return float(value) if value.__class__ is int else UNSET


class Array(defaultdict):  # type: ignore[type-arg]
    """An array. Looking at an element that isn't there makes it, as in awk; the C code of defaultdict does that."""

    __slots__ = ("__weakref__",)

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


def new_array() -> Array:
    """Return an empty array."""
    return Array(repeat(UNSET).__next__)


_PREFIX: Final = re.compile(
    rb"[ \t\n\r\f\v]*([+-]?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|"
    rb"(?<=[+-])(?:inf|nan)(?![A-Za-z0-9_])))",
    re.IGNORECASE,
)
_NUMERIC: Final = re.compile(
    rb"[ \t\n\r\f\v]*(?:[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-](?:inf|nan))[ \t\n\r\f\v]*\Z",
    re.IGNORECASE,
)


def number_of(text: bytes) -> float:
    """Return the number that a text begins with, 0 if none."""
    try:
        number = float(text)
    except ValueError:
        found = _PREFIX.match(text)
        return 0.0 if found is None else float(found[1])
    if number - number != 0.0 or 95 in text:  # inf, nan and 1_000 are Python's alone
        found = _PREFIX.match(text)
        return 0.0 if found is None else float(found[1])
    return number


def looks_numeric(text: bytes) -> bool:
    """Tell whether a text from outside counts as a number."""
    try:
        number = float(text)
    except ValueError:
        return False
    return (number - number == 0.0 and 95 not in text) or _NUMERIC.match(text) is not None


def num(value: Any) -> float:
    """Return a value as a number."""
    if value.__class__ is float:
        return value
    if isinstance(value, bytes):
        return number_of(value)
    if value is UNSET:
        return 0.0
    if isinstance(value, bool):
        return float(value)
    raise array_as_scalar()


def array_as_scalar() -> Fatal:
    """Return the error of using an array as a plain value."""
    return Fatal("attempt to use array in a scalar context")


def special_number(value: float) -> bytes:
    """Return inf and nan as gawk writes them."""
    sign = b"-" if math.copysign(1.0, value) < 0 else b"+"
    return sign + (b"nan" if value != value else b"inf")


def truth(value: Any) -> bool:
    """Return whether a value counts as true."""
    if value.__class__ is Input:
        return truth_of_input(value)
    if value.__class__ is Array:
        raise array_as_scalar()
    return bool(value)


def truth_of_input(text: bytes) -> bool:
    """Return whether a text from outside counts as true."""
    if looks_numeric(text):
        return number_of(text) != 0.0
    return bool(text)


class Values:
    """Texts of numbers, and comparisons."""

    def __init__(self) -> None:
        self.conversion = b"%.6g"  # CONVFMT
        self.output = b"%.6g"  # OFMT
        self.fold: Callable[[bytes], bytes] | None = None  # makes capitals small while IGNORECASE is set
        self._whole: dict[float, bytes] = {}  # texts of small whole numbers that were asked for

    def number_text(self, value: float, form: bytes) -> bytes:
        """Return a number as a text that isn't known yet."""
        if form == b"%.6g" and -999999.0 <= value <= 999999.0 and value:
            made = b"%.6g" % value  # whole numbers, too, are right as long as six digits do
            if 0.0 < value < 4096.0 and value.is_integer():
                self._whole[value] = made
            return made
        if value.is_integer():
            return b"%d" % int(value)
        if value - value != 0.0:
            return special_number(value)
        if form == b"%.6g":
            return b"%.6g" % value
        from .formatting import sprintf

        return sprintf(form, (value,), None, self.text)

    def text(self, value: Any) -> bytes:
        """Return a value as a text, by CONVFMT."""
        kind = value.__class__
        if kind is bytes or kind is Input or kind is Typed:
            return value  # type: ignore[no-any-return]
        if kind is float:
            return self._whole.get(value) or self.number_text(value, self.conversion)
        if value is UNSET:
            return b""
        raise array_as_scalar()

    def shown(self, value: Any) -> bytes:
        """Return a value as print writes it, by OFMT."""
        kind = value.__class__
        if kind is float:
            return self._whole.get(value) or self.number_text(value, self.output)
        if kind is bytes or kind is Input or kind is Typed:
            return value  # type: ignore[no-any-return]
        if value is UNSET:
            return b""
        raise array_as_scalar()

    def compare(self, a: Any, b: Any) -> int:
        """Return -1, 0 or 1: as numbers if both are or look like it, else as texts."""
        x = self._numeric(a)
        if x is not None:
            y = self._numeric(b)
            if y is not None:
                if x != x or y != y:  # nan is beyond all others
                    return (x != x) - (y != y)
                return (x > y) - (x < y)
        return self.compare_texts(self.text(a), self.text(b))

    def compare_texts(self, one: bytes, other: bytes) -> int:
        """Return -1, 0 or 1; what is a capital doesn't matter where IGNORECASE says so."""
        if self.fold is not None:
            one, other = self.fold(one), self.fold(other)
        return (one > other) - (one < other)

    def compare_input(self, text: bytes, number: float) -> int:
        """Return how a text from outside and a number compare."""
        try:
            x = float(text)
        except ValueError:
            return self.compare(Input(text), number)
        if x - x == 0.0 and number.__class__ is float and number == number and 95 not in text:
            return (x > number) - (x < number)
        return self.compare(Input(text), number)

    @staticmethod
    def _numeric(value: Any) -> float | None:
        kind = value.__class__
        if kind is float or kind is Unset:
            return value  # type: ignore[no-any-return]
        if kind is Input and looks_numeric(value):
            return number_of(value)
        return None


def power(base: float, exponent: float) -> float:
    """Return base^exponent as C's pow does."""
    try:
        result = base**exponent
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ZeroDivisionError:
        return math.inf
    return result if result.__class__ is float else math.nan


def modulo(a: float, b: float) -> float:
    """Return a % b with the sign of a."""
    if b == 0.0:
        raise Fatal("division by zero attempted in `%'")
    if a - a != 0.0:
        return math.nan
    return math.fmod(a, b)


def integer(value: float) -> float:
    """Return a number without its fraction."""
    return float(math.trunc(value)) if value - value == 0.0 else value


def exponential(value: float) -> float:
    """Return e^value."""
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def logarithm(value: float) -> float:
    """Return the natural logarithm: -inf of 0, nan below."""
    if value > 0:
        return math.log(value)
    return -math.inf if value == 0 else math.nan


def root(value: float) -> float:
    """Return the square root, nan of what is negative."""
    return math.sqrt(value) if value >= 0 else math.nan


def sine(value: float) -> float:
    """Return the sine."""
    return math.sin(value) if value - value == 0.0 else math.nan


def cosine(value: float) -> float:
    """Return the cosine."""
    return math.cos(value) if value - value == 0.0 else math.nan


def place(number: float) -> int:
    """Return a field's number. Raises Fatal if it's none."""
    if number - number != 0.0:
        raise Fatal("attempt to access field -1")
    return int(number)


def put(array: Array, key: bytes, value: Any) -> Any:
    """Assign an element and return the value."""
    array[key] = value
    return value


def step_after(array: Array, key: bytes, delta: float) -> float:
    """Do array[key]++: return the number before."""
    before = num(array[key])
    array[key] = before + delta
    return before
