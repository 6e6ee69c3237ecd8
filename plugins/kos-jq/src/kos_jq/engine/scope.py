"""Names while a program is compiled, and where their values will stand in env.

Entries are linked: Bound (a variable, a closure parameter or a label; it takes a place in env) and Function (takes none).
"""

from __future__ import annotations

from typing import Any


class CompileError(Exception):
    """A program with a name that isn't defined, or that is too complex."""


class Function:
    """A definition: its tree, compiled when it's first called, for values and for paths."""

    __slots__ = ("_path", "_value", "body", "compiler", "parameters", "scope")

    def __init__(self, compiler: Any, parameters: list[str], body: Any) -> None:
        self.compiler = compiler
        self.parameters = parameters
        self.body = body
        self.scope: Any = None
        self._value: Any = None
        self._path: Any = None

    @property
    def value(self) -> Any:
        """The step that runs the body for its values."""
        if self._value is None:
            self._value = self.compiler.value(self.body, self.scope)
        return self._value

    @property
    def path(self) -> Any:
        """The step that runs the body for its paths."""
        if self._path is None:
            self._path = self.compiler.path(self.body, self.scope)
        return self._path


class Scope:
    """A name and what was known before it. depth: how many places env has."""

    __slots__ = ("depth", "function", "kind", "name", "outer")

    def __init__(self, outer: Scope | None, kind: str, name: str, function: Function | None = None) -> None:
        self.outer = outer
        self.kind = kind  # "var", "closure", "label", "function"
        self.name = name
        self.function = function
        before: int = outer.depth if outer is not None else 0
        self.depth: int = before if kind == "function" else before + 1


def find(scope: Scope | None, kinds: tuple[str, ...], name: str) -> Scope | None:
    """Return the innermost entry of that name."""
    while scope is not None:
        if scope.name == name and scope.kind in kinds:
            return scope
        scope = scope.outer
    return None


def depth_of(scope: Scope | None) -> int:
    """Return how many places env has there."""
    return scope.depth if scope is not None else 0
