"""What the operators of `${x op ...}` make of a value.

Each operator is prepared once an expansion (its pattern or numbers are evaluated then) and applied to the value, or to each
element of a list: `prepare(sh) -> (str -> str)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.arithmetic import ArithmeticError_
from kos_shell.compile.parameters import AT, DYNAMIC, ONE, STAR, Source, StarList
from kos_shell.errors import ExpansionFailure, Unbound
from kos_shell.expansion.lettercase import lower, swapped, upper
from kos_shell.expansion.replacement import replace_all, replace_first, replacement_template
from kos_shell.expansion.transform import attribute_letters, declaration, key_values, transform
from kos_shell.syntax import tree
from kos_shell.values import ANY_ARRAY, ARRAY, ASSOC, AssocArray, Dynamic, IndexedArray, Variable

if TYPE_CHECKING:
    from kos_kernel.api import Glob
    from kos_shell.shell import Shell

    Text = Callable[[Shell], str]
    Prepare = Callable[[Shell], Callable[[str], str]]


def _trimmed(op: str, glob: Glob, value: str) -> str:
    if op == "#":
        end = glob.shortest_prefix(value)
        return value if end is None else value[end:]
    if op == "##":
        end = glob.longest_prefix(value)
        return value if end is None else value[end:]
    start = glob.shortest_suffix(value) if op == "%" else glob.longest_suffix(value)
    return value if start is None else value[:start]


class Operators:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def source(self, param: tree.Param) -> Source: ...
        def string(self, word: tree.Word) -> Text: ...
        def pattern(self, word: tree.Word) -> Text: ...
        def replacement(self, word: tree.Word) -> Text: ...
        def arithmetic(self, word: tree.Word) -> Callable[[Shell], int]: ...
        def subscript(self, name: str, word: tree.Word) -> Callable[[Shell], int | str]: ...
        def matcher(self, word: tree.Word) -> Callable[[Shell], Glob]: ...

    def expansion(self, part: tree.Expansion) -> Source:
        """Return the Source of a parameter expansion other than ParamDefault."""
        kind = type(part)
        if kind is tree.Param:
            return self.source(part)  # type: ignore[arg-type]
        if isinstance(part, tree.ParamLength):
            return self._length(part)
        if isinstance(part, tree.ParamTrim):
            return self._trim(part)
        if isinstance(part, tree.ParamReplace):
            return self._map(part.param, self.replacer(part))
        if isinstance(part, tree.ParamCase):
            return self._map(part.param, self.case_changer(part))
        if isinstance(part, tree.ParamSlice):
            return self._slice(part)
        if isinstance(part, tree.ParamTransform):
            return self._transform(part)
        if isinstance(part, tree.ParamNames):
            prefix = part.prefix
            return Source(lambda sh: sh.names_starting(prefix), AT if part.op == "@" else STAR, f"!{prefix}")
        if isinstance(part, tree.ParamKeys):
            name = part.name
            return Source(lambda sh: sh.keys(name), AT if part.op == "@" else STAR, f"!{name}")
        if isinstance(part, tree.BadSubstitution):
            text = part.source

            def refuse(sh: Shell) -> str:
                raise ExpansionFailure(f"{text}: bad substitution")

            return Source(refuse, ONE, text)
        raise AssertionError(part)

    def _map(self, param: tree.Param, prepare: Prepare) -> Source:
        source = self.source(param)
        base, name = source.read, source.name

        def read(sh: Shell) -> Any:
            value = base(sh)
            if type(value) is str:
                return prepare(sh)(value)
            if value is None:
                if sh.nounset:
                    raise Unbound(name)
                prepare(sh)
                return ""
            if not value:
                return value  # of nothing, the pattern isn't looked at
            apply = prepare(sh)
            return type(value)([apply(item) for item in value])

        return Source(read, source.kind, name)

    # ------------------------------------------------------------------ length
    def _length(self, part: tree.ParamLength) -> Source:
        source = self.source(part.param)
        base, name = source.read, source.name
        if source.kind in (AT, STAR):
            if not part.param.every:
                return Source(lambda sh: str(len(base(sh))), ONE, name)
            listed = part.param.name

            def count(sh: Shell) -> str:
                if sh.nounset and not sh.resolve(listed).flags & ANY_ARRAY:
                    raise Unbound(listed)  # one that is no array too
                return str(len(base(sh)))

            return Source(count, ONE, name)

        whole, element = part.param.name, part.param.index is not None
        key = None if part.param.index is None else self.subscript(whole, part.param.index)

        def length(sh: Shell) -> str:
            if key is not None and sh.resolve(whole).flags & ASSOC and key(sh) == "":
                raise ExpansionFailure(f"{name.partition('[')[2]}: bad array subscript")
            value = base(sh)
            if value is None:
                if sh.nounset and not (element and sh.resolve(whole).flags & ANY_ARRAY):
                    raise Unbound(whole if element else name)
                return "0"
            return str(len(value))

        return Source(length, ONE, name)

    # ------------------------------------------------------------------ # ## % %%
    def _trim(self, part: tree.ParamTrim) -> Source:
        op = part.op
        known = part.pattern.literal
        if known is not None and op in ("%", "#"):  # ${x%.txt}: str methods do it
            if op == "%":
                return self._map(part.param, lambda sh: lambda value: value.removesuffix(known))
            return self._map(part.param, lambda sh: lambda value: value.removeprefix(known))
        return self._map(part.param, self.trimmer(part))

    def trimmer(self, part: tree.ParamTrim) -> Prepare:
        """Return what prepares `#`, `##`, `%` or `%%` with its pattern."""
        op = part.op
        matcher = self.matcher(part.pattern)

        def prepare(sh: Shell) -> Callable[[str], str]:
            glob = matcher(sh)
            return lambda value: _trimmed(op, glob, value)

        return prepare

    # ------------------------------------------------------------------ / // /# /%
    def replacer(self, part: tree.ParamReplace) -> Prepare:
        """Return what prepares `/` and its like."""
        op = part.op
        template = None if part.replacement is None else self.replacement(part.replacement)
        plain = None if part.replacement is None else part.replacement.literal
        known = part.pattern.literal
        matcher, pattern = self.matcher(part.pattern), self.pattern(part.pattern)

        def prepare(sh: Shell) -> Callable[[str], str]:
            glob = sh.caches.glob(pattern(sh), nocase=True) if "nocasematch" in sh.options else matcher(sh)
            new = replacement_template("" if template is None else template(sh), "patsub_replacement" in sh.options)
            if op == "//":
                return lambda value: replace_all(glob, value, new)
            return lambda value: replace_first(glob, value, new, op)

        if known and op in ("/", "//") and (part.replacement is None or (plain is not None and "&" not in plain)):
            fixed, count = plain or "", -1 if op == "//" else 1

            def text(sh: Shell) -> Callable[[str], str]:
                if "nocasematch" in sh.options:
                    return prepare(sh)
                return lambda value: value.replace(known, fixed, count)

            return text
        return prepare

    # ------------------------------------------------------------------ ^ ^^ , ,, ~ ~~
    def case_changer(self, part: tree.ParamCase) -> Prepare:
        """Return what prepares `^` and its like."""
        op = part.op
        change = {"^": upper, ",": lower, "~": swapped}[op[0]]
        every = len(op) == 2
        if part.pattern is None or part.pattern.literal == "":
            if every:
                return lambda sh: change
            return lambda sh: lambda value: change(value[:1]) + value[1:]
        matcher = self.matcher(part.pattern)

        def prepare(sh: Shell) -> Callable[[str], str]:
            matches = matcher(sh).matches
            if every:
                return lambda value: "".join([change(c) if matches(c) else c for c in value])
            return lambda value: change(value[0]) + value[1:] if value and matches(value[0]) else value

        return prepare

    # ------------------------------------------------------------------ :offset:length
    def _slice(self, part: tree.ParamSlice) -> Source:
        offset = self.arithmetic(part.offset)
        length = None if part.length is None else self.arithmetic(part.length)
        param = part.param
        source = self.source(param)
        base, name, kind = source.read, source.name, source.kind
        array_name = param.name
        reference = self.source(tree.Param(param.name, param.index, param.every)) if param.indirect else None
        positional = not param.indirect and param.name in ("@", "*")
        shown = tree.Word((), "", 0) if part.length is None else part.length

        def read(sh: Shell) -> Any:
            value = base(sh)
            if type(value) is str or value is None:
                if value is None:
                    if sh.nounset:
                        raise Unbound(name)
                    return ""
                start = offset(sh)
                if start < 0:
                    start += len(value)
                    if start < 0:
                        return ""
                if length is None:
                    return value[start:]
                size = length(sh)
                if size >= 0:
                    return value[start : start + size]
                stop = len(value) + size
                if stop < start:
                    if start > len(value):
                        return ""
                    raise ArithmeticError_(
                        "", f"{size if shown.literal is None else shown.literal}: substring expression < 0", None
                    )
                return value[start:stop]
            start = offset(sh)
            count = None if length is None else length(sh)
            if count is not None and count < 0:
                raise ExpansionFailure(f"{count if shown.literal is None else shown.literal}: substring expression < 0")
            if positional:
                items = [sh.name0, *value] if start == 0 else value
                if start < 0:
                    items = [sh.name0, *value]
                    start += len(items)
                    if start < 0:
                        return type(value)() if isinstance(value, StarList) else []
                elif start > 0:
                    start -= 1
            else:
                sliced = array_name if reference is None else _named(reference.read(sh))
                items, start = _from_index(sh, sliced, list(value), start)
            return items[start:] if count is None else items[start : start + count]

        return Source(read, kind, name)

    # ------------------------------------------------------------------ @Q @A ...
    def _transform(self, part: tree.ParamTransform) -> Source:
        source = self.source(part.param)
        op, param = part.op, part.param
        base, name = source.read, source.name
        if op in "Aa":
            plain = self.source(tree.Param(param.name, param.index, param.every)) if param.indirect else source
            whole = source.kind != ONE

            def describe(sh: Shell) -> Any:
                if param.indirect:
                    target = _named(plain.read(sh))
                    if target and not target.isdecimal() and op == "a":
                        letters = attribute_letters(sh.resolve(target).flags)
                        found = base(sh)
                        return type(found)([letters] * len(found)) if isinstance(found, list) else letters
                elif param.name in ("@", "*"):
                    return (
                        []
                        if op == "a" or not sh.args
                        else ["set -- " + " ".join(transform(sh, "Q", arg) for arg in sh.args)]
                    )
                else:
                    target = param.name
                if op == "A":
                    text = declaration(sh, target, whole, base(sh) if param.index is not None else None)
                    if source.kind == ONE:
                        return text
                    if source.kind == STAR:
                        return StarList([text] if text else [])
                    return text.split(" ", 2)  # declare -a name=(...): three words
                shown = attribute_letters(sh.resolve(target).flags)
                if source.kind in (AT, STAR):
                    return [shown] * len(base(sh))
                if base(sh) is None and target not in sh.vars:
                    if sh.nounset:
                        raise Unbound(name)
                    return ""
                return shown

            return Source(describe, source.kind, name)
        if op in "Kk" and source.kind in (AT, STAR):
            return Source(lambda sh: key_values(sh, param.name, base(sh), op == "k"), source.kind, name)

        def read(sh: Shell) -> Any:
            value = base(sh)
            if type(value) is str:
                return transform(sh, op, value)
            if value is None:
                if sh.nounset:
                    raise Unbound(name)
                return ""
            return type(value)([transform(sh, op, item) for item in value])

        return Source(read, source.kind, name)


def _named(reference: Any) -> str:
    """Return the name of the array in what ${!x} goes by: "a" of "a[@]"."""
    text = " ".join(reference) if isinstance(reference, list) else reference or ""
    return str(text).partition("[")[0]


def _from_index(sh: Shell, name: str, values: list[str], start: int) -> tuple[list[str], int]:
    """Return (elements, where the slice starts in them): the offset of an indexed array is a subscript, not a count."""
    variable = sh.resolve(name)
    array = variable.value if isinstance(variable, Variable) and not isinstance(variable, Dynamic) else None
    if isinstance(array, IndexedArray):
        if start < 0:
            start += array.top + 1
            if start < 0:
                return [], 0
        if array.top + 1 == len(array.items):
            return values, start
        kept = sum(1 for index in array.items if index < start)
        return values, kept
    if isinstance(array, AssocArray):
        # bash counts from one here, and 0 is 1
        return (values, max(0, start - 1)) if start >= 0 else (values, max(0, start + len(values)))
    return (values, start) if start >= 0 else (values, len(values) + start if len(values) + start >= 0 else len(values))


__all__ = ["ARRAY", "DYNAMIC", "Operators"]
