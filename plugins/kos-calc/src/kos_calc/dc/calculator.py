"""The commands of dc, one character each.

Macros are run on a stack of our own, so that they may call each other as deep as memory reaches, and one that calls itself as
its last command runs forever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from kos_kernel.api import Charge, SysError

from ..columns import Columns
from ..numbers.arithmetic import Arithmetic, ExponentTooLarge, Number
from ..numbers.notation import digit_value, show
from .texts import File, Text
from .values import Complaint, Value, Values, shown

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls, Writer

_BLANK: Final = b" \t\n\r\f\v\0"
_DIGITS: Final = b"0123456789ABCDEF."
_TURN: Final = 64
_FRAME: Final = 200
_TOP_INDEX: Final = 2147483647


class Leave(Exception):
    """`q` at the top: the end."""


class Calculator:
    """run(text) carries out commands. out: where results go; length: of its lines; stdin: what `?` reads."""

    def __init__(self, k: Syscalls, out: Writer, length: int, stdin: File) -> None:
        self._k = k
        self._out = out
        self._length = length
        self._stdin = stdin
        self._charge = Charge(k)
        self._arithmetic = Arithmetic(k)
        self._values = Values(k)
        self._texts: list[Text] = []
        self._ibase = 10
        self._obase = 10
        self._scale = 0

    def run(self, text: Text) -> None:
        """Carry out a text's commands. Raises Leave for `q`; what reading raises."""
        texts = self._texts = [text]
        turn = 0
        while texts:
            turn += 1
            if turn == _TURN:
                turn = 0
                self._k.tick(_TURN)
            text = texts[-1]
            char = text.char()
            if char < 0:
                texts.pop()
                self._charge.change(-_FRAME)
                continue
            if char in _BLANK:
                continue
            try:
                if char in _DIGITS or char == 95:
                    self._values.push(self._constant(text, char))
                    continue
                command = _COMMANDS.get(char)
                if command is None:
                    raise Complaint(f"{shown(char)} unimplemented")
                command(self)
            except Complaint as error:
                self._tell(f"dc: {error}")

    def _tell(self, text: str) -> None:
        self._out.flush()
        try:
            self._k.write(2, text.encode("latin-1") + b"\n")
        except SysError:
            pass  # nobody can be told

    def _constant(self, text: Text, char: int) -> Number:
        """Return the number that begins with a character: digits above ibase count what they say."""
        negative = char == 95
        if negative:
            char = text.char()
            while char >= 0 and char in _BLANK:
                char = text.char()
        digits = bytearray()
        while char >= 0 and char in _DIGITS and not (char == 46 and b"." in digits):
            digits.append(char)
            char = text.char()
            if len(digits) & 0xFFFF == 0:
                self._k.tick(64)
                self._arithmetic.integers.reserve(16 * len(digits))
        if char >= 0:
            text.at -= 1
        whole, _, fraction = bytes(digits).partition(b".")
        arithmetic, scale = self._arithmetic, len(fraction)
        if self._ibase == 10 and not (whole + fraction).strip(b"0123456789"):
            value: Number = arithmetic.integers.parse(whole + fraction), scale
        else:
            value = self._in_base(whole), 0
            if scale:
                unit = arithmetic.integers.power(self._ibase, scale)
                value = arithmetic.add(value, arithmetic.divide((self._in_base(fraction), 0), (unit, 0), scale))
        return (-value[0], value[1]) if negative else value

    def _in_base(self, digits: bytes) -> int:
        """Return what digits say in ibase, halves being put together."""
        if len(digits) <= 32:
            value = 0
            for char in digits:
                value = value * self._ibase + digit_value(char)
            return value
        half = len(digits) // 2
        integers = self._arithmetic.integers
        weight = integers.power(self._ibase, len(digits) - half)
        return integers.multiply(self._in_base(digits[:half]), weight) + self._in_base(digits[half:])

    # -- arithmetic ----------------------------------------------------------------------------------------------------

    def _binary(self, operate: Callable[[Number, Number], tuple[Number, ...]]) -> None:
        """Replace two numbers by what an operation makes of them. Raises Complaint, the stack being what it was."""
        values = self._values
        values.need_numbers(2)
        left, right = values.stack[-2], values.stack[-1]
        assert not isinstance(left, bytes) and not isinstance(right, bytes)
        results = operate(left, right)
        values.pop()
        values.pop()
        for result in results:
            values.push(result)

    def add(self) -> None:
        """+"""
        self._binary(lambda a, b: (self._arithmetic.add(a, b),))

    def subtract(self) -> None:
        """-"""
        self._binary(lambda a, b: (self._arithmetic.subtract(a, b),))

    def multiply(self) -> None:
        """*"""
        self._binary(lambda a, b: (self._arithmetic.multiply(a, b, self._scale),))

    def divide(self) -> None:
        """/"""
        try:
            self._binary(lambda a, b: (self._arithmetic.divide(a, b, self._scale),))
        except ZeroDivisionError:
            raise Complaint("divide by zero") from None

    def remainder(self) -> None:
        """%"""
        try:
            self._binary(lambda a, b: self._arithmetic.divide_with_rest(a, b, self._scale)[1:])
        except ZeroDivisionError:
            raise Complaint("remainder by zero") from None

    def divide_with_rest(self) -> None:
        """~"""
        try:
            self._binary(lambda a, b: self._arithmetic.divide_with_rest(a, b, self._scale))
        except ZeroDivisionError:
            raise Complaint("divide by zero") from None

    def power(self) -> None:
        """^"""
        try:
            self._binary(lambda a, b: (self._arithmetic.power(a, self._exponent(b), self._scale),))
        except ZeroDivisionError:
            raise Complaint("divide by zero") from None
        except ExponentTooLarge:
            self._tell("Runtime error: exponent too large in raise")

    def _exponent(self, number: Number) -> int:
        if number[1]:
            self._tell("Runtime warning: non-zero scale in exponent")
        return self._arithmetic.whole(number)

    def power_modulo(self) -> None:
        """|"""
        values = self._values
        values.need_numbers(3)
        taken = [value for value in values.stack[-3:] if not isinstance(value, bytes)]
        for name, number in zip(("base", "exponent", "modulus"), taken, strict=True):
            if number[1]:
                self._tell(f"Runtime warning: non-zero scale in {name}")
        base, exponent, modulus = (self._arithmetic.whole(number) for number in taken)
        if exponent < 0:
            raise Complaint("negative exponent")
        if not modulus:
            raise Complaint("remainder by zero")
        result = self._arithmetic.power_modulo(base, exponent, modulus)
        for _ in taken:
            values.pop()
        values.push((result, 0))

    def square_root(self) -> None:
        """v"""
        values = self._values
        if values.stack and isinstance(values.stack[-1], bytes):
            raise Complaint("square root of nonnumeric attempted")
        values.need_numbers(1)
        number = values.stack[-1]
        assert not isinstance(number, bytes)
        if number[0] < 0:
            raise Complaint("square root of negative number")
        result = self._arithmetic.square_root(number, self._scale)
        values.pop()
        values.push(result)

    # -- the stack -----------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """c"""
        self._values.clear()

    def duplicate(self) -> None:
        """d"""
        value = self._values.pop()
        self._values.push(value)
        self._values.push(value)

    def swap(self) -> None:
        """r"""
        if len(self._values.stack) < 2:
            raise Complaint("stack empty")
        self._values.rotate(2)

    def rotate(self) -> None:
        """R"""
        self._values.rotate(self._arithmetic.whole(self._values.number()))

    def depth(self) -> None:
        """z"""
        self._values.push((len(self._values.stack), 0))

    def length(self) -> None:
        """Z"""
        value = self._values.pop()
        if isinstance(value, bytes):
            self._values.push((len(value), 0))
        else:
            self._values.push((self._arithmetic.integers.length(value[0]), 0))

    def digits_behind_point(self) -> None:
        """X"""
        value = self._values.pop()
        self._values.push((0 if isinstance(value, bytes) else value[1], 0))

    def character(self) -> None:
        """a"""
        value = self._values.pop()
        if isinstance(value, bytes):
            self._values.push(value[:1])
        else:
            self._values.push(bytes([self._arithmetic.whole(value) & 255]))

    # -- output --------------------------------------------------------------------------------------------------------

    def _print(self, value: Value) -> None:
        if isinstance(value, bytes):
            self._out.write(value)
        else:
            Columns(self._out, self._length).put(show(self._arithmetic, value, self._obase).encode())

    def print_line(self) -> None:
        """p"""
        if not self._values.stack:
            raise Complaint("stack empty")
        self._print(self._values.stack[-1])
        self._out.write(b"\n")

    def print_only(self) -> None:
        """n"""
        self._print(self._values.pop())

    def print_bytes(self) -> None:
        """P"""
        value = self._values.pop()
        if isinstance(value, bytes):
            self._out.write(value)
            return
        number = abs(self._arithmetic.whole(value))
        self._out.write(number.to_bytes((number.bit_length() + 7) // 8 or 1, "big"))

    def print_stack(self) -> None:
        """f"""
        for value in reversed(self._values.stack):
            self._k.tick(1)
            self._print(value)
            self._out.write(b"\n")

    # -- parameters ----------------------------------------------------------------------------------------------------

    def _parameter(self, least: int, most: int | None, complaint: str) -> int:
        value = self._values.pop()
        number = least - 1 if isinstance(value, bytes) else self._arithmetic.whole(value)
        if number < least or (most is not None and number > most):
            raise Complaint(complaint)
        return number

    def set_ibase(self) -> None:
        """i"""
        self._ibase = self._parameter(2, 16, "input base must be a number between 2 and 16 (inclusive)")

    def set_obase(self) -> None:
        """o"""
        self._obase = self._parameter(2, None, "output base must be a number greater than 1")

    def set_scale(self) -> None:
        """k"""
        self._scale = self._parameter(0, None, "scale must be a nonnegative number")

    def push_ibase(self) -> None:
        """I"""
        self._values.push((self._ibase, 0))

    def push_obase(self) -> None:
        """O"""
        self._values.push((self._obase, 0))

    def push_scale(self) -> None:
        """K"""
        self._values.push((self._scale, 0))

    # -- registers -----------------------------------------------------------------------------------------------------

    def _register(self) -> int:
        register = self._texts[-1].char()
        if register < 0:
            raise Complaint("unexpected EOF")
        return register

    def store(self) -> None:
        """s"""
        self._values.store(self._register(), self._values.pop())

    def push_register(self) -> None:
        """S"""
        self._values.push_register(self._register(), self._values.pop())

    def load(self) -> None:
        """l"""
        self._values.push(self._values.load(self._register()))

    def pop_register(self) -> None:
        """L"""
        self._values.push(self._values.pop_register(self._register()))

    def _index(self) -> int:
        value = self._values.pop()
        index = -1 if isinstance(value, bytes) else self._arithmetic.whole(value)
        if not 0 <= index <= _TOP_INDEX:
            raise Complaint("array index must be a nonnegative integer")
        return index

    def set_element(self) -> None:
        """:"""
        register, index = self._register(), self._index()
        self._values.set_element(register, index, self._values.pop())

    def element(self) -> None:
        """;"""
        register = self._register()
        self._values.push(self._values.element(register, self._index()))

    # -- strings and macros --------------------------------------------------------------------------------------------

    def string(self) -> None:
        """["""
        self._values.push(self._texts[-1].string())

    def comment(self) -> None:
        """#"""
        self._texts[-1].line()

    def _call(self, value: Value) -> None:
        """Run a string; a number is pushed."""
        if not isinstance(value, bytes):
            self._values.push(value)
            return
        levels = 1
        if self._texts[-1].rest_is_blank():
            levels += self._texts.pop().levels
        else:
            self._charge.change(_FRAME)
        self._texts.append(Text(value, levels))

    def execute(self) -> None:
        """x"""
        self._call(self._values.pop())

    def read(self) -> None:
        """?"""
        self._call(self._stdin.line())

    def _compare(self, wanted: Callable[[int], bool]) -> None:
        register = self._register()
        values = self._values
        values.need_numbers(2)
        top, second = values.number(), values.number()
        if wanted(self._arithmetic.compare(top, second)):
            self._call(values.load(register))

    def less(self) -> None:
        """<"""
        self._compare(lambda order: order < 0)

    def greater(self) -> None:
        """>"""
        self._compare(lambda order: order > 0)

    def equal(self) -> None:
        """="""
        self._compare(lambda order: order == 0)

    def exclamation(self) -> None:
        """! before a comparison, or before a command of the shell that fills the line"""
        text = self._texts[-1]
        char = text.char()
        if char == 60:
            self._compare(lambda order: order >= 0)
        elif char == 62:
            self._compare(lambda order: order <= 0)
        elif char == 61:
            self._compare(lambda order: order != 0)
        else:
            if char >= 0:
                text.at -= 1
            self._system(text.line())

    def _system(self, command: bytes) -> None:
        """Have the shell run a command, and wait for it."""
        k = self._k
        self._out.flush()
        try:
            pid = k.spawn(b"/bin/sh", [b"sh", b"-c", command], k.env)
        except SysError as error:
            raise Complaint(f"cannot run a shell: {error.strerror}") from None
        k.wait(pid)

    def _unwind(self, levels: int, *, leave: bool) -> None:
        """End so many macros; at the top, end the program if `leave`."""
        texts = self._texts
        while levels > 0 and texts:
            text = texts[-1]
            if isinstance(text, File) or len(texts) == 1:
                break
            if text.levels > levels:
                # the macros that this one stands for have nothing left to do
                text.levels -= levels
                text.at = len(text.data)
                return
            levels -= text.levels
            texts.pop()
            self._charge.change(-_FRAME)
        if levels > 0 and leave:
            raise Leave

    def quit(self) -> None:
        """q"""
        self._unwind(2, leave=True)

    def quit_levels(self) -> None:
        """Q"""
        value = self._values.pop()
        levels = 0 if isinstance(value, bytes) else self._arithmetic.whole(value)
        if levels < 1:
            raise Complaint("Q command requires a number >= 1")
        self._unwind(levels, leave=False)


_C = Calculator
_COMMANDS: Final[dict[int, Callable[[Calculator], None]]] = {
    ord(name): command
    for name, command in {
        "+": _C.add, "-": _C.subtract, "*": _C.multiply, "/": _C.divide, "%": _C.remainder, "~": _C.divide_with_rest,
        "^": _C.power, "|": _C.power_modulo, "v": _C.square_root, "c": _C.clear, "d": _C.duplicate, "r": _C.swap,
        "R": _C.rotate, "z": _C.depth, "Z": _C.length, "X": _C.digits_behind_point, "a": _C.character,
        "p": _C.print_line, "n": _C.print_only, "P": _C.print_bytes, "f": _C.print_stack, "i": _C.set_ibase,
        "o": _C.set_obase, "k": _C.set_scale, "I": _C.push_ibase, "O": _C.push_obase, "K": _C.push_scale,
        "s": _C.store, "S": _C.push_register, "l": _C.load, "L": _C.pop_register, ":": _C.set_element,
        ";": _C.element, "[": _C.string, "#": _C.comment, "x": _C.execute, "?": _C.read, "<": _C.less,
        ">": _C.greater, "=": _C.equal, "!": _C.exclamation, "q": _C.quit, "Q": _C.quit_levels,
    }.items()
}  # fmt: skip
