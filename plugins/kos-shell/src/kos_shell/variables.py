"""Reading, assigning and scoping variables: the part of a `Shell` that keeps `vars`.

`vars` is flat: it holds what is visible now. A function that makes a variable local saves what was visible before in its
Frame and puts it back when it returns, so a lookup never walks scopes.

    vars     {"i": 3, "PATH": Variable("/bin", EXPORT|HOOK), "a": Variable(IndexedArray, ARRAY)}
    frames   [Frame(f, saved={"i": "7"}), Frame(g, saved=None)]        innermost last; None in saved: there was none

Fast paths elsewhere (`sh.vars[name] = value` when the old value is a str or int) rely on this: whatever has an attribute,
an effect or elements is a Variable, never a plain str or int.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_shell.arithmetic import ArithmeticError_
from kos_shell.arithmetic.integers import wrap
from kos_shell.errors import BadSubscript, Complaint, ExpansionFailure, ReadonlyVariable
from kos_shell.expansion.lettercase import lower, upper
from kos_shell.scopes import Scopes
from kos_shell.specials import HOOKS
from kos_shell.values import (
    ANY_ARRAY,
    ARRAY,
    ASSOC,
    CAPITAL,
    CASE,
    DYNAMIC,
    EXPORT,
    HOOK,
    INTEGER,
    LOWER,
    NAMEREF,
    READONLY,
    AssocArray,
    Dynamic,
    IndexedArray,
    Variable,
)

if TYPE_CHECKING:
    from kos_shell.shell import Frame

Entry = "str | int | Variable | None"
MAX_NAMEREFS = 8


def changed_case(text: str, flags: int) -> str:
    """Return `text` as the attributes -l, -u and -c want it."""
    if flags & LOWER:
        return lower(text)
    if flags & CAPITAL:
        return upper(text[:1]) + lower(text[1:])
    return upper(text)


LARGE = 1 << 16  # a value from which on its size is charged to the process


class VariableStore(Scopes):
    """Mixed into Shell; needs vars, frames, env, token, nounset, allexport, evaluate()."""

    if TYPE_CHECKING:
        vars: dict[str, Any]
        frames: list[Frame]
        env: dict[bytes, bytes] | None
        token: object
        allexport: bool
        nounset: bool
        from_string: bool
        in_substitution: bool
        held: dict[str, int]
        k: Any

        status: int

        def evaluate(self, text: str) -> int: ...
        def expand_subscript(self, text: str) -> str: ...
        def report(self, message: str) -> None: ...
        def warn(self, message: str) -> None: ...

    # ------------------------------------------------------------------ reading
    def get(self, name: str) -> str | None:
        """Return the text of a variable (element 0 of an array), or None if it is unset."""
        value = self.vars.get(name)
        kind = type(value)
        if kind is str or value is None:
            return value
        if kind is int:
            return str(value)
        return self._text(value)

    def _text(self, variable: Variable) -> str | None:
        flags = variable.flags
        if flags & (NAMEREF | DYNAMIC):
            if flags & DYNAMIC:
                assert isinstance(variable, Dynamic)
                found = variable.read(self)  # type: ignore[arg-type]
                if isinstance(found, list):
                    return found[0] if found else None
                return found
            target, subscript = self.dereference(variable)
            if target is None:
                return None
            if subscript is not None:
                return self.get_subscripted(target, subscript)
            return self.get(target)
        value = variable.value
        if type(value) is str or value is None:
            return value
        if type(value) is int:
            return str(value)
        if type(value) is IndexedArray:
            return value.items.get(0)
        assert type(value) is AssocArray
        return value.items.get("0")

    def dereference(self, variable: Variable) -> tuple[str | None, str | None]:
        """Return what a nameref finally names: (name, subscript or None); (None, None) if it names nothing."""
        for _ in range(MAX_NAMEREFS):
            target = variable.value
            if not isinstance(target, str) or not target:
                return None, None
            name, bracket, rest = target.partition("[")
            if bracket:
                return name, rest[:-1]
            following = self.vars.get(name)
            if not isinstance(following, Variable) or not following.flags & NAMEREF:
                return name, None
            if following is variable:
                break
            variable = following
        self.warn(f"warning: {variable.value}: circular name reference")
        return None, None

    def target_name(self, name: str) -> str:
        """Return the name behind namerefs; `name` itself if it is none or names nothing. Subscripts are left out."""
        variable = self.vars.get(name)
        if isinstance(variable, Variable) and variable.flags & NAMEREF:
            return self.dereference(variable)[0] or name
        return name

    def array_name(self, name: str) -> str:
        """Return the name of the array that an assignment of elements to `name` means.

        A nameref that names nothing yet is no nameref any more. Raises ExpansionFailure for one that names an element.
        """
        variable = self.vars.get(name)
        if not isinstance(variable, Variable) or not variable.flags & NAMEREF:
            return name
        target, subscript = self.dereference(variable)
        if subscript is not None:
            raise ExpansionFailure(f"`{target}[{subscript}]': not a valid identifier")
        if target is None:
            self.warn(f"warning: {name}: removing nameref attribute")
            self.vars[name] = Variable(None, variable.flags & ~NAMEREF)
        return target or name

    def resolve(self, name: str) -> Variable:
        """Return the variable behind namerefs as a Variable, made up without attributes if it is plain or unset."""
        value = self.vars.get(self.target_name(name))
        return value if isinstance(value, Variable) else Variable(value, 0)

    def is_set(self, name: str) -> bool:
        """Tell whether `name` has a value (an array: any element 0)."""
        return self.get(name) is not None

    def elements(self, name: str) -> list[str]:
        """Return the elements of an array, the one value of a scalar, nothing if unset."""
        value = self.vars.get(name)
        if isinstance(value, Variable):
            if value.flags & NAMEREF:
                target, subscript = self.dereference(value)
                if target is None:
                    return []
                if subscript is None:
                    return self.elements(target)
                text = self.get_subscripted(target, subscript)
                return [] if text is None else [text]
            if isinstance(value, Dynamic):
                found = value.read(self)  # type: ignore[arg-type]
                return found if isinstance(found, list) else [] if found is None else [found]
            if isinstance(value.value, IndexedArray | AssocArray):
                return value.value.values()
        text = self.get(name)
        return [] if text is None else [text]

    def keys(self, name: str) -> list[str]:
        """Return the subscripts of an array; of a set scalar "0"."""
        name = self.target_name(name)
        value = self.vars.get(name)
        if isinstance(value, Variable):
            if isinstance(value, Dynamic):
                return [str(i) for i in range(len(self.elements(name)))]
            if isinstance(value.value, IndexedArray | AssocArray):
                return value.value.keys()
        return [] if self.get(name) is None else ["0"]

    def has_value(self, name: str) -> bool:
        """Tell whether a variable was ever given a value, be it an array without elements."""
        value = self.vars.get(name)
        if isinstance(value, Variable):
            if value.flags & NAMEREF:
                target = self.dereference(value)[0]
                return target is not None and self.has_value(target)
            return isinstance(value, Dynamic) or value.value is not None
        return value is not None

    def get_element(self, name: str, key: int | str) -> str | None:
        """Return element `key` of an array; key 0 of a scalar is its value. Negative subscripts count from behind.

        Complains (and gives None) about a negative subscript before the first element.
        """
        value = self.vars.get(name)
        if isinstance(value, Variable):
            if value.flags & NAMEREF:
                target = self.dereference(value)[0]
                return None if target is None else self.get_element(target, key)
            array: object = value.value
            if isinstance(value, Dynamic):
                found = value.read(self)  # type: ignore[arg-type]
                array = IndexedArray(None, found) if isinstance(found, list) else found
            if type(array) is IndexedArray:
                assert isinstance(key, int)
                if key < 0:
                    key = array.real_index(key)
                    if key < 0:
                        self.report(f"{name}: bad array subscript")
                        return None
                return array.items.get(key)
            if type(array) is AssocArray:
                if key == "":
                    self.report(f"{name}: bad array subscript")
                return array.items.get(str(key))
            if key == "" and value.flags & ASSOC:  # declared, and without a value so far
                self.report(f"{name}: bad array subscript")
                return None
        if key == 0 or key == -1:
            text = self.get(name)
            if text is None and key:
                self.report(f"{name}: bad array subscript")
            return text
        if isinstance(key, int) and key < 0:
            self.report(f"{name}: bad array subscript")
        return None

    def subscript_key(self, name: str, text: str) -> int | str:
        """Return the key that the (already expanded) subscript text means for this variable."""
        if self.resolve(name).flags & ASSOC:
            return text
        try:
            return self.evaluate(text)
        except ArithmeticError_ as error:
            error.of_subscript = True
            raise

    def get_subscripted(self, name: str, subscript: str) -> str | None:
        """Return element `subscript` (its text) of `name`; "@" and "*" give all, joined."""
        if subscript in ("@", "*"):
            return " ".join(self.elements(name))
        return self.get_element(name, self.subscript_key(name, self.expand_subscript(subscript)))

    def names_starting(self, prefix: str) -> list[str]:
        """Return the names of set variables that start with `prefix`, sorted."""
        return sorted(
            name
            for name, entry in self.vars.items()
            if name.startswith(prefix) and not (type(entry) is Variable and entry.value is None)
        )

    # ------------------------------------------------------------------ assigning
    def hold(self, name: str, size: int) -> None:
        """Account for a variable's new value of so many characters: big ones are charged to the process, in steps of LARGE.

        Raises OutOfMemory at the limit, before anything has changed.
        """
        held = self.held
        now = -(-size // LARGE) * LARGE if size > LARGE else 0
        before = held.get(name, 0)
        if now != before:
            self.k.charge(now - before)
            if now:
                held[name] = now
            else:
                del held[name]

    def assign(self, name: str, value: str | int) -> None:
        """Give a variable a value, as `name=value` does: attributes, effects and readonly are honoured.

        An int must be what the text says exactly. Raises ReadonlyVariable; OutOfMemory for a value beyond the memory limit.
        """
        if type(value) is str and (len(value) > LARGE or self.held):
            self.hold(name, len(value))
        old = self.vars.get(name)
        kind = type(old)
        if kind is str or kind is int:
            self.vars[name] = value
        elif old is None:
            if name in HOOKS or self.allexport:
                flags = (HOOK if name in HOOKS else 0) | (EXPORT if self.allexport else 0)
                self._assign_variable(name, Variable(None, flags), value)
            else:
                self.vars[name] = value
        else:
            self._assign_variable(name, old, value)

    def _assign_variable(self, name: str, old: Variable, value: str | int) -> None:
        flags = old.flags
        if flags & NAMEREF:
            self._assign_through(name, old, str(value))
            return
        if flags & READONLY:
            raise ReadonlyVariable(name)
        if flags & INTEGER and type(value) is str:
            value = self.evaluate_value(value)
        if flags & CASE:
            value = changed_case(str(value), flags)
        if flags & DYNAMIC:
            assert isinstance(old, Dynamic)
            if old.write is not None:
                old.write(self, str(value))  # type: ignore[arg-type]
            return
        if flags & ANY_ARRAY:
            array = self.own_array(name, old)
            if isinstance(array, IndexedArray):
                array.set(0, str(value))
            else:
                array.items["0"] = str(value)
            return
        if self.allexport:
            flags |= EXPORT
        self.vars[name] = Variable(value, flags) if flags else value
        if flags & EXPORT:
            self.env = None
        if flags & HOOK:
            HOOKS[name](self)  # type: ignore[arg-type]

    def _assign_through(self, name: str, reference: Variable, value: str) -> None:
        if not reference.value:
            from kos_shell.names import is_reference_target

            if not is_reference_target(value):
                raise Complaint(f"`{value}': not a valid identifier")
            self.vars[name] = Variable(value, reference.flags)
            return
        target, subscript = self.dereference(reference)
        if target is None:
            raise ExpansionFailure("")
        if subscript is None:
            self.assign(target, value)
        else:
            self.set_element(target, self.subscript_key(target, self.expand_subscript(subscript)), value)

    def append(self, name: str, value: str) -> None:
        """name+=value: text is joined, numbers (attribute -i) are added, an array's element 0 is appended to."""
        flags = self.resolve(name).flags
        if flags & INTEGER:
            self.assign(name, wrap(self.evaluate(self.get(name) or "0") + self.evaluate_value(value)))
        else:
            self.assign(name, (self.get(name) or "") + value)

    def evaluate_value(self, text: str) -> int:
        """Return what a value for a variable with the attribute -i comes to.

        An error leaves a `$?` that isn't 0 as it was, but in a text that was given whole: bash -c, a command substitution.
        """
        try:
            return self.evaluate(text)
        except ArithmeticError_ as error:
            error.status = 1 if self.in_substitution or self.from_string else self.status or 1
            error.whole = True
            raise

    def own_array(self, name: str, variable: Variable) -> IndexedArray | AssocArray:
        """Return the array in `variable`, ready to be changed in place (cloned first if another shell shares it)."""
        array = variable.value
        if isinstance(array, IndexedArray | AssocArray):
            if array.owner is self.token:
                return array
            array = array.clone(self.token)
        elif variable.flags & ASSOC:
            array = AssocArray(self.token)
        else:
            array = IndexedArray(self.token)
        self.vars[name] = Variable(array, variable.flags)
        return array

    def array_for_writing(self, name: str) -> IndexedArray | AssocArray:
        """Return the array called `name`, made if there's none; a scalar becomes element 0. Raises ReadonlyVariable."""
        old = self.vars.get(name)
        if isinstance(old, Variable):
            if old.flags & READONLY:
                raise ReadonlyVariable(name)
            if old.flags & ANY_ARRAY:
                return self.own_array(name, old)
            text = self.get(name)
            array = IndexedArray(self.token, [] if text is None else [text])
            self.vars[name] = Variable(array, old.flags & ~(DYNAMIC | HOOK) | ARRAY)
            self.env = None
            return array
        array = IndexedArray(self.token, [] if old is None else [str(old)])
        self.vars[name] = Variable(array, ARRAY | (EXPORT if self.allexport else 0))
        return array

    def set_element(self, name: str, key: int | str, value: str, append: bool = False) -> None:
        """Assign element `key`. Raises ReadonlyVariable, and ExpansionFailure for a negative subscript before the first."""
        name = self.array_name(name)
        array = self.array_for_writing(name)
        flags = self.vars[name].flags
        if type(array) is IndexedArray:
            if type(key) is not int:
                key = self.evaluate(str(key))
            if key < 0:
                index = array.real_index(key)
                if index < 0:
                    raise BadSubscript(f"{name}[{key}]: bad array subscript")
                key = index
            if append or flags & (INTEGER | CASE):
                value = self._element_value(array.items.get(key), value, append, flags)
            array.set(key, value)
        else:
            assert type(array) is AssocArray
            key = str(key)
            if append or flags & (INTEGER | CASE):
                value = self._element_value(array.items.get(key), value, append, flags)
            array.items[key] = value

    def _element_value(self, old: str | None, value: str, append: bool, flags: int) -> str:
        if flags & INTEGER:
            number = self.evaluate_value(value) + (self.evaluate(old) if append and old else 0)
            return str(wrap(number))
        if append:
            value = (old or "") + value
        return changed_case(value, flags) if flags & CASE else value

    def set_array(self, name: str, values: list[str]) -> None:
        """Make `name` an indexed array of `values`, whatever it was before (its attributes stay)."""
        name = self.target_name(name)
        flags = self.resolve(name).flags
        if flags & READONLY:
            raise ReadonlyVariable(name)
        array = IndexedArray(self.token, None if flags & (INTEGER | CASE) else values)
        self.vars[name] = Variable(array, flags & ~(ASSOC | DYNAMIC | HOOK) | ARRAY)
        if flags & (INTEGER | CASE):
            for index, value in enumerate(values):
                self.set_element(name, index, value)

    def unset_array_value(self, name: str) -> None:
        """Empty an array that is to be filled anew; complains if it is readonly or associative."""
        flags = self.resolve(name).flags
        if flags & READONLY:
            raise ReadonlyVariable(name)
        if flags & ASSOC:
            raise Complaint(f"{name}: cannot convert associative to indexed array")
