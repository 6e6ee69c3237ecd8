"""Words back to text, as they were written: `$'..'` comes out as '..', as in bash, and joined lines stay joined."""

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

_QUOTABLE = re.compile(r'[$`"\\}]')

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_shell.syntax.commands import Sequence


class WordPrinter:
    """Prints words. substitution: what prints the commands of a $( )."""

    def __init__(self, substitution: Callable[[Sequence], str]) -> None:
        self._substitution = substitution

    def word(self, word: Word) -> str:
        """Return the text of a word."""
        if isinstance(word, AssignmentWord) and isinstance(word.assignment.value, ArrayValue):
            return self.assignment(word.assignment)
        return self.parts(word.parts)

    def assignment(self, assignment: Assignment) -> str:
        """Return name=value."""
        name = assignment.name
        if assignment.subscript is not None:
            name = f"{name}[{self.parts(assignment.subscript.parts)}]"
        value = assignment.value
        text = self.array(value) if isinstance(value, ArrayValue) else self.parts(value.parts)
        return f"{name}{'+=' if assignment.append else '='}{text}"

    def array(self, value: ArrayValue) -> str:
        """Return (elements)."""
        texts: list[str] = []
        for element in value.elements:
            text = self.parts(element.value.parts)
            if element.subscript is not None:
                text = f"[{self.parts(element.subscript.parts)}]{'+=' if element.append else '='}{text}"
            texts.append(text)
        return f"({' '.join(texts)})"

    def parts(self, parts: tuple[WordPart, ...], quoted: bool = False) -> str:
        """Return the text of parts. quoted: they stand within double quotes."""
        if len(parts) == 1 and type(parts[0]) is Literal:
            return parts[0].text
        return "".join([self.part(part, quoted) for part in parts])

    def part(self, part: WordPart, quoted: bool = False) -> str:
        """Return the text of one part."""
        match part:
            case Literal(text=text):
                return text
            case Escaped(text=text):
                return f"\\{text}"
            case SingleQuoted(text=text):
                return f"'{text}'"
            case AnsiQuoted(text=text):
                return _QUOTABLE.sub(r"\\\g<0>", text) if quoted else single_quote(text)
            case DoubleQuoted(parts=inner):
                return f'"{self.parts(inner, True)}"'
            case Tilde(name=name):
                return f"~{name}"
            case Param():
                return self._param(part)
            case CommandSub(body=body):
                text = self._substitution(body)
                # A space keeps $( (a) ) from becoming arithmetic.
                return f"$( {text})" if text.startswith("(") else f"$({text})"
            case ProcSub(op=op, body=body):
                return f"{op}({self._substitution(body)})"
            case Backquote(raw=raw):
                return raw
            case ArithSub(expr=expr, bracket=bracket):
                text = self.parts(expr.parts)
                return f"$[{text}]" if bracket else f"$(({text}))"
            case BadSubstitution(source=source):
                return source
            case ParamNames(prefix=prefix, op=op):
                return f"${{!{prefix}{op}}}"
            case ParamKeys(name=name, op=op):
                return f"${{!{name}[{op}]}}"
        assert isinstance(part, ParamExpansion), part
        return f"${{{self._operated(part, quoted)}}}"

    def _param(self, param: Param) -> str:
        if not param.braced:
            return f"${param.name}"
        return f"${{{self._name(param)}}}"

    def _name(self, param: Param) -> str:
        """Return what stands between the braces before any operator."""
        text = f"!{param.name}" if param.indirect else param.name
        if param.every:
            return f"{text}[{param.every}]"
        if param.index is not None:
            return f"{text}[{self.parts(param.index.parts)}]"
        return text

    def _operated(self, part: ParamExpansion, quoted: bool) -> str:
        """Return what stands between the braces of an expansion with an operator."""
        name = self._name(part.param)
        match part:
            case ParamLength():
                return f"#{name}"
            case ParamDefault(op=op, word=word):
                return f"{name}{op}{self.parts(word.parts, quoted)}"
            case ParamTrim(op=op, pattern=pattern):
                return f"{name}{op}{self.parts(pattern.parts)}"
            case ParamReplace(op=op, pattern=pattern, replacement=replacement):
                tail = "" if replacement is None else f"/{self.parts(replacement.parts)}"
                return f"{name}{op}{self.parts(pattern.parts)}{tail}"
            case ParamCase(op=op, pattern=pattern_or_none):
                return f"{name}{op}{self.parts(pattern_or_none.parts) if pattern_or_none else ''}"
            case ParamSlice(offset=offset, length=length):
                tail = "" if length is None else f":{self.parts(length.parts)}"
                return f"{name}:{self.parts(offset.parts)}{tail}"
            case ParamTransform(op=op):
                return f"{name}@{op}"
        raise AssertionError(part)


def single_quote(text: str) -> str:
    """Return `text` in single quotes, each single quote in it as '\\''."""
    return "'" + text.replace("'", "'\\''") + "'"
