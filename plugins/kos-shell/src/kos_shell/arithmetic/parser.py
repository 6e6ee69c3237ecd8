"""Reads an arithmetic expression into nested tuples.

    comma < assignment < ?: < || < && < | < ^ < & < == != < relational < shift < + - < * / % < ** < unary < postfix

Nodes, by their first member:

    ("num", value)  ("par", index)  ("var", name, subscript)      subscript: raw text or None
    ("un", op, node)  ("pre", op, name, subscript)  ("post", op, name, subscript)
    ("bin", first, [(op, node, start), ...])     one level of precedence, flat; start: where that operand begins
    ("and", nodes)  ("or", nodes)  ("comma", nodes)  ("cond", test, yes, no)
    ("assign", op, name, subscript, node, start) op: "=" or the binary operator of `op=`
    ("fail", error)  ("then", node, node)        only of an expression with a mistake, see `parse_leniently`

Chains are flat, so that `1+1+1+...` of any length neither recurses here nor when it runs; what does recurse (parentheses,
unary operators, ** = ?:) is counted against MAX_NESTING. As in bash unary minus binds tighter than **: -2**2 is 4.
"""

from __future__ import annotations

from typing import Any

from kos_shell.arithmetic.errors import ArithmeticError_
from kos_shell.arithmetic.integers import parse_integer
from kos_shell.arithmetic.lexer import Token, tokenize

Node = tuple[Any, ...]
MAX_NESTING = 100

_COMMA, _ASSIGN, _COND, _OR, _AND, _BITWISE_OR = range(6)
_LEVEL: dict[str, int] = {
    ",": _COMMA,
    "?": _COND,
    "||": _OR,
    "&&": _AND,
    **dict.fromkeys(("=", "*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|="), _ASSIGN),
    "|": 5,
    "^": 6,
    "&": 7,
    "==": 8,
    "!=": 8,
    "<": 9,
    "<=": 9,
    ">": 9,
    ">=": 9,
    "<<": 10,
    ">>": 10,
    "+": 11,
    "-": 11,
    "*": 12,
    "/": 12,
    "%": 12,
}
_CHAINS = {",": "comma", "||": "or", "&&": "and"}


def parse(text: str) -> Node:
    """Return the tree of `text`; the empty expression is 0. Raises ArithmeticError_."""
    node, failure = parse_leniently(text)
    if failure is not None:
        raise failure
    return node


def parse_leniently(text: str) -> tuple[Node, ArithmeticError_ | None]:
    """Return (tree, the first mistake or None).

    bash evaluates while it reads: `i++ = 2` has incremented i before it fails, `1/0 = 2` says that it divides by zero. So the tree
    is what there is to evaluate before the mistake is met: a ("fail", error) stands where it is met in the midst of an operand, and
    a ("then", node, read) for an operand behind which a variable was read that has no business there. Raises ArithmeticError_ where
    not even the words can be told apart.
    """
    parser = _Parser(text)
    return parser.whole(), parser.failure


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.at = 0
        self.last = 0  # index of the token read last: what bash shows as the error token once the text is used up
        self.nesting = 0
        self.failure: ArithmeticError_ | None = None
        self.target: list[Any] | None = None  # the variable before a =: it isn't looked at

    # ------------------------------------------------------------------ tokens
    def peek(self) -> str:
        """The operator that stands next, or "" if something else does."""
        token = self.tokens[self.at]
        return token.text if token.kind == "op" else ""

    def advance(self) -> Token:
        self.last = self.at
        self.at += 1
        return self.tokens[self.last]

    def error(self, message: str, token: Token | None = None) -> ArithmeticError_:
        at = token if token is not None else self.tokens[self.at]
        if at.kind == "bad" and token is None:
            return self.bad(at)
        if at.kind == "end" and token is None:
            at = self.tokens[self.last]
        return ArithmeticError_(self.text, message, self.text[at.start :])

    def fail(self, error: ArithmeticError_) -> Node:
        """Keep the first mistake and go to the end, so that all that is open closes; return what raises it."""
        if self.failure is None:
            self.failure = error
        self.at = len(self.tokens) - 1
        if self.tokens[-1].kind != "end":
            self.tokens.append(Token("end", "", len(self.text), len(self.text)))
            self.at += 1
        return ("fail", self.failure)

    def bad(self, token: Token) -> ArithmeticError_:
        operand = self.last < self.at and self.tokens[self.last].kind in ("num", "name", "par")
        message = "invalid arithmetic operator" if operand else "operand expected"
        return ArithmeticError_(self.text, f"syntax error: {message}", self.text[token.start :])

    def deeper(self) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            self.fail(self.error("expression recursion level exceeded"))

    # ------------------------------------------------------------------ grammar
    def whole(self) -> Node:
        if self.tokens[0].kind == "end":
            return ("num", 0)
        node = self.expression(_COMMA)
        token = self.tokens[self.at]
        if token.kind != "end":
            self.fail(self.error("syntax error in expression"))
        return node

    def expression(self, lowest: int) -> Node:
        """Operators of levels `lowest` and tighter, by precedence climbing: one Python frame for all of them."""
        node = self.power()
        while True:
            op = self.binary_operator()
            level = _LEVEL.get(op, -1)
            if level < lowest:
                return node
            if level >= _BITWISE_OR:
                chain: list[tuple[str, Node, int]] = []
                while _LEVEL.get(op, -1) == level:
                    self.advance()
                    start = self.tokens[self.at].start
                    chain.append((op, self.expression(level + 1), start))
                    op = self.binary_operator()
                node = ("bin", node, chain)
            elif level == _ASSIGN:
                node = self.assignment(node, op)
            elif level == _COND:
                node = self.conditional(node)
            else:
                nodes = [node]
                while self.peek() == op:
                    self.advance()
                    nodes.append(self.expression(level + 1))
                node = (_CHAINS[op], nodes)

    def assignment(self, target: Node, op: str) -> Node:
        if target[0] != "var":
            if op == "=" and self.target is not None:
                self.target[:] = ["num", 0]
            return ("then", target, self.fail(self.error("attempted assignment to non-variable")))
        self.target = None
        self.advance()
        self.deeper()
        start = self.tokens[self.at].start
        value = self.expression(_ASSIGN)
        self.nesting -= 1
        if self.failure is not None:  # bash assigns when it has read the right side to its end
            return ("then", value, ("fail", self.failure))
        return ("assign", op if op == "=" else op[:-1], target[1], target[2], value, start)

    def conditional(self, test: Node) -> Node:
        self.advance()
        self.deeper()
        if self.tokens[self.at].kind == "end" or self.peek() == ":":
            return ("then", test, self.fail(self.error("expression expected")))
        yes = self.expression(_COMMA)
        if self.peek() != ":":
            failure = self.fail(self.error("`:' expected for conditional expression"))
            return ("then", ("cond", test, yes, failure), failure)
        self.advance()
        if self.tokens[self.at].kind == "end":
            failure = self.fail(self.error("expression expected"))
            return ("then", ("cond", test, yes, failure), failure)
        no = self.expression(_COND)
        self.nesting -= 1
        if self.failure is not None:  # also where this side isn't chosen
            return ("then", ("cond", test, yes, no), ("fail", self.failure))
        return ("cond", test, yes, no)

    def binary_operator(self) -> str:
        """Like peek(), but `++` behind an operand that can't be incremented is two operators."""
        op = self.peek()
        if op == "++" or op == "--":
            if self.tokens[self.at - 1].kind == "name":
                raise ArithmeticError_(
                    self.text, f"{op}: assignment requires lvalue", self.text[self.tokens[self.at].start :]
                )
            self.split()
            return op[0]
        return op

    def split(self) -> None:
        """Make two signs of the ++ or -- that stands next. The second may be part of the next such: +++i is + ++i."""
        token = self.tokens[self.at]
        middle = token.start + 1
        following = self.tokens[self.at + 1]
        if following.start == token.stop and following.text in (token.text[0], token.text):
            self.tokens[self.at : self.at + 2] = [
                Token("op", token.text[0], token.start, middle),
                Token("op", token.text, middle, middle + 2),
                *([Token("op", token.text[0], middle + 2, following.stop)] if following.text == token.text else []),
            ]
            return
        self.tokens[self.at : self.at + 1] = [
            Token("op", token.text[0], token.start, middle),
            Token("op", token.text[0], middle, token.stop),
        ]

    def power(self) -> Node:
        base = self.unary()
        if self.peek() != "**":
            return base
        self.advance()
        self.deeper()
        start = self.tokens[self.at].start
        exponent = self.power()
        self.nesting -= 1
        if exponent[0] in ("un", "pre"):
            start = self.tokens[self.last].start
        return ("bin", base, [("**", exponent, start)])

    def unary(self) -> Node:
        op = self.peek()
        if op == "++" or op == "--":
            following = self.tokens[self.at + 1]
            if following.kind == "name":
                self.advance()
                self.advance()
                return ("pre", op, following.text, following.subscript)
            self.split()
            op = op[0]
        if op and op in "!~+-":
            self.advance()
            self.deeper()
            operand = self.unary()
            self.nesting -= 1
            if op == "+":  # nothing, but what it stands before can't be assigned to
                return ("group", operand) if operand[0] == "var" else operand
            return ("un", op, operand)
        return self.operand()

    def operand(self) -> Node:
        """Read a number, a variable or what is in parentheses, and look at what stands behind it, as bash does."""
        token = self.tokens[self.at]
        node: Node
        if token.kind == "num":
            self.advance()
            try:
                node = ("num", parse_integer_at(token, self.text))
            except ArithmeticError_ as error:
                return self.fail(error)
        elif token.kind == "name":
            self.advance()
            op = self.peek()
            if op == "++" or op == "--":
                self.advance()
                node = ("post", op, token.text, token.subscript)
            elif op == "=":
                self.target = ["var", token.text, token.subscript]
                return self.target  # type: ignore[return-value]
            else:
                behind = self.tokens[self.at].kind
                node = ("var", token.text, token.subscript)
                if behind == "bad" or (behind == "num" and not self.is_integer()):
                    return self.looked_behind(("num", 0))  # it fails before the variable is looked at
        elif token.kind == "par":
            self.advance()
            node = ("par", int(token.text[1:-1]))
        elif token.text == "(":
            self.advance()
            self.deeper()
            inner = self.expression(_COMMA)
            self.nesting -= 1
            if self.peek() != ")":
                return ("then", inner, self.fail(self.error("missing `)'")))
            self.advance()
            node = ("group", inner) if inner[0] == "var" else inner
        else:
            return self.fail(self.error("syntax error: operand expected"))
        return node if self.tokens[self.at].kind in ("op", "end") else self.looked_behind(node)

    def is_integer(self) -> bool:
        """Tell whether the "num" token that stands next is right."""
        try:
            parse_integer_at(self.tokens[self.at], self.text)
        except ArithmeticError_:
            return False
        return True

    def looked_behind(self, node: Node) -> Node:
        """Return an operand with what reading on does: fail at what is no word, evaluate a variable."""
        token = self.tokens[self.at]
        if token.kind == "bad":
            return ("then", node, self.fail(self.bad(token)))
        if token.kind == "num":
            try:
                parse_integer_at(token, self.text)
            except ArithmeticError_ as error:
                return ("then", node, self.fail(error))
        if token.kind == "name" and self.tokens[self.at + 1].text != "=":
            return ("then", node, ("var", token.text, token.subscript))
        return node


def parse_integer_at(token: Token, text: str) -> int:
    """Return the value of a "num" token. Errors show the expression up to the number, and the number."""
    try:
        return parse_integer(token.text, text)
    except ArithmeticError_ as error:
        raise ArithmeticError_(text[: token.stop], error.message, text[token.start : token.stop]) from None
