"""What generated functions call: conversions, array elements, and leaving."""

from __future__ import annotations

from typing import Any

from kos_shell.values import IndexedArray

HIGH = 1 << 63
Undo = list[tuple[IndexedArray, int, "str | None", int, bool]]


class Deopt(Exception):
    """This round is for the closures: undo it and leave."""


def number(value: Any) -> int:
    """Return what a plain variable is as an operand: nothing and the empty text are 0. Deopt if it takes more to tell."""
    if type(value) is int:
        return value
    if not value:
        return 0
    try:
        found = int(value)
    except ValueError:
        raise Deopt from None
    if str(found) != value or not -HIGH <= found < HIGH:
        raise Deopt  # 08, 1_0, blanks: arithmetic has rules of its own for these
    return found


def operand(value: Any) -> int:
    """Return what `$x` is within an expression: its text stands there, so only digits will do."""
    if type(value) is int:
        return value
    if value and value.isdecimal():
        return number(value)
    raise Deopt


def natural(value: Any) -> int:
    """Return an operand that isn't negative."""
    found = operand(value)
    if found < 0:
        raise Deopt
    return found


def ascii_text(value: Any) -> str:
    """Return a value's text, if a width in bytes and one in characters are the same for it."""
    if type(value) is not str:
        return str(value)
    if not value.isascii():
        raise Deopt
    return value


def tested(value: Any) -> int:
    """Return an operand of -lt and its like; the empty text is none."""
    if type(value) is int:
        return value
    if not value:
        raise Deopt
    return number(value)


def text(value: Any) -> str:
    """Return a plain variable's text."""
    return value if type(value) is str else "" if value is None else str(value)


def divided(a: int, b: int) -> int:
    """Return a / b as C has it."""
    if not b or (b == -1 and a == -HIGH):
        raise Deopt
    return a // b if (a >= 0) == (b > 0) else -(-a // b)


def remainder(a: int, b: int) -> int:
    """Return a % b as C has it: with the sign of a."""
    if not b:
        raise Deopt
    return abs(a) % abs(b) if a >= 0 else -(abs(a) % abs(b))


def power(a: int, b: int) -> int:
    """Return a ** b within 64 bits."""
    if b < 0:
        raise Deopt
    return wrapped(pow(a, b, 1 << 64))


def wrapped(value: int) -> int:
    """Return what 64 bits hold of a number."""
    return (value + HIGH & (1 << 64) - 1) - HIGH


def element(array: IndexedArray, index: int) -> str | None:
    """Return an element, None if there is none. Negative subscripts count from behind."""
    if index < 0:
        index += array.top + 1
        if index < 0:
            raise Deopt
    return array.items.get(index)


def store(undo: Undo, array: IndexedArray, index: int, value: str) -> None:
    """Set an element, and note what was there."""
    if index < 0:
        index += array.top + 1
        if index < 0:
            raise Deopt
    undo.append((array, index, array.items.get(index), array.top, array.ordered))
    array.set(index, value)


def take_back(undo: Undo) -> None:
    """Undo what `store` did, the last first."""
    while undo:
        array, index, value, top, ordered = undo.pop()
        array.top, array.ordered = top, ordered
        if value is None:
            del array.items[index]
        else:
            array.items[index] = value


def sliced(value: str, offset: int, length: int | None) -> str:
    """Return ${value:offset:length}."""
    size = len(value)
    if offset < 0:
        offset += size
    if not 0 <= offset <= size:
        return ""
    if length is None:
        return value[offset:]
    if length < 0:
        raise Deopt
    return value[offset : offset + length]


NAMES: dict[str, Any] = {
    "Deopt": Deopt, "number": number, "operand": operand, "natural": natural, "ascii_text": ascii_text, "tested": tested,
    "text": text, "divided": divided,
    "remainder": remainder, "power": power, "wrapped": wrapped, "element": element, "store": store,
    "take_back": take_back, "sliced": sliced, "HIGH": HIGH,
}  # fmt: skip
"""The globals of every generated function."""
