"""Runs byte code: a loop with its own stack, so that functions may call each other as deep as memory reaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from ..numbers.arithmetic import ONE, ZERO, Arithmetic, ExponentTooLarge, Number
from ..numbers.notation import parse, show
from .code import Function, Instruction, Parameter
from .errors import Failure, Quit
from .mathlib import FUNCTIONS
from .names import HISTORY, IBASE, LAST, OBASE, SCALE
from .storage import Frame, Storage

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from ..columns import Columns
    from .console import Console
    from .names import Names
    from .reports import Reports

_MAX: Final = 2147483647
_ESCAPES: Final = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "q": '"', "r": "\r", "t": "\t", "\\": "\\",
}  # fmt: skip
_KEPT: Final = 256
_TURN: Final = 64  # instructions between two ticks
_COMPARE: Final[dict[str, Callable[[int], bool]]] = {
    "=": lambda order: order == 0,
    "#": lambda order: order != 0,
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "{": lambda order: order <= 0,
    "}": lambda order: order >= 0,
}


class Machine:
    """columns: where numbers and strings go. posix: ibase up to 16 only; warn: tell of one above."""

    def __init__(
        self,
        k: Syscalls,
        names: Names,
        reports: Reports,
        columns: Columns,
        console: Console,
        *,
        posix: bool,
        warn: bool,
    ) -> None:
        self._k = k
        self._names = names
        self._reports = reports
        self._columns = columns
        self._console = console
        self.arithmetic = Arithmetic(k)
        self.storage = Storage(k, names, self.arithmetic.integers)
        self.ibase = 10
        self.obase = 10
        self.scale = 0
        self.last: Number = ZERO
        self._most_ibase = 16 if posix else 36
        self._warns = warn
        self._constants: dict[tuple[bytes, int], Number] = {}
        self._function = names.functions[0]
        self._address = 0

    def run(self, code: list[Instruction]) -> None:
        """Run the main program's code. Raises Quit."""
        self._function = self._names.functions[0]
        storage = self.storage
        try:
            self._execute(code)
        except Failure as error:
            self._fail(error.text)
            storage.unwind()
        storage.stack.clear()
        storage.account()

    def _tell(self, text: str) -> None:
        self._reports.tell(text)

    def _warn(self, text: str) -> None:
        self._tell(f"Runtime warning (func={self._function.name}, adr={self._address}): {text}")

    def _execute(self, code: list[Instruction]) -> None:
        storage, arithmetic = self.storage, self.arithmetic
        stack, values = storage.stack, storage.values
        tick = self._k.tick
        at = turn = 0
        while True:
            turn += 1
            if turn == _TURN:
                turn = 0
                tick(_TURN)
                storage.account()
            if at >= len(code):
                return
            operation, argument, self._address = code[at]
            at += 1
            if operation == "l":
                stack.append(values.get(argument, ZERO) if argument > LAST else self._special(argument))
            elif operation == "K":
                stack.append(self._constant(argument))
            elif operation == "0":
                stack.append(ZERO)
            elif operation == "1":
                stack.append(ONE)
            elif operation == "p":
                stack.pop()
            elif operation == "s":
                if argument > LAST:
                    values[argument] = stack[-1]
                else:
                    self._set_special(argument, stack[-1])
            elif operation == "J":
                at = argument
            elif operation == "Z":
                if not stack.pop()[0]:
                    at = argument
            elif operation == "B":
                if stack.pop()[0]:
                    at = argument
            elif operation in _COMPARE:
                right = stack.pop()
                stack[-1] = ONE if _COMPARE[operation](arithmetic.compare(stack[-1], right)) else ZERO
            elif operation in "+-*/%^":
                right = stack.pop()
                stack[-1] = self._operate(operation, stack[-1], right)
            elif operation == "i" or operation == "d":
                self._step(argument, 1 if operation == "i" else -1)
            elif operation == "C":
                code, at = self._call(argument, code, at)
            elif operation == "R":
                frame = storage.pop_frame()
                self._function, code, at = frame.function, frame.code, frame.at
            elif operation == "h":
                raise Quit
            else:
                self._other(operation, argument)

    def _other(self, operation: str, argument: Any) -> None:
        storage, stack = self.storage, self.storage.stack
        if operation == "L":
            index = storage.index(argument)
            stack.append(storage.array(argument).get(index, ZERO))
        elif operation == "S":
            value = stack.pop()
            storage.store(argument, storage.index(argument), value)
            stack.append(value)
        elif operation == "A" or operation == "M":
            index = storage.index(argument)
            value = storage.array(argument).get(index, ZERO)
            storage.store(argument, index, self._stepped(value, 1 if operation == "A" else -1))
        elif operation == "n":
            value = stack[-1]
            stack[-1] = (-value[0], value[1])
        elif operation == "!":
            stack[-1] = ZERO if stack[-1][0] else ONE
        elif operation == "D":
            stack.append(stack[-1])
        elif operation == "x":
            stack[-1], stack[-2] = stack[-2], stack[-1]
        elif operation == "w":
            self._columns.put(argument)
        elif operation == "O":
            self._columns.put(_escaped(argument))
        elif operation == "c":
            self._builtin(argument)
        else:  # W, P
            self.last = stack.pop()
            self._columns.put(show(self.arithmetic, self.last, self.obase).encode())
            if operation == "W":
                self._columns.newline()

    # -- values --------------------------------------------------------------------------------------------------------

    def _constant(self, text: bytes) -> Number:
        key = (text, self.ibase)
        found = self._constants.get(key)
        if found is None:
            found = parse(self.arithmetic, text, self.ibase)
            if len(text) < 100:
                if len(self._constants) >= _KEPT:
                    self._constants.clear()
                self._constants[key] = found
        return found

    def _operate(self, operation: str, left: Number, right: Number) -> Number:
        arithmetic = self.arithmetic
        if operation == "+":
            return arithmetic.add(left, right)
        if operation == "-":
            return arithmetic.subtract(left, right)
        if operation == "*":
            return arithmetic.multiply(left, right, self.scale)
        if operation == "^":
            return self._power(left, right)
        try:
            if operation == "/":
                return arithmetic.divide(left, right, self.scale)
            return arithmetic.divide_with_rest(left, right, self.scale)[1]
        except ZeroDivisionError:
            raise Failure("Divide by zero" if operation == "/" else "Modulo by zero") from None

    def _power(self, left: Number, right: Number) -> Number:
        if right[1]:
            self._warn("non-zero scale in exponent")
        try:
            return self.arithmetic.power(left, self.arithmetic.whole(right), self.scale)
        except ExponentTooLarge:
            if not left[0] and right[0] < 0:
                self._fail("exponent too large in raise")
                raise Failure("divide by zero") from None
            raise Failure("exponent too large in raise") from None
        except ZeroDivisionError:
            raise Failure("divide by zero") from None

    def _stepped(self, value: Number, by: int) -> Number:
        return self.arithmetic.add(value, (by, 0))

    def _special(self, number: int) -> Number:
        if number == LAST:
            return self.last
        return {IBASE: self.ibase, OBASE: self.obase, SCALE: self.scale, HISTORY: -1}[number], 0

    def _set_special(self, number: int, value: Number) -> None:
        if number == LAST:
            self.last = value
            return
        wanted = self.arithmetic.whole(value)
        if number == IBASE:
            self.ibase = self._limited("ibase", wanted, value, 2, self._most_ibase)
            if self.ibase > 16 and self._warns:
                self._warn("ibase larger than 16 is non-standard")
        elif number == OBASE:
            self.obase = self._limited("obase", wanted, value, 2, _MAX)
        elif number == SCALE:
            if value[0] < 0:
                self._warn("negative scale, set to 0")
            elif wanted > _MAX:
                self._warn(f"scale too large, set to {_MAX}")
            self.scale = min(max(wanted, 0), _MAX)

    def _limited(self, name: str, wanted: int, value: Number, least: int, most: int) -> int:
        if value[0] < 0:
            self._warn(f"negative {name}, set to {least}")
        elif wanted < least:
            self._warn(f"{name} too small, set to {least}")
        elif wanted > most:
            self._warn(f"{name} too large, set to {most}")
        return min(max(wanted, least), most)

    def _step(self, number: int, by: int) -> None:
        if number > LAST:
            self.storage.values[number] = self._stepped(self.storage.values.get(number, ZERO), by)
        elif number == LAST:
            self.last = self._stepped(self.last, by)
        elif number == IBASE:
            if not 2 <= self.ibase + by <= self._most_ibase:
                self._warn("ibase too big in ++" if by > 0 else "ibase too small in --")
            else:
                self.ibase += by
        elif number == OBASE:
            if not 2 <= self.obase + by <= _MAX:
                self._warn("obase too big in ++" if by > 0 else "obase too small in --")
            else:
                self.obase += by
        elif number == SCALE:
            if not 0 <= self.scale + by <= _MAX:
                self._warn("Scale too big in ++" if by > 0 else "scale can not be negative in -- ")
            else:
                self.scale += by

    def _builtin(self, name: str) -> None:
        stack, arithmetic = self.storage.stack, self.arithmetic
        if name == "I":
            self._reports.flush()
            stack.append(self._console.read_number(arithmetic, self.ibase))
        elif name == "X":
            stack.append((self._console.random(), 0))
        elif name == "L":
            stack[-1] = (arithmetic.length(stack[-1]), 0)
        elif name == "S":
            stack[-1] = (stack[-1][1], 0)
        else:
            if stack[-1][0] < 0:
                raise Failure("Square root of a negative number")
            stack[-1] = arithmetic.square_root(stack[-1], self.scale)

    # -- functions -----------------------------------------------------------------------------------------------------

    def _call(self, argument: Any, code: list[Instruction], at: int) -> tuple[list[Instruction], int]:
        """Begin a call; return where to go on."""
        number, passed = argument
        function = self._names.functions[number]
        if not function.defined:
            self._address -= len(passed) + 1
            raise Failure(f"Function {function.name} not defined.")
        frame = Frame(self._function, code, at)
        self._bind(function, passed, frame)
        if function.native:
            stack = self.storage.stack
            count = len(function.parameters)
            arguments = stack[-count:]
            del stack[-count:]
            self._function = function
            stack.append(FUNCTIONS[function.native](self.arithmetic, self.scale, *arguments))
            self._function = frame.function
            return code, at
        self.storage.push_frame(frame)
        for auto in function.autos:
            if auto.kind == "value":
                self.storage.hide_value(frame, auto.number, ZERO)
            else:
                self.storage.hide_array(frame, auto.number, None)
        self._function = function
        return function.code, 0

    def _bind(self, function: Function, passed: Any, frame: Frame) -> None:
        """Give the parameters their values, the last first. Raises Failure if they don't fit; then nothing has changed."""
        self._check_arguments(function.parameters[::-1], passed)
        parameters = function.parameters[::-1]
        if function.native:
            return
        storage = self.storage
        bound: list[Any] = []
        for one, parameter in zip(passed, parameters, strict=True):
            if one.array is None:
                bound.append(storage.stack.pop())
            elif parameter.kind == "reference":
                bound.append(storage.array(one.array))
            else:
                bound.append(storage.copied(storage.array(one.array)))
        for value, parameter in zip(bound, parameters, strict=True):
            if parameter.kind == "value":
                storage.hide_value(frame, parameter.number, value)
            else:
                storage.hide_array(frame, parameter.number, value)

    def _check_arguments(self, parameters: list[Parameter], passed: Any) -> None:
        """Raise Failure if arguments don't fit; the address is that of the one that doesn't.

        As with GNU, one of the wrong kind is told and passed over, so that a message about their number follows.
        """
        self._address -= len(passed) + 1
        wrong = False
        at = 0
        for one in passed:
            self._address += 1
            if at >= len(parameters):
                raise Failure("Parameter number mismatch")
            if (one.array is None) is (parameters[at].kind == "value"):
                at += 1
                continue
            wrong = True
            if parameters[at].kind == "value":
                self._fail("Parameter type mismatch, parameter (null).")
            else:
                self._fail(f"Parameter type mismatch parameter {self._names.array_name(parameters[at].number)}.")
        self._address += 1
        if wrong or len(passed) != len(parameters):
            raise Failure("Parameter number mismatch")

    def _fail(self, text: str) -> None:
        self._tell(f"Runtime error (func={self._function.name}, adr={self._address}): {text}")


def _escaped(text: bytes) -> bytes:
    """Return what `print` makes of a string: backslash and a letter stand for a character; others drop the backslash."""
    if b"\\" not in text:
        return text
    parts: list[str] = []
    characters = iter(text.decode("latin-1"))
    for char in characters:
        if char != "\\":
            parts.append(char)
        else:
            parts.append(_ESCAPES.get(next(characters, ""), ""))
    return "".join(parts).encode("latin-1")
