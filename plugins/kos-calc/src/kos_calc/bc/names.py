"""The names of a program: a variable, an array and a function may share one.

Each kind is numbered as GNU numbers it: variables from 5 (ibase, obase, scale, history and last are 0 to 4), arrays and
functions from 1.
"""

from __future__ import annotations

from typing import Final

from .code import Function

IBASE: Final = 0
OBASE: Final = 1
SCALE: Final = 2
HISTORY: Final = 3
LAST: Final = 4
MOST: Final = 32767


class TooManyNames(Exception):
    """A program with more names than GNU allows."""


class Names:
    """variables, arrays: name -> number. functions: by number, 0 is the main program."""

    def __init__(self) -> None:
        self.variables: dict[str, int] = {}
        self.arrays: dict[str, int] = {}
        self._functions: dict[str, int] = {}
        self.functions: list[Function] = [Function("(main)")]

    def variable(self, name: str) -> int:
        """Return a variable's number."""
        return self._numbered(self.variables, name, 5)

    def array(self, name: str) -> int:
        """Return an array's number."""
        return self._numbered(self.arrays, name, 1)

    def function(self, name: str) -> int:
        """Return a function's number."""
        number = self._numbered(self._functions, name, 1)
        if number == len(self.functions):
            self.functions.append(Function(name))
        return number

    def array_name(self, number: int) -> str:
        """Return what an array is called."""
        return list(self.arrays)[number - 1]

    @staticmethod
    def _numbered(table: dict[str, int], name: str, first: int) -> int:
        number = table.get(name)
        if number is None:
            number = table[name] = len(table) + first
            if number >= MOST:
                raise TooManyNames
        return number
