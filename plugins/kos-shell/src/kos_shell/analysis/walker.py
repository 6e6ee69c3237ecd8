"""The walk over the parser's tree. Texts that are run (eval, sh -c, trap) are parsed and walked where they are literal.

Bounds: no recursion; texts within texts at most MAX_LEVEL deep, and all of them together at most NESTED_FACTOR times as long
as the script (brace expansions could make them grow without end).
"""

from __future__ import annotations

from kos_shell.analysis.calls import Calls
from kos_shell.analysis.result import Analysis, FunctionUse
from kos_shell.analysis.words import first_line, text_of, texts_of, written
from kos_shell.syntax import tree
from kos_shell.syntax.parser import Parser, ShellSyntaxError

MAX_LEVEL = 20
NESTED_FACTOR, NESTED_LEAST = 8, 1 << 16
_MODES = {"<": "read", ">": "write", ">|": "write", "&>": "write", ">>": "append", "&>>": "append", "<>": "read-write"}


def analyze(script: str | bytes, *, name: str = "script", posix: bool = False) -> Analysis:
    """Return what a script would touch, without running it.

    script: bytes, or text with surrogates for bytes that aren't UTF-8. name: how a syntax error calls it, as the shell does.
    posix: read it as `sh` would. Raises ShellSyntaxError (see its `report`) for the first error in the script itself; an
    error in a text within it that may never run is an Unknown.
    """
    text = script.decode("utf-8", "surrogateescape") if isinstance(script, bytes) else script
    walker = Walker(posix, max(NESTED_LEAST, NESTED_FACTOR * len(text)))
    warnings = walker.script(text, name)
    from kos_shell.builtins import BUILTINS

    return walker.result(frozenset(BUILTINS), warnings)


class Walker(Calls):
    """Visits nodes. line: that of the command around them; level: how many texts within texts it is in."""

    def __init__(self, posix: bool, budget: int) -> None:
        super().__init__()
        self.posix = posix
        self.budget = budget
        self.expands_aliases = posix
        self.extglob = False

    def script(self, text: str, name: str) -> tuple[tuple[int, str], ...]:
        """Walk a whole script; return the shell's warnings. Raises ShellSyntaxError."""
        parser = Parser(text, name=name, posix=self.posix, extglob=False)
        while (sequence := parser.next_command()) is not None:
            self.later(self.visit, sequence, sequence.line, 0)
            self.finish()
            parser.extglob = self.extglob
        return tuple(parser.warnings)

    def finish(self) -> None:
        """Do what is to be done until nothing is left."""
        while self.tasks:
            task, arguments = self.tasks.pop()
            task(*arguments)

    def text(self, text: str, line: int, level: int, by: str) -> None:
        """Walk a text that is run within the script."""
        self.budget -= len(text)
        if level >= MAX_LEVEL or self.budget < 0:
            self.not_known("depth", text, line, by)
            return
        parser = Parser(text, line=line, posix=self.posix, extglob=True)
        sequences = []
        try:
            while (sequence := parser.next_command()) is not None:
                sequences.append(sequence)
        except ShellSyntaxError:
            self.not_known("code", text, line, by)
        for sequence in reversed(sequences):
            self.later(self.visit, sequence, sequence.line, level + 1)

    # ---------------------------------------------------------------------------------------------------- commands
    def visit(self, node: tree.Node | None, line: int, level: int) -> None:
        """Look at one node, and have its children looked at."""
        if node is None:
            return
        if isinstance(node, tree.Command):
            line = node.line
        if isinstance(node, tree.SimpleCommand):
            self.simple(node, level)
        elif isinstance(node, tree.Redirect):
            self._redirect(node, level)
        elif isinstance(node, tree.FunctionDef):
            self.functions[FunctionUse(node.name, line)] = None
            self.later(self.visit, node.body, line, level)
        elif isinstance(node, tree.For | tree.Select):
            self._loop(node, level)
        elif isinstance(node, tree.ForArith):
            self._below((node.redirects, node.body), line, level)
            for expression in (node.step, node.test, node.init):
                self._arithmetic(expression, line, level)
        elif isinstance(node, tree.ArithCommand | tree.ArithSub):
            if isinstance(node, tree.ArithCommand):
                self._below((node.redirects,), line, level)
            self._arithmetic(node.expr, line, level)
        elif isinstance(node, tree.Coproc):
            self.variable(node.name, "set", line)
            self.later(self.visit, node.command, line, level)
        elif isinstance(node, tree.TestUnary | tree.TestBinary):
            self._test(node, line, level)
        elif isinstance(node, tree.Expansion):
            self._expansion(node, line, level)
        elif isinstance(node, tree.Word):
            self._below(node.parts, line, level)
        elif isinstance(node, tree.Assignment):
            self.assignment(node, "set", line, level)
        else:
            self._below(tuple(getattr(node, name) for name in node.fields), line, level)

    def _below(self, items: tuple[object, ...], line: int, level: int) -> None:
        """Have nodes looked at, in order, however they are wrapped in tuples."""
        nodes: list[tree.Node] = []
        stack: list[object] = [items]
        while stack:
            item = stack.pop()
            if isinstance(item, tree.Node):
                nodes.append(item)
            elif isinstance(item, tuple):
                stack.extend(reversed(item))
        for node in reversed(nodes):
            self.later(self.visit, node, line, level)

    def _loop(self, node: tree.For | tree.Select, level: int) -> None:
        line = node.line
        self.variable(node.name, "set", line)
        if isinstance(node, tree.Select):
            self.variable("REPLY", "set", line)
        if node.words is None:
            self.variable("@", "read", line)
        for known in texts_of(node.words or ()):
            if known.text is not None and "/" in known.text and "://" not in known.text:
                self.file(known, "argument", line, "for")
        self._below((node.words or (), node.body, node.redirects), line, level)

    def simple(self, node: tree.SimpleCommand, level: int) -> None:
        """A simple command: what is assigned, expanded, redirected; then what the call means."""
        line = first_line(node)
        self.later(self.call, node, line, level)
        self._below((node.redirects,), line, level)
        for word in reversed(node.words):
            # What looks like an assignment is one only behind `declare` and its like: those say so in `call`.
            self._below(word.parts, line, level)
        for assignment in reversed(node.assignments):
            self.later(self.assignment, assignment, "environment" if node.words else "set", line, level)

    def assignment(self, node: tree.Assignment, mode: str, line: int, level: int) -> None:
        """name=value, name[i]=value, name=( .. )."""
        self.variable(node.name, mode, line)
        self._subscript(node.name, node.subscript, line, level)
        if isinstance(node.value, tree.ArrayValue):
            for element in reversed(node.value.elements):
                self.later(self.visit, element.value, line, level)
                self._subscript(node.name, element.subscript, line, level)
        else:
            self.later(self.visit, node.value, line, level)

    def _redirect(self, node: tree.Redirect, level: int) -> None:
        line, op = node.line, node.op
        if node.var:
            self.variable(node.var, "set", line)
        if node.heredoc is not None:
            if not node.heredoc.quoted:
                self.later(self.visit, node.heredoc.body, line, level)
            return
        self.later(self.visit, node.target, line, level)
        known = text_of(node.target)
        if op in _MODES:
            self.file(known, _MODES[op], line, op)
        elif op == ">&" and node.fd is None and (known.text is None or not known.text.rstrip("-").isdecimal()):
            self.file(known, "write", line, op)

    def _test(self, node: tree.TestUnary | tree.TestBinary, line: int, level: int) -> None:
        words = (node.operand,) if isinstance(node, tree.TestUnary) else (node.left, node.right)
        for word in reversed(words):
            self.later(self.visit, word, line, level)
        self.tested(node.op, [text_of(word) for word in words], "[[", line, level)
        if isinstance(node, tree.TestBinary) and node.op in ("-eq", "-ne", "-lt", "-le", "-gt", "-ge"):
            for word in words:
                self._arithmetic_names(word, line)

    # -------------------------------------------------------------------------------------------------- expansions
    def _expansion(self, node: tree.Expansion, line: int, level: int) -> None:
        if isinstance(node, tree.Param):
            self._parameter(node, "read", line, level)
        elif isinstance(node, tree.ParamExpansion):
            if isinstance(node, tree.ParamDefault) and node.op in ("=", ":="):
                self._parameter(node.param, "set", line, level)
            for name in reversed(node.fields):
                below = getattr(node, name)
                if name in ("offset", "length"):
                    self._arithmetic(below, line, level)
                elif isinstance(below, tree.Node):
                    self.later(self.visit, below, line, level)
        elif isinstance(node, tree.ParamNames):
            self.not_known("variable", written(tree.make_word((node,), tree.EXPANDS)), line)
        elif isinstance(node, tree.ParamKeys):
            self.variable(node.name, "read", line)
        elif isinstance(node, tree.CommandSub | tree.ProcSub):
            self.later(self.visit, node.body, node.line, level)
        elif isinstance(node, tree.Backquote):
            self.later(self.text, node.source, node.line, level, "`")

    def _parameter(self, node: tree.Param, mode: str, line: int, level: int) -> None:
        self.variable(node.name, mode, line)
        if node.indirect:
            self.not_known("variable", written(tree.make_word((node,), tree.EXPANDS)), line)
        self._subscript(node.name, node.index, line, level)

    def _subscript(self, name: str, index: tree.Word | None, line: int, level: int) -> None:
        if index is None:
            return
        if name in self.associative:
            self.later(self.visit, index, line, level)
        else:
            self._arithmetic(index, line, level)

    def _arithmetic(self, expression: tree.Word | None, line: int, level: int) -> None:
        """The variables of an expression, and the expansions in it."""
        if expression is None:
            return
        self._arithmetic_names(expression, line)
        self._below(expression.parts, line, level)

    def _arithmetic_names(self, expression: tree.Word, line: int) -> None:
        pieces: list[str] = []
        stack: list[tree.WordPart] = list(reversed(expression.parts))
        while stack:
            part = stack.pop()
            if isinstance(part, tree.Literal | tree.QuotedText):
                pieces.append(part.text)
            elif isinstance(part, tree.DoubleQuoted):
                stack.extend(reversed(part.parts))
            else:
                pieces.append("$")  # ends a name that it touches: $x$y and a$i are no names
        self.arithmetic("".join(pieces), line)
