"""test and [: POSIX's rules by the number of arguments, then bash's grammar with -a and -o."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.builtins.arguments import integer
from kos_shell.conditions import (
    FILE_OPERATORS,
    UNARY_OPERATORS,
    compare_files,
    file_test,
    is_terminal,
    is_variable_set,
    option_is_on,
)
from kos_shell.errors import UsageComplaint
from kos_shell.values import NAMEREF, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_BINARY = frozenset(["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"])
MAX_NESTING = 100


def bracket(sh: Shell, argv: list[str]) -> int:
    """[ expression ]."""
    if argv[-1] != "]":
        raise UsageComplaint("missing `]'")
    return 0 if evaluate(sh, argv[1:-1]) else 1


def test(sh: Shell, argv: list[str]) -> int:
    """test expression."""
    return 0 if evaluate(sh, argv[1:]) else 1


def evaluate(sh: Shell, args: list[str]) -> bool:
    """Return the truth of an expression. Raises UsageComplaint for what is none."""
    count = len(args)
    if count == 0:
        return False
    if count == 1:
        return args[0] != ""
    if count == 2:
        return _two(sh, args)
    if count == 3:
        return _three(sh, args)
    if count == 4:
        if args[0] == "!":
            return not _three(sh, args[1:])
        if args[0] == "(" and args[3] == ")":
            return _two(sh, args[1:3])
    return _Expression(sh, args).whole()


def _is_unary(word: str) -> bool:
    return len(word) == 2 and word[0] == "-" and word[1] in UNARY_OPERATORS


def _two(sh: Shell, args: list[str]) -> bool:
    first, second = args
    if first == "!":
        return second == ""
    if _is_unary(first):
        return _unary(sh, first[1], second)
    raise UsageComplaint(f"{first}: unary operator expected")


def _three(sh: Shell, args: list[str]) -> bool:
    first, op, last = args
    if op in _BINARY:
        return _binary(sh, first, op, last)
    if op == "-a":
        return first != "" and last != ""
    if op == "-o":
        return first != "" or last != ""
    if first == "!":
        return not _two(sh, args[1:])
    if first == "(" and last == ")":
        return op != ""
    raise UsageComplaint(f"{op}: binary operator expected")


def _unary(sh: Shell, letter: str, operand: str) -> bool:
    if letter == "n":
        return operand != ""
    if letter == "z":
        return operand == ""
    if letter in FILE_OPERATORS:
        return file_test(sh, letter, operand)
    if letter == "t":
        return is_terminal(sh, operand)
    if letter == "v":
        return is_variable_set(sh, operand)
    if letter == "o":
        return option_is_on(sh, operand)
    value = sh.vars.get(operand)
    return isinstance(value, Variable) and bool(value.flags & NAMEREF) and bool(value.value)


def _number(text: str) -> int:
    value = integer(text)
    if value is None:
        raise UsageComplaint(f"{text}: integer expression expected")
    return value


def _binary(sh: Shell, left: str, op: str, right: str) -> bool:
    if op == "=" or op == "==":
        return left == right
    if op == "!=":
        return left != right
    if op == "<":
        return left < right
    if op == ">":
        return left > right
    if op in ("-nt", "-ot", "-ef"):
        return compare_files(sh, left, op, right)
    a, b = _number(left), _number(right)
    if op == "-eq":
        return a == b
    if op == "-ne":
        return a != b
    if op == "-lt":
        return a < b
    if op == "-le":
        return a <= b
    return a > b if op == "-gt" else a >= b


class _Expression:
    """or := and (-o and)*   and := term (-a term)*   term := ! term | ( or ) | unary word | word binary word | word"""

    def __init__(self, sh: Shell, args: list[str]) -> None:
        self.sh = sh
        self.args = args
        self.at = 0
        self.nesting = 0

    def whole(self) -> bool:
        value = self.disjunction()
        if self.at < len(self.args):
            raise UsageComplaint("too many arguments")
        return value

    def peek(self, ahead: int = 0) -> str | None:
        at = self.at + ahead
        return self.args[at] if at < len(self.args) else None

    def disjunction(self) -> bool:
        value = self.conjunction()
        while self.peek() == "-o":
            self.at += 1
            other = self.conjunction()
            value = value or other
        return value

    def conjunction(self) -> bool:
        value = self.term()
        while self.peek() == "-a":
            self.at += 1
            other = self.term()
            value = value and other
        return value

    def term(self) -> bool:
        negated = False
        while self.peek() == "!" and self.peek(1) is not None:
            negated = not negated
            self.at += 1
        word = self.peek()
        if word is None:
            raise UsageComplaint("argument expected")
        following = self.peek(1)
        if word == "(":
            self.nesting += 1
            if self.nesting > MAX_NESTING:
                raise UsageComplaint("too many nested parentheses")
            self.at += 1
            value = self.disjunction()
            if self.peek() != ")":
                shown = self.peek()
                raise UsageComplaint("`)' expected" if shown is None else f"`)' expected, found {shown}")
            self.at += 1
            self.nesting -= 1
            return value is not negated
        if following in _BINARY and self.peek(2) is not None:
            self.at += 3
            assert following is not None
            return _binary(self.sh, word, following, self.args[self.at - 1]) is not negated
        if _is_unary(word) and following is not None:
            self.at += 2
            return _unary(self.sh, word[1], following) is not negated
        self.at += 1
        return (word != "") is not negated
