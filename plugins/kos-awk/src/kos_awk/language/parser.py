"""From tokens to the tree: rules, functions, statements. Expressions are in expressions.py.

parse(sources) -> Program
"""

from __future__ import annotations

from . import tree
from .expressions import ExpressionParser
from .lexer import BUILTINS, KEYWORDS, NAME, Lexer

_RULES = ("BEGIN", "END", "BEGINFILE", "ENDFILE")


def parse(lexer: Lexer) -> tree.Program:
    """Return the program. Raises SyntaxFault."""
    return Parser(lexer).program()


class Parser(ExpressionParser):
    """One program's parser."""

    def program(self) -> tree.Program:
        """Read everything."""
        rules: list[tree.Rule] = []
        functions: dict[str, tree.Function] = {}
        self.skip()
        while self.token.kind != "end":
            if self.token.kind == "function":
                function = self._function()
                if function.name in functions:
                    raise self.lexer.fault(f"function name `{function.name}' previously defined", function.line)
                functions[function.name] = function
            elif self.token.kind == "@" and self._directive():
                pass
            else:
                rules.append(self._rule())
            self.skip()
        self._check_calls(functions)
        return tree.Program(rules, functions)

    def _directive(self) -> bool:
        """Do @include and @namespace, refuse @load; False if it's an expression that begins here."""
        mark = self.mark()
        self.advance()
        word = str(self.token.value)
        if self.token.kind != "name" or word not in ("include", "namespace", "load"):
            self.back(mark)
            return False
        self.advance()
        if self.token.kind != "string":
            raise self.fault()
        text = bytes(self.token.value)  # type: ignore[arg-type]
        if word == "load":
            raise self.fault("@load: extensions in shared libraries are not supported")
        if word == "include":
            self.lexer.include(text)
        else:
            space = text.decode("utf-8", "replace")
            if not NAME.fullmatch(text) or space in BUILTINS or space in KEYWORDS:
                raise self.fault(f"namespace name `{space}' must meet identifier naming rules")
            self.lexer.namespace = space
        self.advance()
        if self.token.kind not in ("newline", ";", "end") and word == "namespace":
            raise self.fault()
        return True

    def _check_calls(self, functions: dict[str, tree.Function]) -> None:
        for name, line in self.called:
            if name not in functions:
                raise self.lexer.fault(f"function `{name.replace('·', '::')}' called but never defined", line)

    def _function(self) -> tree.Function:
        line = self.advance().line
        if self.token.kind == "builtin":
            raise self.fault(f"`{self.token.value!s}' is a built-in function, it cannot be redefined")
        if self.token.kind not in ("name", "funcname"):
            raise self.fault()
        name = str(self.advance().value)
        self.expect("(")
        params: list[str] = []
        while self.token.kind != ")":
            self.newlines()
            if self.token.kind != "name":
                raise self.fault()
            param = str(self.advance().value)
            if param in params:
                raise self.fault(f"function `{name}': parameter #{len(params) + 1}, `{param}', duplicates parameter")
            if param == name:
                raise self.fault(f"function `{name}': cannot use function name as parameter name")
            params.append(param)
            if self.token.kind == ",":
                self.advance()
                self.newlines()
            elif self.token.kind != ")":
                raise self.fault()
        self.advance()
        self.newlines()
        self.in_function = True
        body = self._braces()
        self.in_function = False
        return tree.Function(name, line, params, body)

    def _rule(self) -> tree.Rule:
        line = self.token.line
        kind = self.token.kind
        if kind in _RULES:
            self.advance()
            if self.token.kind != "{":
                raise self.fault(f"{kind} blocks must have an action part" if kind in ("BEGIN", "END") else None)
            self.rule_kind = kind
            return tree.Rule(kind, line, body=self._braces())
        self.rule_kind = "main"
        pattern = until = None
        if kind != "{":
            pattern = self.expression()
            if self.token.kind == ",":
                self.advance()
                self.newlines()
                until = self.expression()
        body = self._braces() if self.token.kind == "{" else None
        if body is None and self.token.kind not in ("newline", ";", "end"):
            raise self.fault()
        return tree.Rule("main", line, pattern, until, body)

    # -- statements ----------------------------------------------------------------------------------------------------

    def _braces(self) -> list[tree.Stmt]:
        self.expect("{")
        body: list[tree.Stmt] = []
        self.skip()
        while self.token.kind != "}":
            if self.token.kind == "end":
                raise self.fault("unexpected newline or end of string", shown=True)
            body += self._statement()
            self.skip()
        self.advance()
        return body

    def _body(self) -> list[tree.Stmt]:
        """Read what `if`, `while` ... hold: a statement, behind newlines, or nothing but a semicolon."""
        self.newlines()
        if self.token.kind == ";":
            self.advance()
            return []
        return self._statement()

    def _statement(self) -> list[tree.Stmt]:
        kind, line = self.token.kind, self.token.line
        if kind == "{":
            return self._braces()
        if kind == ";":
            self.advance()
            return []
        reader = {"if": self._if, "while": self._while, "do": self._do, "for": self._for, "switch": self._switch}
        if kind in reader:
            return [reader[kind]()]
        statement = self.simple()
        if kind in ("next", "nextfile"):
            if (
                self.rule_kind != "main"
                and not self.in_function
                and not (kind == "nextfile" and "FILE" in self.rule_kind)
            ):
                raise self.lexer.fault(f"`{kind}' used in {self.rule_kind} action", line)
        self._end_of_simple()
        return [statement]

    def _end_of_simple(self) -> None:
        if self.token.kind in (";", "newline"):
            self.advance()
        elif self.token.kind not in ("}", "end"):
            raise self.fault()

    def simple(self) -> tree.Stmt:
        """Read a statement without an end of its own."""
        kind, line = self.token.kind, self.token.line
        ended = ("newline", ";", "}", "end")
        if kind in ("print", "printf"):
            return self._print()
        if kind in ("next", "nextfile"):
            self.advance()
            return tree.Jump(line, kind)
        if kind in ("break", "continue"):
            if not self.loops and not (kind == "break" and self.switches):
                where = "a loop or switch" if kind == "break" else "a loop"
                raise self.fault(f"`{kind}' is not allowed outside {where}")
            self.advance()
            return tree.Jump(line, kind)
        if kind == "exit":
            self.advance()
            return tree.Exit(line, None if self.token.kind in ended else self.expression())
        if kind == "return":
            if not self.in_function:
                raise self.fault("`return' used outside function context")
            self.advance()
            return tree.Return(line, None if self.token.kind in ended else self.expression())
        if kind == "delete":
            return self._delete()
        return tree.Simple(line, self.expression())

    def _delete(self) -> tree.Stmt:
        line = self.advance().line
        closing = self.token.kind == "("
        if closing:
            self.advance()
        what = self.primary()
        if closing:
            self.expect(")")
        if not isinstance(what, (tree.Var, tree.Index)):
            raise self.fault()
        return tree.Delete(line, what)

    def _print(self) -> tree.Stmt:
        token = self.advance()
        formatted = token.kind == "printf"
        args: list[tree.Expr] = []
        if self.token.kind not in ("newline", ";", "}", "end", ">", ">>", "|", "|&"):
            args = self.print_list()
        redirect, where = "", None
        if self.token.kind in (">", ">>", "|", "|&"):
            redirect = self.advance().kind
            where = self.concatenation()
        if formatted and not args:
            raise self.fault()
        return tree.Print(token.line, args, formatted, redirect, where)

    def _if(self) -> tree.Stmt:
        line = self.advance().line
        self.expect("(")
        test = self.expression()
        self.expect(")")
        yes = self._body()
        no: list[tree.Stmt] = []
        mark = self.mark()
        self.skip()
        if self.token.kind == "else":
            self.advance()
            no = self._body()
        else:
            self.back(mark)
        return tree.If(line, test, yes, no)

    def _loop(self) -> list[tree.Stmt]:
        self.loops += 1
        body = self._body()
        self.loops -= 1
        return body

    def _while(self) -> tree.Stmt:
        line = self.advance().line
        self.expect("(")
        test = self.expression()
        self.expect(")")
        if self.token.kind == ";":
            self.advance()
            return tree.While(line, test, [], [])
        return tree.While(line, test, self._loop(), [])

    def _do(self) -> tree.Stmt:
        line = self.advance().line
        body = self._loop()
        self.skip()
        self.expect("while")
        self.expect("(")
        test = self.expression()
        self.expect(")")
        if self.token.kind in (";", "newline"):
            self.advance()
        return tree.While(line, test, body, [], first=True)

    def _for(self) -> tree.Stmt:
        line = self.advance().line
        self.expect("(")
        if self.token.kind == "name":
            mark = self.mark()
            name = self.advance()
            if self.token.kind == "in":
                self.advance()
                if self.token.kind == "name":
                    array = self.primary()
                    if self.token.kind == ")" and isinstance(array, (tree.Var, tree.Index)):
                        self.advance()
                        return tree.ForIn(line, tree.Var(name.line, str(name.value)), array, self._loop())
            self.back(mark)
        before: list[tree.Stmt] = [] if self.token.kind == ";" else [self.simple()]
        self.expect(";")
        self.newlines()
        test = None if self.token.kind == ";" else self.expression()
        self.expect(";")
        self.newlines()
        after: list[tree.Stmt] = [] if self.token.kind == ")" else [self.simple()]
        self.expect(")")
        if self.token.kind == ";":
            self.advance()
            body: list[tree.Stmt] = []
        else:
            body = self._loop()
        loop = tree.While(line, test, body, after)
        return tree.If(line, tree.Num(line, 1.0), [*before, loop], []) if before else loop

    def _switch(self) -> tree.Stmt:
        line = self.advance().line
        self.expect("(")
        subject = self.expression()
        self.expect(")")
        self.newlines()
        self.expect("{")
        self.skip()
        self.switches += 1
        cases: list[tuple[tree.Expr | None, list[tree.Stmt]]] = []
        while self.token.kind != "}":
            label: tree.Expr | None = None
            if self.token.kind == "case":
                self.advance()
                label = self.label()
            elif self.token.kind == "default":
                if any(known is None for known, _ in cases):
                    raise self.fault("duplicate `default' detected in switch body")
                self.advance()
            else:
                raise self.fault()
            self.expect(":")
            body: list[tree.Stmt] = []
            self.skip()
            while self.token.kind not in ("case", "default", "}"):
                if self.token.kind == "end":
                    raise self.fault()
                body += self._statement()
                self.skip()
            cases.append((label, body))
        self.advance()
        self.switches -= 1
        return tree.Switch(line, subject, cases)
