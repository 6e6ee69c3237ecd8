"""Where generated source comes together: lines, constants, and what is known of each variable at this point of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_shell.names import is_identifier
from kos_shell.values import ARRAY, IndexedArray, Variable

if TYPE_CHECKING:
    from kos_shell.compile.compiler import Compiler
    from kos_shell.shell import Shell

INT, STR, UNSET = 1, 2, 4
"""What a variable may hold: bits. A join of two ways through the text is their union."""
ANY = INT | STR
MAX_LINES = 600
"""Longer texts aren't worth a compilation."""

Kinds = dict[str, int]


class Unsupported(Exception):
    """This loop stays with the closures."""


class Writer:
    """One generated function in the making.

    sh: the shell for which it is made; its variables' kinds now are what the function asks for when it is entered.
    kinds: what each variable may hold here.  entry: what it must hold at the start.  written: those that are assigned.
    arrays: indexed arrays by name -> whether they are written.
    """

    def __init__(self, sh: Shell, compiler: Compiler) -> None:
        self.sh = sh
        self.compiler = compiler
        self.lines: list[str] = []
        self.depth = 0
        self.constants: dict[str, Any] = {}
        self.kinds: Kinds = {}
        self.entry: Kinds = {}
        self.written: set[str] = set()
        self.arrays: dict[str, bool] = {}
        self.names: set[str] = set()  # builtins that must mean what they usually do
        self.temporaries = 0
        self.looks_at_status = False

    # ------------------------------------------------------------------ text
    def line(self, text: str) -> None:
        """Write one line."""
        if len(self.lines) >= MAX_LINES:
            raise Unsupported
        self.lines.append("    " * self.depth + text)

    def temporary(self) -> str:
        """Return a name that nothing else uses."""
        self.temporaries += 1
        return f"t{self.temporaries}"

    def constant(self, value: Any) -> str:
        """Return the name of a constant."""
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    # ------------------------------------------------------------------ variables
    def variable(self, name: str) -> str:
        """Return the local that holds a variable, known from the entry on."""
        if name not in self.kinds:
            value = self.sh.vars.get(name)
            kind = type(value)
            if not is_identifier(name) or not name.isascii() or name in self.arrays:
                raise Unsupported
            if kind is int:
                found = INT
            elif kind is str:
                found = INT if is_canonical(value) else STR
            elif value is None:
                found = UNSET | ANY
            else:
                raise Unsupported
            self.kinds[name] = self.entry[name] = found
        return f"v_{name}"

    def assigned(self, name: str, kind: int) -> str:
        """Return the local to assign to; from here on it holds `kind`."""
        local = self.variable(name)
        self.written.add(name)
        self.kinds[name] = kind
        return local

    def array(self, name: str, *, written: bool = False) -> str:
        """Return the local that holds an indexed array."""
        if name not in self.arrays:
            value = self.sh.vars.get(name)
            if name in self.kinds or type(value) is not Variable or value.flags != ARRAY:
                raise Unsupported
            if type(value.value) is not IndexedArray:
                raise Unsupported
            self.arrays[name] = False
        if written:
            self.arrays[name] = True
        return f"a_{name}"

    def is_array(self, name: str) -> bool:
        """Tell whether a name means an indexed array now."""
        return type(self.sh.vars.get(name)) is Variable

    # ------------------------------------------------------------------ ways that part and meet
    def join(self, *ways: Kinds) -> None:
        """Go on where several ways meet."""
        joined = dict(self.kinds)
        for way in ways:
            for name, kind in way.items():
                joined[name] = joined.get(name, self.entry.get(name, kind)) | kind
        self.kinds = joined


def is_canonical(value: Any) -> bool:
    """Tell whether a text is just what its number prints as."""
    digits = value[1:] if value[:1] == "-" else value
    return digits.isdecimal() and digits.isascii() and len(digits) < 19 and (digits[0] != "0" or value == "0")
