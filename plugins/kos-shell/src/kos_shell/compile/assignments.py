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
from kos_shell.syntax.braces import BraceExpansionTooLarge, expand_braces
from kos_shell.syntax.unparse import unparse
from kos_shell.trace import text_of, trace_line
from kos_shell.values import ANY_ARRAY, ARRAY, ASSOC, EXPORT, INTEGER, READONLY, AssocArray, IndexedArray, Variable
from kos_shell.variables import LARGE

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Text = Callable[[Shell], str]
    Assign = Callable[[Shell], None]
    Fields = Callable[[Shell], list[str]]


class Assignments:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def string(self, word: tree.Word) -> Text: ...
        def assigned(self, word: tree.Word) -> Text: ...
        def fields(self, words: tuple[tree.Word, ...]) -> Callable[[Shell], list[str]]: ...
        def arithmetic(self, word: tree.Word) -> Callable[[Shell], int]: ...
        def subscript(self, name: str, word: tree.Word) -> Callable[[Shell], int | str]: ...

    def assignment(self, node: tree.Assignment) -> Assign:
        """Return what does the assignment."""
        name = node.name
        value = node.value
        if isinstance(value, tree.ArrayValue):
            if node.subscript is not None:
                shown = f"{name}[{node.subscript.static or ''}]"

                def refuse(sh: Shell) -> None:
                    raise ExpansionFailure(f"{shown}: cannot assign list to array member")

                return refuse
            return self.array_assignment(name, value, node.append)
        if node.subscript is not None:
            return self._assign_element(node, value)
        if node.append:
            text = self.assigned(value)

            def append(sh: Shell) -> None:
                added = text(sh)
                variables = sh.vars
                old = variables.get(name)
                if type(old) is str:
                    if len(old) > LARGE or len(added) > LARGE:
                        sh.hold(name, len(old) + len(added))
                        variables[name] = ""  # nobody else holds the text now, so Python appends in place
                        old += added
                        variables[name] = old
                    else:
                        variables[name] = old + added
                else:
                    sh.append(name, added)

            return append
        parts = value.parts
        if len(parts) == 1 and isinstance(parts[0], tree.ArithSub):
            return self._number(name, parts[0])
        text = self.assigned(value)

        def assign(sh: Shell) -> None:
            new = text(sh)
            if len(new) > LARGE or sh.held:
                sh.hold(name, len(new))
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
        text = self.assigned(value)
        shown = node.subscript

        def assign(sh: Shell) -> None:
            where = key(sh)
            if where == "":
                raise ExpansionFailure(f"{name}[{unparse(shown)}]: bad array subscript")
            sh.set_element(name, where, text(sh), add)

        return assign

    # ------------------------------------------------------------------ compound values
    def array_assignment(self, name: str, value: tree.ArrayValue, append: bool) -> Assign:
        """Return what assigns `name=(...)` or `name+=(...)`; without attributes the variable becomes an indexed array."""
        fill = self.array_filler(value)
        if append and all(element.subscript is None for element in value.elements):
            return self._array_append(name, tuple(element.value for element in value.elements))

        def assign(sh: Shell) -> None:
            target = sh.array_name(name)
            variable = sh.resolve(target)
            if variable.flags & READONLY:
                raise ReadonlyVariable(target)
            flags = variable.flags if variable.flags & ANY_ARRAY else variable.flags | ARRAY
            fill(sh, target, flags, append)

        return assign

    def _array_append(self, name: str, words: tuple[tree.Word, ...]) -> Assign:
        """`a+=(x)`: nothing but the new elements is touched, if the array is this shell's own and has no attributes."""
        fields = self.fields(words)

        def append(sh: Shell) -> None:
            values = fields(sh)
            entry = sh.vars.get(name)
            if type(entry) is Variable and entry.flags == ARRAY:
                array = entry.value
                if type(array) is IndexedArray and array.owner is sh.token:
                    top = array.top
                    items = array.items
                    for value in values:
                        top += 1
                        items[top] = value
                    array.top = top
                    return
            target = sh.array_name(name)
            variable = sh.resolve(target)
            if variable.flags & READONLY:
                raise ReadonlyVariable(target)
            flags = variable.flags if variable.flags & ANY_ARRAY else variable.flags | ARRAY
            _fill_in_order(sh, target, flags, True, values)

        return append

    def array_filler(self, value: tree.ArrayValue) -> Callable[[Shell, str, int, bool], None]:
        """Return what makes `name` an array of these elements: `(sh, name, flags, append)`."""
        elements = value.elements
        if all(element.subscript is None for element in elements):
            words = self.fields(tuple(element.value for element in elements))
            return lambda sh, name, flags, append: _fill_in_order(sh, name, flags, append, words(sh))
        steps: list[_Step] = []
        for element in elements:
            if element.subscript is None:
                steps.append((None, False, self.fields((element.value,)), None, None, ""))
            else:
                steps.append(self._keyed_step(element))
        return lambda sh, name, flags, append: _fill_by_key(sh, name, flags, append, steps)

    def _keyed_step(self, element: tree.ArrayElement) -> _Step:
        """An element [key]=value. Braces in its value make words of it that are no longer of that form, as in bash."""
        assert element.subscript is not None
        value = element.value
        untouched = self.string(_without_tildes(value)) if value.flags & tree.TILDE else None
        spread = None
        if value.flags & tree.BRACE:
            sign = "]+=" if element.append else "]="
            parts = (tree.Literal("["), *element.subscript.parts, tree.Literal(sign), *value.parts)
            whole = tree.make_word(parts, value.flags | element.subscript.flags)
            try:
                several = len(expand_braces(whole)) > 1
            except BraceExpansionTooLarge:
                several = True  # told when it runs
            if several:
                spread = self.fields((whole,))
        shown = f"[{unparse(element.subscript)}]={unparse(value)}"
        return self.string(element.subscript), element.append, self.string(value), untouched, spread, shown

    # ------------------------------------------------------------------ how set -x shows them
    def traced_assignment(self, node: tree.Assignment) -> Assign:
        """Return what does the assignment and, under `set -x`, shows it first."""
        do = self.assignment(node)
        name, sign = node.name, "+=" if node.append else "="
        if isinstance(node.value, tree.ArrayValue):

            def array(sh: Shell) -> None:
                if sh.xtrace:
                    trace_line(sh, text_of(node))  # as it is written, as bash has it
                do(sh)

            return array
        subscript = "" if node.subscript is None else f"[{node.subscript.static or ''}]"
        text = self.string(node.value)
        if node.append or node.subscript is not None:

            def element(sh: Shell) -> None:
                if sh.xtrace:
                    trace_line(sh, f"{name}{subscript}{sign}{trace_quote(text(sh))}")
                do(sh)

            return element

        def scalar(sh: Shell) -> None:
            if not sh.xtrace:
                do(sh)
                return
            value = text(sh)
            trace_line(sh, f"{name}={trace_quote(value) if value else ''}")
            sh.assign(name, value)

        return scalar


def _fill_in_order(sh: Shell, name: str, flags: int, append: bool, values: list[str]) -> None:
    if flags & EXPORT:
        sh.env = None
    if flags & ASSOC:
        if len(values) % 2:
            values = [*values, ""]
        old = sh.vars.get(name)
        items = (
            dict(old.value.items) if append and isinstance(old, Variable) and isinstance(old.value, AssocArray) else {}
        )
        for at in range(0, len(values), 2):
            if values[at]:
                items[values[at]] = values[at + 1]
            else:
                sh.warn("'': bad array subscript")
        sh.vars[name] = Variable(AssocArray(sh.token, items), flags)
        return
    if flags & INTEGER:
        values = [str(sh.evaluate_value(value)) for value in values]
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


_Step = tuple["Text | None", bool, Any, "Text | None", "Fields | None", str]
"""(subscript, +=, value, value for an associative array: no tilde expansion, words for an indexed one instead of all that, how it
is written); without a subscript the value is fields.
"""


def _without_tildes(word: tree.Word) -> tree.Word:
    parts = tuple(tree.Literal("~" + part.name) if isinstance(part, tree.Tilde) else part for part in word.parts)
    return tree.make_word(parts, word.flags & ~tree.TILDE)


def _fill_by_key(sh: Shell, name: str, flags: int, append: bool, steps: list[_Step]) -> None:
    """Elements with subscripts. All words are expanded first; then the array is emptied and filled, and what a subscript
    says is worked out when its turn comes, so it may look at the elements before it.
    """
    assoc = bool(flags & ASSOC)
    pairs: list[tuple[str | None, bool, Any, str]] = []
    for subscript, add, value, untouched, spread, shown in steps:
        if subscript is None:
            pairs.append((None, False, value(sh), shown))
        elif spread is not None and not assoc and "braceexpand" in sh.options:
            pairs.append((None, False, spread(sh), shown))
        else:
            text = untouched(sh) if assoc and untouched is not None else value(sh)
            pairs.append((subscript(sh), add, text, shown))
    old = sh.vars.get(name)
    array: IndexedArray | AssocArray
    if append and isinstance(old, Variable) and old.flags & ANY_ARRAY:
        array = sh.own_array(name, old)
    elif append and old is not None and not assoc:
        array = sh.array_for_writing(name)
    else:
        array = AssocArray(sh.token) if assoc else IndexedArray(sh.token)
        sh.vars[name] = Variable(array, flags)
    if isinstance(array, AssocArray):
        _fill_assoc(sh, name, append, pairs)
        return
    at = array.top + 1
    for key, add, value, _ in pairs:
        if key is None:
            for word in value:
                sh.set_element(name, at, word)
                at += 1
        else:
            index = sh.evaluate(key)
            sh.set_element(name, index, value, add)
            at = array.real_index(index) + 1


def _fill_assoc(sh: Shell, name: str, append: bool, pairs: list[tuple[str | None, bool, Any, str]]) -> None:
    for key, add, value, shown in pairs:
        if key is None:
            for word in value:
                sh.warn(f"{name}: {word}: must use subscript when assigning associative array")
        elif key == "":
            sh.warn(f"{shown}: bad array subscript")
        else:
            sh.set_element(name, key, value, add and append)
