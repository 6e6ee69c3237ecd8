"""From a word to what it expands to: one string, a list of fields, or a pattern.

    string(word)    (sh) -> str             assignments, case, here-strings, [[ ]]: no splitting, no pathnames
    fields(words)   (sh) -> list[str]       arguments
    pattern(word)   (sh) -> str             quoted characters behind backslashes
    matcher(word)   (sh) -> Glob            the same, compiled

A word whose parts can't be split, don't list files and give one value each is a string even in an argument list; a lone `$x`
has a closure of its own; the rest goes through a FieldBuilder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.compile.parameters import AT, DYNAMIC, ONE, STAR, Source, StarList
from kos_shell.errors import ExpansionFailure, FatalExpansion, Unbound
from kos_shell.expansion.fields import FieldBuilder, split_fields
from kos_shell.expansion.quoting import escape_pattern
from kos_shell.expansion.tilde import expand_tilde
from kos_shell.names import is_identifier
from kos_shell.syntax import tree
from kos_shell.syntax.braces import expand_braces

if TYPE_CHECKING:
    from kos_kernel.api import Glob
    from kos_shell.shell import Shell

    Text = Callable[[Shell], str]
    AddTo = Callable[[Shell, list[str]], None]
    Feed = Callable[[Shell, FieldBuilder], None]
    Argv = Callable[[Shell], list[str]]

_LISTS = frozenset([AT, STAR, DYNAMIC])


def constant(text: str) -> Text:
    """Return the closure that gives `text`."""
    return lambda sh: text


class Words:
    """Part of the compiler."""

    braces: bool

    if TYPE_CHECKING:

        def source(self, param: tree.Param) -> Source: ...
        def expansion(self, part: tree.Expansion) -> Source: ...
        def value(self, source: Source) -> Text: ...
        def plain_value(self, name: str) -> Text: ...
        def arithmetic(self, word: tree.Word) -> Callable[[Shell], int]: ...
        def subscript(self, name: str, word: tree.Word) -> Callable[[Shell], int | str]: ...
        def substitution(self, part: tree.CommandSub | tree.Backquote) -> Text: ...
        def process_substitution(self, part: tree.ProcSub) -> Text: ...

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
            return self._default_text(part, quoted)
        assert isinstance(part, tree.Expansion), part
        if type(part) is tree.Param and part.index is None and not part.every and not part.indirect:
            if is_identifier(part.name):
                return self.plain_value(part.name)
        source = self.expansion(part)
        if source.kind == ONE:
            return self.value(source)
        read, kind, name = source.read, source.kind, source.name
        if kind == AT:
            return lambda sh: " ".join(read(sh))
        if kind == STAR:
            return lambda sh: sh.splitter.star.join(read(sh))

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
        expanded = self.braced(words)
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

    def braced(self, words: tuple[tree.Word, ...]) -> list[tree.Word]:
        """Return the words after brace expansion."""
        if not self.braces or not any(word.flags & tree.BRACE for word in words):
            return list(words)
        out: list[tree.Word] = []
        for word in words:
            if word.flags & tree.BRACE:
                out.extend(one for one in expand_braces(word) if one.parts or one.flags & tree.QUOTED)
            else:
                out.append(word)
        return out

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
                for feed in inner:
                    feed(sh, builder)

            return all_inner
        if isinstance(part, tree.Tilde):
            name = part.name
            return lambda sh, builder: builder.quoted(expand_tilde(sh, name))
        if isinstance(part, tree.ParamDefault):
            return self._default_feed(part, quoted)
        if isinstance(part, tree.ProcSub):
            path = self.process_substitution(part)
            return lambda sh, builder: builder.quoted(path(sh))
        if isinstance(part, tree.ArithSub | tree.CommandSub | tree.Backquote):
            string = self.text_part(part, quoted)
            if quoted:
                return lambda sh, builder: builder.quoted(string(sh))
            return lambda sh, builder: builder.split(string(sh))
        assert isinstance(part, tree.Expansion), part
        return self.feed_source(self.expansion(part), quoted)

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

    # ------------------------------------------------------------------ ${x:-word} and its kin
    def _decide(self, part: tree.ParamDefault) -> Callable[[Shell], Any]:
        """Return what gives the value to use, or None if the word is to be expanded (for `+`: the other way round)."""
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
            if colon and kind != DYNAMIC and not (sh.splitter.star if kind == STAR else " ").join(found):
                return None
            return found

        return value

    def _assigner(self, part: tree.ParamDefault, word: Text) -> Text:
        """`=`: assigns the expanded word and returns what the variable then holds."""
        param = part.param
        name = param.name
        key = None if param.index is None else self.subscript(name, param.index)

        def assign(sh: Shell) -> str:
            target = name
            if param.indirect:
                target = sh.get(name) or ""
            if not is_identifier(target) or param.every:
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
        name = self.source(part.param).name
        empty = not part.word.parts
        default = "parameter null or not set" if part.op[0] == ":" else "parameter not set"
        return lambda sh: FatalExpansion(f"{name}: {default if empty else word(sh)}")

    def _joined(self, source: Source) -> Callable[[Shell, Any], str]:
        kind = source.kind

        def joined(sh: Shell, value: Any) -> str:
            if type(value) is str:
                return value
            return (sh.splitter.star if kind == STAR or type(value) is StarList else " ").join(value)

        return joined

    def _default_text(self, part: tree.ParamDefault, quoted: bool) -> Text:
        decide = self._decide(part)
        word = self.join_texts(part.word.parts, quoted)
        joined = self._joined(self.source(part.param))
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

    def _default_feed(self, part: tree.ParamDefault, quoted: bool) -> Feed:
        decide = self._decide(part)
        source = self.source(part.param)
        inner = self.feeds(part.word.parts, quoted, nested=True)
        op = part.op[-1]
        feed_value = self._feed_value(source, quoted)

        def feed_word(sh: Shell, builder: FieldBuilder) -> None:
            for feed in inner:
                feed(sh, builder)
            if quoted and not inner:
                builder.quoted("")

        if op == "+":

            def alternative(sh: Shell, builder: FieldBuilder) -> None:
                if decide(sh) is not None:
                    feed_word(sh, builder)
                elif quoted and source.kind == ONE:
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

    # ------------------------------------------------------------------ patterns
    def pattern(self, word: tree.Word) -> Text:
        """Return what expands `word` to a pattern: quoted characters stand behind backslashes."""
        return self.join_patterns(word.parts, False)

    def join_patterns(self, parts: tuple[tree.WordPart, ...], quoted: bool) -> Text:
        """Return what expands `parts` to one pattern."""
        texts = [self.pattern_part(part, quoted) for part in parts]
        if not texts:
            return constant("")
        if len(texts) == 1:
            return texts[0]
        return lambda sh: "".join([text(sh) for text in texts])

    def pattern_part(self, part: tree.WordPart, quoted: bool) -> Text:
        """Return what expands one part to a pattern."""
        if isinstance(part, tree.Literal) and not quoted:
            return constant(part.text)
        static = tree.static_text((part,))
        if static is not None:
            return constant(escape_pattern(static))
        if isinstance(part, tree.DoubleQuoted):
            return self.join_patterns(part.parts, True)
        if isinstance(part, tree.ParamDefault) and part.op[-1] in "-+":
            decide = self._decide(part)
            word = self.join_patterns(part.word.parts, quoted)
            joined = self._joined(self.source(part.param))
            if part.op[-1] == "+":
                return lambda sh: "" if decide(sh) is None else word(sh)

            def default(sh: Shell) -> str:
                value = decide(sh)
                if value is None:
                    return word(sh)
                text = joined(sh, value)
                return escape_pattern(text) if quoted else text

            return default
        text = self.text_part(part, quoted)
        if quoted or isinstance(part, tree.Tilde):
            return lambda sh: escape_pattern(text(sh))
        return text

    def matcher(self, word: tree.Word, extglob: bool = False) -> Callable[[Shell], Glob]:
        """Return what gives the compiled pattern of `word`.

        extglob: the operators count whatever the option says ([[ ]]). In a fixed pattern they always do: the parser lets
        them through only where they are meant.
        """
        if word.static is not None:
            pattern = self.pattern(word)
            fixed: Glob | None = None

            def known(sh: Shell) -> Glob:
                nonlocal fixed
                if fixed is None:
                    fixed = sh.caches.glob(pattern(sh))
                return fixed

            return known
        dynamic = self.pattern(word)
        if extglob:
            return lambda sh: sh.caches.glob(dynamic(sh))
        return lambda sh: sh.caches.glob(dynamic(sh), extglob="extglob" in sh.options)


def _constants(texts: list[str]) -> AddTo:
    fixed = list(texts)
    if len(fixed) == 1:
        only = fixed[0]
        return lambda sh, out: out.append(only)
    return lambda sh, out: out.extend(fixed)
