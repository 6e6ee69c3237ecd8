"""Arithmetic in the tree: `$((i + $x))`, `(( ))`, subscripts, offsets.

The text of an expression is what its expansions give, so in general it is expanded first and read as arithmetic then (with a
cache from text to closure). Two cases are compiled ahead: an expression without expansions, and one whose expansions are
plain `$x`, which are read in place as long as they hold plain numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.arithmetic import ArithmeticError_, NotPlainNumber, compile_arithmetic
from kos_shell.arithmetic.compiler import compile_or_refuse
from kos_shell.compile.parameters import ONE, Source
from kos_shell.names import is_identifier
from kos_shell.syntax import tree
from kos_shell.values import Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Number = Callable[[Shell], int]
    Operand = Callable[[Shell], Any]

_MAY_SKIP = re.compile(r"\?|&&|\|\|").search
"""Operators that don't evaluate both sides."""


def _with_values(error: ArithmeticError_, values: list[Any]) -> ArithmeticError_:
    """Return the error with the values of `$x` in their places."""

    def filled(text: str) -> str:
        return re.sub(
            "\0([0-9]+)\0", lambda found: str("" if (value := values[int(found[1])]) is None else value), text
        )

    return ArithmeticError_(
        filled(error.expression), error.message, None if error.token is None else filled(error.token)
    )


class ArithmeticWords:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def source(self, param: tree.Param) -> Source: ...
        def join_texts(self, parts: tuple[tree.WordPart, ...], quoted: bool) -> Callable[[Shell], str]: ...

    def arithmetic(self, word: tree.Word) -> Number:
        """Return what evaluates the expression in `word`."""
        static = tree.static_text(word.parts)
        if static is not None:
            return self._fixed(static)
        operands: list[Operand] = []
        template = self._template(word.parts, operands)
        text = self.join_texts(word.parts, True)

        def expand_and_read(sh: Shell) -> int:
            return sh.caches.arithmetic(text(sh))(sh)

        if template is None:
            return expand_and_read
        try:
            direct = compile_arithmetic(template, tuple(operands))
        except (NotPlainNumber, ArithmeticError_):
            return expand_and_read

        if _MAY_SKIP(template):  # what is skipped isn't read, and must be a number all the same
            checked = direct

            def direct(sh: Shell) -> int:
                for operand in operands:
                    value = operand(sh)
                    if type(value) is not int and not (type(value) is str and value.isdecimal() and value.isascii()):
                        raise NotPlainNumber
                return checked(sh)

        def evaluate(sh: Shell) -> int:
            try:
                return direct(sh)
            except NotPlainNumber:
                return expand_and_read(sh)
            except ArithmeticError_ as error:
                if "\0" not in error.expression:
                    raise
                raise _with_values(error, [operand(sh) for operand in operands]) from None

        return evaluate

    def _fixed(self, text: str) -> Number:
        return compile_or_refuse(text)

    def _template(self, parts: tuple[tree.WordPart, ...], operands: list[Operand]) -> str | None:
        """Return the text with NUL index NUL for each plain `$x`, or None if it has other expansions."""
        pieces: list[str] = []
        for part in parts:
            if isinstance(part, tree.Literal | tree.QuotedText):
                pieces.append(part.text)
            elif isinstance(part, tree.DoubleQuoted):
                inner = self._template(part.parts, operands)
                if inner is None:
                    return None
                pieces.append(inner)
            elif type(part) is tree.Param and part.index is None and not part.every and not part.indirect:
                read = self._operand(part)
                if read is None:
                    return None
                pieces.append(f"\0{len(operands)}\0")
                operands.append(read)
            elif isinstance(part, tree.ParamLength) and part.param.index is None and not part.param.indirect:
                length = self.source_of_length(part)
                pieces.append(f"\0{len(operands)}\0")
                operands.append(length)
            else:
                return None
        return "".join(pieces)

    def source_of_length(self, part: tree.ParamLength) -> Operand:
        """Return the reader of ${#x} as an operand."""
        return self.expansion(part).read  # type: ignore[attr-defined, no-any-return]

    def _operand(self, param: tree.Param) -> Operand | None:
        name = param.name
        if is_identifier(name):

            def variable(sh: Shell) -> Any:
                value = sh.vars.get(name)
                return sh.get(name) if isinstance(value, Variable) else value

            return variable
        if name in ("@", "*"):
            return None
        if name == "#":
            return lambda sh: len(sh.args)
        if name == "?":
            return lambda sh: sh.status
        source = self.source(param)
        return source.read if source.kind == ONE else None
