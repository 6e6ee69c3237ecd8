"""Words as Python expressions: what a word expands to as one text, where nothing is split and no files are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.hot.numbers import Numbers, positional
from kos_shell.hot.writer import ANY, INT, STR, UNSET, Unsupported, Writer
from kos_shell.names import is_identifier
from kos_shell.syntax import tree

if TYPE_CHECKING:
    from kos_shell.shell import Shell


class Texts(Numbers):
    """Part of the generator. A value is (what kinds it may be, expression)."""

    def __init__(self, writer: Writer) -> None:
        self.w = writer
        self.operands: list[str] = []

    @property
    def sh(self) -> Shell:
        """Return the shell that the function is made for."""
        return self.w.sh

    # ------------------------------------------------------------------ words
    def value(self, word: tree.Word) -> tuple[int, str]:
        """Return (kinds, expression) of a word that is assigned: a number stays one where the word is nothing else."""
        parts = word.parts
        if len(parts) == 1:
            part = parts[0]
            if isinstance(part, tree.DoubleQuoted) and len(part.parts) == 1:
                part = part.parts[0]
            if isinstance(part, tree.ArithSub):
                return INT, self.expression(part.expr)
            if isinstance(part, tree.Param):
                return self.parameter(part)
        return STR, self.text(word)

    def text(self, word: tree.Word) -> str:
        """Return the expression of a word's text."""
        if word.static is not None:
            return repr(word.static)
        if word.flags & tree.TILDE:
            raise Unsupported
        return self.join(word.parts)

    def join(self, parts: tuple[tree.WordPart, ...]) -> str:
        """Return the expression of several parts, one behind the other."""
        pieces: list[str] = []
        for part in parts:
            static = tree.static_text((part,))
            if static is not None:
                if static:
                    pieces.append(repr(static))
            elif isinstance(part, tree.DoubleQuoted):
                pieces.append(self.join(part.parts))
            elif isinstance(part, tree.ArithSub):
                pieces.append(f"str({self.expression(part.expr)})")
            elif isinstance(part, tree.Expansion):
                pieces.append(self.as_text(*self.parameter(part)))
            else:
                raise Unsupported
        if not pieces:
            return "''"
        return pieces[0] if len(pieces) == 1 else "(" + " + ".join(pieces) + ")"

    def as_text(self, kinds: int, value: str) -> str:
        """Return the expression of a value's text."""
        if kinds == STR:
            return value
        if kinds == INT:
            return f"str({value})"
        return f"text({value})"

    # ------------------------------------------------------------------ parameters
    def parameter(self, part: tree.WordPart) -> tuple[int, str]:
        """Return (kinds, expression) of a parameter expansion."""
        if type(part) is tree.Param:
            return self._plain(part)
        if isinstance(part, tree.ParamLength):
            return INT, self._length(part.param)
        if isinstance(part, tree.ParamSlice):
            whole = self.as_text(*self._plain(part.param))
            length = "None" if part.length is None else self.expression(part.length)
            return STR, f"sliced({whole}, {self.expression(part.offset)}, {length})"
        if isinstance(part, tree.ParamTrim | tree.ParamReplace | tree.ParamCase):
            return STR, f"{self._operator(part)}({self.as_text(*self._plain(part.param))})"
        if isinstance(part, tree.ParamDefault) and part.op in ("-", ":-", "+", ":+"):
            return self._default(part)
        raise Unsupported

    def _plain(self, param: tree.Param) -> tuple[int, str]:
        if param.indirect or param.every:
            raise Unsupported
        name = param.name
        if param.index is not None:
            if param.index.static is None:
                index = self.expression(param.index)
            else:
                index = self.subscript(param.index.static)
            found = self.w.temporary()
            return STR, f"({found} if ({found} := element({self.w.array(name)}, {index})) is not None else '')"
        if is_identifier(name):
            local = self.w.variable(name)
            return self.w.kinds[name], local
        at = positional(name)
        if at is not None:
            return STR, f"(args[{at}] if len(args) > {at} else '')"
        if name == "#":
            return INT, "len(args)"
        if name == "?":
            self.w.looks_at_status = True
            return INT, "st"
        raise Unsupported

    def _length(self, param: tree.Param) -> str:
        if param.every and not param.indirect:
            return f"len({self.w.array(param.name)}.items)"
        if param.name in ("@", "*") and param.index is None:
            return "len(args)"
        return f"len({self.as_text(*self._plain(param))})"

    def _operator(self, part: tree.ParamTrim | tree.ParamReplace | tree.ParamCase) -> str:
        """Return the name of a function that does what `#`, `%`, `/`, `^` and their like do, with a fixed pattern."""
        compiler = self.w.compiler
        if isinstance(part, tree.ParamTrim):
            if part.pattern.static is None:
                raise Unsupported
            prepare = compiler.trimmer(part)
        elif isinstance(part, tree.ParamReplace):
            if part.pattern.static is None or (part.replacement is not None and part.replacement.static is None):
                raise Unsupported
            prepare = compiler.replacer(part)
        else:
            if part.pattern is not None and part.pattern.static is None:
                raise Unsupported
            prepare = compiler.case_changer(part)
        return self.w.constant(prepare(self.sh))

    def _default(self, part: tree.ParamDefault) -> tuple[int, str]:
        """${x:-word} and ${x:+word}; a variable that isn't set is None."""
        kinds, value = self._plain(part.param)
        if part.param.index is not None or not is_identifier(part.param.name):
            raise Unsupported
        before = dict(self.w.kinds)
        word = self.text(part.word)
        self.w.join(before)
        colon = part.op[0] == ":"
        if kinds == INT:
            present = "True"
        elif colon:
            present = f"{value} not in ('', None)"
        else:
            present = f"{value} is not None"
        if part.op[-1] == "+":
            return STR, f"({word} if {present} else '')"
        return STR, f"({self.as_text(kinds, value)} if {present} else {word})"

    # ------------------------------------------------------------------ fields
    def field(self, word: tree.Word) -> tuple[int, str]:
        """Return (kinds, expression) of an argument that is one field; leaves where splitting could make it another."""
        if word.flags & (tree.GLOB | tree.BRACE):
            raise Unsupported
        if word.literal is not None:
            return STR, repr(word.literal)
        quoted = all(isinstance(part, tree.DoubleQuoted | tree.QuotedText | tree.Literal) for part in word.parts)
        kinds, value = self.value(word)
        if quoted or kinds == INT:
            return (kinds, value) if not kinds & UNSET else (STR, f"text({value})")
        if len(word.parts) != 1:
            raise Unsupported
        return (ANY, f"whole({value})") if kinds & INT else (STR, f"whole({value})")
