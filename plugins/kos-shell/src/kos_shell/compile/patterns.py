"""Words as patterns: quoted characters stand behind backslashes, unquoted ones are active.

pattern(word)   (sh) -> str       matcher(word)   (sh) -> Glob
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.compile.parameters import Source
from kos_shell.expansion.quoting import escape_pattern
from kos_shell.syntax import tree

if TYPE_CHECKING:
    from kos_kernel.api import Glob
    from kos_shell.shell import Shell

    Text = Callable[[Shell], str]


def constant(text: str) -> Text:
    """Return the closure that gives `text`."""
    return lambda sh: text


def _kept(text: str, ampersand: bool) -> str:
    """Return a value as part of a replacement: its backslashes, but those before & and \\ where they count, quoted."""
    if "\\" not in text:
        return text
    return re.sub(r"\\(.?)", lambda found: _kept_one(found, ampersand), text, flags=re.DOTALL)


def _kept_one(found: re.Match[str], ampersand: bool) -> str:
    following = found[1]
    if ampersand and following and following in "&\\":
        return found[0]
    return "\\\\" + (f"\\{following}" if following == "\\" else following)


class Patterns:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def source(self, param: tree.Param) -> Source: ...
        def text_part(self, part: tree.WordPart, quoted: bool) -> Text: ...
        def decided(self, part: tree.ParamDefault) -> Callable[[Shell], Any]: ...
        def joiner(self, source: Source) -> Callable[[Shell, Any], str]: ...

    def pattern(self, word: tree.Word) -> Text:
        """Return what expands `word` to a pattern: quoted characters stand behind backslashes."""
        return self.join_patterns(word.parts, False)

    replacing = False
    """Whether the pattern that is compiled is the replacement of `${x/y/...}`."""

    def replacement(self, word: tree.Word) -> Text:
        """Return what expands a replacement: as a pattern, but a backslash of an unquoted `$x` stays unless & or \\ follows."""
        outer, self.replacing = self.replacing, True
        try:
            return self.pattern(word)
        finally:
            self.replacing = outer

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
            decide = self.decided(part)
            word = self.join_patterns(part.word.parts, quoted)
            joined = self.joiner(self.source(part.param))
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
        if self.replacing:
            return lambda sh: _kept(text(sh), "patsub_replacement" in sh.options)
        return text

    def matcher(self, word: tree.Word, extglob: bool = False) -> Callable[[Shell], Glob]:
        """Return what gives the compiled pattern of `word`.

        extglob: the operators count whatever the option says ([[ ]]).
        """
        if word.static is not None:
            pattern = self.pattern(word)
            fixed: Glob | None = None

            def known(sh: Shell) -> Glob:
                nonlocal fixed
                if fixed is None:
                    fixed = sh.caches.glob(pattern(sh))
                return fixed

            if extglob or "(" not in word.static:
                return known
        dynamic = self.pattern(word)
        if extglob:
            return lambda sh: sh.caches.glob(dynamic(sh))
        return lambda sh: sh.caches.glob(dynamic(sh), extglob="extglob" in sh.options)
