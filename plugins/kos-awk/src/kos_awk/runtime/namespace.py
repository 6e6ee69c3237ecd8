"""The names that generated source uses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import Exit, Fatal, Next, NextFile
from . import values
from .machine import SPECIALS, Runtime
from .splitting import words
from .values import UNSET, Array, Input, Typed, array_as_scalar, looks_numeric, new_array

if TYPE_CHECKING:
    from kos_kernel.api import Regex


def namespace(
    rt: Runtime, patterns: dict[bytes, str], replacers: dict[tuple[bytes, bytes], str], wanted: tuple[bytes, ...] | None
) -> dict[str, Any]:
    """Return all of them. patterns, replacers: the constant ones, by their numbers. wanted: see compiler/record.py."""

    def global_array() -> Array:
        array = new_array()
        rt.arrays.append(array)
        return array

    def array_argument(value: Any, function: str, param: str) -> Array:
        if value is not UNSET:
            raise Fatal(f"attempt to use scalar parameter `{param}' of function `{function}' as an array")
        return rt.local_array()

    def part(parts: list[bytes], number: float) -> bytes:
        """Return the part that split put at a place, "" if it's none."""
        if 1.0 <= number <= len(parts):
            at = int(number)
            if at == number:
                return parts[at - 1]
        return part_named(parts, rt.text(number))

    def bounded(value: Any) -> Any:
        if len(value) > 65536:
            rt.big(value)
        return value

    names: dict[str, Any] = {
        "__builtins__": {
            "len": len, "float": float, "int": int, "iter": iter, "bool": bool, "locals": locals, "True": True, "False": False,
        },
        "rt": rt, "R": rt.record, "emit": rt.emit, "out": rt.put, "tick": rt.tick, "big": rt.big, "bounded": bounded,
        "text": rt.text, "shown": rt.shown, "num": values.num, "number_of": values.number_of, "truth": values.truth,
        "truth_of_input": values.truth_of_input, "compare": rt.compare, "compare_input": rt.compare_input,
        "power": values.power, "modulo": values.modulo, "integer": values.integer, "exponential": values.exponential,
        "logarithm": values.logarithm, "root": values.root, "sine": values.sine, "cosine": values.cosine,
        "atan2": math.atan2, "place": values.place, "put": values.put, "step_after": values.step_after, "UNSET": UNSET,
        "Typed": Typed, "Array": Array, "INF": math.inf, "ONCE": (None,), "SPECIALS": SPECIALS, "Exit": Exit, "Next": Next,
        "Failure": Exception, "NO_INT": values.NO_INT, "lifted": values.lifted,
        "NextFile": NextFile, "inner": rt.inner, "regex": rt.regex, "matches": rt.matches, "fresh": rt.fresh, "keys": rt.keys,
        "next_record": rt.next_record, "batch": rt.batch, "global_array": global_array, "array_argument": array_argument,
        "substr": rt.part, "words": words, "part": part,
        "part_named": part_named, "Input": Input, "field_at": field_at, "field_or_whole": field_or_whole,
        "bytes": bytes, "scalar_wanted": scalar_wanted,
        "exit_status": exit_status, "is_text": is_text, "is_number": is_number,
    }  # fmt: skip
    for source, number in patterns.items():
        regex = rt.patterns.compiled(source)
        names[f"r{number}"] = regex
        names[f"m{number}"] = matcher(regex)
    for (source, new), number in replacers.items():
        names[f"s{number}"] = rt.replacer(rt.patterns.compiled(source), new)
    if wanted is not None:
        names["wanted"] = rt.patterns.for_lines(wanted)
    return names


def matcher(regex: Regex) -> Callable[[bytes], object]:
    """Return a function that gives None where the pattern isn't found: the engine's own if it can be asked directly."""
    search = regex.search
    if getattr(search, "__self__", None) is not regex:
        return search
    locate = regex.locate
    return lambda text: None if locate(text) < 0 else True


def field_at(record: bytes, fields: list[bytes], number: int) -> bytes:
    """Return $number, from a number that was worked out."""
    if number > 0:
        return fields[number - 1] if number <= len(fields) else b""
    if number == 0:
        return record
    raise Fatal(f"attempt to access field {number}")


def field_or_whole(record: bytes | None, fields: list[bytes], number: int, ofs: bytes) -> bytes:
    """Do field_at where the record's text may have to be made of its fields."""
    if number == 0 and record is None:
        return ofs.join(fields)
    return field_at(record or b"", fields, number)


def part_named(parts: list[bytes], key: bytes) -> bytes:
    """Return the part that split put under a subscript, "" if it's none."""
    if key.isdigit() and key[:1] != b"0" and len(key) < 16 and int(key) <= len(parts):
        return parts[int(key) - 1]
    return b""


def scalar_wanted(*_: object) -> NoReturn:
    """Complain of an array that stands where a plain value is wanted."""
    raise array_as_scalar()


def exit_status(number: float) -> int:
    """Return what `exit` makes of a number."""
    return int(number) & 255 if number - number == 0.0 else 0


def is_text(value: Any, label: bytes) -> bool:
    """Tell whether a case with a text is meant: only texts are."""
    return isinstance(value, bytes) and value == label


def is_number(value: Any, label: float) -> bool:
    """Tell whether a case with a number is meant: numbers and what looks like one are."""
    if value.__class__ is float:
        return bool(value == label)
    return value.__class__ is Input and looks_numeric(value) and values.number_of(value) == label
