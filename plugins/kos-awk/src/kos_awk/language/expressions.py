"""Expressions, by precedence. From loose to tight:

    ?:    ||    &&    in    ~ !~    < <= != == > >= | getline    concatenation    + -    * / %    unary + - !    ^    ++ --    $

An assignment is read where its left side is, so that `a && b = c` means `a && (b = c)`, as in awk's grammar.
"""

from __future__ import annotations

from ..errors import SyntaxFault
from . import tree
from .lexer import Lexer, Token

_ASSIGN = {"=": "", "+=": "+", "-=": "-", "*=": "*", "/=": "/", "%=": "%", "^=": "^"}
_COMPARE = ("<", "<=", "!=", "==", ">", ">=")
# What can begin a further part of a concatenation.
_STARTS = frozenset(["number", "string", "regex", "name", "funcname", "builtin", "$", "!", "(", "++", "--", "@"])
# least and most arguments
_ARGUMENTS = {
    "length": (0, 1), "substr": (2, 3), "index": (2, 2), "split": (2, 4), "sub": (2, 3), "gsub": (2, 3), "gensub": (3, 4),
    "match": (2, 3), "sprintf": (1, None), "sin": (1, 1), "cos": (1, 1), "atan2": (2, 2), "exp": (1, 1), "log": (1, 1),
    "sqrt": (1, 1), "int": (1, 1), "rand": (0, 0), "srand": (0, 1), "tolower": (1, 1), "toupper": (1, 1), "system": (1, 1),
    "close": (1, 2), "fflush": (0, 1), "strftime": (0, 3), "systime": (0, 0), "mktime": (1, 2), "asort": (1, 3),
    "asorti": (1, 3), "patsplit": (2, 4), "strtonum": (1, 1), "and": (2, None), "or": (2, None), "xor": (2, None),
    "lshift": (2, 2), "rshift": (2, 2), "compl": (1, 1), "isarray": (1, 1), "typeof": (1, 2), "mkbool": (1, 1),
    "bindtextdomain": (1, 2), "dcgettext": (1, 3), "dcngettext": (1, 5), "intdiv": (3, 3),
}  # fmt: skip
_REFUSED = frozenset(["bindtextdomain", "dcgettext", "dcngettext"])
_SHOWN = {"newline": "unexpected newline or end of string", "end": "unexpected newline or end of string"}


class ExpressionParser:
    """The tokens, one of them ahead, and all that reads expressions."""

    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer
        self._read: list[Token] = []  # so that one can go back
        self._next = 0
        self.called: list[tuple[str, int]] = []
        self.loops = self.switches = 0
        self.in_function = False
        self.rule_kind = "main"
        self.parens = 0
        self._plain_in = False
        self._output = False  # within print's list, where > redirects
        self.token = lexer.next()
        self._read.append(self.token)

    # -- tokens --------------------------------------------------------------------------------------------------------

    def advance(self) -> Token:
        """Return the token at hand, and go to the next."""
        token = self.token
        self._next += 1
        if self._next == len(self._read):
            self._read.append(self.lexer.next())
        self.token = self._read[self._next]
        return token

    def mark(self) -> int:
        """Return where to come back to."""
        return self._next

    def back(self, mark: int) -> None:
        """Come back."""
        self._next = mark
        self.token = self._read[mark]

    def expect(self, kind: str) -> None:
        """Take a token of a kind. Raises SyntaxFault if it's another."""
        if self.token.kind != kind:
            raise self.fault()
        self.advance()

    def newlines(self) -> None:
        """Pass over newlines."""
        while self.token.kind == "newline":
            self.advance()

    def skip(self) -> None:
        """Pass over newlines and semicolons."""
        while self.token.kind in ("newline", ";"):
            self.advance()

    def fault(self, text: str | None = None, shown: bool = False) -> SyntaxFault:
        """Return a syntax error at the token at hand; without a text of its own the line is shown."""
        token = self.token
        if text is None or shown:
            return self.lexer.fault(text or _SHOWN.get(token.kind, "syntax error"), token.line, token.at)
        return self.lexer.fault(text, token.line)

    # -- from loose to tight -------------------------------------------------------------------------------------------

    def expression(self) -> tree.Expr:
        """Read a whole expression."""
        outer, self._output = self._output, False
        found = self._ternary()
        self._output = outer
        return found

    def _ternary(self) -> tree.Expr:
        test = self._or()
        if self.token.kind != "?":
            return test
        line = self.advance().line
        self._newlines_of_gawk()
        yes = self._ternary()
        self._newlines_of_gawk()
        self.expect(":")
        self._newlines_of_gawk()
        return tree.Cond(line, test, yes, self._ternary())

    def _newlines_of_gawk(self) -> None:
        if not self.lexer.dialect.posix:
            self.newlines()

    def _or(self) -> tree.Expr:
        parts = [self._and()]
        while self.token.kind == "||":
            self.advance()
            self.newlines()
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else tree.Logic(parts[0].line, "or", parts)

    def _and(self) -> tree.Expr:
        parts = [self._in()]
        while self.token.kind == "&&":
            self.advance()
            self.newlines()
            parts.append(self._in())
        return parts[0] if len(parts) == 1 else tree.Logic(parts[0].line, "and", parts)

    def _in(self) -> tree.Expr:
        left = self._match()
        while self.token.kind == "in":
            self.advance()
            array = self._array()
            left = tree.In(left.line, left.items if isinstance(left, tree.Group) else [left], array)
        return left

    def _array(self) -> tree.Var | tree.Index:
        if self.token.kind != "name":
            raise self.fault()
        name = self.advance()
        array: tree.Var | tree.Index = tree.Var(name.line, str(name.value))
        while self.token.kind == "[":
            array = tree.Index(name.line, array, self._subscripts())
        return array

    def _match(self) -> tree.Expr:
        left = self._comparison()
        while self.token.kind in ("~", "!~"):
            op = self.advance()
            left = tree.Match(op.line, left, self._comparison(), op.kind == "!~")
        return left

    def _comparison(self) -> tree.Expr:
        left = self._piped()
        if self.token.kind in _COMPARE and not (self._output and self.token.kind == ">"):
            op = self.advance()
            left = tree.Compare(op.line, op.kind, left, self._piped())
            if self.token.kind in _COMPARE and not (self._output and self.token.kind == ">"):
                raise self.fault()
        return left

    def _piped(self) -> tree.Expr:
        left = self.concatenation()
        while self.token.kind in ("|", "|&"):
            mark = self.mark()
            op = self.advance()
            if self.token.kind != "getline":
                self.back(mark)
                break
            self.advance()
            kind = "pipe" if op.kind == "|" else "coprocess"
            left = tree.Getline(op.line, kind, self._getline_target(), left)
            while self.token.kind in ("+", "-"):
                sign = self.advance()
                left = tree.Binary(sign.line, sign.kind, left, self._product())
            if self.token.kind in _STARTS and self.token.kind != "regex":
                more = self.concatenation()
                left = tree.Concat(op.line, [left, *(more.parts if isinstance(more, tree.Concat) else [more])])
        return left

    def concatenation(self) -> tree.Expr:
        """Read what may be the name of an output file."""
        parts = [self._sum()]
        while self.token.kind in _STARTS:
            if self.token.kind == "regex":
                break
            parts.append(self._sum())
        return parts[0] if len(parts) == 1 else tree.Concat(parts[0].line, parts)

    def _sum(self) -> tree.Expr:
        left = self._product()
        while self.token.kind in ("+", "-"):
            op = self.advance()
            left = tree.Binary(op.line, op.kind, left, self._product())
        return left

    def _product(self) -> tree.Expr:
        left = self._unary()
        while self.token.kind in ("*", "/", "%"):
            op = self.advance()
            left = tree.Binary(op.line, op.kind, left, self._unary())
        return left

    def _unary(self) -> tree.Expr:
        token = self.token
        if token.kind == "!":
            self.advance()
            return tree.Not(token.line, self._unary())
        if token.kind in ("+", "-"):
            self.advance()
            return tree.Sign(token.line, token.kind, self._unary())
        return self._power()

    def _power(self) -> tree.Expr:
        base = self._postfix()
        if self.token.kind != "^":
            return base
        op = self.advance()
        sign = self.token
        if sign.kind in ("-", "+", "!"):
            self.advance()
            inner = self._power()
            exponent: tree.Expr = (
                tree.Not(sign.line, inner) if sign.kind == "!" else tree.Sign(sign.line, sign.kind, inner)
            )
        else:
            exponent = self._power()
        return tree.Binary(op.line, "^", base, exponent)

    def _postfix(self) -> tree.Expr:
        found = self.primary()
        if isinstance(found, (tree.Var, tree.Index, tree.Field)):
            token = self.token
            if token.kind in ("++", "--"):
                self.advance()
                return tree.Step(token.line, found, 1 if token.kind == "++" else -1, prefix=False)
            if token.kind in _ASSIGN:
                self.advance()
                self.newlines()
                return tree.Assign(token.line, _ASSIGN[token.kind], found, self._ternary())
        return found

    def _getline_target(self) -> tree.Target | None:
        if self.token.kind not in ("name", "$"):
            return None
        found = self.primary()
        assert isinstance(found, (tree.Var, tree.Index, tree.Field))
        return found

    def primary(self) -> tree.Expr:
        """Read the tightest: a constant, a variable, a field, a call, something in parentheses."""
        token = self.token
        kind, line = token.kind, token.line
        if kind == "number":
            self.advance()
            assert isinstance(token.value, float)
            return tree.Num(line, token.value)
        if kind in ("string", "regex"):
            self.advance()
            assert isinstance(token.value, bytes)
            return tree.Str(line, token.value) if kind == "string" else tree.Regex(line, token.value)
        if kind == "name":
            return self._array() if self._is_index() else tree.Var(line, str(self.advance().value))
        if kind == "$":
            self.advance()
            return tree.Field(line, self._field_number())
        if kind in ("++", "--"):
            self.advance()
            found = self.primary()
            if not isinstance(found, (tree.Var, tree.Index, tree.Field)):
                raise self.fault()
            return tree.Step(line, found, 1 if kind == "++" else -1, prefix=True)
        if kind == "(":
            return self._parenthesis()
        if kind == "funcname":
            self.advance()
            name = str(token.value)
            self.called.append((name, line))
            return tree.Call(line, name, self._arguments())
        if kind == "builtin":
            return self._builtin()
        if kind == "getline":
            return self._getline()
        if kind == "@":
            return self._at()
        raise self.fault()

    def _is_index(self) -> bool:
        mark = self.mark()
        self.advance()
        found = self.token.kind == "["
        self.back(mark)
        return found

    def _field_number(self) -> tree.Expr:
        token = self.token
        if token.kind in ("-", "+", "!"):
            self.advance()
            inner = self._unary()
            return tree.Not(token.line, inner) if token.kind == "!" else tree.Sign(token.line, token.kind, inner)
        found = self.primary()
        if isinstance(found, tree.Field) and self.token.kind in ("++", "--"):  # $$x++ is $($x++)
            step = self.advance()
            return tree.Step(step.line, found, 1 if step.kind == "++" else -1, prefix=False)
        return found

    def _parenthesis(self) -> tree.Expr:
        line = self.advance().line
        self.newlines()
        items = [self.expression()]
        self.newlines()
        while self.token.kind == ",":
            self.advance()
            self.newlines()
            items.append(self.expression())
            self.newlines()
        self.expect(")")
        if len(items) == 1:
            return tree.Paren(line, items[0])
        if self.token.kind != "in" and not self._output:
            raise self.fault()
        return tree.Group(line, items)

    def _subscripts(self) -> list[tree.Expr]:
        self.expect("[")
        found = self._list("]")
        if not found:
            raise self.fault()
        return found

    def _arguments(self) -> list[tree.Expr]:
        self.expect("(")
        return self._list(")")

    def _list(self, close: str) -> list[tree.Expr]:
        items: list[tree.Expr] = []
        self.newlines()
        while self.token.kind != close:
            items.append(self.expression())
            self.newlines()
            if self.token.kind == ",":
                self.advance()
                self.newlines()
                if self.token.kind == close:
                    raise self.fault()
            elif self.token.kind != close:
                raise self.fault()
        self.advance()
        return items

    def _builtin(self) -> tree.Expr:
        token = self.advance()
        name = str(token.value)
        if self.token.kind != "(":
            if name != "length":
                raise self.fault()
            return tree.Builtin(token.line, name, [])
        if name in _REFUSED:
            raise self.lexer.fault(f"{name}: function is not supported", token.line)
        args = self._arguments()
        least, most = _ARGUMENTS[name]
        if len(args) < least or (most is not None and len(args) > most):
            raise self.lexer.fault(f"{len(args)} is invalid as number of arguments for {name}", token.line)
        return tree.Builtin(token.line, name, args)

    def _getline(self) -> tree.Expr:
        line = self.advance().line
        target = self._getline_target()
        if self.token.kind != "<":
            return tree.Getline(line, "main", target, None)
        self.advance()
        source = self.primary()
        return tree.Getline(line, "file", target, source)

    def _at(self) -> tree.Expr:
        line = self.advance().line
        token = self.token
        if token.kind == "regex":
            self.advance()
            assert isinstance(token.value, bytes)
            return tree.Regex(line, token.value, typed=True)
        if token.kind != "funcname":
            raise self.fault()
        self.advance()
        return tree.Call(line, "", self._arguments(), tree.Var(line, str(token.value)))

    def label(self) -> tree.Expr:
        """Read what follows `case`."""
        token = self.token
        if token.kind in ("+", "-"):
            self.advance()
            number = self.primary()
            if isinstance(number, tree.Num):
                return tree.Num(token.line, -number.value if token.kind == "-" else number.value)
        else:
            found = self.primary()
            if isinstance(found, (tree.Num, tree.Str, tree.Regex)):
                return found
        raise self.fault()

    # -- print ---------------------------------------------------------------------------------------------------------

    def print_list(self) -> list[tree.Expr]:
        """Read print's arguments: a > among them, outside of parentheses, is a redirection."""
        outer, self._output = self._output, True
        items = [self._ternary()]
        if isinstance(items[0], tree.Group):
            items = items[0].items
        else:
            while self.token.kind == ",":
                self.advance()
                self.newlines()
                items.append(self._ternary())
        self._output = outer
        return items
