"""64-bit two's complement numbers and how the shell writes them: 10, 0x1f, 017, 36#zz."""

from __future__ import annotations

from kos_shell.arithmetic.errors import ArithmeticError_

MAX = (1 << 63) - 1
MIN = -(1 << 63)
_MASK = (1 << 64) - 1
_DIGITS = {c: i for i, c in enumerate("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_")}


def wrap(value: int) -> int:
    """Return the 64-bit number that `value` becomes when the upper bits are lost."""
    value &= _MASK
    return value - (1 << 64) if value > MAX else value


def parse_integer(text: str, expression: str) -> int:
    """Return the number that a constant stands for; too many digits wrap around.

    Raises ArithmeticError_: a digit too great for the base, a base outside 2-64, nothing behind `#` or a second `#`.
    """
    if text.isdecimal() and text.isascii() and (text[0] != "0" or text == "0"):
        value = int(text) if len(text) < 1000 else int(text[-1000:])  # 10**1000 is 0 modulo 2**64
        return value if value <= MAX else wrap(value)
    base = 10
    digits = text
    head, hash_sign, tail = text.partition("#")
    if hash_sign:
        if head[0] == "0":
            raise ArithmeticError_(expression, "invalid number", text)
        base = parse_integer(head, expression)
        if not 2 <= base <= 64:
            raise ArithmeticError_(expression, "invalid arithmetic base", text)
        if not tail:
            raise ArithmeticError_(expression, "invalid integer constant", text)
        if "#" in tail:
            raise ArithmeticError_(expression, "invalid number", text)
        digits = tail
    elif text[0] == "0" and len(text) > 1:
        base, digits = (16, text[2:]) if text[1] in "xX" else (8, text[1:])
    if base <= 36:
        digits = digits.lower()
    value = 0
    for c in digits[-4096:]:
        digit = _DIGITS.get(c, 99)
        if digit >= base:
            raise ArithmeticError_(expression, "value too great for base", text)
        value = (value * base + digit) & _MASK
    return wrap(value)
