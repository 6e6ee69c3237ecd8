"""The parser's lower half: expressions, written as byte code while they are read.

Operators by binding, the loosest first:  ||  &&  !  == <= >= != < >  = += -= ...  + -  * / %  ^ (to the right)  unary -  ++ --

What an expression is, is said by flags, for messages and for the question whether its value is printed. How far the text has
been read when a message is given decides the line that it names, so the next token is asked for no earlier than needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NoReturn

from .code import Passed
from .errors import EndOfText, Fault
from .lexer import Token
from .names import HISTORY, IBASE, LAST, OBASE, SCALE

if TYPE_CHECKING:
    from .code import Code
    from .lexer import Lexer
    from .names import Names
    from .reports import Reports

VALUE: Final = 1  # what is printed when it stands alone
COMPARISON: Final = 2
PARENTHESES: Final = 4
VOID: Final = 8
EMPTY: Final = 16

_OR, _AND, _NOT, _RELATION, _ASSIGN, _SUM, _PRODUCT, _POWER, _UNARY = range(1, 10)
_BINDING: Final = {
    "||": _OR, "&&": _AND, "relation": _RELATION, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT,
    "^": _POWER,
}  # fmt: skip
_COMPARED: Final = {b"==": "=", b"!=": "#", b"<": "<", b"<=": "{", b">": ">", b">=": "}"}
_SPECIAL: Final = {"ibase": IBASE, "obase": OBASE, "scale": SCALE, "history": HISTORY, "last": LAST}
_BUILTIN: Final = {"length": "L", "sqrt": "R"}
_HOP: Final = 40  # levels of parentheses and the like on one stack
_DEEPEST: Final = 4000

Place = tuple[bool, int]  # what can be assigned: (is it an element of an array, number)


class Expressions:
    """next: the token that was looked at and isn't used yet. recovering: tokens until a syntax error is told again."""

    def __init__(self, lexer: Lexer, code: Code, names: Names, reports: Reports) -> None:
        self._lexer = lexer
        self._ahead: Token | None = None
        self.code = code
        self.names = names
        self.reports = reports
        self.recovering = 0
        self.next_label = 1
        self._depth = 0

    # -- tokens --------------------------------------------------------------------------------------------------------

    def peek(self) -> Token:
        """Return the next token."""
        if self._ahead is None:
            self._ahead = self._lexer.next()
        return self._ahead

    def shift(self) -> Token:
        """Use the next token."""
        token = self.peek()
        self._ahead = None
        if self.recovering:
            self.recovering -= 1
        return token

    def take(self, kind: str) -> Token:
        """Use a token of a kind. Raises Fault if the next one is of another."""
        if self.peek().kind != kind:
            self.fault()
        return self.shift()

    def taken(self, kind: str) -> bool:
        """Use the next token if it's of a kind."""
        if self.peek().kind != kind:
            return False
        self.shift()
        return True

    def fault(self) -> NoReturn:
        """Tell of a syntax error, unless one was told just before. Raises Fault; EndOfText at the end."""
        self.mark_fault()
        raise Fault

    def mark_fault(self) -> None:
        """Do what a syntax error makes the parser do: tell, or drop the token that doesn't fit a second time."""
        if not self.recovering:
            self.peek()
            self.reports.error("syntax error")
        elif self.recovering == 3:
            if self.peek().kind == "end":
                raise EndOfText
            self._ahead = None
        self.recovering = 3

    def label(self) -> int:
        """Return a new label."""
        number = self.next_label
        self.next_label += 1
        return number

    # -- operators -----------------------------------------------------------------------------------------------------

    def expression(self, least: int = 0) -> int:
        """Read an expression of operators that bind at least so tightly; return its flags."""
        return self.deeper(self._expression, least)

    def deeper(self, read: Callable[[int], int], argument: int) -> int:
        """Return read(argument), which may come here again: every so often on a fresh stack."""
        self._depth += 1
        try:
            if self._depth % _HOP:
                return read(argument)
            if self._depth > _DEEPEST:
                self.reports.error("nested too deep")
                raise EndOfText
            return self.reports.k.on_fresh_stack(read, argument)
        finally:
            self._depth -= 1

    def _expression(self, least: int) -> int:
        flags = self._prefixed()
        if least >= _UNARY:
            return flags  # nothing binds more tightly: the next token needn't be known
        while True:
            kind = self.peek().kind
            binding = _BINDING.get(kind, 0)
            if not binding or binding < least:
                return flags
            token = self.shift()
            flags = self._infix(token, binding, flags)

    def _infix(self, token: Token, binding: int, left: int) -> int:
        """Read what follows an operator, and write it."""
        code, kind = self.code, token.kind
        tighter = binding if kind == "^" else binding + 1
        if kind == "&&":
            self.reports.extension("&& operator")
            label = self.label()
            code.emit("D")
            code.emit("Z", label)
            code.emit("p")
            right = self.expression(tighter)
            self._need_values("&&", left | right)
            code.emit("D")
            code.emit("Z", label)
            code.emit("p")
            code.emit("1")
            code.label(label)
        elif kind == "||":
            self.reports.extension("|| operator")
            label = self.label()
            code.emit("B", label)
            right = self.expression(tighter)
            self._need_values("||", left | right)
            end = self.label()
            code.emit("B", label)
            code.emit("0")
            code.emit("J", end)
            code.label(label)
            code.emit("1")
            code.label(end)
        elif kind == "relation":
            right = self.expression(tighter)
            self._need_values("comparison", left | right)
            code.emit(_COMPARED[token.text])
            return VALUE | COMPARISON
        else:
            right = self.expression(tighter)
            self._need_values(kind, left | right)
            code.emit(kind)
        return (left | right) & ~PARENTHESES

    def _need_values(self, operator: str, flags: int) -> None:
        if flags & VOID:
            self.reports.error(f"void expression with {operator}")

    def _prefixed(self) -> int:
        """Read an operand with what stands before it; return its flags."""
        token = self.peek()
        if token.kind == "-":
            self.shift()
            flags = self.expression(_UNARY)
            self._need_values("unary -", flags)
            self.code.emit("n")
            return flags & ~PARENTHESES
        if token.kind == "!":
            self.shift()
            flags = self.expression(_NOT)
            self.reports.extension("! operator")
            self._need_values("!", flags)
            self.code.emit("!")
            return flags & ~PARENTHESES
        return self._operand()

    # -- operands ------------------------------------------------------------------------------------------------------

    def _operand(self) -> int:
        token = self.shift() if self.peek().kind in _OPERANDS else self.fault()
        kind = token.kind
        code = self.code
        if kind == "number":
            self._constant(token.text)
            return VALUE
        if kind == "(":
            flags = self.expression()
            self.take(")")
            if flags & VOID:
                self.reports.error("void expression in parenthesis")
            return flags | VALUE | PARENTHESES
        if kind == "step":
            place = self._place(self.shift() if self.peek().kind in _PLACES else self.fault())
            self._step_before(token.text, place)
            return VALUE
        if kind in _BUILTIN or (kind == "scale" and self.peek().kind == "("):
            self.take("(")
            flags = self.expression()
            self.take(")")
            if flags & VOID:
                self.reports.error(f"void expression in {kind}()")
            code.emit("c", _BUILTIN.get(kind, "S"))
            return VALUE
        if kind in ("read", "random"):
            self.take("(")
            self.take(")")
            self.reports.extension(f"{kind} function")
            code.emit("c", "I" if kind == "read" else "X")
            return VALUE
        if kind == "name" and self.peek().kind == "(":
            return self._call(token.text.decode())
        return self._named(self._place(token))

    def _constant(self, text: bytes) -> None:
        if text in (b"0", b"1"):
            self.code.emit(text.decode())
            return
        if not text.replace(b".", b"").isdigit() and any(char > 70 for char in text):
            self.reports.constant()
        self.code.emit("K", text)

    def _place(self, token: Token) -> Place:
        """Return what can be assigned, after the token that begins it."""
        kind = token.kind
        if kind != "name":
            if kind == "last":
                self.reports.extension("Last variable")
            elif kind == "history":
                self.reports.extension("History variable")
            return False, _SPECIAL[kind]
        name = token.text.decode()
        if not self.taken("["):
            self._name(name)
            return False, self.names.variable(name)
        flags = self.expression()
        if flags & VOID:
            self.reports.error("void expression as subscript")
        if flags & COMPARISON:
            self.reports.extension("comparison in subscript")
        self.take("]")
        self._name(name)
        return True, self.names.array(name)

    def _name(self, name: str) -> None:
        if len(name) > 1:
            self.reports.extension(f"multiple letter name - {name}")

    def _named(self, place: Place) -> int:
        """Read what may follow a place: an assignment, ++ or --; write it, or that it's loaded."""
        token = self.peek()
        element, number = place
        code = self.code
        if token.kind == "assign":
            self.shift()
            operator = token.text.decode()
            if operator != "=":
                if element:
                    code.emit("D")
                code.emit("L" if element else "l", number)
            flags = self.expression(_ASSIGN)
            if flags & VOID:
                self.reports.error("Assignment of a void expression")
            if operator != "=":
                code.emit(operator)
            code.emit("S" if element else "s", number)
            return 0
        if token.kind != "step":
            code.emit("L" if element else "l", number)
            return VALUE
        self.shift()
        up = token.text == b"+"
        if element:
            code.emit("D")
            code.emit("L", number)
            code.emit("x")
            code.emit("A" if up else "M", number)
        else:
            code.emit("l", number)
            code.emit("i" if up else "d", number)
        return VALUE

    def _step_before(self, sign: bytes, place: Place) -> None:
        element, number = place
        code = self.code
        if element:
            code.emit("D")
            code.emit("A" if sign == b"+" else "M", number)
            code.emit("L", number)
        else:
            code.emit("i" if sign == b"+" else "d", number)
            code.emit("l", number)

    def _call(self, name: str) -> int:
        self.take("(")
        passed: list[Passed] = []
        if self.peek().kind != ")":
            passed.append(self._argument())
            while self.taken(","):
                passed.append(self._argument())
        self.take(")")
        self._name(name)
        number = self.names.function(name)
        self.code.emit("C", (number, tuple(reversed(passed))))
        return VOID if self.names.functions[number].void else VALUE

    def _argument(self) -> Passed:
        """Read an argument: an expression, or an array's name with []."""
        token = self.peek()
        if token.kind != "name":
            return self._value_argument(self.expression())
        self.shift()
        name = token.text.decode()
        if self.peek().kind != "[":
            return self._value_argument(self.deeper(lambda _: self._going_on(token), 0))
        self.shift()
        if self.taken("]"):
            number = self.names.array(name)
            self._name(name)
            self.code.array_argument(number)
            return Passed(number)
        return self._value_argument(self._going_on(token, subscripted=True))

    def _value_argument(self, flags: int) -> Passed:
        if flags & VOID:
            self.reports.error("void argument")
        if flags & COMPARISON:
            self.reports.extension("comparison in argument")
        return Passed()

    def _going_on(self, name: Token, *, subscripted: bool = False) -> int:
        """Read on in an expression whose first token is a name that was used already, perhaps with its [."""
        if subscripted:
            flags = self.expression()
            if flags & VOID:
                self.reports.error("void expression as subscript")
            if flags & COMPARISON:
                self.reports.extension("comparison in subscript")
            self.take("]")
            self._name(name.text.decode())
            flags = self._named((True, self.names.array(name.text.decode())))
        elif self.peek().kind == "(":
            flags = self._call(name.text.decode())
        else:
            flags = self._named(self._place(name))
        while True:
            binding = _BINDING.get(self.peek().kind, 0)
            if not binding:
                return flags
            flags = self._infix(self.shift(), binding, flags)


_PLACES: Final = frozenset(["name", *_SPECIAL])
_OPERANDS: Final = _PLACES | {"number", "(", "step", "length", "sqrt", "read", "random"}
STARTS: Final = _OPERANDS | {"-", "!"}
