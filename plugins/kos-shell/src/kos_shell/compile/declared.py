"""Arguments that are assignments: `declare x=$y`, `export a=(1 2)`. Their values are expanded, but neither split nor globbed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.compile.words import braced
from kos_shell.expansion.quoting import single_quote
from kos_shell.syntax import tree
from kos_shell.syntax.braces import BraceExpansionTooLarge
from kos_shell.trace import trace_line

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Argv = Callable[[Shell], list[Any]]


class PreparedAssignment:
    """An argument of declare, export ... that is an assignment: its value is expanded, but not split.

    fill: for a compound value, what makes the array, `(sh, name, flags, append)`; then value is None.
    """

    __slots__ = ("name", "subscript", "append", "value", "fill")

    def __init__(self, name: str, subscript: str | None, append: bool, value: str | None, fill: Any) -> None:
        self.name = name
        self.subscript = subscript
        self.append = append
        self.value = value
        self.fill = fill

    def __str__(self) -> str:
        subscript = "" if self.subscript is None else f"[{self.subscript}]"
        if self.value is None:
            return self.name
        return f"{self.name}{subscript}{'+' if self.append else ''}={self.value}"


class DeclaredWords:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def fields(self, words: tuple[tree.Word, ...]) -> Argv: ...
        def string(self, word: tree.Word) -> Callable[[Shell], str]: ...
        def assigned(self, word: tree.Word) -> Callable[[Shell], str]: ...
        def array_filler(self, value: tree.ArrayValue) -> Any: ...

    def declared(self, words: tuple[tree.Word, ...]) -> Argv:
        """Arguments of a declaration builtin: assignments keep their value whole."""
        makers: list[Callable[[Shell, list[Any]], None]] = []
        for word in words:
            makers.append(self._braced_declaration(word) if word.flags & tree.BRACE else self._declared_word(word))

        def build(sh: Shell) -> list[Any]:
            out: list[Any] = []
            for make in makers:
                make(sh, out)
            return out

        return build

    def _declared_word(self, word: tree.Word) -> Callable[[Shell, list[Any]], None]:
        if word.assignment is not None:
            return self._declared_assignment(word.assignment)
        plain = self.fields((word,))
        return lambda sh, out: out.extend(plain(sh))

    def _braced_declaration(self, word: tree.Word) -> Callable[[Shell, list[Any]], None]:
        """declare x={a,b} is declare x=a x=b, unlike the assignment alone, and the words that come of it are ordinary ones."""
        whole = self._declared_word(word)
        if word.assignment is None:
            return whole
        try:
            if [one.assignment for one in braced((word,))] == [word.assignment]:
                return whole
        except BraceExpansionTooLarge:
            pass
        plain = self.fields((word,))

        def build(sh: Shell, out: list[Any]) -> None:
            if "braceexpand" in sh.options:
                out.extend(plain(sh))
            else:
                whole(sh, out)

        return build

    def _traced_elements(self, value: tree.ArrayValue, head: str) -> Callable[[Shell], None]:
        """Return what shows a compound argument under `set -x`: each word of it in quotes, before the command itself."""
        keys = [None if element.subscript is None else self.string(element.subscript) for element in value.elements]
        words = [
            self.fields((element.value,)) if element.subscript is None else self.string(element.value)
            for element in value.elements
        ]

        def trace(sh: Shell) -> None:
            shown: list[str] = []
            for key, word in zip(keys, words, strict=True):
                found = word(sh)
                if isinstance(found, list):
                    shown += [single_quote(text) for text in found]
                else:
                    shown.append(f"[{'' if key is None else single_quote(key(sh))}]={single_quote(found)}")
            trace_line(sh, f"{head}({' '.join(shown)})")

        return trace

    def _declared_assignment(self, node: tree.Assignment) -> Callable[[Shell, list[Any]], None]:
        name, append = node.name, node.append
        subscript = None if node.subscript is None else self.string(node.subscript)
        if isinstance(node.value, tree.ArrayValue):
            fill = self.array_filler(node.value)
            trace = self._traced_elements(node.value, f"{name}{'+' if append else ''}=")

            def compound(sh: Shell, out: list[Any]) -> None:
                if sh.xtrace:
                    trace(sh)
                out.append(PreparedAssignment(name, None, append, None, fill))

            return compound
        value = self.assigned(node.value)
        if subscript is None:
            return lambda sh, out: out.append(PreparedAssignment(name, None, append, value(sh), None))
        key = subscript
        return lambda sh, out: out.append(PreparedAssignment(name, key(sh), append, value(sh), None))
