"""Regular expressions of a program: awk's escapes made into the toolkit's, and a table of what was compiled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kos_kernel.api import PatternError, compile_regex, compile_regex_any

from ..errors import Fatal

if TYPE_CHECKING:
    from kos_kernel.api import Regex

    from ..language.lexer import Dialect

_MOST: Final = 500
_PLAIN: Final = {ord("n"): b"\n", ord("t"): b"\t", ord("r"): b"\r", ord("f"): b"\f", ord("v"): b"\v", ord("a"): b"\a",
                 ord("b"): b"\b", ord("/"): b"/", ord('"'): b'"', ord("&"): b"&"}  # fmt: skip
_OCTAL: Final = re.compile(rb"[0-7]{1,3}")
_HEX: Final = re.compile(rb"[0-9a-fA-F]{1,2}")
_SPECIAL: Final = b"\\^$.[]|()*+?{}"
_KEPT: Final = b"BwWsS<>`'" + _SPECIAL
_CLASSES: Final = {ord("w"): b"[:alnum:]_", ord("s"): b"[:space:]"}


def translated(source: bytes, gnu: bool = True, intervals: bool = True) -> bytes:
    """Return a pattern in the toolkit's dialect: \\n, \\052, \\x2a become characters, \\y a word's edge.

    gnu: False if \\y, \\< and the like are plain letters; intervals: False if braces are.
    """
    if b"\\" not in source and (intervals or b"{" not in source):
        return source
    out = bytearray()
    at = 0
    inside = False
    while at < len(source):
        char = source[at]
        if char != 92 or at + 1 >= len(source):
            if not inside and char == 91:
                inside = True
                head = 2 if source[at + 1 : at + 2] == b"^" else 1
                if source[at + head : at + head + 1] == b"]":
                    head += 1
                out += source[at : at + head]
                at += head
                continue
            if inside and source[at : at + 2] in (b"[:", b"[.", b"[="):
                close = source.find(source[at + 1 : at + 2] + b"]", at + 2)
                if close >= 0:
                    out += source[at : close + 2]
                    at = close + 2
                    continue
            if inside and char == 93:
                inside = False
            if char in b"{}" and not inside and not intervals:
                out += b"\\"
            out.append(char)
            at += 1
            continue
        if not gnu and not inside and source[at + 1] in b"yBwWsS<>`'":
            out += source[at + 1 : at + 2]
            at += 2
            continue
        at = _escape(source, at, out, inside)
    return bytes(out)


def _escape(source: bytes, at: int, out: bytearray, inside: bool) -> int:
    char = source[at + 1]
    plain = _PLAIN.get(char)
    if plain is not None:
        out += plain
        return at + 2
    digits = _OCTAL.match(source, at + 1)
    code = int(digits[0], 8) & 255 if digits else 0
    if digits is None and char == ord("x"):
        digits = _HEX.match(source, at + 2)
        code = int(digits[0], 16) if digits else 0
    if digits:
        if code in (b"\\]^-" if inside else _SPECIAL):
            out += b"\\"
        out.append(code)
        return digits.end()
    if inside:
        out += _CLASSES.get(char) or (b"\\" + bytes([char]) if char in b"\\]^-[" else bytes([char]))
    elif char == ord("y"):
        out += b"\\b"
    elif char in _KEPT:
        out += source[at : at + 2]
    else:
        out.append(char)
    return at + 2


class Patterns:
    """Compiles; remembers what it compiled. ignore_case: IGNORECASE is set."""

    def __init__(self, utf8: bool, dialect: Dialect) -> None:
        self._utf8 = utf8
        self.dialect = dialect
        self.ignore_case = False
        self._known: dict[tuple[bytes, bool], Regex] = {}

    def compiled(self, source: bytes) -> Regex:
        """Return a pattern compiled. Raises Fatal if it's wrong."""
        key = (source, self.ignore_case)
        found = self._known.get(key)
        if found is None:
            try:
                found = compile_regex(
                    self._translated(source), syntax="awk", icase=self.ignore_case, utf8=self._utf8, groups="posix"
                )
            except PatternError as error:
                raise Fatal(b"invalid regexp: %s: /%s/" % (str(error).encode(), source)) from None
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = found
        return found

    def _translated(self, source: bytes) -> bytes:
        return translated(source, self.dialect.gnu, self.dialect.intervals)

    def for_lines(self, sources: tuple[bytes, ...]) -> Regex:
        """Return what finds the lines of a text that any of some patterns is found in. Raises Fatal if one is wrong."""
        for source in sources:
            self.compiled(source)
        return compile_regex_any(
            [self._translated(source) for source in sources], syntax="awk", newline=b"\n", utf8=self._utf8
        )
