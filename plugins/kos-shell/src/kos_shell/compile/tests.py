"""[[ ]]: each expression becomes a closure `(sh) -> bool`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.arithmetic.errors import ArithmeticError_
from kos_shell.compile.patterns import constant
from kos_shell.conditions import FILE_OPERATORS, compare_files, file_test, is_terminal, is_variable_set, option_is_on
from kos_shell.errors import Complaint, ExpansionFailure, FatalExpansion
from kos_shell.expansion.quoting import unescape_pattern
from kos_shell.syntax import tree
from kos_shell.trace import before_command, trace_line
from kos_shell.values import READONLY, Variable

if TYPE_CHECKING:
    from kos_kernel.api import Glob
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]
    Truth = Callable[[Shell], bool]
    Text = Callable[[Shell], str]

_EMPTY = "''"
NUMERIC: dict[str, Callable[[int, int], bool]] = {
    "-eq": int.__eq__, "-ne": int.__ne__, "-lt": int.__lt__, "-le": int.__le__, "-gt": int.__gt__, "-ge": int.__ge__,
}  # fmt: skip


class Conditions:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def string(self, word: tree.Word) -> Text: ...
        def pattern(self, word: tree.Word) -> Text: ...
        def matcher(self, word: tree.Word, extglob: bool = False) -> Callable[[Shell], Glob]: ...
        def regex_text(self, word: tree.Word) -> Text: ...
        def later(self, make: Callable[[], Callable[[Shell], Any]]) -> Callable[[Shell], Any]: ...

    # ------------------------------------------------------------------ [[ ]]
    def conditional(self, node: tree.Conditional, tested: bool) -> Run:
        """Return what runs [[ ]]: 0 true, 1 false, 2 for a regular expression that is none."""
        truth = self.truth(node.expr)
        traced = self.later(lambda: self.traced_truth(node.expr))
        line = node.line

        def run(sh: Shell) -> int:
            sh.line = line
            if sh.hooks:
                if before_command(sh, node):
                    return 0
            try:
                status = 0 if (traced if sh.xtrace else truth)(sh) else 1
            except ExpansionFailure as failure:
                raise sh.give_up(failure) from None
            except Complaint as complaint:
                text = str(complaint)
                if text:
                    sh.warn(f"[[: {text}")
                status = complaint.status
            if status and not tested and sh.errcheck:
                sh.failed(status, node)
            return status

        return run

    def truth(self, test: tree.Test) -> Truth:
        """Return what decides an expression of [[ ]]."""
        if isinstance(test, tree.TestNot):
            inner = self.truth(test.expr)
            return lambda sh: not inner(sh)
        if isinstance(test, tree.TestGroup):
            return self.truth(test.expr)
        if isinstance(test, tree.TestAnd | tree.TestOr):
            parts = [self.truth(part) for part in test.parts]
            if isinstance(test, tree.TestAnd):

                def conjunction(sh: Shell) -> bool:
                    for part in parts:
                        if not part(sh):
                            return False
                    return True

                return conjunction

            def disjunction(sh: Shell) -> bool:
                for part in parts:
                    if part(sh):
                        return True
                return False

            return disjunction
        if isinstance(test, tree.TestUnary):
            return self._unary(test.op, self.string(test.operand))
        assert isinstance(test, tree.TestBinary)
        return self._binary(test)

    def traced_truth(self, test: tree.Test, negation: str = "") -> Truth:
        """Return what decides an expression and, under `set -x`, shows each test in it when its turn comes, expanded."""
        if isinstance(test, tree.TestNot):
            inner = self.traced_truth(test.expr, "" if negation else "! ")
            return lambda sh: not inner(sh)
        if isinstance(test, tree.TestGroup):
            return self.traced_truth(test.expr, negation)
        if isinstance(test, tree.TestAnd | tree.TestOr):
            parts = [self.traced_truth(part) for part in test.parts]
            combine = all if isinstance(test, tree.TestAnd) else any
            return lambda sh: combine(part(sh) for part in parts)
        if isinstance(test, tree.TestUnary):
            op, operand = test.op, self.string(test.operand)

            def unary(sh: Shell) -> bool:
                text = operand(sh)
                trace_line(sh, f"[[ {negation}{op} {text or _EMPTY} ]]")
                return self._unary(op, constant(text))(sh)

            return unary
        assert isinstance(test, tree.TestBinary)
        return self._traced_binary(test, negation)

    def _traced_binary(self, test: tree.TestBinary, negation: str) -> Truth:
        op, left = test.op, self.string(test.left)
        matches = op in ("=", "==", "!=")
        pieces = [
            (
                self.pattern(tree.make_word((part,), test.right.flags)),
                isinstance(part, tree.QuotedText | tree.DoubleQuoted),
            )
            for part in (test.right.parts if matches else ())
        ]
        right = self.regex_text(test.right) if op == "=~" else self.string(test.right)

        def binary(sh: Shell) -> bool:
            first = left(sh)
            if matches:
                texts = [(piece(sh), quoted) for piece, quoted in pieces]
                second = "".join([text for text, _ in texts])
                shown = "".join([_backslashed(text) if quoted else text for text, quoted in texts])
            else:
                shown = second = right(sh)
            trace_line(sh, f"[[ {negation}{first or _EMPTY} {op} {shown or _EMPTY} ]]")
            if matches:
                glob = sh.caches.glob(second, nocase="nocasematch" in sh.options)
                return glob.matches(first) is not (op == "!=")
            if op == "=~":
                return self._regex(constant(first), constant(second))(sh)
            return self._compare(constant(first), op, constant(second))(sh)

        return binary

    def _unary(self, op: str, operand: Text) -> Truth:
        if op == "-n":
            return lambda sh: operand(sh) != ""
        if op == "-z":
            return lambda sh: operand(sh) == ""
        letter = op[1]
        if letter in FILE_OPERATORS:
            return lambda sh: file_test(sh, letter, operand(sh))
        if letter == "t":
            return lambda sh: is_terminal(sh, operand(sh))
        if letter == "v":
            return lambda sh: is_variable_set(sh, operand(sh))
        if letter == "o":
            return lambda sh: option_is_on(sh, operand(sh))
        assert letter == "R", op

        def is_reference(sh: Shell) -> bool:
            value = sh.vars.get(operand(sh))
            return isinstance(value, Variable) and bool(value.flags & 64) and bool(value.value)

        return is_reference

    def _binary(self, test: tree.TestBinary) -> Truth:
        op = test.op
        left = self.string(test.left)
        if op in ("=", "==", "!="):
            return self._match(left, test.right, op == "!=")
        if op == "=~":
            return self._regex(left, self.regex_text(test.right))
        return self._compare(left, op, self.string(test.right))

    def _compare(self, left: Text, op: str, right: Text) -> Truth:
        if op == "<":
            return lambda sh: left(sh) < right(sh)
        if op == ">":
            return lambda sh: left(sh) > right(sh)
        if op in ("-nt", "-ot", "-ef"):
            return lambda sh: compare_files(sh, left(sh), op, right(sh))
        compare = NUMERIC[op]

        def compared(sh: Shell) -> bool:
            first, second = left(sh), right(sh)
            try:
                return bool(compare(sh.evaluate(first), sh.evaluate(second)))
            except FatalExpansion:
                raise
            except ExpansionFailure as failure:  # the operand is wrong, not the word: only the test fails
                if isinstance(failure, ArithmeticError_) and failure.of_subscript:
                    raise
                raise Complaint(str(failure)) from None

        return compared

    def _match(self, left: Text, word: tree.Word, negated: bool) -> Truth:
        literal = word.literal
        if literal is not None:

            def same(sh: Shell) -> bool:
                text = left(sh)
                equal = text == literal or ("nocasematch" in sh.options and text.casefold() == literal.casefold())
                return equal is not negated

            return same
        matcher = self.matcher(word, extglob=True)
        pattern = self.pattern(word)

        def matches(sh: Shell) -> bool:
            text = left(sh)
            if "nocasematch" in sh.options:
                return sh.caches.glob(pattern(sh), nocase=True).matches(text) is not negated
            return matcher(sh).matches(text) is not negated

        return matches

    def _regex(self, left: Text, right: Text) -> Truth:
        def search(sh: Shell) -> bool:
            from kos_kernel.api import PatternError

            text = left(sh)
            source = right(sh)
            try:
                regex = sh.caches.regex(source, icase="nocasematch" in sh.options)
            except PatternError:
                raise Complaint("", 2) from None
            data = text.encode("utf-8", "surrogateescape")
            found = regex.search(data)
            values: list[str] = []
            if found is not None:
                for number in range(regex.groups + 1):
                    group = found.group(number)
                    values.append("" if group is None else group.decode("utf-8", "surrogateescape"))
            old = sh.vars.get("BASH_REMATCH")
            if not (isinstance(old, Variable) and old.flags & READONLY):
                sh.set_array("BASH_REMATCH", values)
            return found is not None

        return search


def _backslashed(pattern: str) -> str:
    """Return quoted text of a pattern as `set -x` shows it: a backslash before every character."""
    return "".join([f"\\{c}" for c in unescape_pattern(pattern)])
