"""The byte code of GNU bc, and what writes it.

An instruction is (operation, argument, address behind it). Addresses are those that GNU's code would have, since its run-time
messages name them: an operation takes a byte, a variable's number one or two, a label two, a constant its digits and a colon.

    0 1 K        push 0, 1, a constant             l s i d      load, store, increment, decrement a variable
    + - * / % ^  arithmetic                        L S A M      the same for an array's element, its index below
    n ! = # < > { }   minus, not, comparisons      D x p        double, exchange, drop the top
    W P w O      print: a value and a newline, a value, a string, one with escapes
    B Z J        jump to a label: if true, if zero, always
    C R c        call, return, a built-in function h            the end
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

# The argument: a number, a constant's digits, a string; of a call (function, what is passed); None for most.
Argument = Any
Instruction = tuple[str, Argument, int]

_VARIABLE: Final = "lsidLSAM"
_LABEL: Final = "BZJ"
_LINE: Final = 60


class Passed(NamedTuple):
    """An argument of a call. array: its number, None for a value on the stack."""

    array: int | None = None


class Parameter(NamedTuple):
    """A parameter or an auto variable. kind: "value", "array", "reference"."""

    number: int
    kind: str


class Function:
    """What a name stands for. code: its instructions, jumps resolved; native: the mathematical library's own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.void = False
        self.defined = False
        self.parameters: list[Parameter] = []
        self.autos: list[Parameter] = []
        self.code: list[Instruction] = []
        self.native: str = ""


class Code:
    """Instructions as they are written, into the main program or a function. show: prints them, for -c."""

    def __init__(self, show: Callable[[str], None] | None) -> None:
        self._show = show
        self._column = 0
        self.used = False  # since begin()
        self._reset()

    def _reset(self) -> None:
        self._written: list[Instruction] = []
        self._labels: dict[int, int] = {}
        self._address = 0

    def begin(self) -> None:
        """Begin anew."""
        self._reset()
        self.used = False
        if self._show is not None:
            self._column = 2
            self._show("@i")

    def emit(self, operation: str, argument: Argument = None) -> None:
        """Write an instruction."""
        if operation in _VARIABLE:
            size = 2 if argument < 128 else 3
        elif operation in _LABEL:
            size = 3
        elif operation == "C":
            size = (2 if argument[0] < 128 else 3) + len(argument[1]) + 1
        elif isinstance(argument, bytes):
            size = len(argument) + 2
        else:
            size = 1 if argument is None else 2
        self.used = True
        self._address += size
        self._written.append((operation, argument, self._address))
        self._shown(operation, argument)

    def label(self, number: int) -> None:
        """Say that a label is here."""
        self._labels[number] = len(self._written)
        self._shown("N", number)

    def array_argument(self, number: int) -> None:
        """Make room for an array that is handed to a function; GNU pushes its number."""
        self._address += len(str(number)) + 2
        self._shown("K", str(number).encode())

    def taken(self) -> list[Instruction]:
        """Return what was written, its jumps leading to places in it, and begin anew."""
        found = [
            (operation, self._labels.get(argument, 0) if operation in _LABEL else argument, address)
            for operation, argument, address in self._written
        ]
        self._reset()
        return found

    def text(self, text: str) -> None:
        """Show what is no instruction."""
        if self._show is None:
            return
        self._show(text)
        self._column += len(text)
        if self._column > _LINE:
            self._show("\n")
            self._column = 0

    def _shown(self, operation: str, argument: Argument) -> None:
        if self._show is None:
            return
        if isinstance(argument, tuple):
            number, passed = argument
            kinds = "".join("1" if one.array is not None else "0" for one in passed)
            self.text(f"C{number}{',' if kinds else ''}{kinds}:")
        elif isinstance(argument, bytes):
            inner = argument.decode("latin-1")
            self.text(f'{operation}"{inner}"' if operation in "wO" else f"{operation}{inner}:")
        else:
            end = "" if argument is None or operation == "c" else ":"
            self.text(f"{operation}{'' if argument is None else argument}{end}")


def shown_list(parameters: Iterable[Parameter]) -> str:
    """Return parameters as the byte code names them."""
    marks = {"value": "", "array": "-", "reference": "*-"}
    return ",".join(f"{marks[one.kind]}{one.number}" for one in parameters)
