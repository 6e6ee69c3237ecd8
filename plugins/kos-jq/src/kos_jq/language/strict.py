"""JSON read by jq's own rules, one token at a time, without recursion: for mistakes, odd numbers and great depth.

read_value(text, at, over, lines, column) -> (value, end); BadJson says what is wrong and where, Incomplete that the text ends
too early and more may come.
"""

from __future__ import annotations

import re
from typing import Any

MOST_DEPTH = 10_000
_BLANK = " \t\r\n"
_WORD = re.compile(r'[^ \t\r\n\[\]{}:,"\x1e]+')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt])|(.?))', re.DOTALL)
_LETTERS = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CONSTANTS = {"null": None, "true": True, "false": False, "nan": float("nan"), "NaN": float("nan")}
_CONTROL = re.compile(r"[\x00-\x1f]")


class BadJson(Exception):
    """Text that is no JSON: the text is jq's message, with the place."""

    def __init__(self, message: str, rest: int) -> None:
        super().__init__(message)
        self.rest = rest  # where reading may go on


class Incomplete(Exception):
    """The text ends within a value."""


class Reader:
    def __init__(self, text: str, over: bool, lines: int, column: int) -> None:
        self.text = text
        self.over = over
        self.lines = lines
        self.column = column

    def wrong(self, message: str, at: int) -> BadJson:
        """Return the error for a mistake that is noticed when the character at `at` is read."""
        upto = min(at + 1, len(self.text))
        line = self.lines + self.text.count("\n", 0, upto) + 1
        last = self.text.rfind("\n", 0, upto)
        column = len(self.text[last + 1 : upto].encode("utf-8", "replace")) + (self.column if last < 0 else 0)
        return BadJson(f"{message} at line {line}, column {column}", upto)

    def unfinished(self, message: str) -> Exception:
        if not self.over:
            return Incomplete()
        return self.wrong(message, len(self.text))

    def word(self, at: int) -> tuple[Any, int]:
        """Return a number or a constant, and where it ends."""
        found = _WORD.match(self.text, at)
        assert found is not None
        end = found.end()
        if end == len(self.text) and not self.over:
            raise Incomplete
        word = found[0]
        if word in _CONSTANTS:
            return _CONSTANTS[word], end
        if word[0] in "ntf" and word.isalpha() and len(word) <= 5:
            raise self.wrong("Invalid literal", end)
        if not _NUMBER.fullmatch(word):
            raise self.wrong("Invalid numeric literal", end)
        if word.lstrip("+-").isdigit():
            return (int(word) if len(word) < 4000 and (int(word) or word[0] != "-") else float(word)), end
        number = float(word)
        whole = number.is_integer() and abs(number) < 1 << 53 and (number != 0 or word[0] != "-")
        return (int(number) if whole else number), end

    def string(self, at: int) -> tuple[str, int]:
        found = _STRING.match(self.text, at)
        if found is None:
            raise self.unfinished("Unfinished string at EOF")
        body = found[1]
        control = _CONTROL.search(body)
        if control is not None:
            message = "Invalid string: control characters from U+0000 through U+001F must be escaped"
            raise self.wrong(message, found.end() - 1)
        if "\\" not in body:
            return body, found.end()
        parts: list[str] = []
        done = 0
        high = 0
        for escape in _ESCAPE.finditer(body):
            if escape.start() < done:
                continue
            between = body[done : escape.start()]
            if high and (between or escape[1] is None or not 0xDC00 <= int(escape[1], 16) < 0xE000):
                raise self.wrong(r"Invalid \uXXXX\uXXXX surrogate pair escape", found.end() - 1)
            parts.append(between)
            done = escape.end()
            if escape[1] is not None:
                code = int(escape[1], 16)
                if high:
                    parts.append(chr(0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)))
                    high = 0
                elif 0xD800 <= code < 0xDC00:
                    high = code
                elif 0xDC00 <= code < 0xE000:
                    parts.append("\ufffd")
                else:
                    parts.append(chr(code))
            elif escape[2] is not None:
                parts.append(_LETTERS[escape[2]])
            else:
                kind = "Invalid escape" if not escape[0].startswith("\\u") else "Invalid characters in \\uXXXX escape"
                raise self.wrong(kind, found.end() - 1)
        if high:
            raise self.wrong(r"Invalid \uXXXX\uXXXX surrogate pair escape", found.end() - 1)
        parts.append(body[done:])
        return "".join(parts), found.end()


def read_value(text: str, at: int, over: bool, lines: int = 0, column: int = 0) -> tuple[Any, int]:
    """Return the value that begins at `at`, and where it ends.

    over: nothing comes after text. lines, column: what came before text, for messages.
    """
    reader = Reader(text, over, lines, column)
    stack: list[tuple[Any, Any]] = []  # (container, the key that waits for its value)
    holder: Any = None
    key: Any = None
    value: Any = None
    have = False  # value is at hand
    end = len(text)
    while True:
        while at < end and text[at] in _BLANK:
            at += 1
        if at >= end:
            raise reader.unfinished("Unfinished JSON term at EOF" if holder is not None else "Unfinished JSON term")
        char = text[at]
        if char in "[{":
            if have:
                raise reader.wrong("Expected separator between values", at)
            if type(holder) is dict and key is None:
                raise reader.wrong("Object keys must be strings", at)
            if len(stack) >= MOST_DEPTH:
                raise reader.wrong("Exceeds depth limit for parsing", at)
            stack.append((holder, key))
            holder, key = ([] if char == "[" else {}), None
            at += 1
            comma = False
            continue
        if char in "]}":
            if holder is None:
                raise reader.wrong(f"Unmatched '{char}'", at)
            if type(holder) is not (list if char == "]" else dict):
                raise reader.wrong(f"Unmatched '{char}'", at)
            if have:
                if type(holder) is list:
                    holder.append(value)
                elif key is None:
                    raise reader.wrong("Objects must consist of key:value pairs", at)
                else:
                    holder[key] = value
            elif holder and comma:
                raise reader.wrong(
                    "Expected another array element" if char == "]" else "Expected another key-value pair", at
                )
            elif key is not None:
                raise reader.wrong("Objects must consist of key:value pairs", at)
            value = holder
            holder, key = stack.pop()
            have = True
            at += 1
            if holder is None:
                return value, at
            continue
        if char == ",":
            if not have:
                raise reader.wrong("Expected value before ','", at)
            if holder is None:
                raise reader.wrong("',' not as part of an object or array", at)
            if type(holder) is list:
                holder.append(value)
            elif key is None:
                raise reader.wrong("Objects must consist of key:value pairs", at)
            else:
                holder[key] = value
                key = None
            have = False
            comma = True
            at += 1
            continue
        if char == ":":
            if not have:
                raise reader.wrong("Expected string key before ':'", at)
            if type(holder) is not dict:
                raise reader.wrong("':' not as part of an object", at)
            if not have or key is not None:
                raise reader.wrong("Expected string key before ':'" if not have else "':' should follow a key", at)
            if type(value) is not str:
                raise reader.wrong("Object keys must be strings", at)
            key = value
            have = False
            at += 1
            continue
        if have:
            end = reader.string(at)[1] - 1 if char == '"' else reader.word(at)[1] if char != "\x1e" else at
            raise reader.wrong("Expected separator between values", end)
        if char == '"':
            value, at = reader.string(at)
        elif char == "\x1e":
            raise reader.wrong("Potentially truncated value", at)
        else:
            value, at = reader.word(at)
        have = True
        comma = False
        if holder is None:
            return value, at
