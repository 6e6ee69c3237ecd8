"""Assignments: `x=1`, `x+=1`, `a[i]=2`, `a=(1 2 [5]=3)`.

`assignment(node)` gives a closure that does it; `prefix_assignment` one that gives (name, value) without doing it, for the
assignments before a command. Both raise what the expansion raises, and ReadonlyVariable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.errors import ExpansionFailure, ReadonlyVariable
from kos_shell.expansion.quoting import trace_quote
from kos_shell.syntax import tree
from kos_shell.values import ANY_ARRAY, ARRAY, ASSOC, INTEGER, READONLY, AssocArray, IndexedArray, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Text = Callable[[Shell], str]
    Assign = Callable[[Shell], None]


class Assignments:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def string(self, word: tree.Word) -> Text: ...
        def fields(self, words: tuple[tree.Word, ...]) -> Callable[[Shell], list[str]]: ...
        def arithmetic(self, word: tree.Word) -> Callable[[Shell], int]: ...
        def subscript(self, name: str, word: tree.Word) -> Callable[[Shell], int | str]: ...

    def assignment(self, node: tree.Assignment) -> Assign:
        """Return what does the assignment."""
        name = node.name
        value = node.value
        if isinstance(value, tree.ArrayValue):
            if node.subscript is not None:
                text = f"{name}[{node.subscript.static or ''}]"

                def refuse(sh: Shell) -> None:
                    raise ExpansionFailure(f"{text}: cannot assign list to array member")

                return refuse
            return self.array_assignment(name, value, node.append)
        if node.subscript is not None:
            return self._assign_element(node, value)
        if node.append:
            text = self.string(value)

            def append(sh: Shell) -> None:
                added = text(sh)
                old = sh.vars.get(name)
                if type(old) is str:
                    sh.vars[name] = old + added
                else:
                    sh.append(name, added)

            return append
        parts = value.parts
        if len(parts) == 1 and isinstance(parts[0], tree.ArithSub):
            return self._number(name, parts[0])
        text = self.string(value)

        def assign(sh: Shell) -> None:
            new = text(sh)
            variables = sh.vars
            kind = type(variables.get(name))
            if kind is str or kind is int:
                variables[name] = new
            else:
                sh.assign(name, new)

        return assign

    def _number(self, name: str, part: tree.ArithSub) -> Assign:
        """x=$((...)): the number is kept as one."""
        number = self.arithmetic(part.expr)

        def assign(sh: Shell) -> None:
            new = number(sh)
            variables = sh.vars
            kind = type(variables.get(name))
            if kind is int or kind is str:
                variables[name] = new
            else:
                sh.assign(name, new)

        return assign

    def _assign_element(self, node: tree.Assignment, value: tree.Word) -> Assign:
        name, add = node.name, node.append
        assert node.subscript is not None
        key = self.subscript(name, node.subscript)
        text = self.string(value)

        def assign(sh: Shell) -> None:
            where = key(sh)
            sh.set_element(name, where, text(sh), add)

        return assign

    # ------------------------------------------------------------------ compound values
    def array_assignment(self, name: str, value: tree.ArrayValue, append: bool) -> Assign:
        """Return what assigns `name=(...)` or `name+=(...)`; without attributes the variable becomes an indexed array."""
        fill = self.array_filler(value)

        def assign(sh: Shell) -> None:
            target = sh.target_name(name)
            variable = sh.resolve(target)
            if variable.flags & READONLY:
                raise ReadonlyVariable(target)
            flags = variable.flags if variable.flags & ANY_ARRAY else variable.flags | ARRAY
            fill(sh, target, flags, append)

        return assign

    def array_filler(self, value: tree.ArrayValue) -> Callable[[Shell, str, int, bool], None]:
        """Return what makes `name` an array of these elements: `(sh, name, flags, append)`."""
        elements = value.elements
        if all(element.subscript is None for element in elements):
            words = self.fields(tuple(element.value for element in elements))
            return lambda sh, name, flags, append: _fill_in_order(sh, name, flags, append, words(sh))
        steps: list[tuple[Text | None, Callable[[Shell], int] | None, bool, Any]] = []
        for element in elements:
            if element.subscript is None:
                steps.append((None, None, False, self.fields((element.value,))))
            else:
                text = self.string(element.subscript)
                number = self.arithmetic(element.subscript)
                steps.append((text, number, element.append, self.string(element.value)))
        return lambda sh, name, flags, append: _fill_by_key(sh, name, flags, append, steps)

    # ------------------------------------------------------------------ how set -x shows them
    def traced_assignment(self, node: tree.Assignment) -> Callable[[Shell], str]:
        """Return what does the assignment and gives the text that `set -x` prints."""
        do = self.assignment(node)
        name, sign = node.name, "+=" if node.append else "="
        if isinstance(node.value, tree.ArrayValue):
            words = [self.string(element.value) for element in node.value.elements]

            def array(sh: Shell) -> str:
                shown = " ".join([trace_quote(word(sh)) for word in words]) if words else ""
                do(sh)
                return f"{name}{sign}({shown})"

            return array
        subscript = "" if node.subscript is None else f"[{node.subscript.static or ''}]"
        if node.append or node.subscript is not None:
            text = self.string(node.value)

            def show_value(sh: Shell) -> str:
                shown = trace_quote(text(sh))
                do(sh)
                return f"{name}{subscript}{sign}{shown}"

            return show_value

        def show(sh: Shell) -> str:
            do(sh)
            value = sh.get(name) or ""
            return f"{name}={trace_quote(value) if value else ''}"

        return show


def _fill_in_order(sh: Shell, name: str, flags: int, append: bool, values: list[str]) -> None:
    if flags & ASSOC:
        if len(values) % 2:
            values = [*values, ""]
        old = sh.vars.get(name)
        items = dict(old.value.items) if append and isinstance(old, Variable) and isinstance(old.value, AssocArray) else {}
        items.update(zip(values[::2], values[1::2], strict=True))
        sh.vars[name] = Variable(AssocArray(sh.token, items), flags)
        return
    if flags & INTEGER:
        values = [str(sh.evaluate(value)) for value in values]
    if append:
        array = sh.array_for_writing(name)
        assert isinstance(array, IndexedArray)
        if len(values) == 1:
            array.append(values[0])
        else:
            top = array.top
            array.items.update(zip(range(top + 1, top + 1 + len(values)), values, strict=True))
            array.top = top + len(values)
        return
    sh.vars[name] = Variable(IndexedArray(sh.token, values), flags)


def _fill_by_key(sh: Shell, name: str, flags: int, append: bool, steps: list[Any]) -> None:
    """Elements with subscripts. The old value stays visible to the expansions until all is evaluated."""
    pairs: list[tuple[int | str | None, bool, Any]] = []
    for text, number, add, value in steps:
        if text is None:
            pairs.append((None, False, value(sh)))
        elif flags & ASSOC:
            key = text(sh)
            pairs.append((key, add, value(sh)))
        else:
            index = number(sh)
            pairs.append((index, add, value(sh)))
    old = sh.vars.get(name)
    if append and isinstance(old, Variable) and old.flags & ANY_ARRAY:
        array = sh.own_array(name, old)
    else:
        if append and old is not None and not flags & ASSOC:
            array = sh.array_for_writing(name)
        else:
            array = AssocArray(sh.token) if flags & ASSOC else IndexedArray(sh.token)
            sh.vars[name] = Variable(array, flags)
    at = array.top + 1 if isinstance(array, IndexedArray) else 0
    for key, add, value in pairs:
        if isinstance(array, AssocArray):
            if key is None:
                words = [*value, ""] if len(value) % 2 else value
                for at_word in range(0, len(words), 2):
                    sh.set_element(name, words[at_word], words[at_word + 1])
            elif key == "":
                raise ExpansionFailure(f"{name}[]: bad array subscript")
            else:
                sh.set_element(name, key, value, add)
            continue
        if key is None:
            for word in value:
                sh.set_element(name, at, word)
                at += 1
            continue
        assert isinstance(key, int)
        sh.set_element(name, key, value, add)
        at = array.real_index(key) + 1
