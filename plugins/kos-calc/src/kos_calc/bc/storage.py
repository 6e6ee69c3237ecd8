"""What a running program keeps: variables, arrays, the stack, and what of them a call of a function hides.

Variables are dynamic: a function sees what its caller's auto variables hold. What is kept is charged to the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kos_kernel.api import Charge

from ..numbers.arithmetic import ZERO, Number
from .code import Function, Instruction
from .errors import Failure

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from ..numbers.integers import Integers
    from .names import Names

Array = dict[int, Number]

_ENTRY: Final = 120  # bytes that a number, or an element of an array, is charged besides its digits
_FRAME: Final = 400
_OFTEN: Final = 1 << 20  # bytes of long numbers made between two walks
_TOP_INDEX: Final = 16777215


class Frame:
    """A call: where it goes on, and what it hid."""

    __slots__ = ("arrays", "at", "code", "function", "values")

    def __init__(self, function: Function, code: list[Instruction], at: int) -> None:
        self.function = function
        self.code = code
        self.at = at
        self.values: list[tuple[int, Number]] = []
        self.arrays: list[tuple[int, Array]] = []


class Storage:
    """values: by number. stack: of numbers. frames: the calls that run."""

    def __init__(self, k: Syscalls, names: Names, integers: Integers) -> None:
        self._k = k
        self._charge = Charge(k)
        self._names = names
        self._integers = integers
        self.values: dict[int, Number] = {}
        self.arrays: dict[int, Array] = {}
        self.stack: list[Number] = []
        self.frames: list[Frame] = []
        self._walked = 0  # what `made` was at the last walk
        self._held = 0

    def array(self, number: int) -> Array:
        """Return an array."""
        found = self.arrays.get(number)
        if found is None:
            found = self.arrays[number] = {}
        return found

    def index(self, number: int) -> int:
        """Return the index on the top of the stack, taken off. Raises Failure for one that no array has."""
        value, scale = self.stack.pop()
        index = value if not scale else self._whole(value, scale)
        if index < 0 or index > _TOP_INDEX or (index == 0 and value):
            raise Failure(f"Array {self._names.array_name(number)} subscript out of bounds.")
        return index

    def _whole(self, value: int, scale: int) -> int:
        whole = self._integers.divide(abs(value), self._integers.power_of_ten(scale))[0]
        return -whole if value < 0 else whole

    def store(self, number: int, index: int, value: Number) -> None:
        """Set an element."""
        array = self.array(number)
        if index not in array:
            self._charge.change(_ENTRY)
        array[index] = value

    # -- calls ---------------------------------------------------------------------------------------------------------

    def push_frame(self, frame: Frame) -> None:
        """Begin a call."""
        self._charge.change(_FRAME)
        self.frames.append(frame)

    def hide_value(self, frame: Frame, number: int, value: Number) -> None:
        """Give a variable a value until the call ends."""
        frame.values.append((number, self.values.get(number, ZERO)))
        self.values[number] = value
        self._charge.change(_ENTRY)

    def hide_array(self, frame: Frame, number: int, array: Array | None) -> None:
        """Put another array (a copy of its own if None isn't given, a new one else) under a number until the call ends."""
        frame.arrays.append((number, self.array(number)))
        self.arrays[number] = {} if array is None else array
        self._charge.change(_ENTRY)

    def copied(self, array: Array) -> Array:
        """Return a copy of an array."""
        self._k.tick(1 + (len(array) >> 5))
        self._charge.change(_ENTRY * len(array))
        return array.copy()

    def pop_frame(self) -> Frame:
        """End a call: what it hid is back."""
        frame = self.frames.pop()
        freed = _FRAME + _ENTRY * (len(frame.values) + len(frame.arrays))
        for number, value in reversed(frame.values):
            self.values[number] = value
        kept = {id(array) for _, array in frame.arrays}
        for number, array in reversed(frame.arrays):
            own = self.arrays[number]
            if id(own) not in kept and own is not array:
                freed += 0 if self._shared(own) else _ENTRY * len(own)
            self.arrays[number] = array
        self._charge.change(-freed)
        return frame

    def _shared(self, array: Array) -> bool:
        """Tell whether an array is some other name's, too: one that was handed over by reference."""
        if sum(1 for one in self.arrays.values() if one is array) > 1:
            return True
        return any(one is array for frame in self.frames for _, one in frame.arrays)

    def unwind(self) -> None:
        """End all calls, after an error."""
        while self.frames:
            self.pop_frame()
        self.stack.clear()

    # -- memory --------------------------------------------------------------------------------------------------------

    def account(self) -> None:
        """Charge the digits of long numbers that are kept, if many have been made since the last time."""
        if self._integers.made - self._walked < max(_OFTEN, self._held):
            return
        self._walked = self._integers.made
        held = 0
        tables = [self.stack, self.values.values(), *(array.values() for array in self.arrays.values())]
        for frame in self.frames:
            tables.append([value for _, value in frame.values])
            tables += [array.values() for _, array in frame.arrays]
        for table in tables:
            for value, _ in table:
                held += value.bit_length() >> 3
        self._k.charge(held - self._held)
        self._held = held
