"""--stream: a text as events, [path, leaf] for each leaf and [path] where a container ends.

Events come while the text is read: of a value that is longer than memory, no more is kept than the path to where we are. A leaf is
given when what follows it has been seen, as in jq: so a mistake right behind it comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn

from .language.reader import BLANK, EndOfInput, Values
from .language.strict import MOST_DEPTH, Incomplete, Reader

_SCALAR: Final = "scalar"  # a value is at hand, and no event told of it
_ENDED: Final = "ended"  # a container has ended, and that was told
_NOTHING: Final = ""
_COMMA: Final = "comma"  # nothing, behind a comma
_BEGUN: Final = "begun"  # nothing, behind an opening bracket
_COLON: Final = "colon"  # nothing, behind a colon


class Events(Values):
    """The events of one value after another."""

    def __init__(self, read: Callable[[], bytes], spend: Callable[[int], None]) -> None:
        super().__init__(read, spend)
        self._objects: list[bool] = []  # of the containers that are open: is it an object?
        self._path: list[Any] = []  # the index or key in each; None before the first key
        self._state = _NOTHING
        self._value: Any = None
        self._steps = 0

    def next(self) -> Any:
        """Return the next event. Raises EndOfInput at the end, BadJson for what is no JSON."""
        while True:
            self._steps += 1
            if self._steps & 63 == 0:
                self._spend(64)
            event = self._step()
            if event is not None:
                return event

    def _step(self) -> Any:
        """Take one token; return the event that it completes, None if there's none."""
        blank = BLANK.match(self._text, self._at)
        assert blank is not None
        self._at = blank.end()
        while self._at >= len(self._text):
            if not self.more():
                return self._end()
            blank = BLANK.match(self._text, self._at)
            assert blank is not None
            self._at = blank.end()
        char = self._text[self._at]
        if not self._objects and self._state:  # a value of the top level needs nothing behind it
            if char not in ",:]}":
                return self._leaf()
            self._wrong_at_top(char)
        if char in "[{":
            return self._open(char == "{")
        if char in "]}":
            return self._close(char)
        if char == ",":
            return self._comma()
        if char == ":":
            return self._colon()
        return self._scalar()

    def _end(self) -> Any:
        if self._objects:
            self._wrong("Unfinished JSON term at EOF", len(self._text))
        if self._state:
            return self._leaf()
        raise EndOfInput

    def _wrong(self, message: str, at: int | None = None) -> NoReturn:
        """Raise BadJson with the place, and forget what is open."""
        place = self._at if at is None else at
        reader = Reader(self._text, self._over, self._lines, self._column_base)
        self._objects, self._path, self._state = [], [], _NOTHING
        raise reader.wrong(message, place)

    def _wrong_at_top(self, char: str) -> NoReturn:
        if char == ",":
            self._wrong("Expected value before ','")
        if char == ":":
            self._wrong("':' not as part of an object")
        self._wrong(f"Unmatched '{char}' at the top-level")

    # -- what tokens do ------------------------------------------------------------------------------------------------

    def _leaf(self) -> Any:
        """Return the event of the value at hand, if none told of it yet."""
        state, self._state = self._state, _NOTHING
        return [[*self._path], self._value] if state == _SCALAR else None

    def _open(self, is_object: bool) -> None:
        if self._state in (_SCALAR, _ENDED):
            self._wrong("Expected separator between values")
        if self._objects and self._objects[-1] and self._state != _COLON:
            self._wrong("Object keys must be strings")
        if len(self._objects) >= MOST_DEPTH:
            self._wrong("Exceeds depth limit for parsing")
        self._objects.append(is_object)
        self._path.append(None if is_object else 0)
        self._state = _BEGUN
        self._at += 1

    def _close(self, char: str) -> Any:
        if not self._objects:
            self._wrong(f"Unmatched '{char}' at the top-level")
        is_object = self._objects[-1]
        if is_object is not (char == "}"):
            self._wrong(f"Unmatched '{char}' in the middle of an {'object' if is_object else 'array'}")
        state = self._state
        if state == _COMMA:
            self._wrong("Expected another key:value pair" if is_object else "Expected another array element")
        if state == _COLON:
            self._wrong("Missing value in key:value pair")
        if is_object and state == _SCALAR and self._path[-1] is None:
            self._wrong("Objects must consist of key:value pairs")
        if state == _SCALAR:
            return self._leaf_before_end()
        self._at += 1
        self._objects.pop()
        if state == _BEGUN:
            self._path.pop()
            self._value, self._state = {} if is_object else [], _SCALAR
            return None
        ended = [[*self._path]]
        self._path.pop()
        self._state = _ENDED if self._objects else _NOTHING
        return ended

    def _leaf_before_end(self) -> Any:
        """Return the last leaf's event; the bracket behind it is looked at again."""
        event = self._leaf()
        self._state = _ENDED
        return event

    def _comma(self) -> Any:
        if self._state not in (_SCALAR, _ENDED):
            self._wrong("Expected value before ','")
        is_object = self._objects[-1]
        if is_object and self._path[-1] is None:
            self._wrong("Objects must consist of key:value pairs")
        event = self._leaf()
        self._path[-1] = None if is_object else self._path[-1] + 1
        self._state = _COMMA
        self._at += 1
        return event

    def _colon(self) -> None:
        if not self._objects or not self._objects[-1]:
            self._wrong("':' not as part of an object")
        if self._state not in (_SCALAR, _ENDED):
            self._wrong("Expected string key before ':'")
        if self._path[-1] is not None:
            self._wrong("Object keys must be strings")
        if type(self._value) is not str:
            self._wrong("Object keys must be strings")
        self._path[-1] = self._value
        self._state = _COLON
        self._at += 1

    def _scalar(self) -> None:
        while True:
            try:
                value, end = self._fast()
                break
            except Incomplete:
                self.more()  # at the end of the text, what is wrong with it is found now
        if self._state in (_SCALAR, _ENDED):
            self._wrong("Expected separator between values", end - 1 if self._text[self._at] == '"' else end)
        self._spend(end - self._at)
        self._value, self._state = value, _SCALAR
        self._at = end
