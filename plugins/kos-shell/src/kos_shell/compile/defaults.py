"""${x:-word} and its kin: - = ? + with and without a colon.

The word is expanded like part of the command (with its own quotes, into any number of fields), so these need both faces:
`default_text` where one string is wanted, `default_feed` where fields are built.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.compile.parameters import DYNAMIC, ONE, STAR, Source, StarList
from kos_shell.errors import ExpansionFailure, FatalExpansion
from kos_shell.expansion.fields import FieldBuilder
from kos_shell.names import is_identifier
from kos_shell.syntax import tree

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Text = Callable[[Shell], str]
    Feed = Callable[[Shell, FieldBuilder], None]


class Defaults:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def source(self, param: tree.Param) -> Source: ...
        def subscript(self, name: str, word: tree.Word) -> Callable[[Shell], int | str]: ...
        def join_texts(self, parts: tuple[tree.WordPart, ...], quoted: bool) -> Text: ...
        def feeds(self, parts: tuple[tree.WordPart, ...], quoted: bool, *, nested: bool) -> list[Feed]: ...

    def decided(self, part: tree.ParamDefault, *, fields: bool = False) -> Callable[[Shell], Any]:
        """Return what gives the value to use, or None if the word is to be expanded (for `+`: the other way round).

        fields: it is an argument, unquoted: then an empty IFS doesn't make one empty text of several empty parameters.
        """
        source = self.source(part.param)
        read, kind = source.read, source.kind
        colon = part.op[0] == ":"

        def value(sh: Shell) -> Any:
            found = read(sh)
            if type(found) is str:
                return found if found or not colon else None
            if found is None:
                return None
            if not found:
                return None
            if colon and kind != DYNAMIC and not (sh.splitter.star if kind == STAR and not fields else " ").join(found):
                return None
            return found

        return value

    def _assigner(self, part: tree.ParamDefault, word: Text) -> Text:
        """`=`: assigns the expanded word and returns what the variable then holds."""
        param = part.param
        name = param.name
        key = None if param.index is None or param.indirect else self.subscript(name, param.index)
        reference = self.source(tree.Param(name, param.index, param.every)) if param.indirect else None

        def assign(sh: Shell) -> str:
            target = name
            if reference is not None:
                found = reference.read(sh)
                target = " ".join(found) if isinstance(found, list) else found or ""
                if "[" in target:
                    raise ExpansionFailure(f"{target}: invalid variable name")
            if not is_identifier(target) or (param.every and reference is None):
                shown = f"${name}" if name.isdecimal() or not is_identifier(target) else target
                raise ExpansionFailure(f"{shown}: cannot assign in this way")
            text = word(sh)
            if key is not None:
                where = key(sh)
                sh.set_element(name, where, text)
                return sh.get_element(name, where) or ""
            sh.assign(target, text)
            return sh.get(target) or ""

        return assign

    def _refuser(self, part: tree.ParamDefault, word: Text) -> Callable[[Shell], FatalExpansion]:
        """`?`: returns the error to raise."""
        name = self.source(part.param).name.lstrip("$")
        empty = not part.word.parts
        default = "parameter null or not set" if part.op[0] == ":" else "parameter not set"
        return lambda sh: FatalExpansion(f"{name}: {default if empty else word(sh)}")

    def joiner(self, source: Source) -> Callable[[Shell, Any], str]:
        kind = source.kind

        def joined(sh: Shell, value: Any) -> str:
            if type(value) is str:
                return value
            return (sh.splitter.star if kind == STAR or type(value) is StarList else " ").join(value)

        return joined

    def default_text(self, part: tree.ParamDefault, quoted: bool) -> Text:
        decide = self.decided(part)
        word = self.join_texts(part.word.parts, quoted)
        joined = self.joiner(self.source(part.param))
        op = part.op[-1]
        if op == "+":
            return lambda sh: "" if decide(sh) is None else word(sh)
        if op == "=":
            word = self._assigner(part, word)
        elif op == "?":
            refuse = self._refuser(part, word)

            def require(sh: Shell) -> str:
                value = decide(sh)
                if value is None:
                    raise refuse(sh)
                return joined(sh, value)

            return require

        def text(sh: Shell) -> str:
            value = decide(sh)
            if value is None:
                return word(sh)
            return value if type(value) is str else joined(sh, value)

        return text

    def default_feed(self, part: tree.ParamDefault, quoted: bool) -> Feed:
        decide = self.decided(part, fields=not quoted)
        source = self.source(part.param)
        inner = self.feeds(part.word.parts, quoted, nested=True)
        op = part.op[-1]
        feed_value = self._feed_value(source, quoted)

        def feed_word(sh: Shell, builder: FieldBuilder) -> None:
            for feed in inner:
                feed(sh, builder)
            if quoted and (not inner or builder.text is None):
                builder.quoted("")
                builder.void = False

        if op == "+":

            def alternative(sh: Shell, builder: FieldBuilder) -> None:
                if decide(sh) is not None:
                    feed_word(sh, builder)
                elif quoted and (
                    source.kind == ONE or (source.kind == DYNAMIC and not isinstance(source.read(sh), list))
                ):
                    builder.quoted("")

            return alternative
        if op == "=":
            assign = self._assigner(part, self.join_texts(part.word.parts, quoted))

            def assigning(sh: Shell, builder: FieldBuilder) -> None:
                value = decide(sh)
                feed_value(sh, builder, assign(sh) if value is None else value)

            return assigning
        if op == "?":
            refuse = self._refuser(part, self.join_texts(part.word.parts, quoted))

            def requiring(sh: Shell, builder: FieldBuilder) -> None:
                value = decide(sh)
                if value is None:
                    raise refuse(sh)
                feed_value(sh, builder, value)

            return requiring

        def default(sh: Shell, builder: FieldBuilder) -> None:
            value = decide(sh)
            if value is None:
                feed_word(sh, builder)
            else:
                feed_value(sh, builder, value)

        return default

    def _feed_value(self, source: Source, quoted: bool) -> Callable[[Shell, FieldBuilder, Any], None]:
        kind = source.kind

        def feed(sh: Shell, builder: FieldBuilder, value: Any) -> None:
            if type(value) is str:
                if quoted:
                    builder.quoted(value)
                else:
                    builder.split(value)
            elif not quoted:
                builder.split_list(value)
            elif kind == STAR or type(value) is StarList:
                builder.quoted(sh.splitter.star.join(value))
            else:
                builder.quoted_list(value)

        return feed
