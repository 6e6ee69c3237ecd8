"""Unsetting variables, making them local, the environment of commands: the part of VariableStore about lifetimes.

    frames   [Frame(f, saved={"i": "7"}), Frame(g, saved=None)]        innermost last; None in saved: there was none

Who makes a variable local saves what was visible in its Frame; the return puts it back (`restore`). `unset` of a caller's local
variable uncovers what that hid. Assignments before a command are a Frame of their own (`is_temporary`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_shell.errors import Complaint
from kos_shell.specials import HOOKS
from kos_shell.values import ANY_ARRAY, EXPORT, HOOK, NAMEREF, READONLY, AssocArray, Dynamic, IndexedArray, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Frame


class Scopes:
    """Mixed into VariableStore."""

    if TYPE_CHECKING:
        vars: dict[str, Any]
        frames: list[Frame]
        env: dict[bytes, bytes] | None
        foreign: dict[bytes, bytes]
        token: object
        options: frozenset[str]

        def dereference(self, variable: Variable) -> tuple[str | None, str | None]: ...
        def target_name(self, name: str) -> str: ...
        def subscript_key(self, name: str, text: str) -> int | str: ...
        def own_array(self, name: str, variable: Variable) -> IndexedArray | AssocArray: ...

    # ------------------------------------------------------------------ unsetting
    def unset_variable(self, name: str, *, reference: bool = False) -> None:
        """Forget a variable (the one a nameref names, unless `reference`). Raises Complaint if it is readonly.

        In the function that made it local it stays local and unset; from a deeper function what it hid comes back.
        """
        old = self.vars.get(name)
        if old is None:
            self._reveal(name)
            return
        if isinstance(old, Variable):
            if old.flags & NAMEREF and not reference:
                target, subscript = self.dereference(old)
                if target is not None:
                    if subscript is not None:
                        self.unset_element(target, self.subscript_key(target, subscript))
                    else:
                        self.unset_variable(target)
                    return
            if old.flags & READONLY:
                raise Complaint(f"{name}: cannot unset: readonly variable")
            self.env = None
        self._reveal(name)
        if name in HOOKS:
            HOOKS[name](self)  # type: ignore[arg-type]

    def _reveal(self, name: str) -> None:
        frames = self.frames
        for depth in range(len(frames) - 1, -1, -1):
            saved = frames[depth].saved
            if saved is not None and name in saved:
                frame = frames[depth]
                if depth == len(frames) - 1 and (not frame.is_temporary or name in frame.localized):
                    break
                if "localvar_unset" in self.options and not frames[depth].is_temporary:
                    break
                frame = self.own_frame(depth)
                assert frame.saved is not None
                hidden = frame.saved.pop(name)
                if hidden is not None:
                    self.vars[name] = hidden
                    return
                break
        self.vars.pop(name, None)

    def unset_element(self, name: str, key: int | str) -> None:
        """Forget one element of an array."""
        name = self.target_name(name)
        old = self.vars.get(name)
        if old is None:
            return
        if isinstance(old, Variable):
            if old.flags & READONLY:
                raise Complaint(f"{name}: cannot unset: readonly variable")
            if old.flags & ANY_ARRAY:
                array = self.own_array(name, old)
                if isinstance(array, AssocArray):
                    array.items.pop(str(key), None)
                    return
                assert isinstance(key, int)
                index = array.real_index(key)
                if index < 0:
                    raise Complaint(f"[{key}]: bad array subscript")
                array.remove(index)
                return
        if key == 0:
            self.unset_variable(name)
        else:
            raise Complaint(f"{name}: not an array variable")

    # ------------------------------------------------------------------ scopes
    def own_frame(self, depth: int) -> Frame:
        """Return frame `depth`, copied first if another shell shares it."""
        frame = self.frames[depth]
        if frame.owner is not self.token:
            frame = self.frames[depth] = frame.clone(self.token)
        return frame

    def make_local(self, name: str) -> None:
        """Make `name` local to the function that runs, unset (an export attribute is kept, as in bash).

        Raises Complaint if it is readonly; the caller makes sure that a function runs.
        """
        depth = len(self.frames) - 1
        while not self.frames[depth].is_function:
            depth -= 1
        frame = self.own_frame(depth)
        saved = frame.saved
        if saved is None:
            saved = frame.saved = {}
        if name in saved:
            for at in range(depth + 1, len(self.frames)):
                hidden = self.frames[at].saved
                if hidden is not None and name in hidden:
                    self.own_frame(at).localized |= {name}
            return
        old = self.vars.get(name)
        flags = 0
        if isinstance(old, Variable):
            if old.flags & READONLY:
                raise Complaint(f"{name}: readonly variable")
            flags = old.flags & (EXPORT | HOOK)
            if flags & EXPORT:
                self.env = None
        elif name in HOOKS:
            flags = HOOK
        before = self.frames[depth - 1] if depth else frame
        if before.of_call and before.saved is not None and name in before.saved:
            hidden = self.own_frame(depth - 1).saved
            assert hidden is not None
            saved[name] = hidden.pop(name)
            return  # one scope, as in bash: what the assignment hides is what the local variable hides
        saved[name] = old
        if self._is_temporary(name, depth):
            return  # an assignment before the call: the local variable starts with its value
        self.vars[name] = Variable(None, flags)
        if flags & HOOK:
            HOOKS[name](self)  # type: ignore[arg-type]

    def _is_temporary(self, name: str, depth: int) -> bool:
        """Tell whether what is visible below frame `depth` comes from assignments before a command."""
        for at in range(depth - 1, -1, -1):
            frame = self.frames[at]
            if frame.saved is not None and name in frame.saved:
                return frame.is_temporary
        return False

    def restore(self, saved: dict[str, Any]) -> None:
        """Put back what local variables or assignments before a command have hidden."""
        variables = self.vars
        for name, old in saved.items():
            current = variables.get(name)
            if old is None:
                variables.pop(name, None)
            else:
                variables[name] = old
            if isinstance(old, Variable) or isinstance(current, Variable):
                self.env = None
                if name in HOOKS:
                    HOOKS[name](self)  # type: ignore[arg-type]

    def outermost(self, name: str) -> dict[str, Any] | None:
        """Return the `saved` dict that holds the global value of `name`, or None if it is visible."""
        for depth in range(len(self.frames)):
            saved = self.frames[depth].saved
            if saved is not None and name in saved:
                return self.own_frame(depth).saved
        return None

    # ------------------------------------------------------------------ the environment
    def environment(self) -> dict[bytes, bytes]:
        """Return what commands get as their environment. Don't change it: it is kept until a variable changes."""
        env = self.env
        if env is None:
            env = dict(self.foreign)
            for name, entry in self.vars.items():
                if isinstance(entry, Variable) and entry.flags & EXPORT:
                    value = entry.read(self) if isinstance(entry, Dynamic) else entry.value  # type: ignore[arg-type]
                    if entry.flags & ANY_ARRAY or value is None:
                        continue
                    env[name.encode("utf-8", "surrogateescape")] = str(value).encode("utf-8", "surrogateescape")
            self.exported_functions(env)
            self.env = env
        return env

    def exported_functions(self, env: dict[bytes, bytes]) -> None:
        """Add the exported functions to `env`. (In Shell.)"""
        raise NotImplementedError
