"""How arithmetic reads and writes variables: plain ones, elements of arrays, and values that are expressions themselves.

A variable that holds a canonical number is kept as a Python `int` in `sh.vars`; that is the case the closures handle
in line. Everything else comes here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.arithmetic.errors import ArithmeticError_
from kos_shell.errors import BadSubscript, Unbound
from kos_shell.values import ASSOC, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell

MAX_RECURSION = 1024
"""How many variables may refer to each other, as in bash."""
_FRESH_STACK_EVERY = 24


def number_of(sh: Shell, name: str, value: object) -> int:
    """Return the number a variable stands for. value: what `sh.vars.get(name)` gave, not an int.

    Unset is 0 (an error under `set -u`), a text is evaluated as an expression in its turn.
    """
    if type(value) is str:
        text = value
    else:
        found = sh.get(name)
        if found is None:
            if sh.nounset and not sh.has_value(name):
                raise Unbound(name)
            return 0
        text = found
    return number_of_text(sh, text)


def number_of_text(sh: Shell, text: str) -> int:
    """Return the number that a variable's text stands for: a plain number, or an expression."""
    if text.isdecimal() and text.isascii() and len(text) < 19 and (text[0] != "0" or len(text) == 1):
        return int(text)
    depth = sh.arithmetic_depth
    if depth >= MAX_RECURSION:
        raise ArithmeticError_(text, "expression recursion level exceeded", text)
    run = sh.caches.arithmetic(text)
    sh.arithmetic_depth = depth + 1
    try:
        if depth % _FRESH_STACK_EVERY == _FRESH_STACK_EVERY - 1:
            number: int = sh.k.on_fresh_stack(run, sh)
            return number
        return run(sh)
    finally:
        sh.arithmetic_depth = depth


def is_assoc(sh: Shell, name: str) -> bool:
    """Tell whether the variable takes strings as subscripts."""
    value = sh.vars.get(name)
    if type(value) is str or type(value) is int or value is None:
        return False
    return bool(sh.resolve(name).flags & ASSOC) if isinstance(value, Variable) else False


def element_number(sh: Shell, name: str, key: int | str) -> int:
    """Return the number that element `key` stands for: 0 if it is unset, an error under `set -u` if the whole variable is."""
    text = sh.get_element(name, key)
    if text is None:
        if sh.nounset and not sh.has_value(name):
            raise Unbound(name)
        return 0
    return number_of_text(sh, text)


def set_number(sh: Shell, name: str, subscript: str, key: int | str, text: str) -> None:
    """Assign element `key`. A negative one before the first is complained of, and the expression goes on."""
    try:
        sh.set_element(name, key, text)
    except BadSubscript:
        sh.report(f"{name}[{subscript}]: bad array subscript")
