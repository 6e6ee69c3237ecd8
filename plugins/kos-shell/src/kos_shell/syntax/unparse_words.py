"""Words back to text, as they were written: `$'..'` comes out as '..', as in bash, and joined lines stay joined.

The methods are generators for the loop in `unparse.Printer.run`: they append to `out` and yield what is to be printed at
that place by another generator. So the depth of a tree costs no Python stack.
"""

from __future__ import annotations

import re

from kos_shell.syntax.commands import ArrayValue, Assignment
from kos_shell.syntax.words import (
    AnsiQuoted,
    ArithSub,
    AssignmentWord,
    Backquote,
    BadSubstitution,
    CommandSub,
    DoubleQuoted,
    Escaped,
    Literal,
    Param,
    ParamCase,
    ParamDefault,
    ParamExpansion,
    ParamKeys,
    ParamLength,
    ParamNames,
    ParamReplace,
    ParamSlice,
    ParamTransform,
    ParamTrim,
    ProcSub,
    SingleQuoted,
    Tilde,
    Word,
    WordPart,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from kos_shell.syntax.commands import Sequence

    Steps = Generator[Any, None, None]

_QUOTABLE = re.compile(r'[$`"\\}]')


class WordPrinter:
    """Prints words."""

    out: list[str]

    if TYPE_CHECKING:

        def substitution(self, opener: str, body: Sequence) -> Steps: ...

    def word(self, word: Word) -> Steps:
        """Print a word."""
        if isinstance(word, AssignmentWord) and isinstance(word.assignment.value, ArrayValue):
            yield self.assignment(word.assignment)
        elif len(word.parts) == 1 and type(word.parts[0]) is Literal:
            self.out.append(word.parts[0].text)
        else:
            yield self.parts(word.parts)

    def words(self, words: tuple[Word, ...], separator: str = " ") -> Steps:
        """Print words with a separator between them."""
        for number, word in enumerate(words):
            if number:
                self.out.append(separator)
            yield self.word(word)

    def assignment(self, assignment: Assignment) -> Steps:
        """Print name=value."""
        self.out.append(assignment.name)
        if assignment.subscript is not None:
            self.out.append("[")
            yield self.parts(assignment.subscript.parts)
            self.out.append("]")
        self.out.append("+=" if assignment.append else "=")
        value = assignment.value
        if isinstance(value, ArrayValue):
            yield self._array(value)
        else:
            yield self.parts(value.parts)

    def _array(self, value: ArrayValue) -> Steps:
        self.out.append("(")
        for number, element in enumerate(value.elements):
            if number:
                self.out.append(" ")
            if element.subscript is not None:
                self.out.append("[")
                yield self.parts(element.subscript.parts)
                self.out.append("]+=" if element.append else "]=")
            yield self.parts(element.value.parts)
        self.out.append(")")

    def parts(self, parts: tuple[WordPart, ...], quoted: bool = False) -> Steps:
        """Print parts. quoted: they stand within double quotes."""
        out = self.out
        for part in parts:
            match part:
                case Literal(text=text):
                    out.append(text)
                case Escaped(text=text):
                    out.append(f"\\{text}")
                case SingleQuoted(text=text):
                    out.append(f"'{text}'")
                case AnsiQuoted(text=text):
                    out.append(_QUOTABLE.sub(r"\\\g<0>", text) if quoted else single_quote(text))
                case DoubleQuoted(parts=inner):
                    out.append('"')
                    yield self.parts(inner, True)
                    out.append('"')
                case Tilde(name=name):
                    out.append(f"~{name}")
                case Param(braced=False):
                    out.append(f"${part.name}")
                case Param():
                    out.append("${")
                    yield self._name(part)
                    out.append("}")
                case CommandSub(body=body):
                    yield self.substitution("$(", body)
                case ProcSub(op=op, body=body):
                    yield self.substitution(f"{op}(", body)
                case Backquote(raw=raw):
                    out.append(raw)
                case ArithSub(expr=expr, bracket=bracket):
                    out.append("$[" if bracket else "$((")
                    yield self.parts(expr.parts)
                    out.append("]" if bracket else "))")
                case BadSubstitution(source=source):
                    out.append(source)
                case ParamNames(prefix=prefix, op=op):
                    out.append(f"${{!{prefix}{op}}}")
                case ParamKeys(name=name, op=op):
                    out.append(f"${{!{name}[{op}]}}")
                case ParamExpansion():
                    out.append("${")
                    yield self._operated(part, quoted)
                    out.append("}")

    def _name(self, param: Param) -> Steps:
        """Print what stands between the braces before any operator."""
        self.out.append(f"!{param.name}" if param.indirect else param.name)
        if param.every:
            self.out.append(f"[{param.every}]")
        elif param.index is not None:
            self.out.append("[")
            yield self.parts(param.index.parts)
            self.out.append("]")

    def _operated(self, part: ParamExpansion, quoted: bool) -> Steps:
        """Print what stands between the braces of an expansion with an operator."""
        out = self.out
        if isinstance(part, ParamLength):
            out.append("#")
        yield self._name(part.param)
        match part:
            case ParamDefault(op=op, word=word):
                out.append(op)
                yield self.parts(word.parts, quoted)
            case ParamTrim(op=op, pattern=pattern):
                out.append(op)
                yield self.parts(pattern.parts)
            case ParamReplace(op=op, pattern=pattern, replacement=replacement):
                out.append(op)
                yield self.parts(pattern.parts)
                if replacement is not None:
                    out.append("/")
                    yield self.parts(replacement.parts)
            case ParamCase(op=op, pattern=characters):
                out.append(op)
                if characters is not None:
                    yield self.parts(characters.parts)
            case ParamSlice(offset=offset, length=length):
                out.append(":")
                yield self.parts(offset.parts)
                if length is not None:
                    out.append(":")
                    yield self.parts(length.parts)
            case ParamTransform(op=op):
                out.append(f"@{op}")


def single_quote(text: str) -> str:
    """Return `text` in single quotes, each single quote in it as '\\''."""
    if text == "'":
        return "\\'"
    return "'" + text.replace("'", "'\\''") + "'"
