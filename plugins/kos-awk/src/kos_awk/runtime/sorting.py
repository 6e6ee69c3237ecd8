"""The order of arrays: PROCINFO["sorted_in"], asort, asorti.

keys(array, how, rt)     the subscripts in order: as they were made unless `how` says otherwise
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import Fatal
from .values import Array, Input, looks_numeric, num, number_of

if TYPE_CHECKING:
    from .machine import Runtime

_ORDERS = frozenset(
    f"@{what}_{how}_{way}"
    for what, how in (("ind", "str"), ("ind", "num"), ("val", "str"), ("val", "num"), ("val", "type"))
    for way in ("asc", "desc")
)


def _rank(value: Any) -> tuple[int, Any]:
    """Return what `type` orders sort by: numbers, then texts, then arrays."""
    if value.__class__ is Array:
        return 2, 0
    if isinstance(value, float):
        return 0, value
    if value.__class__ is Input and looks_numeric(value):
        return 0, number_of(value)
    return 1, bytes(value)


def _number(value: Any) -> tuple[int, float]:
    return (1, 0.0) if value.__class__ is Array else (0, num(value))


def keys(array: Array, how: bytes, rt: Runtime) -> list[bytes]:
    """Return the subscripts in the order that `how` names. Raises Fatal if there's no such order or function."""
    found = [key if key.__class__ is bytes else bytes(key) for key in array]
    if how in (b"", b"@unsorted"):
        return found
    name = how.decode("latin-1")
    if name in _ORDERS:
        _, kind, way = name[1:].split("_")
        down = way == "desc"
        if name.startswith("@ind"):
            if kind == "str":
                found.sort(reverse=down)
            else:
                found.sort(key=lambda key: (number_of(key), key), reverse=down)
        else:
            ranks: dict[bytes, Any] = {}
            for key in found:
                value = array[key]
                if kind == "num":
                    ranks[key] = (_number(value), b"" if value.__class__ is Array else rt.text(value))
                elif kind == "str":
                    ranks[key] = (1, b"") if value.__class__ is Array else (0, rt.text(value))
                else:
                    ranks[key] = _rank(value)
            found.sort(reverse=down)
            found.sort(key=ranks.__getitem__, reverse=down)
        return found
    function = rt.functions.get(how)
    if function is None:
        raise Fatal(b"sort comparison function `%s' is not defined" % how)
    return merge_sorted(found, lambda one, other: num(rt.call(function, one, array[one], other, array[other])))


def merge_sorted(items: list[bytes], compare: Callable[[bytes, bytes], float]) -> list[bytes]:
    """Return the items sorted by a function of the program. Python's own sort mustn't be left in its middle."""
    width = 1
    while width < len(items):
        merged: list[bytes] = []
        for start in range(0, len(items), 2 * width):
            left, right = items[start : start + width], items[start + width : start + 2 * width]
            i = j = 0
            while i < len(left) and j < len(right):
                if compare(left[i], right[j]) <= 0:
                    merged.append(left[i])
                    i += 1
                else:
                    merged.append(right[j])
                    j += 1
            merged += left[i:]
            merged += right[j:]
        items = merged
        width *= 2
    return items


def sort_into(rt: Runtime, source: Array, target: Array | None, how: bytes, by_value: bool) -> float:
    """Do asort (by_value) or asorti: put values or subscripts into 1, 2, ... of target; return how many."""
    if not how:
        how = b"@val_type_asc" if by_value else b"@ind_str_asc"
    ordered = keys(source, how, rt)
    values: list[Any] = [source[key] for key in ordered] if by_value else list(ordered)
    into = source if target is None else target
    into.clear()
    into.update((b"%d" % (index + 1), value) for index, value in enumerate(values))
    return float(len(values))
