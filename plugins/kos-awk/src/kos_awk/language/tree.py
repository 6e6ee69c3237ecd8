"""The tree of a program: expressions, statements, rules, functions.

Every expression knows its `line`. Names are `str`, texts are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Expr:
    """line: source * 2**20 + line, see lexer.py."""

    line: int


@dataclass(slots=True)
class Num(Expr):
    value: float


@dataclass(slots=True)
class Str(Expr):
    value: bytes


@dataclass(slots=True)
class Regex(Expr):
    """/source/; typed: @/source/."""

    source: bytes
    typed: bool = False


@dataclass(slots=True)
class Var(Expr):
    """A name. The analysis sets `local`, it is a parameter, and `scope`, the function that it is one of."""

    name: str
    local: bool = False
    scope: str = ""


@dataclass(slots=True)
class Index(Expr):
    """array[subscripts]; array is a Var or an Index."""

    array: Var | Index
    subscripts: list[Expr]


@dataclass(slots=True)
class Field(Expr):
    number: Expr


Target = Var | Index | Field


@dataclass(slots=True)
class Assign(Expr):
    """target op value; op: "" + - * / % ^."""

    op: str
    target: Target
    value: Expr


@dataclass(slots=True)
class Step(Expr):
    """++x, x++, --x, x--."""

    target: Target
    delta: int
    prefix: bool


@dataclass(slots=True)
class Cond(Expr):
    test: Expr
    yes: Expr
    no: Expr


@dataclass(slots=True)
class Logic(Expr):
    """&& or ||, of two or more parts."""

    op: str
    parts: list[Expr]


@dataclass(slots=True)
class Not(Expr):
    operand: Expr


@dataclass(slots=True)
class Match(Expr):
    left: Expr
    right: Expr
    negated: bool


@dataclass(slots=True)
class Compare(Expr):
    op: str
    left: Expr
    right: Expr


@dataclass(slots=True)
class In(Expr):
    subscripts: list[Expr]
    array: Var | Index


@dataclass(slots=True)
class Concat(Expr):
    parts: list[Expr]


@dataclass(slots=True)
class Binary(Expr):
    """+ - * / % ^."""

    op: str
    left: Expr
    right: Expr


@dataclass(slots=True)
class Sign(Expr):
    """+x or -x."""

    op: str
    operand: Expr


@dataclass(slots=True)
class Paren(Expr):
    """(x): what `print (x) > y` and `(a) in b` need to know."""

    inner: Expr


@dataclass(slots=True)
class Group(Expr):
    """(a, b): the arguments of print, or the subscripts before `in`."""

    items: list[Expr]


@dataclass(slots=True)
class Call(Expr):
    """A function of the program; indirect: @name(...), where name is a variable."""

    name: str
    args: list[Expr]
    indirect: Var | None = None


@dataclass(slots=True)
class Builtin(Expr):
    name: str
    args: list[Expr]


@dataclass(slots=True)
class Getline(Expr):
    """kind: main, file, pipe, coprocess. target None: $0."""

    kind: str
    target: Target | None
    source: Expr | None


@dataclass(slots=True)
class Stmt:
    line: int


@dataclass(slots=True)
class Simple(Stmt):
    expr: Expr


@dataclass(slots=True)
class Print(Stmt):
    """redirect: "" > >> | |&."""

    args: list[Expr]
    formatted: bool
    redirect: str
    where: Expr | None


@dataclass(slots=True)
class If(Stmt):
    test: Expr
    yes: list[Stmt]
    no: list[Stmt]


@dataclass(slots=True)
class While(Stmt):
    """after: what `for (;;after)` does at the end of each round. first: do ... while."""

    test: Expr | None
    body: list[Stmt]
    after: list[Stmt]
    first: bool = False


@dataclass(slots=True)
class ForIn(Stmt):
    name: Var
    array: Var | Index
    body: list[Stmt]


@dataclass(slots=True)
class Switch(Stmt):
    """cases: (labels, body); a label is Num, Str, Sign, Regex or None for default."""

    subject: Expr
    cases: list[tuple[Expr | None, list[Stmt]]]


@dataclass(slots=True)
class Jump(Stmt):
    """break, continue, next, nextfile."""

    what: str


@dataclass(slots=True)
class Exit(Stmt):
    value: Expr | None


@dataclass(slots=True)
class Return(Stmt):
    value: Expr | None


@dataclass(slots=True)
class Delete(Stmt):
    what: Var | Index


@dataclass(slots=True)
class Rule:
    """kind: BEGIN, END, BEGINFILE, ENDFILE, main. body None: print the record."""

    kind: str
    line: int
    pattern: Expr | None = None
    until: Expr | None = None
    body: list[Stmt] | None = None


@dataclass(slots=True)
class Function:
    name: str
    line: int
    params: list[str]
    body: list[Stmt] = field(default_factory=list)


@dataclass(slots=True)
class Program:
    rules: list[Rule]
    functions: dict[str, Function]
