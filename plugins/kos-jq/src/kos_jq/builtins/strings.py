"""The functions of strings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..language.strict import BadJson, Incomplete, read_value
from ..language.values import JqError, is_number, shown, type_of

_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_NUMBER = re.compile(r"\s*(-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|nan|NaN)\s*")
_SPACE = " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


def _string(x: Any, what: str) -> str:
    if type(x) is not str:
        raise JqError(what)
    return x


def install(functions: dict[tuple[str, int], Callable[..., Any]], natives: Any) -> None:
    """Put the functions in the table."""
    vm = natives.vm

    def to_string(x: Any) -> str:
        return x if type(x) is str else natives.to_json(x)

    def split(x: Any, by: Any) -> Any:
        if type(x) is not str or type(by) is not str:
            raise JqError("split input and separator must be strings")
        vm.work(len(x) // 8)
        found = [] if not x else list(x) if not by else x.split(by)
        vm.spend(len(found))
        return found

    def join(x: Any, by: Any) -> Any:
        if type(x) is not list and type(x) is not dict:
            raise JqError(f"Cannot iterate over {type_of(x)} ({shown(x)})")
        parts = []
        for item in x.values() if isinstance(x, dict) else x:
            kind = type(item)
            if item is None:
                parts.append("")
            elif kind is str:
                parts.append(item)
            elif kind is bool or is_number(item):
                parts.append(to_string(item))
            else:
                before = (by if type(by) is str else "").join([*parts, ""]) if parts else ""
                raise JqError(f"string ({shown(before)}) and {type_of(item)} ({shown(item)}) cannot be added")
        if not parts:
            return ""
        if type(by) is not str:
            if len(parts) == 1 and by is None:
                return parts[0]
            raise JqError(f"{type_of(by)} ({shown(by)}) and string ({shown(parts[0])}) cannot be added")
        vm.work(sum([len(part) for part in parts]) // 8 + len(parts) * (1 + len(by) // 8))
        return by.join(parts)

    def implode(x: Any) -> str:
        if type(x) is not list:
            raise JqError(f"{type_of(x)} ({shown(x)}) implode input must be an array")
        vm.work(len(x))
        chars = []
        for code in x:
            if not is_number(code) or code != code:
                raise JqError("Unicode codepoint must be numeric")
            number = int(code) if abs(code) < 1 << 40 else -1
            chars.append(chr(number) if 0 <= number < 0xD800 or 0xE000 <= number < 0x110000 else "\ufffd")
        return "".join(chars)

    def explode(x: Any) -> Any:
        text = _string(x, f"{type_of(x)} ({shown(x)}) cannot be exploded")
        vm.work(len(text))
        return [ord(char) for char in text]

    def from_json(x: Any) -> Any:
        text = _string(x, f"{type_of(x)} ({shown(x)}) only strings can be parsed")
        vm.work(len(text))
        if not text.strip(" \t\r\n"):
            return None
        try:
            value, end = read_value(text, 0, True)
            rest = text[end:].strip(" \t\r\n")
            if rest:
                raise JqError(f"Unexpected extra JSON values (while parsing '{text}')")
        except Incomplete:
            raise JqError(f"Unfinished JSON term (while parsing '{text}')")
        except BadJson as bad:
            raise JqError(f"{bad} (while parsing '{text}')")
        return value

    def to_number(x: Any) -> Any:
        if is_number(x):
            return x
        if type(x) is not str:
            raise JqError(f"{type_of(x)} ({shown(x)}) cannot be parsed as a number")
        found = _NUMBER.fullmatch(x)
        if found is None:
            raise JqError(f"Invalid numeric literal at EOF at line 1, column {len(x)} (while parsing '{x}')")
        return read_value(found[1], 0, True)[0]

    def trimmed(start: bool, end: bool) -> Callable[[Any], Any]:
        def trim(x: Any) -> Any:
            text = _string(x, f"{type_of(x)} ({shown(x)}) cannot be trimmed")
            return (
                (text.lstrip(_SPACE) if start else text)
                if not end
                else (text.rstrip(_SPACE) if not start else text.strip(_SPACE))
            )

        return trim

    def starts(x: Any, part: Any) -> bool:
        if type(x) is not str or type(part) is not str:
            raise JqError("startswith() requires string inputs")
        return x.startswith(part)

    def ends(x: Any, part: Any) -> bool:
        if type(x) is not str or type(part) is not str:
            raise JqError("endswith() requires string inputs")
        return x.endswith(part)

    def case(table: dict[int, int], name: str) -> Callable[[Any], Any]:
        return lambda x: _string(x, f"{name} input must be a string").translate(table)

    def cut(left: bool, right: bool) -> Callable[[Any, Any], Any]:
        def trim(x: Any, part: Any) -> Any:
            if type(x) is not str or type(part) is not str:
                return x
            if left:
                x = x.removeprefix(part)
            return x.removesuffix(part) if right and part else x

        return trim

    functions.update(
        {
            ("tostring", 0): to_string,
            ("tonumber", 0): to_number,
            ("fromjson", 0): from_json,
            ("split", 1): split,
            ("join", 1): join,
            ("implode", 0): implode,
            ("explode", 0): explode,
            ("ascii_downcase", 0): case(_LOWER, "ascii_downcase"),
            ("ascii_upcase", 0): case(_UPPER, "ascii_upcase"),
            ("startswith", 1): starts,
            ("endswith", 1): ends,
            ("ltrimstr", 1): cut(True, False),
            ("rtrimstr", 1): cut(False, True),
            ("trimstr", 1): cut(True, True),
            ("trim", 0): trimmed(True, True),
            ("ltrim", 0): trimmed(True, False),
            ("rtrim", 0): trimmed(False, True),
        }
    )
