"""JSON values as Python's: None, bool, int, float, str, list, dict. None of them is ever changed once it's made.

    type_of(v), compare(a, b), same(a, b), sort_key(v)
    index(v, key), slice_of(v, start, end), has(v, key)
    get_path, set_path, delete_paths

Integers up to 2**53 are ints, so that they print as such; what arithmetic makes beyond that becomes a float, as in jq. An
integer that was read stays as it is. Objects keep the order in which their keys came.
"""

from __future__ import annotations

from typing import Any

LARGEST = 1 << 53
_ORDER = {type(None): 0, bool: 1, int: 3, float: 3, str: 4, list: 5, dict: 6}
_NAMES = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


class JqError(Exception):
    """An error of a program: `value` is what `catch` gets."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


def type_of(value: Any) -> str:
    """Return null, boolean, number, string, array or object."""
    return _NAMES[type(value)]


def is_number(value: Any) -> bool:
    """Tell whether a value is a number (true and false aren't)."""
    return type(value) is int or type(value) is float


def normal(number: float) -> Any:
    """Return a number that arithmetic made, in the form that it's kept in."""
    if type(number) is int:
        return number if -LARGEST <= number <= LARGEST else float(number) if abs(number) < 1 << 1023 else number * 1e999
    if number == (whole := int(number) if -LARGEST <= number <= LARGEST else None) and (whole or str(number)[0] != "-"):
        return whole
    return number


def shown(value: Any) -> str:
    """Return the beginning of a value's text, for messages."""
    from .text import dumps_short

    text = dumps_short(value)
    raw = text.encode("utf-8", "replace")
    return text if len(raw) <= 14 - 3 or len(raw) < 15 else raw[:11].decode("utf-8", "ignore") + "..."


def order_of(value: Any) -> int:
    """Return a type's place in the order of all values."""
    return 2 if value is True else _ORDER[type(value)]


def same(one: Any, two: Any) -> bool:
    """Tell whether two values are equal. Raises RecursionError for very deep ones."""
    kind = type(one)
    if kind is not type(two):
        return {kind, type(two)} == {int, float} and one == two
    if kind is list:
        return len(one) == len(two) and all(same(a, b) for a, b in zip(one, two, strict=True))
    if kind is dict:
        return len(one) == len(two) and all(key in two and same(item, two[key]) for key, item in one.items())
    return bool(one == two)


def sort_key(value: Any) -> Any:
    """Return what Python sorts as jq does: null, false, true, numbers, strings, arrays, objects."""
    kind = type(value)
    if kind is list:
        return (5, [sort_key(item) for item in value])
    if kind is dict:
        keys = sorted(value)
        return (6, keys, [sort_key(value[key]) for key in keys])
    if kind is float and value != value:
        return (3, float("-inf"), 0)  # nan is less than any number
    if kind is str:
        return (4, value)
    if value is None or kind is bool:
        return (order_of(value),)
    return (3, value, 1)


def compare(one: Any, two: Any) -> int:
    """Return -1, 0 or 1. nan is less than any number, itself included."""
    first, second = order_of(one), order_of(two)
    if first != second:
        return -1 if first < second else 1
    if first == 3:
        return -1 if one != one or one < two else 0 if one == two else 1
    if first == 4:
        return -1 if one < two else 0 if one == two else 1
    if first < 3:
        return 0
    left, right = sort_key(one), sort_key(two)
    return -1 if left < right else 0 if left == right else 1


# ---------------------------------------------------------------- parts of values
def index(value: Any, key: Any) -> Any:
    """Return value[key] as jq has it: null where there's nothing."""
    kind, of = type(value), type(key)
    if kind is dict and of is str:
        return value.get(key)
    if kind is list and (of is int or of is float):
        if key != key:
            return None
        place = int(key // 1) if -LARGEST < key < LARGEST else LARGEST
        if place < 0:
            place += len(value)
        return value[place] if 0 <= place < len(value) else None
    if value is None and (of is str or of is int or of is float or key is None):
        return None
    if of is dict and (value is None or kind is list or kind is str):
        return slice_of(value, key.get("start"), key.get("end"))
    if kind is list and of is list:
        return positions(value, key)
    if of is str:
        raise JqError(f'Cannot index {type_of(value)} with string "{key}"')
    raise JqError(f"Cannot index {type_of(value)} with {type_of(key)}")


def positions(value: list[Any], part: list[Any]) -> Any:
    """Return where an array begins in another."""
    if not part:
        return None
    size = len(part)
    return [at for at in range(len(value) - size + 1) if same(value[at], part[0]) and same(value[at : at + size], part)]


def _bounds(length: int, start: Any, end: Any, what: str) -> tuple[int, int]:
    if not (start is None or is_number(start)) or not (end is None or is_number(end)):
        raise JqError(f"Start and end indices of an {what} slice must be numbers")
    first = 0.0 if start is None or start != start else start
    last = length if end is None or end != end else end
    if first < 0:
        first += length
    if last < 0:
        last += length
    first = min(max(first, 0), length)
    last = min(max(last, first), length)
    place = int(first)
    stop = int(last) if last == int(last) else int(last) + 1
    return place, min(stop, length)


def slice_of(value: Any, start: Any, end: Any) -> Any:
    """Return value[start:end]."""
    if value is None:
        return None
    if type(value) is list:
        first, last = _bounds(len(value), start, end, "array")
        return value[first:last]
    if type(value) is str:
        first, last = _bounds(len(value), start, end, "string")
        return value[first:last]
    raise JqError(f"Cannot index {type_of(value)} with object")


def has(value: Any, key: Any) -> bool:
    """Tell whether there is value[key]."""
    if type(value) is dict and type(key) is str:
        return key in value
    if type(value) is list and is_number(key):
        return bool(0 <= key < len(value))
    raise JqError(f"Cannot check whether {type_of(value)} has a {type_of(key)} key")


def items(value: Any) -> list[Any]:
    """Return what .[] goes over."""
    if type(value) is list:
        return value
    if type(value) is dict:
        return list(value.values())
    raise JqError(f"Cannot iterate over {type_of(value)} ({shown(value)})")


# ---------------------------------------------------------------- paths
def get_path(value: Any, path: Any) -> Any:
    """Return what stands at a path; null beyond a null."""
    if type(path) is not list:
        raise JqError("Path must be specified as an array")
    for key in path:
        if value is None:
            return None
        value = index(value, key)
    return value


_MOST_PADDING = 1 << 29


def set_index(value: Any, key: Any, item: Any, spend: Any) -> Any:
    """Return a copy of value with value[key] = item. spend(n) is told how much was copied."""
    of = type(key)
    if of is str:
        if value is None:
            return {key: item}
        if type(value) is dict:
            spend(len(value))
            return {**value, key: item}
        raise JqError(f'Cannot index {type_of(value)} with string "{key}"')
    if of is int or of is float:
        if value is not None and type(value) is not list:
            raise JqError(f"Cannot index {type_of(value)} with number")
        if key != key:
            raise JqError("Cannot set array element at NaN index")
        copy = list(value or ())
        place = int(key // 1) if -LARGEST < key < LARGEST else LARGEST
        if place < 0:
            place += len(copy)
            if place < 0:
                raise JqError("Out of bounds negative array index")
        if place > _MOST_PADDING:
            raise JqError("Array index too large")
        spend(max(place, len(copy)))
        if place >= len(copy):
            copy += [None] * (place + 1 - len(copy))
        copy[place] = item
        return copy
    if of is dict and (value is None or type(value) is list):
        if item is not None and type(item) is not list:
            raise JqError("A slice of an array can only be assigned another array")
        old = value or []
        first, last = _bounds(len(old), key.get("start"), key.get("end"), "array")
        spend(len(old) + len(item or ()))
        return old[:first] + list(item or ()) + old[last:]
    if of is dict:
        raise JqError(f"Cannot update field at object index of {type_of(value)}")
    if of is list and type(value) is list:
        raise JqError("Cannot update field at array index of array")
    raise JqError(f"Cannot index {type_of(value)} with {type_of(key)}")


def set_path(value: Any, path: Any, item: Any, spend: Any) -> Any:
    """Return a copy of value with item at a path."""
    if type(path) is not list:
        raise JqError("Path must be specified as an array")
    above = []
    for key in path:
        above.append(value)
        value = index(value, key) if value is not None else None
    for key, parent in zip(reversed(path), reversed(above), strict=True):
        item = set_index(parent, key, item, spend)
    return item


def delete_paths(value: Any, paths: Any, spend: Any) -> Any:
    """Return a copy of value without what stands at the paths."""
    if type(paths) is not list:
        raise JqError("Paths must be specified as an array")
    for path in sorted(paths, key=sort_key, reverse=True):
        if type(path) is not list:
            raise JqError("Path must be specified as an array")
        value = _delete(value, path, spend)
    return value


def _delete(value: Any, path: list[Any], spend: Any) -> Any:
    if not path:
        return None
    above = []
    for key in path[:-1]:
        above.append(value)
        value = index(value, key)
        if value is None:
            return above[0]
    value = _without(value, path[-1], spend)
    for key, parent in zip(reversed(path[:-1]), reversed(above), strict=True):
        value = set_index(parent, key, value, spend)
    return value


def _without(value: Any, key: Any, spend: Any) -> Any:
    if value is None:
        return None
    kind, of = type(value), type(key)
    if kind is dict and of is str:
        spend(len(value))
        return {name: item for name, item in value.items() if name != key}
    if kind is list and is_number(key):
        place = int(key // 1) if -LARGEST < key < LARGEST else LARGEST
        place += len(value) if place < 0 else 0
        spend(len(value))
        return value[:place] + value[place + 1 :] if 0 <= place < len(value) else value
    if kind is list and of is dict:
        first, last = _bounds(len(value), key.get("start"), key.get("end"), "array")
        spend(len(value))
        return value[:first] + value[last:]
    if kind is dict:
        raise JqError(
            f"Cannot delete field at object index of {type_of(value)}"
            if of is dict
            else f"Cannot delete {type_of(key)} field of object"
        )
    if kind is list:
        raise JqError(
            "Cannot delete field at array index of array"
            if of is list
            else f"Cannot delete {type_of(key)} element of array"
            if of is not str
            else "Cannot delete field at object index of array"
        )
    raise JqError(f"Cannot delete fields from {type_of(value)}")
