"""Values as JSON text: numbers as jq prints them, pretty or compact, sorted, coloured. Deep values don't recurse.

number_text(n), quoted(s)
dumps(v), dumps_short(v)             compact
Layout(indent=2, ...).chunks(v)      pieces of text, for big values
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from json.encoder import encode_basestring as _encode  # the C one, if there is
from typing import Any

MOST_DEPTH = 10_000
_ODD = re.compile("[\x7f\ud800-\udfff]")
_NON_ASCII = re.compile("[^\x00-\x7e]")


def number_text(number: Any) -> str:
    """Return a number's text: 1, 1.5, 1e+17, null for nan, the largest number for infinity."""
    if type(number) is int:
        return (
            str(number)
            if -(1 << 14000) < number < 1 << 14000
            else number_text(float("inf") if number > 0 else float("-inf"))
        )
    if number != number:
        return "null"
    if number in (float("inf"), float("-inf")):
        return "1.7976931348623157e+308" if number > 0 else "-1.7976931348623157e+308"
    text = repr(number)
    sign = "-" if text[0] == "-" else ""
    mantissa, _, exponent = text.lstrip("-").partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or "0") - (len(whole + part) - len(digits))  # where the decimal point stands
    digits = digits.rstrip("0")
    if not digits:
        return sign + "0"
    if point <= -4 or point > len(digits) + 15:
        rest = "." + digits[1:] if len(digits) > 1 else ""
        power = point - 1
        return f"{sign}{digits[0]}{rest}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return sign + digits + "0" * (point - len(digits))
    return f"{sign}{digits[:point]}.{digits[point:]}"


def quoted(text: str, ascii_only: bool = False) -> str:
    """Return a string's text, with its quotes."""
    shown: str = _encode(text)
    if ascii_only:
        return _NON_ASCII.sub(lambda found: _escape(found[0]), shown) if _NON_ASCII.search(shown) else shown
    if _ODD.search(shown):
        return _ODD.sub(lambda found: "\\u007f" if found[0] == "\x7f" else "\ufffd", shown)
    return shown


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def dumps(value: Any) -> str:
    """Return a value's compact text."""
    kind = type(value)
    if kind is str:
        return quoted(value)
    if kind is int or kind is float:
        return number_text(value)
    return "".join(Layout(None).chunks(value))


def dumps_short(value: Any) -> str:
    """Return a value's compact text, or enough of it for a message."""
    parts: list[str] = []
    size = 0
    for part in Layout(None).chunks(value):
        parts.append(part)
        size += len(part)
        if size > 64:
            break
    return "".join(parts)


# null, false, true, numbers, strings, arrays, objects, keys of objects
COLORS = ("1;30", "0;39", "0;39", "0;39", "0;32", "1;39", "1;39", "34;1")


class Layout:
    """How values are written: indent is None for compact text, else what each level adds."""

    def __init__(
        self,
        indent: str | None,
        *,
        sort_keys: bool = False,
        ascii_only: bool = False,
        colors: tuple[str, ...] | None = None,
    ) -> None:
        self.indent = indent
        self.sort_keys = sort_keys
        self.ascii_only = ascii_only
        self.colors = colors

    def atom(self, value: Any) -> str:
        """Return the text of a value that is neither an array nor an object."""
        kind = type(value)
        if kind is str:
            return quoted(value, self.ascii_only)
        if value is None:
            return "null"
        if kind is bool:
            return "true" if value else "false"
        return number_text(value)

    def chunks(self, value: Any) -> Iterator[str]:
        """Return the pieces of a value's text."""
        if self.colors is not None:
            yield from self._colored(value)
            return
        if type(value) is not list and type(value) is not dict:
            yield self.atom(value)
            return
        indent, atom = self.indent, self.atom
        colon = ":" if indent is None else ": "
        stack: list[tuple[Iterator[Any], bool, str]] = []
        current: Any = value
        out: list[str] = []
        while True:
            # current is a value to be written
            kind = type(current)
            if (kind is list or kind is dict) and current:
                if len(stack) > MOST_DEPTH:
                    out.append("<skipped: too deep>")
                else:
                    is_object = kind is dict
                    out.append("{" if is_object else "[")
                    source = (
                        iter(sorted(current.items()) if self.sort_keys else current.items())
                        if is_object
                        else iter(current)
                    )
                    stack.append((source, is_object, "," if indent is None else ",\n" + indent * (len(stack) + 1)))
                    if indent is not None:
                        out.append("\n" + indent * len(stack))
                    current, closed = self._next(stack, out, colon, True)
                    if not closed:
                        continue
            elif kind is list or kind is dict:
                out.append("[]" if kind is list else "{}")
            else:
                out.append(atom(current))
            # a value is done: go on with its container
            while stack:
                current, closed = self._next(stack, out, colon, False)
                if not closed:
                    break
                _, is_object, _ = stack.pop()
                if indent is not None:
                    out.append("\n" + indent * len(stack))
                out.append("}" if is_object else "]")
            else:
                yield "".join(out)
                return
            if len(out) > 2000:
                yield "".join(out)
                out.clear()

    def _next(self, stack: list[Any], out: list[str], colon: str, first: bool) -> tuple[Any, bool]:
        source, is_object, comma = stack[-1]
        for item in source:
            if not first:
                out.append(comma)
            if is_object:
                out.append(quoted(item[0], self.ascii_only) + colon)
                return item[1], False
            return item, False
        return None, True

    # ------------------------------------------------------------ colours
    def _colored(self, value: Any) -> Iterator[str]:
        """As jq 1.6 colours: every piece of punctuation by itself."""
        colors = self.colors
        assert colors is not None

        def start(number: int) -> str:
            return f"\x1b[{colors[number]}m"

        end = "\x1b[0m"
        indent = self.indent
        stack: list[tuple[Iterator[Any], bool, bool]] = []
        current: Any = value
        while True:
            kind = type(current)
            if kind is list or kind is dict:
                is_object = kind is dict
                color = start(6 if is_object else 5)
                if not current or len(stack) > MOST_DEPTH:
                    text = ("{}" if is_object else "[]") if not current else "<skipped: too deep>"
                    yield f"{color}{text}{end if not current else ''}"
                else:
                    yield color + ("{" if is_object else "[")
                    items = current.items() if is_object else current
                    stack.append((iter(sorted(items) if self.sort_keys and is_object else items), is_object, True))
            else:
                number = 0 if current is None else (2 if current else 1) if kind is bool else 4 if kind is str else 3
                yield f"{start(number)}{self.atom(current)}{end}"
            while stack:
                source, is_object, first = stack[-1]
                color = start(6 if is_object else 5)
                item = next(source, stack)
                break_line = "" if indent is None else "\n" + indent * len(stack)
                if item is not stack:
                    stack[-1] = (source, is_object, False)
                    yield break_line if first else f"{color},{break_line}"
                    if is_object:
                        pair: Any = item
                        key, current = pair
                        colon = ":" if indent is None else ": "
                        yield f"{end}\x1b[{colors[7]}m{quoted(key, self.ascii_only)}{end}{color}{colon}{end}"
                    else:
                        current = item
                    break
                stack.pop()
                back = "" if indent is None else "\n" + indent * len(stack)
                yield f"{color}{back}{color}{'}' if is_object else ']'}{end}"
            else:
                return
