"""bc's text, cut into tokens as they are asked for.

A token is (kind, text): kind is the word itself for key words and punctuation, else "name", "number", "string", "assign" (text:
the operator's first character), "relation", "step" (++ and --), "newline", "end" (of all text).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from .source import Source

KEYWORDS: Final = frozenset(
    "define break quit length return for if while sqrt scale ibase obase auto else read random halt last void history "
    "warranty continue print limits".split()
)
_BLANKS: Final = re.compile(rb"(?:[ \t]|\\\n)+")
_NAME: Final = re.compile(rb"[a-z][a-z0-9_]*")
_NUMBER: Final = re.compile(
    rb"[0-9A-Z](?:[0-9A-Z]|\\\n)*(?:\.(?:[0-9A-Z]|\\\n)*)?|\.(?:\\\n)*[0-9A-Z](?:[0-9A-Z]|\\\n)*"
)
_OPERATOR: Final = re.compile(rb"\+\+|--|&&|\|\||[-+*/%^]=|==|<=|>=|!=|[-+*/%^=<>!;(){}\[\],.]")
_STEPS: Final = (b"++", b"--")
_RELATIONS: Final = (b"==", b"<=", b">=", b"!=", b"<", b">")
_ASSIGNS: Final = (b"+=", b"-=", b"*=", b"/=", b"%=", b"^=", b"=")


class Token(NamedTuple):
    """See the module's head."""

    kind: str
    text: bytes = b""


_NEWLINE: Final = Token("newline")
_END: Final = Token("end")


class Lexer:
    """complain(text): tells of a wrong character, with its place. tell(text): writes a message as it is.

    posix: no comments that begin with #.
    """

    def __init__(
        self, source: Source, complain: Callable[[str], None], tell: Callable[[str], None], *, posix: bool
    ) -> None:
        self._source = source
        self._complain = complain
        self._tell = tell
        self._posix = posix

    def next(self) -> Token:
        """Return the next token. Raises Quit if the text can't be read."""
        source = self._source
        while True:
            if source.at >= len(source.text):
                if source.name and source.more():
                    continue
                if not source.open_next():
                    return _END
                continue
            char = source.text[source.at]
            if char == 10:
                source.at += 1
                source.line += 1
                return _NEWLINE
            found = self._matched(_BLANKS)
            if found:
                source.line += found.count(b"\n")
                continue
            if 97 <= char <= 122:
                return self._word()
            if 48 <= char <= 57 or 65 <= char <= 90 or char == 46:
                number = self._matched(_NUMBER)
                if number:
                    source.line += number.count(b"\n")
                    return Token("number", _plain(number))
            token = self._string() if char == 34 else self._sign(char)
            if token is not None:
                return token

    def _matched(self, pattern: re.Pattern[bytes]) -> bytes:
        """Return what a pattern matches here, and pass it; b"" if it doesn't."""
        source = self._source
        while True:
            match = pattern.match(source.text, source.at)
            if match is None:
                return b""
            if match.end() < len(source.text) or not source.more():
                break
        match = pattern.match(source.text, source.at)
        if match is None:
            return b""
        source.at = match.end()
        return match[0]

    def _word(self) -> Token:
        word = self._matched(_NAME)
        text = word.decode()
        return Token(text) if text in KEYWORDS else Token("name", word)

    def _string(self) -> Token | None:
        source = self._source
        start = 1
        while True:
            end = source.text.find(b'"', source.at + start)
            if end >= 0:
                break
            start = max(1, len(source.text) - source.at)
            if not source.more():
                self._wrong(34)
                return None
        text = source.text[source.at + 1 : end]
        source.at = end + 1
        source.line += text.count(b"\n")
        if b"\0" in text:
            self._complain("NUL character in string.")
            text = text.partition(b"\0")[0]
        return Token("string", text)

    def _sign(self, char: int) -> Token | None:
        """Return an operator; None for a comment, and for a wrong character after telling of it."""
        source = self._source
        if char == 35 and not self._posix:
            end = source.text.find(b"\n", source.at)
            source.at = len(source.text) if end < 0 else end
            return None
        if char == 47 and source.text.startswith(b"/*", source.at):
            self._comment()
            return None
        operator = self._matched(_OPERATOR)
        if not operator:
            self._wrong(char)
            return None
        if operator in _STEPS:
            return Token("step", operator[:1])
        if operator in _RELATIONS:
            return Token("relation", operator)
        if operator in _ASSIGNS:
            return Token("assign", operator[:1])
        return Token("last") if operator == b"." else Token(operator.decode())

    def _comment(self) -> None:
        source = self._source
        source.at += 2
        while True:
            end = source.text.find(b"*/", source.at)
            passed = len(source.text) if end < 0 else end
            if end < 0 and source.text.endswith(b"*"):
                passed -= 1
            source.line += source.text.count(b"\n", source.at, passed)
            source.at = max(source.at, passed)
            if end >= 0:
                source.at = end + 2
                return
            if not source.more():
                source.at = len(source.text)
                self._tell("EOF encountered in a comment.")
                return

    def _wrong(self, char: int) -> None:
        self._source.at += 1
        if char < 32:
            self._complain(f"illegal character: ^{chr(char + 64)}")
        elif char > 126:
            self._complain(f"illegal character: \\{char:03o}")
        else:
            self._complain(f"illegal character: {chr(char)}")


def _plain(number: bytes) -> bytes:
    """Return a number without broken lines, leading zeros and a point that nothing follows."""
    digits = number.replace(b"\\\n", b"")
    if digits.endswith(b"."):
        digits = digits[:-1]
    return digits.lstrip(b"0") or b"0"
