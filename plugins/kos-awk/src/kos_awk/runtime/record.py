"""The current record: $0 and its fields, each made from the other when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..errors import Fatal
from .values import Input

if TYPE_CHECKING:
    from .machine import Runtime

MOST_FIELDS: Final = 50_000_000 // 8


class Record:
    """text: $0, None if a field has changed since it was made. fields: None until they're asked for.

    Fields that were assigned keep their kind in `typed`, by their number less one.
    """

    __slots__ = ("_rt", "_split", "fields", "text", "typed")

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self.text: bytes | None = b""
        self.fields: list[bytes] | None = None
        self._split = rt.splitter.fields
        self.typed: dict[int, Any] = {}

    def take(self, text: bytes) -> None:
        """Make `text` the record."""
        self.text = text
        self.fields = None
        self._split = self._rt.splitter.fields  # FS as it is now: a change counts from the next record on
        if self.typed:
            self.typed.clear()

    def replace(self, text: bytes) -> None:
        """Make `text`, which the program made, the record."""
        self.take(text)
        self.typed[-1] = text

    def adopt(self, text: bytes | None, fields: list[bytes] | None) -> None:
        """Take over what the main loop had in its own variables. `typed` is shared all along."""
        self.text = text
        self.fields = fields
        self._split = self._rt.splitter.fields

    def whole(self) -> bytes:
        """Return $0."""
        text = self.text
        if text is None:
            assert self.fields is not None
            text = self.text = self._rt.ofs_text.join(self.fields)
        return text

    def parts(self) -> list[bytes]:
        """Return the fields."""
        fields = self.fields
        if fields is None:
            assert self.text is not None
            fields = self.fields = self._split(self.text)
        return fields

    def count(self) -> float:
        """Return NF."""
        return float(len(self.fields if self.fields is not None else self.parts()))

    def at(self, number: int) -> bytes:
        """Return a field as a text. Raises Fatal if the number is negative."""
        if number > 0:
            fields = self.fields
            if fields is None:
                fields = self.parts()
            return fields[number - 1] if number <= len(fields) else b""
        if number == 0:
            return self.whole()
        raise Fatal(f"attempt to access field {number}")

    def value(self, number: int) -> Any:
        """Return a field as a value."""
        if self.typed and number - 1 in self.typed:
            return self.typed[number - 1]
        return Input(self.at(number))

    def assign(self, number: int, value: Any) -> Any:
        """Make `value` a field, and return it."""
        rt = self._rt
        text = rt.text(value)
        if number == 0:
            self.take(bytes(text))
            if value.__class__ is not Input:
                self.typed[-1] = value
            return value
        if number < 0:
            raise Fatal(f"attempt to access field {number}")
        fields = self.parts()
        if number > len(fields):
            self.grow(fields, number)
        fields[number - 1] = text
        self.typed.pop(-1, None)
        self.text = None
        if value.__class__ is Input:
            self.typed.pop(number - 1, None)
        else:
            self.typed[number - 1] = value
        if len(text) > 65536:
            rt.big(text)
        return value

    def set_count(self, number: float) -> None:
        """Assign NF."""
        if number - number != 0.0 or number < 0:
            raise Fatal("NF set to negative value")
        fields = self.parts()
        count = int(number)
        if count < len(fields):
            del fields[count:]
            for index in [index for index in self.typed if index >= count]:
                del self.typed[index]
        else:
            self.grow(fields, count)
        self.typed.pop(-1, None)
        self.text = None

    def grow(self, fields: list[bytes], count: int) -> None:
        """Add empty fields until there are `count`."""
        if count > MOST_FIELDS:
            raise Fatal(f"NF: {count} fields are too many")
        self._rt.k.charge(8 * (count - len(fields)))
        self._rt.k.charge(-8 * (count - len(fields)))
        fields += [b""] * (count - len(fields))
