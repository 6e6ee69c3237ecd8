"""From a word to what it expands to: one string, a list of fields, or a pattern.

    string(word)    (sh) -> str             assignments, case, here-strings, [[ ]]: no splitting, no pathnames
    fields(words)   (sh) -> list[str]       arguments

A word whose parts can't be split, don't list files and give one value each is a string even in an argument list; a lone `$x`
has a closure of its own; the rest goes through a FieldBuilder.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_shell.compile.parameters import AT, DYNAMIC, ONE, STAR, Source, StarList
from kos_shell.compile.patterns import constant
from kos_shell.errors import ExpansionFailure, Unbound
from kos_shell.expansion.fields import FieldBuilder, split_fields
from kos_shell.expansion.tilde import expand_tilde
from kos_shell.names import is_identifier
from kos_shell.syntax import tree
from kos_shell.syntax.braces import BraceExpansionTooLarge, expand_braces

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Text = Callable[[Shell], str]
    AddTo = Callable[[Shell, list[str]], None]
    Feed = Callable[[Shell, FieldBuilder], None]
    Argv = Callable[[Shell], list[str]]

_SEQUENCE = re.compile(r"\{(-?(?:0|[1-9]\d{0,17}))\.\.(-?(?:0|[1-9]\d{0,17}))(?:\.\.(-?\d{1,18}))?\}\Z").match
_LISTS = frozenset([AT, STAR, DYNAMIC])


class Words:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def source(self, param: tree.Param) -> Source: ...
        def expansion(self, part: tree.Expansion) -> Source: ...
        def value(self, source: Source) -> Text: ...
        def plain_value(self, name: str) -> Text: ...
        def arithmetic(self, word: tree.Word) -> Callable[[Shell], int]: ...
        def subscript(self, name: str, word: tree.Word) -> Callable[[Shell], int | str]: ...
        def substitution(self, part: tree.CommandSub | tree.Backquote) -> Text: ...
        def process_substitution(self, part: tree.ProcSub) -> Text: ...
        def later(self, make: Callable[[], Argv]) -> Argv: ...
        def default_text(self, part: tree.ParamDefault, quoted: bool) -> Text: ...
        def default_feed(self, part: tree.ParamDefault, quoted: bool) -> Feed: ...

    # ------------------------------------------------------------------ one string
    def string(self, word: tree.Word) -> Text:
        """Return what expands `word` to one string."""
        static = word.static
        if static is not None:
            return constant(static)
        param = word.lone_param
        if param is not None and is_identifier(param.name):
            return self.plain_value(param.name)
        return self.join_texts(word.parts, False)

    def join_texts(self, parts: tuple[tree.WordPart, ...], quoted: bool) -> Text:
        """Return what expands `parts` and joins the results."""
        texts: list[Text] = []
        known: list[str] = []
        for part in parts:
            static = tree.static_text((part,))
            if static is not None:
                known.append(static)
                continue
            if known:
                texts.append(constant("".join(known)))
                known = []
            texts.append(self.text_part(part, quoted))
        if known:
            texts.append(constant("".join(known)))
        if not texts:
            return constant("")
        if len(texts) == 1:
            return texts[0]
        if len(texts) == 2:
            first, second = texts
            return lambda sh: first(sh) + second(sh)
        if len(texts) == 3:
            one, two, three = texts
            return lambda sh: f"{one(sh)}{two(sh)}{three(sh)}"
        return lambda sh: "".join([text(sh) for text in texts])

    joins_by_ifs = False
    """Whether "${a[@]:1}" and its like, but not "${a[@]}", are joined as "${a[*]:1}" is: in assignments and here-strings."""

    def assigned(self, word: tree.Word) -> Text:
        """Return what expands the value of an assignment or a here-string."""
        outer, self.joins_by_ifs = self.joins_by_ifs, True
        try:
            return self.string(word)
        finally:
            self.joins_by_ifs = outer

    def text_part(self, part: tree.WordPart, quoted: bool) -> Text:
        """Return what expands one part to text, where nothing is split."""
        if isinstance(part, tree.Literal | tree.QuotedText):
            return constant(part.text)
        if isinstance(part, tree.DoubleQuoted):
            return self.join_texts(part.parts, True)
        if isinstance(part, tree.Tilde):
            name = part.name
            return lambda sh: expand_tilde(sh, name)
        if isinstance(part, tree.ArithSub):
            number = self.arithmetic(part.expr)
            return lambda sh: str(number(sh))
        if isinstance(part, tree.CommandSub | tree.Backquote):
            return self.substitution(part)
        if isinstance(part, tree.ProcSub):
            return self.process_substitution(part)
        if isinstance(part, tree.ParamDefault):
            return self.default_text(part, quoted)
        assert isinstance(part, tree.Expansion), part
        if type(part) is tree.Param and part.index is None and not part.every and not part.indirect:
            if is_identifier(part.name):
                return self.plain_value(part.name)
        source = self.expansion(part)
        if source.kind == ONE:
            return self.value(source)
        read, kind, name = source.read, source.kind, source.name
        if kind == STAR:
            return lambda sh: sh.splitter.star.join(read(sh))
        if (
            kind == AT
            and self.joins_by_ifs
            and (quoted and type(part) is not tree.Param or isinstance(part, tree.ParamTrim | tree.ParamTransform))
        ):
            return lambda sh: (sh.splitter.star or " ").join(read(sh))
        if kind == AT:
            return lambda sh: " ".join(read(sh))

        def text(sh: Shell) -> str:
            value = read(sh)
            if type(value) is str:
                return value
            if value is None:
                if sh.nounset:
                    raise Unbound(name)
                return ""
            return (sh.splitter.star if type(value) is StarList else " ").join(value)

        return text

    # ------------------------------------------------------------------ fields
    def fields(self, words: tuple[tree.Word, ...]) -> Argv:
        """Return what expands arguments to a list (never one that the caller may change)."""
        if any(word.flags & tree.BRACE for word in words):
            return self._braced_fields(words)
        return self._expanded_fields(list(words))

    def _braced_fields(self, words: tuple[tree.Word, ...]) -> Argv:
        """Arguments with braces: expanded here and now, unless `set +B` is on when it runs."""
        unexpanded = self.later(lambda: self._expanded_fields(list(words)))
        try:
            expanded = self._expanded_fields(braced(words))
        except BraceExpansionTooLarge as error:
            message = str(error)

            def refuse(sh: Shell) -> list[str]:
                raise ExpansionFailure(message)

            expanded = refuse
        return lambda sh: expanded(sh) if "braceexpand" in sh.options else unexpanded(sh)

    def _expanded_fields(self, expanded: list[tree.Word]) -> Argv:
        literals = [word.literal for word in expanded]
        if None not in literals:
            fixed = [literal for literal in literals if literal is not None]
            return lambda sh: fixed
        if all(self.is_single(word) for word in expanded):
            return self._single_fields(expanded)
        adders: list[AddTo] = []
        pending: list[str] = []
        for word in expanded:
            if word.literal is not None:
                pending.append(word.literal)
                continue
            if pending:
                adders.append(_constants(pending))
                pending = []
            adders.append(self.adder(word))
        if pending:
            adders.append(_constants(pending))
        if len(adders) == 1:
            only = adders[0]

            def one(sh: Shell) -> list[str]:
                out: list[str] = []
                only(sh, out)
                return out

            return one
        if len(adders) == 2:
            first, second = adders

            def two(sh: Shell) -> list[str]:
                out: list[str] = []
                first(sh, out)
                second(sh, out)
                return out

            return two

        def many(sh: Shell) -> list[str]:
            out: list[str] = []
            for add in adders:
                add(sh, out)
            return out

        return many

    def number_sequence(self, word: tree.Word) -> range | None:
        """Return the numbers of a word that is {1..9} or {9..1..2} and nothing else; None if it isn't, or has leading zeros."""
        if not word.flags & tree.BRACE or len(word.parts) != 1:
            return None
        part = word.parts[0]
        found = _SEQUENCE(part.text) if type(part) is tree.Literal else None
        if found is None:
            return None
        first, last = int(found.group(1)), int(found.group(2))
        step = abs(int(found.group(3) or 1)) or 1
        return range(first, last + 1, step) if first <= last else range(first, last - 1, -step)

    def _single_fields(self, words: list[tree.Word]) -> Argv:
        texts = [self.string(word) for word in words]
        if len(texts) == 1:
            only = texts[0]
            return lambda sh: [only(sh)]
        if len(texts) == 2:
            first, second = texts
            return lambda sh: [first(sh), second(sh)]
        if len(texts) == 3:
            one, two, three = texts
            return lambda sh: [one(sh), two(sh), three(sh)]
        if len(texts) == 4:
            a, b, c, d = texts
            return lambda sh: [a(sh), b(sh), c(sh), d(sh)]
        return lambda sh: [text(sh) for text in texts]

    def is_single(self, word: tree.Word) -> bool:
        """Tell whether the word always gives exactly one field, its string."""
        if word.literal is not None:
            return True
        if word.flags & (tree.GLOB | tree.BRACE):
            return False
        return all(self._single_part(part) for part in word.parts)

    def _single_part(self, part: tree.WordPart) -> bool:
        if isinstance(part, tree.Literal | tree.QuotedText | tree.Tilde | tree.ProcSub):
            return True
        if isinstance(part, tree.DoubleQuoted):
            return not any(self._is_list(inner) for inner in part.parts)
        return False

    def _is_list(self, part: tree.WordPart) -> bool:
        """Tell whether a part may give more or less than one value within double quotes."""
        if isinstance(part, tree.ParamDefault):
            if self.source(part.param).kind in _LISTS:
                return True
            return any(self._is_list(inner) for inner in part.word.parts)
        if isinstance(part, tree.DoubleQuoted):
            return any(self._is_list(inner) for inner in part.parts)
        if isinstance(part, tree.Param | tree.ParamExpansion | tree.ParamNames | tree.ParamKeys):
            if isinstance(part, tree.ParamLength):
                return False
            return self.expansion(part).kind in (AT, DYNAMIC)
        return False

    def adder(self, word: tree.Word) -> AddTo:
        """Return what adds the fields of one word to a list."""
        if self.is_single(word):
            text = self.string(word)
            return lambda sh, out: out.append(text(sh))
        param = word.lone_param
        if param is not None:
            if not word.flags & tree.QUOTED:
                return self._lone_parameter(param)
            if param.name == "@":
                return lambda sh, out: out.extend(sh.args)
        elif len(word.parts) == 1:
            part = word.parts[0]
            if isinstance(part, tree.CommandSub | tree.Backquote):
                substituted = self.substitution(part)
                return lambda sh, out: split_fields(sh, substituted(sh), out)
            if isinstance(part, tree.ArithSub):
                return self._lone_number(part)
            if isinstance(part, tree.DoubleQuoted) and len(part.parts) == 1:
                inner = part.parts[0]
                if isinstance(inner, tree.Param) and inner.every == "@" and not inner.indirect:
                    name = inner.name
                    return lambda sh, out: out.extend(sh.elements(name))
        feeds = self.feeds(word.parts, False, nested=False)

        def build(sh: Shell, out: list[str]) -> None:
            builder = FieldBuilder(sh, out)
            for feed in feeds:
                feed(sh, builder)
            if builder.text is not None:
                builder.end_field()

        return build

    def _lone_parameter(self, param: tree.Param) -> AddTo:
        """An unquoted `$x` that is the whole word: most values need neither splitting nor a builder."""
        name = param.name
        if is_identifier(name):

            def variable(sh: Shell, out: list[str]) -> None:
                value = sh.vars.get(name)
                if type(value) is int:
                    value = str(value)
                elif type(value) is not str:
                    value = sh.get(name)
                    if value is None:
                        if sh.nounset:
                            raise Unbound(name)
                        return
                if value.isalnum() and not sh.ifs_odd:
                    out.append(value)
                else:
                    split_fields(sh, value, out)

            return variable
        source = self.source(param)
        read, shown = source.read, source.name
        if source.kind in (AT, STAR):

            def positional(sh: Shell, out: list[str]) -> None:
                builder = FieldBuilder(sh, out)
                builder.split_list(read(sh))
                builder.finish()

            return positional

        def special(sh: Shell, out: list[str]) -> None:
            value = read(sh)
            if value is None:
                if sh.nounset:
                    raise Unbound(shown)
                return
            split_fields(sh, value, out)

        return special

    def _lone_number(self, part: tree.ArithSub) -> AddTo:
        number = self.arithmetic(part.expr)

        def add(sh: Shell, out: list[str]) -> None:
            text = str(number(sh))
            if sh.ifs_odd:
                split_fields(sh, text, out)
            else:
                out.append(text)

        return add

    def feeds(self, parts: tuple[tree.WordPart, ...], quoted: bool, *, nested: bool) -> list[Feed]:
        """Return what feeds each part to a builder. nested: inside ${x:-word}, where unquoted text is split, too."""
        return [self.feed(part, quoted, nested) for part in parts]

    def feed(self, part: tree.WordPart, quoted: bool, nested: bool) -> Feed:
        """Return what feeds one part to a builder."""
        if isinstance(part, tree.Literal):
            text = part.text
            if quoted:
                return lambda sh, builder: builder.quoted(text)
            if nested:
                return lambda sh, builder: builder.split(text)
            return lambda sh, builder: builder.literal(text)
        if isinstance(part, tree.QuotedText):
            text = part.text
            return lambda sh, builder: builder.quoted(text)
        if isinstance(part, tree.DoubleQuoted):
            if not any(self._is_list(inner) for inner in part.parts):
                string = self.join_texts(part.parts, True)
                return lambda sh, builder: builder.quoted(string(sh))
            inner = self.feeds(part.parts, True, nested=nested)

            def all_inner(sh: Shell, builder: FieldBuilder) -> None:
                begun, ended = builder.text is not None, len(builder.out)
                builder.void = False
                for feed in inner:
                    feed(sh, builder)
                if builder.void and not begun and not builder.text and len(builder.out) == ended:
                    builder.text = None  # "$@$x" of nothing is nothing

            return all_inner
        if isinstance(part, tree.Tilde):
            name = part.name
            return lambda sh, builder: builder.quoted(expand_tilde(sh, name))
        if isinstance(part, tree.ParamDefault):
            return self.default_feed(part, quoted)
        if isinstance(part, tree.ProcSub):
            path = self.process_substitution(part)
            return lambda sh, builder: builder.quoted(path(sh))
        if isinstance(part, tree.ArithSub | tree.CommandSub | tree.Backquote):
            string = self.text_part(part, quoted)
            if quoted:
                return lambda sh, builder: builder.quoted(string(sh))
            return lambda sh, builder: builder.split(string(sh))
        assert isinstance(part, tree.Expansion), part
        if isinstance(part, tree.ParamNames | tree.ParamKeys) and part.op == "*" and not quoted:
            return self._feed_names(part)
        if isinstance(part, tree.ParamTrim) and part.param.every and not quoted:
            return self._feed_trimmed(part, nested)
        source = self.expansion(part)
        if nested and not quoted and source.kind == AT:
            return self._feed_nested(source)
        return self.feed_source(source, quoted)

    def _feed_nested(self, source: Source) -> Feed:
        """Return what feeds `${x:-$@}`: unless IFS is empty or has a blank, as one text, spaces between, as bash does."""
        feed, read = self.feed_source(source, False), source.read

        def nested(sh: Shell, builder: FieldBuilder) -> None:
            ifs = sh.splitter.ifs
            if ifs and " " not in ifs:
                builder.split(" ".join(read(sh)))
            else:
                feed(sh, builder)

        return nested

    def _feed_trimmed(self, part: tree.ParamTrim, nested: bool) -> Feed:
        """Return what feeds the elements of `${a[@]#x}`: with an empty IFS as one text, spaces between, as bash does."""
        source = self.expansion(part)
        read = source.read
        feed = self._feed_nested(source) if nested and source.kind == AT else self.feed_source(source, False)

        def trimmed(sh: Shell, builder: FieldBuilder) -> None:
            if sh.splitter.ifs == "":
                builder.split(" ".join(read(sh)))
            else:
                feed(sh, builder)

        return trimmed

    def _feed_names(self, part: tree.ParamNames | tree.ParamKeys) -> Feed:
        """${!prefix*} and ${!a[*]}: one field where IFS is empty, as in bash; keys are joined by a space even then."""
        read = self.expansion(part).read
        joint = " " if isinstance(part, tree.ParamKeys) else ""

        def feed(sh: Shell, builder: FieldBuilder) -> None:
            values = read(sh)
            if sh.splitter.star:
                builder.split_list(values)
            else:
                builder.split(joint.join(values))

        return feed

    def feed_source(self, source: Source, quoted: bool) -> Feed:
        """Return what feeds the value of a Source."""
        read, kind, name = source.read, source.kind, source.name
        if kind == ONE:
            text = self.value(source)
            if quoted:
                return lambda sh, builder: builder.quoted(text(sh))
            return lambda sh, builder: builder.split(text(sh))
        if kind == AT:
            if quoted:
                return lambda sh, builder: builder.quoted_list(read(sh))
            return lambda sh, builder: builder.split_list(read(sh))
        if kind == STAR:
            if quoted:
                return lambda sh, builder: builder.quoted(sh.splitter.star.join(read(sh)))
            return lambda sh, builder: builder.split_list(read(sh))

        def dynamic(sh: Shell, builder: FieldBuilder) -> None:
            value = read(sh)
            if value is None:
                if sh.nounset:
                    raise Unbound(name)
                value = ""
            if type(value) is str:
                if quoted:
                    builder.quoted(value)
                else:
                    builder.split(value)
            elif not quoted:
                builder.split_list(value)
            elif type(value) is StarList:
                builder.quoted(sh.splitter.star.join(value))
            else:
                builder.quoted_list(value)

        return dynamic


def _constants(texts: list[str]) -> AddTo:
    fixed = list(texts)
    if len(fixed) == 1:
        only = fixed[0]
        return lambda sh, out: out.append(only)
    return lambda sh, out: out.extend(fixed)


def braced(words: tuple[tree.Word, ...]) -> list[tree.Word]:
    """Return the words after brace expansion; empty ones that weren't quoted are gone. Raises BraceExpansionTooLarge."""
    out: list[tree.Word] = []
    for word in words:
        if word.flags & tree.BRACE:
            out.extend(one for one in expand_braces(word) if one.parts or one.flags & tree.QUOTED)
        else:
            out.append(word)
    return out
