"""Where the value of a parameter comes from: `$x`, `$1`, `$@`, `${a[i]}`, `${a[@]}`, `${!x}`.

`source(param)` gives a Source: a reader `(sh) -> str | None | list`, None meaning unset, and what kind of thing it reads:

    one      a single value
    at       a list that "$@" keeps apart
    star     a list that "$*" joins with the first character of IFS
    dynamic  known only when it runs (`${!x}`): a str, None, a list (at) or a StarList (star)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.errors import ExpansionFailure, Unbound
from kos_shell.names import is_identifier, split_subscript
from kos_shell.syntax import tree
from kos_shell.values import ANY_ARRAY, ASSOC, NAMEREF, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Text = Callable[[Shell], str]
    Read = Callable[[Shell], Any]

ONE, AT, STAR, DYNAMIC = "one", "at", "star", "dynamic"
SPECIALS = frozenset("@*#?-$!0")


class StarList(list[str]):
    """A list that quotes join."""


class Source:
    """A reader and its kind. name: the parameter as error messages call it."""

    __slots__ = ("read", "kind", "name")

    def __init__(self, read: Read, kind: str, name: str) -> None:
        self.read = read
        self.kind = kind
        self.name = name


def special_value(sh: Shell, name: str) -> str | None:
    """Return the value of a special or positional parameter; of @ and * joined."""
    if name == "?":
        return str(sh.status)
    if name == "#":
        return str(len(sh.args))
    if name == "0":
        return sh.name0
    if name == "$":
        return str(sh.shell_pid)
    if name == "!":
        return None if sh.last_background is None else str(sh.last_background)
    if name == "-":
        return sh.option_letters()
    if name in "@*":
        return (" " if name == "@" else sh.splitter.star).join(sh.args) if sh.args else None
    number = int(name)
    if number == 0:
        return sh.name0
    return sh.args[number - 1] if number <= len(sh.args) else None


def _shown(word: tree.Word) -> str:
    from kos_shell.syntax.unparse import unparse

    return word.literal or unparse(word)


def _with_quotes(word: tree.Word) -> tree.Word:
    """Return a subscript as arithmetic reads it: single quotes stay, and are an error there."""
    if not any(isinstance(part, tree.SingleQuoted | tree.AnsiQuoted) for part in word.parts):
        return word
    parts = [
        tree.Literal(f"'{part.text}'") if isinstance(part, tree.SingleQuoted | tree.AnsiQuoted) else part
        for part in word.parts
    ]
    return tree.make_word(tuple(parts), word.flags)


def read_reference(sh: Shell, text: str, subscript: Callable[[str], str]) -> Any:
    """Return what `${!x}` gives when x holds `text`. Raises ExpansionFailure if that is no parameter."""
    if is_identifier(text):
        return sh.get(text)
    if text.isdecimal() and text.isascii():
        return special_value(sh, text) if len(text) < 10 else None
    if text in SPECIALS and text:
        if text == "@":
            return list(sh.args)
        if text == "*":
            return StarList(sh.args)
        return special_value(sh, text)
    name, inner = split_subscript(text)
    if inner is None:
        raise ExpansionFailure(f"{text}: invalid variable name")
    if inner == "@":
        return sh.elements(name)
    if inner == "*":
        return StarList(sh.elements(name))
    return sh.get_element(name, sh.subscript_key(name, subscript(inner)))


class Parameters:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def string(self, word: tree.Word) -> Text: ...
        def arithmetic(self, word: tree.Word) -> Callable[[Shell], int]: ...

    def source(self, param: tree.Param) -> Source:
        """Return how to read a parameter."""
        if param.indirect:
            return self._indirect(param)
        name = param.name
        if param.every:
            kind = AT if param.every == "@" else STAR
            return Source(lambda sh: sh.elements(name), kind, f"{name}[{param.every}]")
        if param.index is not None:
            return self._element(param)
        if name == "@":
            return Source(lambda sh: sh.args, AT, name)
        if name == "*":
            return Source(lambda sh: sh.args, STAR, name)
        if name.isdecimal():
            if len(name) > 9:
                return Source(lambda sh: None, ONE, name)
            return self._positional(int(name))
        if name in SPECIALS:
            return Source(lambda sh: special_value(sh, name), ONE, "$!" if name == "!" else name)

        def variable(sh: Shell) -> str | None:
            value = sh.vars.get(name)
            if type(value) is str or value is None:
                return value
            if type(value) is int:
                return str(value)
            return sh.get(name)

        return Source(variable, ONE, name)

    def _positional(self, number: int) -> Source:
        if number == 0:
            return Source(lambda sh: sh.name0, ONE, "$0")
        at = number - 1

        def positional(sh: Shell) -> str | None:
            args = sh.args
            return args[at] if at < len(args) else None

        return Source(positional, ONE, f"${number}")

    def _element(self, param: tree.Param) -> Source:
        name = param.name
        assert param.index is not None
        key = self.subscript(name, param.index)
        return Source(lambda sh: sh.get_element(name, key(sh)), ONE, f"{name}[{_shown(param.index)}]")

    def subscript(self, name: str, word: tree.Word) -> Callable[[Shell], int | str]:
        """Return what evaluates a subscript: a string if the variable is associative when it runs, else a number."""
        text = self.string(word)
        number: Callable[[Shell], int] | None = None
        static = word.static
        if static is not None and not static.strip():

            def empty(sh: Shell) -> int | str:
                if sh.resolve(name).flags & ASSOC:
                    return static
                raise ExpansionFailure(
                    f"{name}: bad array subscript" if static else f"{name}[{_shown(word)}]: bad array subscript"
                )

            return empty
        compile_number = self.arithmetic

        def key(sh: Shell) -> int | str:
            nonlocal number
            value = sh.vars.get(name)
            if isinstance(value, Variable) and value.flags & (ASSOC | NAMEREF):
                if value.flags & ASSOC or sh.resolve(name).flags & ASSOC:
                    return text(sh)
            if number is None:
                number = compile_number(_with_quotes(word))
            return number(sh)

        return key

    def _indirect(self, param: tree.Param) -> Source:
        """`${!x}`, `${!a[i]}`, `${!1}`: the value names the parameter. Of a nameref it is the name it holds."""
        base = self.source(tree.Param(param.name, param.index, param.every))
        name = param.name
        plain = param.index is None and not param.every

        def read(sh: Shell) -> Any:
            if plain:
                variable = sh.vars.get(name)
                if isinstance(variable, Variable) and variable.flags & NAMEREF:
                    target, subscript = sh.dereference(variable)
                    return target if subscript is None else f"{target}[{subscript}]"
            text = base.read(sh)
            if isinstance(text, list):
                text = " ".join(text)
            if text is None:
                if name in ("@", "*") or (plain and sh.resolve(name).flags & ANY_ARRAY):
                    return None
                raise ExpansionFailure(f"{name}: invalid indirect expansion")
            return read_reference(sh, text, sh.expand_subscript)

        return Source(read, DYNAMIC, name)

    def value(self, source: Source) -> Text:
        """Return what reads a Source of kind ONE as text: unset is "", or an error under `set -u`."""
        read, name = source.read, source.name

        def text(sh: Shell) -> str:
            value = read(sh)
            if value is None:
                if sh.nounset:
                    raise Unbound(name)
                return ""
            return value  # type: ignore[no-any-return]

        return text

    def plain_value(self, name: str) -> Text:
        """Return what reads variable `name` as text, in one call: the commonest expansion of all."""

        def text(sh: Shell) -> str:
            value = sh.vars.get(name)
            if type(value) is str:
                return value
            if type(value) is int:
                return str(value)
            value = sh.get(name)
            if value is None:
                if sh.nounset:
                    raise Unbound(name)
                return ""
            return value

        return text
