"""${x@op}, and how `declare -p` prints a variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.expansion.lettercase import lower, upper
from kos_shell.expansion.quoting import declare_quote, has_control, shell_quote, trace_quote
from kos_shell.values import (
    ANY_ARRAY,
    ARRAY,
    ASSOC,
    CAPITAL,
    EXPORT,
    INTEGER,
    LOWER,
    NAMEREF,
    READONLY,
    TRACE,
    UPPER,
    AssocArray,
    Dynamic,
    IndexedArray,
    Variable,
)

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_LETTERS = (
    (ARRAY, "a"), (ASSOC, "A"), (INTEGER, "i"), (NAMEREF, "n"), (READONLY, "r"), (TRACE, "t"), (EXPORT, "x"),
    (CAPITAL, "c"), (LOWER, "l"), (UPPER, "u"),
)  # fmt: skip


def attribute_letters(flags: int) -> str:
    """Return the letters of a variable's attributes, in bash's order."""
    return "".join([letter for bit, letter in _LETTERS if flags & bit])


def transform(sh: Shell, op: str, value: str) -> str:
    """Return ${x@op} for one value; op is one of Q E P K k L U u."""
    if op in "QKk":
        return shell_quote(value)
    if op == "U":
        return upper(value)
    if op == "u":
        return upper(value[:1]) + value[1:]
    if op == "L":
        return lower(value)
    if op == "E":
        from kos_shell.syntax.ansi import decode_ansi

        return decode_ansi(value)
    from kos_shell.prompt import expand_prompt

    return expand_prompt(sh, value)


def _array_key(key: str) -> str:
    shown = trace_quote(key)
    return declare_quote(key) if shown != key or not key else key


def elements_text(array: IndexedArray | AssocArray) -> str:
    """Return ([0]="a" [1]="b"), as `declare -p` prints it."""
    if isinstance(array, IndexedArray):
        return "(" + " ".join([f"[{index}]={declare_quote(value)}" for index, value in array.sort().items()]) + ")"
    pairs = "".join(
        [
            f"[{_array_key(key)}]={declare_quote(value)} "
            for key, value in zip(array.keys(), array.values(), strict=True)
        ]
    )
    return f"({pairs})"


def declare_line(sh: Shell, name: str) -> str | None:
    """Return what `declare -p name` prints (no newline), or None if there's no such variable."""
    entry = sh.vars.get(name)
    if entry is None:
        return None
    variable = entry if isinstance(entry, Variable) else Variable(entry, 0)
    flags = attribute_letters(variable.flags) or "-"
    head = f"declare -{flags} {name}"
    if isinstance(variable, Dynamic):
        found = variable.read(sh)
        if found is None:
            return head
        if isinstance(found, list):
            return f"{head}={elements_text(IndexedArray(None, found))}"
        return f"{head}={declare_quote(found)}"
    value = variable.value
    if value is None:
        return head
    if isinstance(value, IndexedArray | AssocArray):
        return f"{head}={elements_text(value)}"
    return f"{head}={declare_quote(str(value))}"


def declaration(sh: Shell, name: str, whole: bool, value: str | None = None) -> str:
    """Return ${x@A}: an assignment or declare command that makes the variable again. value: of the element asked for."""
    name = sh.target_name(name)
    entry = sh.vars.get(name)
    if entry is None:
        return ""
    variable = entry if isinstance(entry, Variable) else Variable(entry, 0)
    letters = attribute_letters(variable.flags)
    if variable.flags & ANY_ARRAY and whole and isinstance(variable.value, IndexedArray | AssocArray):
        return f"declare -{letters} {name}={elements_text(variable.value)}"
    text = sh.get(name) if value is None else value
    if not letters:
        return "" if text is None else f"{name}={shell_quote(text)}"
    if text is None:
        return f"declare -{letters} {name}"
    return f"declare -{letters} {name}={shell_quote(text)}"


def key_values(sh: Shell, name: str, values: list[str], apart: bool) -> list[str]:
    """Return ${a[@]@K}: keys and quoted values as one word; @k (`apart`): each a word of its own, unquoted."""
    keys = [str(i + 1) for i in range(len(values))] if name in ("@", "*") else sh.keys(name)
    if apart:
        return [word for pair in zip(keys, values, strict=False) for word in pair]
    pairs = [f"{_array_key(key)} {declare_quote(value)}" for key, value in zip(keys, values, strict=False)]
    if not pairs:
        return []
    return [" ".join(pairs) + (" " if name not in ("@", "*") and sh.resolve(name).flags & ASSOC else "")]


__all__ = [
    "attribute_letters",
    "declaration",
    "declare_line",
    "elements_text",
    "has_control",
    "key_values",
    "transform",
]
