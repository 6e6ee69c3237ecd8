"""Commands: what a script consists of.

    Script(commands)                       a whole text; a list of commands, each with what follows on its line
    Sequence(commands)                     a ; b <newline> c: the body of everything compound
    Background(command)                    a &
    AndOr(commands, ops)                   a && b || c   (flat, left to right)
    Pipeline(commands, negated, time)      ! time -p a | b   (only where there is a pipe, a ! or a time)
    SimpleCommand(assignments, words, redirects)
    CompoundCommand(redirects)
      Group { }   Subshell ( )   If   While (until)   For   ForArith   Select   Case   Conditional [[ ]]   ArithCommand (( ))
    FunctionDef(name, body)                body is a compound command that carries the redirections of each call
    Coproc(name, command)

`line` is the line in the script where the command starts (LINENO while it runs). `a |& b` is read as `a 2>&1 | b`.
"""

from __future__ import annotations

from kos_shell.syntax.node import Node
from kos_shell.syntax.words import Word


class Command(Node):
    """Anything that has an exit status."""

    __slots__ = ("line",)
    line: int


class Sequence(Command):
    """Commands one after the other. Never empty, except as the body of an empty `$( )`, script or case item.

    breaks: within a substitution, the indexes of the commands that a newline and not a `;` ended; for `unparse` alone.
    """

    __slots__ = ("commands", "breaks")
    fields = ("commands",)

    def __init__(self, commands: tuple[Command, ...], line: int, breaks: tuple[int, ...] = ()) -> None:
        self.commands = commands
        self.line = line
        self.breaks = breaks


class Script(Node):
    """A whole text: the commands, and (line, text) of what bash warns of: here-documents that the end of the file ended."""

    __slots__ = ("commands", "name", "warnings")
    fields = ("commands",)

    def __init__(self, commands: tuple[Command, ...], name: str, warnings: tuple[tuple[int, str], ...] = ()) -> None:
        self.commands = commands
        self.name = name
        self.warnings = warnings


class Background(Command):
    """command &"""

    __slots__ = ("command",)

    def __init__(self, command: Command, line: int) -> None:
        self.command = command
        self.line = line


class AndOr(Command):
    """`commands[0] ops[0] commands[1] ops[1] ...`, ops are "&&" or "||", same precedence, left to right."""

    __slots__ = ("commands", "ops")

    def __init__(self, commands: tuple[Command, ...], ops: tuple[str, ...], line: int) -> None:
        self.commands = commands
        self.ops = ops
        self.line = line


class Pipeline(Command):
    """Commands joined by `|`. negated: `!`. time: "" | "time" | "time -p". No commands at all: a bare `time` or `!`."""

    __slots__ = ("commands", "negated", "time")

    def __init__(self, commands: tuple[Command, ...], negated: bool, time: str, line: int) -> None:
        self.commands = commands
        self.negated = negated
        self.time = time
        self.line = line


# --------------------------------------------------------------------------------------------- assignments, redirections


class ArrayElement(Node):
    """One element of a compound value: `value`, or `[subscript]=value`, or (append) `[subscript]+=value`.

    Without a subscript the word is expanded like an argument and may give any number of elements.
    """

    __slots__ = ("subscript", "append", "value")

    def __init__(self, subscript: Word | None, append: bool, value: Word) -> None:
        self.subscript = subscript
        self.append = append
        self.value = value


class ArrayValue(Node):
    """( elements ): the compound value of an array assignment."""

    __slots__ = ("elements",)

    def __init__(self, elements: tuple[ArrayElement, ...]) -> None:
        self.elements = elements


class Assignment(Node):
    """`name=value`, `name[subscript]=value`, `name=( ... )`; with `append` the operator is `+=`.

    A Word value is neither split nor globbed. The subscript is a string (associative) or arithmetic (indexed).
    """

    __slots__ = ("name", "subscript", "append", "value")

    def __init__(self, name: str, subscript: Word | None, append: bool, value: Word | ArrayValue) -> None:
        self.name = name
        self.subscript = subscript
        self.append = append
        self.value = value


class HereDoc(Node):
    """The text of a here-document.

    delimiter: after quote removal. quoted: some of it was quoted, so body is one Literal. strip: `<<-`, tabs are gone.
    body: parts as within double quotes (but `"` is literal): Literal text, Escaped, expansions. literal is set if fixed.
    source: the text that body was read from, with tabs stripped and joined lines joined.
    closed: False if the end of the file ended it.
    """

    __slots__ = ("delimiter", "quoted", "strip", "body", "source", "closed")
    fields = ("delimiter", "quoted", "strip", "body")

    def __init__(
        self, delimiter: str, quoted: bool, strip: bool, body: Word, source: str = "", closed: bool = True
    ) -> None:
        self.delimiter = delimiter
        self.quoted = quoted
        self.strip = strip
        self.body = body
        self.source = source
        self.closed = closed


class Redirect(Node):
    """`[fd]op target` or `{var}op target`.

    op: < > >> >| <> <& >& << <<- <<< &> &>>
    fd: the number written before it, else None: 0 for operators that start with <, 1 for the others (both for &> &>>).
    var: the name of `{var}>file` (a new descriptor of 10 or more is put there), else "".
    target: the file, descriptor (`>&2`, `<&-`, `>&3-`, `>&$fd`), or here-string; of << the delimiter as written.
    heredoc: set for << and <<-.
    `>& word` where word isn't a number or - is bash's other spelling of `&> word` (if no fd was given): decide after expansion.
    """

    __slots__ = ("fd", "var", "op", "target", "heredoc", "line")

    def __init__(
        self, fd: int | None, var: str, op: str, target: Word, line: int, heredoc: HereDoc | None = None
    ) -> None:
        self.fd = fd
        self.var = var
        self.op = op
        self.target = target
        self.line = line
        self.heredoc = heredoc


# --------------------------------------------------------------------------------------------------------------- commands


class SimpleCommand(Command):
    """`assignments words redirects`, each in source order among themselves. At least one of the three isn't empty."""

    __slots__ = ("assignments", "words", "redirects")

    def __init__(
        self,
        assignments: tuple[Assignment, ...],
        words: tuple[Word, ...],
        redirects: tuple[Redirect, ...],
        line: int,
    ) -> None:
        self.assignments = assignments
        self.words = words
        self.redirects = redirects
        self.line = line


class CompoundCommand(Command):
    """A command with a syntax of its own; `redirects` hold for all of it."""

    __slots__ = ("redirects",)
    redirects: tuple[Redirect, ...]


class Group(CompoundCommand):
    """{ body; }"""

    __slots__ = ("body",)

    def __init__(self, body: Sequence, line: int, redirects: tuple[Redirect, ...] = ()) -> None:
        self.body = body
        self.line = line
        self.redirects = redirects


class Subshell(CompoundCommand):
    """( body )"""

    __slots__ = ("body",)

    def __init__(self, body: Sequence, line: int, redirects: tuple[Redirect, ...] = ()) -> None:
        self.body = body
        self.line = line
        self.redirects = redirects


class If(CompoundCommand):
    """if test; then body; elif test; then body; else other; fi. clauses: (test, body) for `if` and each `elif`."""

    __slots__ = ("clauses", "other")

    def __init__(
        self,
        clauses: tuple[tuple[Sequence, Sequence], ...],
        other: Sequence | None,
        line: int,
        redirects: tuple[Redirect, ...] = (),
    ) -> None:
        self.clauses = clauses
        self.other = other
        self.line = line
        self.redirects = redirects


class While(CompoundCommand):
    """while test; do body; done, or with `until` the opposite test."""

    __slots__ = ("test", "body", "until")

    def __init__(
        self, test: Sequence, body: Sequence, until: bool, line: int, redirects: tuple[Redirect, ...] = ()
    ) -> None:
        self.test = test
        self.body = body
        self.until = until
        self.line = line
        self.redirects = redirects


class For(CompoundCommand):
    """for name in words; do body; done. words is None without `in`: the positional parameters.

    The name is any unquoted word; that it must be an identifier is checked (by bash too) when it runs.
    """

    __slots__ = ("name", "words", "body")

    def __init__(
        self, name: str, words: tuple[Word, ...] | None, body: Sequence, line: int, redirects: tuple[Redirect, ...] = ()
    ) -> None:
        self.name = name
        self.words = words
        self.body = body
        self.line = line
        self.redirects = redirects


class ForArith(CompoundCommand):
    """for (( init; test; step )); do body; done. Each is arithmetic or None if empty (an empty test is true)."""

    __slots__ = ("init", "test", "step", "body")

    def __init__(
        self,
        init: Word | None,
        test: Word | None,
        step: Word | None,
        body: Sequence,
        line: int,
        redirects: tuple[Redirect, ...] = (),
    ) -> None:
        self.init = init
        self.test = test
        self.step = step
        self.body = body
        self.line = line
        self.redirects = redirects


class Select(CompoundCommand):
    """select name in words; do body; done."""

    __slots__ = ("name", "words", "body")

    def __init__(
        self, name: str, words: tuple[Word, ...] | None, body: Sequence, line: int, redirects: tuple[Redirect, ...] = ()
    ) -> None:
        self.name = name
        self.words = words
        self.body = body
        self.line = line
        self.redirects = redirects


class CaseItem(Node):
    """patterns ) body terminator. The terminator is ";;", ";&" (fall into the next body) or ";;&" (test the next patterns)."""

    __slots__ = ("patterns", "body", "terminator")

    def __init__(self, patterns: tuple[Word, ...], body: Sequence | None, terminator: str) -> None:
        self.patterns = patterns
        self.body = body
        self.terminator = terminator


class Case(CompoundCommand):
    """case word in items esac."""

    __slots__ = ("word", "items")

    def __init__(
        self, word: Word, items: tuple[CaseItem, ...], line: int, redirects: tuple[Redirect, ...] = ()
    ) -> None:
        self.word = word
        self.items = items
        self.line = line
        self.redirects = redirects


class ArithCommand(CompoundCommand):
    """(( expr )): status 0 if the value isn't 0."""

    __slots__ = ("expr",)

    def __init__(self, expr: Word, line: int, redirects: tuple[Redirect, ...] = ()) -> None:
        self.expr = expr
        self.line = line
        self.redirects = redirects


class Conditional(CompoundCommand):
    """[[ expr ]]"""

    __slots__ = ("expr",)

    def __init__(self, expr: Test, line: int, redirects: tuple[Redirect, ...] = ()) -> None:
        self.expr = expr
        self.line = line
        self.redirects = redirects


class FunctionDef(Command):
    """name () body, or function name body. The body's own redirections are made at each call.

    keyword: written with `function` (bash allows then, and in its own mode always, names that aren't identifiers).
    """

    __slots__ = ("name", "body", "keyword")
    fields = ("name", "body")

    def __init__(self, name: str, body: Command, keyword: bool, line: int) -> None:
        self.name = name
        self.body = body
        self.keyword = keyword
        self.line = line


class Coproc(Command):
    """coproc [name] command. name is "COPROC" where none was given (a simple command can have none)."""

    __slots__ = ("name", "command")

    def __init__(self, name: str, command: Command, line: int) -> None:
        self.name = name
        self.command = command
        self.line = line


# ---------------------------------------------------------------------------------------------------------- inside [[ ]]


class Test(Node):
    """An expression of [[ ]]. Words in it are neither split nor globbed."""

    __slots__ = ()
    __test__ = False  # keep pytest from collecting it


class TestUnary(Test):
    """op operand, as in -f file. A word alone is read as `-n word`."""

    __slots__ = ("op", "operand")

    def __init__(self, op: str, operand: Word) -> None:
        self.op = op
        self.operand = operand


class TestBinary(Test):
    """left op right. op: = == != (right is a pattern) =~ (an ERE) < > (collation) -eq -ne -lt -le -gt -ge (arithmetic)
    -nt -ot -ef (files)."""

    __slots__ = ("op", "left", "right")

    def __init__(self, op: str, left: Word, right: Word) -> None:
        self.op = op
        self.left = left
        self.right = right


class TestNot(Test):
    """! expr"""

    __slots__ = ("expr",)

    def __init__(self, expr: Test) -> None:
        self.expr = expr


class TestAnd(Test):
    """parts joined by &&, at least two; the first false one ends it."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Test, ...]) -> None:
        self.parts = parts


class TestOr(Test):
    """parts joined by ||, at least two; the first true one ends it."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Test, ...]) -> None:
        self.parts = parts


class TestGroup(Test):
    """( expr )"""

    __slots__ = ("expr",)

    def __init__(self, expr: Test) -> None:
        self.expr = expr
