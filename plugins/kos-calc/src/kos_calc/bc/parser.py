"""The parser's upper half: statements and functions.

After a syntax error it goes on where GNU's, made by bison, does: at the innermost place where a statement may stand, with the
token that didn't fit if a statement can begin with it, else with the next that one can begin with; between two statements of the
top level a newline will do, too. A second error within three tokens isn't told. What was wrong isn't run, up to the line's end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from .code import Parameter, shown_list
from .errors import EndOfText, Fault, Quit
from .expressions import COMPARISON, EMPTY, PARENTHESES, STARTS, VALUE, VOID, Expressions
from .texts import LIMITS, WARRANTY

if TYPE_CHECKING:
    from .code import Code
    from .lexer import Lexer
    from .names import Names
    from .reports import Reports

_STATEMENTS: Final = STARTS | frozenset(
    "string warranty limits break continue quit halt return for if while { print".split()
)


class Parser(Expressions):
    """run(): what to do with the code of a line or of a function. say(text): prints."""

    def __init__(
        self,
        lexer: Lexer,
        code: Code,
        names: Names,
        reports: Reports,
        run: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        super().__init__(lexer, code, names, reports)
        self._run_code = run
        self._say = say
        self._break = 0
        self._continue = 0
        self._if = 0
        self._function = 0  # the number of the one that is read

    # -- the text as a whole -------------------------------------------------------------------------------------------

    def parse(self) -> None:
        """Read all text, running line by line. Raises Quit."""
        self._begin()
        try:
            while self.peek().kind != "end":
                self._item()
        except EndOfText:
            pass

    def _begin(self) -> None:
        self._break = self._continue = 0
        self.next_label = 1
        self.code.begin()
        self.reports.failed = False

    def _run(self) -> None:
        self._run_code()
        if self.code.used:
            self._begin()
        self.reports.failed = False

    def _item(self) -> None:
        """Read a function, or statements up to the line's end, and run them."""
        try:
            if self.peek().kind == "define":
                self._define()
                self._run()
                return
            self._top()
        except Fault:
            self._function = 0
            while self._statement_follows(top=True):
                try:
                    self._top()
                    return
                except Fault:
                    continue

    def _top(self) -> None:
        if self.peek().kind in _STATEMENTS:
            self._statement()
        elif self.peek().kind not in (";", "newline"):
            self.fault()
        while self.taken(";"):
            if self.peek().kind not in (";", "newline"):
                self._statement_or_error()
        self.take("newline")
        self._run()

    def _statement_follows(self, *, top: bool = False) -> bool:
        """Pass what no statement begins with; False if, at the top, a line's end came first. Raises EndOfText."""
        while True:
            kind = self.peek().kind
            if kind in _STATEMENTS:
                return True
            if top and kind == "newline":
                self.shift()
                self.recovering = 0
                self._begin()
                return False
            self.mark_fault()

    def _statement_or_error(self) -> None:
        try:
            if self.peek().kind in _STATEMENTS:
                self._statement()
                return
            self.fault()
        except Fault:
            pass
        while self._statement_follows():
            try:
                self._statement()
                return
            except Fault:
                continue

    def _statements(self) -> None:
        """Read the statements of a block, up to its }."""
        while True:
            try:
                if self.peek().kind in _STATEMENTS:
                    self._statement()
                elif self.peek().kind not in (";", "newline", "}"):
                    self.fault()
                while self.peek().kind in (";", "newline"):
                    self.shift()
                    if self.peek().kind not in (";", "newline", "}"):
                        self._statement_or_error()
                if self.peek().kind != "}":
                    self.fault()
                return
            except Fault:
                self._statement_follows()

    # -- statements ----------------------------------------------------------------------------------------------------

    def _statement(self) -> None:
        self.deeper(self._one_statement, 0)

    def _one_statement(self, _: int) -> int:
        kind = self.peek().kind
        if kind in STARTS:
            flags = self.expression()
            if flags & COMPARISON:
                self.reports.extension("comparison in expression")
            self.code.emit("W" if flags & VALUE else "p")
            return 0
        token = self.shift()
        if kind == "string":
            self.code.emit("w", token.text)
        elif kind == "{":
            self._statements()
            self.take("}")
        elif kind == "quit":
            raise Quit
        elif kind == "halt":
            self.code.emit("h")
        elif kind in _SIMPLE:
            _SIMPLE[kind](self)
        else:
            self._say(WARRANTY if kind == "warranty" else LIMITS)
        return 0

    def _break_statement(self) -> None:
        if not self._break:
            self.reports.error("Break outside a for/while")
        else:
            self.code.emit("J", self._break)

    def _continue_statement(self) -> None:
        self.reports.extension("Continue statement")
        if not self._continue:
            self.reports.error("Continue outside a for")
        else:
            self.code.emit("J", self._continue)

    def _return(self) -> None:
        if self.peek().kind not in STARTS:
            self.code.emit("0")
        else:
            flags = self.expression()
            if flags & COMPARISON:
                self.reports.extension("comparison in return expression")
            if not flags & PARENTHESES:
                self.reports.extension("return expression requires parenthesis")
            if flags & VOID:
                self.reports.error("return requires non-void expression")
            if self._function and self.names.functions[self._function].void:
                self.reports.error("Return expression in a void function.")
        if not self._function:
            self.reports.error("Return outside of a function.")
        self.code.emit("R")

    def _print(self) -> None:
        self.reports.extension("print statement")
        while True:
            if self.peek().kind == "string":
                self.code.emit("O", self.shift().text)
            else:
                if self.expression() & VOID:
                    self.reports.error("void expression in print")
                self.code.emit("P")
            if not self.taken(","):
                return

    def _newline(self) -> None:
        """Pass the newline that GNU allows before a statement that belongs to another."""
        if self.peek().kind == "newline":
            self.shift()
            self.reports.extension("newline not allowed")

    def _body(self) -> None:
        self._newline()
        if self.peek().kind not in _STATEMENTS:
            self.fault()
        self._statement()

    def _if_statement(self) -> None:
        self.take("(")
        flags = self.expression()
        self.take(")")
        if flags & VOID:
            self.reports.error("void expression")
        outer, self._if = self._if, self.label()
        self.code.emit("Z", self._if)
        self._body()
        if self.peek().kind == "else":
            self.shift()
            self.reports.extension("else clause in if statement")
            end = self.label()
            self.code.emit("J", end)
            self.code.label(self._if)
            self._if = end
            self._body()
        self.code.label(self._if)
        self._if = outer

    def _while(self) -> None:
        start = self.label()
        self.code.label(start)
        self.take("(")
        flags = self.expression()
        if flags & VOID:
            self.reports.error("void expression")
        outer, outer_continue = self._break, self._continue
        self._break, self._continue = self.label(), start
        self.code.emit("Z", self._break)
        self.take(")")
        self._body()
        self.code.emit("J", start)
        self.code.label(self._break)
        self._break, self._continue = outer, outer_continue

    def _clause(self, end: str) -> int:
        """Read one of the three expressions of a for; return its flags."""
        if self.peek().kind == end:
            self.reports.extension("Missing expression in for statement")
            return EMPTY
        return self.expression()

    def _for(self) -> None:
        code = self.code
        outer_break, self._break = self._break, self.label()
        self.take("(")
        flags = self._clause(";")
        self.take(";")
        if flags & COMPARISON:
            self.reports.extension("Comparison in first for expression")
        if flags & VOID:
            self.reports.error("first expression is void")
        if not flags & EMPTY:
            code.emit("p")
        condition = self.label()
        code.label(condition)
        flags = self._clause(";")
        self.take(";")
        if flags & VOID:
            self.reports.error("second expression is void")
        if flags & EMPTY:
            code.emit("1")
        body = self.label()
        code.emit("B", body)
        code.emit("J", self._break)
        outer_continue, self._continue = self._continue, self.label()
        code.label(self._continue)
        flags = self._clause(")")
        self.take(")")
        if flags & COMPARISON:
            self.reports.extension("Comparison in third for expression")
        if flags & VOID:
            self.reports.error("third expression is void")
        if not flags & EMPTY:
            code.emit("p")
        code.emit("J", condition)
        code.label(body)
        self._body()
        code.emit("J", self._continue)
        code.label(self._break)
        self._break, self._continue = outer_break, outer_continue

    # -- functions -----------------------------------------------------------------------------------------------------

    def _define(self) -> None:
        self.shift()
        void = self.taken("void")
        if void:
            self.reports.extension("void functions")
        name = self.take("name").text.decode()
        self.take("(")
        parameters = self._parameters(")") if self.peek().kind != ")" else []
        self.take(")")
        self._newline()
        self.take("{")
        if self.peek().kind != "newline":
            self.reports.extension("End of line required")
        while self.taken("newline"):
            pass
        autos: list[Parameter] = []
        if self.taken("auto"):
            autos = self._parameters("")
            if not self.taken(";"):
                self.take("newline")
        self._check(parameters, autos)
        self._name(name)
        self._function = number = self.names.function(name)
        function = self.names.functions[number]
        function.void, function.defined = void, False
        function.parameters, function.autos, function.native = parameters, autos, ""
        self.code.text(f"F{number},{shown_list(parameters)}.{shown_list(autos)}[")
        outer_label, self.next_label = self.next_label, 1
        self._statements()
        self.take("}")
        self.code.emit("0")
        self.code.emit("R")
        self.code.text("]")
        self.next_label = outer_label
        self._function = 0
        function.code = self.code.taken()
        function.defined = not self.reports.failed
        self.reports.k.tick(1)

    def _parameters(self, end: str) -> list[Parameter]:
        """Read names, which may be of arrays; before `)`, also of arrays that aren't copied."""
        found: list[Parameter] = []
        while True:
            shared = end == ")" and self.taken("*")
            name = self.take("name").text.decode()
            if shared or self.peek().kind == "[":
                self.take("[")
                self.take("]")
                if shared:
                    self.reports.extension("Call by variable arrays")
                self._name(name)
                found.append(Parameter(self.names.array(name), "reference" if shared else "array"))
            else:
                self._name(name)
                found.append(Parameter(self.names.variable(name), "value"))
            if not self.taken(","):
                return found

    def _check(self, parameters: list[Parameter], autos: list[Parameter]) -> None:
        """Tell of names that stand twice in a function's head."""
        for what, names in (("duplicate parameter names", parameters), ("duplicate auto variable names", autos)):
            seen: set[tuple[bool, int]] = set()
            for one in names:
                if one.kind == "reference":
                    self.reports.extension("Variable array parameter")
                key = (one.kind == "value", one.number)
                if key in seen:
                    self.reports.error(what)
                seen.add(key)
        both = {(one.kind == "value", one.number) for one in parameters}
        for one in autos:
            if (one.kind == "value", one.number) in both:
                self.reports.error("variable in both parameter and auto lists")


_SIMPLE: Final = {
    "break": Parser._break_statement,
    "continue": Parser._continue_statement,
    "return": Parser._return,
    "print": Parser._print,
    "if": Parser._if_statement,
    "while": Parser._while,
    "for": Parser._for,
}
