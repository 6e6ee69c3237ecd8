"""[ ] and test, where their shape is known when they are compiled.

`[ $i -lt 10 ]` is the commonest loop condition there is. If the words have one of a few shapes and the operands hold plain
values when it runs, the closure decides at once; otherwise it calls the general one, which runs the builtin. Nothing that it
looks at first has side effects, so looking twice does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.compile.tests import NUMERIC
from kos_shell.names import is_identifier
from kos_shell.syntax import tree

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]


class Brackets:
    """Part of the compiler."""

    def bracket_test(self, node: tree.SimpleCommand, general: Run, tested: bool) -> Run | None:
        """Return a quick closure for a known shape of [ ], or None."""
        words = list(node.words)
        name = words[0].literal
        assert name is not None
        if name == "[":
            if words[-1].literal != "]" or words[-1].flags & tree.QUOTED:
                return None
            words = words[:-1]
        words = words[1:]
        if any(word.flags & (tree.GLOB | tree.BRACE) for word in words):
            return None
        negated = False
        if len(words) in (3, 4) and words[0].literal == "!":
            if len(words) == 4 or words[1].literal in ("-z", "-n"):
                negated = True
                words = words[1:]
        decide: Callable[[Shell], Any] | None = None
        if len(words) == 3 and words[1].literal is not None:
            op = words[1].literal
            if op in NUMERIC:
                decide = self._numeric_test(words[0], op, words[2])
            elif op in ("=", "==", "!="):
                decide = self._text_test(words[0], words[2], op == "!=")
        elif len(words) == 2 and words[0].literal in ("-z", "-n"):
            decide = self._length_test(words[1], words[0].literal == "-n")
        if decide is None:
            return None
        quick = decide
        line = node.line
        yes, no = (1, 0) if negated else (0, 1)

        def run(sh: Shell) -> int:
            if sh.hooks or name in sh.functions:
                return general(sh)
            truth = quick(sh)
            if truth is None or name not in sh.builtins:
                return general(sh)
            status = yes if truth else no
            if status and not tested and sh.errcheck:
                sh.line = line
                sh.failed(status, node)
            return status

        return run

    def _numeric_test(self, left: tree.Word, op: str, right: tree.Word) -> Callable[[Shell], Any] | None:
        first = self._number_reader(left)
        second = self._number_reader(right)
        if first is None or second is None:
            return None
        name = self._variable_name(left)
        if name is not None and right.literal is not None:
            return _variable_test(name, op, int(right.literal), first)
        compare = NUMERIC[op]

        def decide(sh: Shell) -> Any:
            a = first(sh)
            if a is None:
                return None
            b = second(sh)
            return None if b is None else compare(a, b)

        return decide

    def _variable_name(self, word: tree.Word) -> str | None:
        param = word.lone_param
        return param.name if param is not None and is_identifier(param.name) else None

    def _number_reader(self, word: tree.Word) -> Callable[[Shell], int | None] | None:
        """Return what reads an operand that is a plain number just now, else None; None if no such reader fits the word."""
        if word.literal is not None:
            text = word.literal
            if not _is_number(text):
                return None
            fixed = int(text)
            return lambda sh: fixed
        param = word.lone_param
        if param is None:
            return None
        name = param.name
        if is_identifier(name):

            def variable(sh: Shell) -> int | None:
                value = sh.vars.get(name)
                if type(value) is int:
                    return None if sh.ifs_odd else value
                if type(value) is str and value.isdecimal() and value.isascii() and len(value) < 19 and not sh.ifs_odd:
                    return int(value)
                return None

            return variable
        if name == "#":
            return lambda sh: None if sh.ifs_odd else len(sh.args)
        if name == "?":
            return lambda sh: None if sh.ifs_odd else sh.status
        if name.isdecimal() and 0 < int(name[:6]) < 1000:
            at = int(name) - 1

            def positional(sh: Shell) -> int | None:
                args = sh.args
                if at < len(args):
                    value = args[at]
                    if value.isdecimal() and value.isascii() and len(value) < 19 and not sh.ifs_odd:
                        return int(value)
                return None

            return positional
        return None

    def _text_reader(self, word: tree.Word) -> Callable[[Shell], str | None] | None:
        """Return what reads an operand that is one field just now."""
        if word.literal is not None:
            fixed = word.literal
            return lambda sh: fixed
        param = word.lone_param
        if param is None:
            return None
        name = param.name
        quoted = bool(word.flags & tree.QUOTED)
        if is_identifier(name):

            def variable(sh: Shell) -> str | None:
                value = sh.vars.get(name)
                if type(value) is int:
                    value = str(value)
                elif type(value) is not str:
                    return None
                if quoted:
                    return value
                return value if value.isalnum() and not sh.ifs_odd else None

            return variable
        if name.isdecimal() and 0 < int(name[:6]) < 1000 and quoted:
            at = int(name) - 1
            return lambda sh: sh.args[at] if at < len(sh.args) else None
        return None

    def _text_test(self, left: tree.Word, right: tree.Word, negated: bool) -> Callable[[Shell], Any] | None:
        first, second = self._text_reader(left), self._text_reader(right)
        if first is None or second is None:
            return None

        def decide(sh: Shell) -> Any:
            a = first(sh)
            if a is None:
                return None
            b = second(sh)
            return None if b is None else (a == b) is not negated

        return decide

    def _length_test(self, word: tree.Word, wanted: bool) -> Callable[[Shell], Any] | None:
        read = self._text_reader(word)
        if read is None or not (word.flags & tree.QUOTED or word.literal is not None):
            return None

        def decide(sh: Shell) -> Any:
            text = read(sh)
            return None if text is None else (text != "") is wanted

        return decide


def _is_number(text: str) -> bool:
    digits = text[1:] if text[:1] == "-" else text
    return digits.isdecimal() and digits.isascii() and len(digits) < 19


def _variable_test(name: str, op: str, constant: int, read: Callable[[Shell], int | None]) -> Callable[[Shell], Any]:
    """Return the test of a variable against a constant, in one call for a variable that is kept as a number."""

    def known(sh: Shell) -> int | None:
        value = sh.vars.get(name)
        return read(sh) if type(value) is not int or sh.ifs_odd else value

    if op == "-lt":

        def less(sh: Shell) -> Any:
            value = sh.vars.get(name)
            if type(value) is int and not sh.ifs_odd:
                return value < constant
            number = read(sh)
            return None if number is None else number < constant

        return less
    if op == "-le":

        def less_or_equal(sh: Shell) -> Any:
            value = sh.vars.get(name)
            if type(value) is int and not sh.ifs_odd:
                return value <= constant
            number = read(sh)
            return None if number is None else number <= constant

        return less_or_equal
    compare = NUMERIC[op]

    def decide(sh: Shell) -> Any:
        number = known(sh)
        return None if number is None else compare(number, constant)

    return decide
