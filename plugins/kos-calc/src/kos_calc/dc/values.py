"""What dc calculates with, numbers and strings, and where it keeps them; all of it is charged to the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kos_kernel.api import Charge

from ..numbers.arithmetic import ZERO, Number

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

Value = Number | bytes

_ENTRY: Final = 96


class Complaint(Exception):
    """What dc says of a command that can't be carried out; the next one is."""


def size(value: Value) -> int:
    """Return how many bytes a value is charged."""
    return _ENTRY + (len(value) if isinstance(value, bytes) else value[0].bit_length() >> 3)


class Level:
    """One value of a register's stack, with the array that belongs to it. value: None if only the array was used."""

    __slots__ = ("array", "value")

    def __init__(self, value: Value | None) -> None:
        self.value = value
        self.array: dict[int, Value] = {}


class Values:
    """stack: the main one, its top last."""

    def __init__(self, k: Syscalls) -> None:
        self._charge = Charge(k)
        self.stack: list[Value] = []
        self._registers: dict[int, list[Level]] = {}

    # -- the stack -----------------------------------------------------------------------------------------------------

    def push(self, value: Value) -> None:
        """Put a value on the top."""
        self._charge.change(size(value))
        self.stack.append(value)

    def pop(self) -> Value:
        """Take the top off. Raises Complaint if there is none."""
        if not self.stack:
            raise Complaint("stack empty")
        value = self.stack.pop()
        self._charge.change(-size(value))
        return value

    def clear(self) -> None:
        """Take everything off."""
        self._charge.change(-sum(map(size, self.stack)))
        self.stack.clear()

    def need_numbers(self, count: int) -> None:
        """Raise Complaint if the top `count` values aren't there, or aren't numbers."""
        if len(self.stack) < count:
            raise Complaint("stack empty")
        if any(isinstance(value, bytes) for value in self.stack[-count:]):
            raise Complaint("non-numeric value")

    def number(self) -> Number:
        """Take the top, a number, off. Raises Complaint, the stack being what it was."""
        self.need_numbers(1)
        value = self.pop()
        assert not isinstance(value, bytes)
        return value

    def rotate(self, count: int) -> None:
        """Turn the top |count| values: upwards, so that the deepest comes to the top; downwards for a negative count."""
        much = min(abs(count), len(self.stack))
        if much < 2:
            return
        turned = self.stack[-much:]
        self.stack[-much:] = turned[1:] + turned[:1] if count > 0 else turned[-1:] + turned[:-1]

    # -- registers -----------------------------------------------------------------------------------------------------

    def _level(self, register: int) -> Level:
        levels = self._registers.setdefault(register, [])
        if not levels:
            self._charge.change(_ENTRY)
            levels.append(Level(None))
        return levels[-1]

    def load(self, register: int) -> Value:
        """Return a register's value; 0 if it has none."""
        levels = self._registers.get(register)
        value = levels[-1].value if levels else None
        return ZERO if value is None else value

    def store(self, register: int, value: Value) -> None:
        """Set a register's value."""
        level = self._level(register)
        self._charge.change(size(value) - (0 if level.value is None else size(level.value)))
        level.value = value

    def push_register(self, register: int, value: Value) -> None:
        """Put a value on a register's stack."""
        self._charge.change(_ENTRY + size(value))
        self._registers.setdefault(register, []).append(Level(value))

    def pop_register(self, register: int) -> Value:
        """Take the top off a register's stack. Raises Complaint if there's none."""
        levels = self._registers.get(register)
        if not levels or levels[-1].value is None:
            raise Complaint(f"stack register {shown(register)} is empty")
        level = levels.pop()
        value = level.value
        assert value is not None
        self._charge.change(-_ENTRY - size(value) - sum(map(size, level.array.values())))
        return value

    def element(self, register: int, index: int) -> Value:
        """Return an element of a register's array, 0 if it was never set."""
        levels = self._registers.get(register)
        return levels[-1].array.get(index, ZERO) if levels else ZERO

    def set_element(self, register: int, index: int, value: Value) -> None:
        """Set an element of a register's array."""
        array = self._level(register).array
        before = array.get(index)
        self._charge.change(size(value) - (0 if before is None else size(before)))
        array[index] = value


def shown(char: int) -> str:
    """Return a character as messages have it."""
    return f"'{chr(char)}' (0{char:o})" if 32 < char < 127 else f"0{char:o}"
