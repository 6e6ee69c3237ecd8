"""Trees back to text, in the layout of bash's `declare -f`: `type f`, exported functions, job listings.

    unparse(tree)                  one command or list as `jobs` shows it: groups and lists on one line
    unparse_function(name, body)   as `declare -f name`: a command a line, four spaces a level

Reading the text again gives the same tree but for what bash's layout changes: `elif` becomes `else` with an `if` in it,
`for x` gets its `in "$@"`, an empty part of `for (( ))` becomes 1, $'..' becomes '..'.

The layout has rules that need the text so far: no semicolon behind & or a newline, here-document bodies at the end of
the line they were started on. So printing keeps a list of pieces and a little state, as bash's print_cmd.c does.
"""

from __future__ import annotations

from kos_shell.syntax.commands import (
    AndOr,
    ArithCommand,
    Assignment,
    Background,
    Case,
    Command,
    CompoundCommand,
    Conditional,
    Coproc,
    For,
    ForArith,
    FunctionDef,
    Group,
    HereDoc,
    If,
    Pipeline,
    Redirect,
    Script,
    Select,
    Sequence,
    SimpleCommand,
    Subshell,
    Test,
    TestAnd,
    TestBinary,
    TestGroup,
    TestNot,
    TestOr,
    TestUnary,
    While,
)
from kos_shell.syntax.node import Node
from kos_shell.syntax.unparse_words import WordPrinter, single_quote
from kos_shell.syntax.words import Word, WordPart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

STEP = 4


def unparse(node: Node) -> str:
    """Return the text of a script, command, word, part of a word, redirection or assignment."""
    if isinstance(node, Script):
        return "".join([f"{unparse(command)}\n" for command in node.commands])
    printer = _Printer()
    match node:
        case Command():
            printer.command(node)
        case Word():
            return printer.words.word(node)
        case WordPart():
            return printer.words.part(node)
        case Assignment():
            return printer.words.assignment(node)
        case Redirect():
            printer.redirects((node,))
        case Test():
            printer.test(node)
        case _:
            raise TypeError(f"can't print a {type(node).__name__} by itself")
    return printer.text()


def unparse_function(name: str, body: Command, multiline: bool = True) -> str:
    """Return the definition of a function as `declare -f` prints it, without the last newline.

    multiline: False gives the form in which bash exports functions, with no name in front: "() {  body\n}".
    """
    printer = _Printer()
    printer.function(name, body, multiline)
    return printer.text()


def _substitution(body: Sequence) -> str:
    printer = _Printer()
    if body.commands:
        printer.command(body)
    return printer.text()


class _Printer:
    """Collects the text of one command."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.words = WordPrinter(_substitution)
        self.indentation = 0
        self.step = STEP
        self.in_function = 0
        # Here-documents whose bodies wait for the end of the line; whether a body was the last thing printed.
        self.deferred: list[HereDoc] = []
        self.connected = 0
        self.body_printed = False

    def text(self) -> str:
        return "".join(self.out)

    # ------------------------------------------------------------------------------------------------ layout primitives

    def indent(self) -> None:
        self.out.append(" " * self.indentation)

    def newline(self, text: str) -> None:
        self.out.append("\n")
        self.indent()
        self.out.append(text)

    def semicolon(self) -> None:
        for piece in reversed(self.out):
            if piece:
                if piece[-1] not in "&\n":
                    self.out.append(";")
                return

    def nested(self, command: Command) -> None:
        """Print a body, a level deeper, on lines of its own."""
        self.indentation += self.step
        self.indent()
        self.command(command)
        self.bodies("")
        self.indentation -= self.step

    # --------------------------------------------------------------------------------------------------- here-documents

    def bodies(self, connector: str) -> None:
        """Print the connector and the here-document bodies that wait for it."""
        shown = connector not in ("", ";")
        if shown:
            self.out.append(connector)
        if self.deferred:
            self._print_bodies(self.deferred)
            self.deferred = []
            if shown:
                self.out.append(" ")

    def _print_bodies(self, documents: list[HereDoc]) -> None:
        self.out.append("\n")
        for document in documents:
            self.out.append(f"{document.source}{document.delimiter}\n")
        self.body_printed = True

    # --------------------------------------------------------------------------------------------------------- commands

    def command(self, command: Command) -> None:
        """Print a command; the indentation of its first line is already there."""
        _PRINT[type(command)](self, command)
        if isinstance(command, CompoundCommand) and command.redirects:
            self.out.append(" ")
            self.redirects(command.redirects)

    def sequence(self, node: Sequence) -> None:
        if len(node.commands) == 1:
            self.command(node.commands[0])
            return
        self.connected += 1
        last = len(node.commands) - 1
        breaks = frozenset(node.breaks)
        for number, command in enumerate(node.commands):
            if type(command) is Background:
                self.command(command.command)
                self.bodies(" &")
                if number < last:
                    self.out.append(" ")
                continue
            self.command(command)
            if number == last:
                break
            if number:
                # Bash's tree leans to the left: what comes before the last connector was finished by itself.
                self.bodies("")
            if self.deferred:
                self.bodies("" if self.in_function else ";")
            elif self.body_printed:
                self.body_printed = False
            elif self.in_function or number not in breaks:
                self.out.append(";")
            if self.in_function:
                self.newline("")
            elif number in breaks:
                self._line_break()
            else:
                self.out.append(" ")
        self.bodies("")
        self.connected -= 1

    def _line_break(self) -> None:
        """Within a substitution, commands that stood on lines of their own stay there, not indented."""
        if not self.out or self.out[-1][-1:] != "\n":
            self.out.append("\n")

    def background(self, node: Background) -> None:
        self.connected += 1
        self.command(node.command)
        self.bodies(" &")
        self.connected -= 1

    def and_or(self, node: AndOr) -> None:
        self.connected += 1
        self.command(node.commands[0])
        for op, command in zip(node.ops, node.commands[1:], strict=True):
            self.bodies(f" {op} ")
            self.command(command)
            self.bodies("")
        self.connected -= 1

    def pipeline(self, node: Pipeline) -> None:
        if node.time:
            self.out.append(f"{node.time} ")
        if node.negated:
            self.out.append("! ")
        if not node.commands:
            return
        if len(node.commands) == 1:
            self.command(node.commands[0])
            return
        self.connected += 1
        self.command(node.commands[0])
        for command in node.commands[1:]:
            self.bodies(" |")
            self.out.append(" ")
            self.command(command)
            self.bodies("")
        self.connected -= 1

    def simple(self, node: SimpleCommand) -> None:
        texts = [self.words.assignment(assignment) for assignment in node.assignments]
        texts += [self.words.word(word) for word in node.words]
        if texts:
            self.out.append(" ".join(texts))
        if node.redirects:
            if texts:
                self.out.append(" ")
            self.redirects(node.redirects)

    def group(self, node: Group) -> None:
        self.out.append("{ ")
        if self.in_function:
            self.out.append("\n")
            self.nested(node.body)
            self.newline("}")
        else:
            self.command(node.body)
            self.bodies("")
            self.semicolon()
            self.out.append(" }")

    def subshell(self, node: Subshell) -> None:
        self.out.append("( ")
        self.command(node.body)
        self.bodies("")
        self.out.append(" )")

    def if_command(self, node: If) -> None:
        self._if(node.clauses, node.other)

    def _if(self, clauses: tuple[tuple[Sequence, Sequence], ...], other: Sequence | None) -> None:
        test, body = clauses[0]
        self.out.append("if ")
        self.command(test)
        self.bodies("")
        self.semicolon()
        self.out.append(" then\n")
        self.nested(body)
        if len(clauses) > 1 or other is not None:
            self.semicolon()
            self.newline("else\n")
            if len(clauses) > 1:
                self.indentation += self.step
                self.indent()
                self._if(clauses[1:], other)
                self.bodies("")
                self.indentation -= self.step
            elif other is not None:
                self.nested(other)
        self.semicolon()
        self.newline("fi")

    def while_command(self, node: While) -> None:
        self.out.append("until " if node.until else "while ")
        self.command(node.test)
        self.bodies("")
        self.semicolon()
        self.out.append(" do\n")
        self.nested(node.body)
        self.semicolon()
        self.newline("done")

    def _do(self, body: Sequence) -> None:
        self.newline("do\n")
        self.nested(body)
        self.semicolon()
        self.newline("done")

    def for_command(self, node: For | Select) -> None:
        word = "for" if type(node) is For else "select"
        words = '"$@"' if node.words is None else " ".join([self.words.word(word) for word in node.words])
        self.out.append(f"{word} {node.name} in {words};")
        self._do(node.body)

    def for_arithmetic(self, node: ForArith) -> None:
        init, test, step = (
            "1" if part is None else self.words.parts(part.parts) for part in (node.init, node.test, node.step)
        )
        self.out.append(f"for (({init}; {test}; {step}))")
        self._do(node.body)

    def case_command(self, node: Case) -> None:
        self.out.append(f"case {self.words.word(node.word)} in ")
        self.indentation += self.step
        for item in node.items:
            self.newline(" | ".join([self.words.word(pattern) for pattern in item.patterns]))
            self.out.append(")\n")
            if item.body is not None:
                self.indentation += self.step
                self.indent()
                self.command(item.body)
                self.indentation -= self.step
            self.bodies("")
            self.newline(item.terminator)
        self.indentation -= self.step
        self.newline("esac")

    def arithmetic(self, node: ArithCommand) -> None:
        self.out.append(f"(({self.words.parts(node.expr.parts)}))")

    def coproc(self, node: Coproc) -> None:
        self.out.append(f"coproc {node.name} ")
        self.command(node.command)

    # -------------------------------------------------------------------------------------------------------- functions

    def function_definition(self, node: FunctionDef) -> None:
        self.out.append(f"function {node.name} () \n")
        self.indent()
        self.out.append("{ \n")
        self._function_body(node.body)

    def function(self, name: str, body: Command, multiline: bool) -> None:
        """Print a definition by itself."""
        if multiline:
            self.out.append(f"{name} () \n{{ \n")
            self._function_body(body)
            return
        self.out.append("() { ")
        self.step = 0
        self.indentation = 1
        self._function_body(body)

    def _function_body(self, body: Command) -> None:
        self.in_function += 1
        redirects = body.redirects if isinstance(body, Group) else ()
        inner: Command = body.body if isinstance(body, Group) else body
        self.indentation += self.step
        self.indent()
        self.command(inner)
        self.bodies("")
        self.indentation -= self.step
        if not self.step:
            self.indentation = 0
        self.in_function -= 1
        self.body_printed = False
        self.newline("}")
        if redirects:
            self.out.append(" ")
            self.redirects(redirects)

    # ----------------------------------------------------------------------------------------------------- redirections

    def redirects(self, redirects: tuple[Redirect, ...]) -> None:
        documents: list[HereDoc] = []
        self.body_printed = False
        texts: list[str] = []
        for redirect in redirects:
            texts.append(self._redirect(redirect))
            if redirect.heredoc is not None:
                documents.append(redirect.heredoc)
        self.out.append(" ".join(texts))
        if not documents:
            return
        if self.connected:
            self.deferred += documents
        else:
            self._print_bodies(documents)

    def _redirect(self, redirect: Redirect) -> str:
        op = redirect.op
        fd = redirect.fd
        default = 0 if op[0] == "<" else 1
        if redirect.var:
            front = f"{{{redirect.var}}}"
        elif op == "<>":
            front = "" if fd == 1 else str(fd or 0)
        else:
            front = "" if fd is None or fd == default else str(fd)
        if redirect.heredoc is not None:
            delimiter = redirect.heredoc.delimiter
            return f"{front}{op}{single_quote(delimiter) if redirect.heredoc.quoted else delimiter}"
        target = self.words.word(redirect.target)
        if op == ">&" or op == "<&":
            literal = redirect.target.literal
            known = literal is not None and (literal == "-" or literal.rstrip("-").isdigit())
            if known and not redirect.var:
                front = str(default if fd is None else fd)
            if literal == "-":
                # To close a descriptor is one thing, whichever way it was written.
                op = ">&"
            return f"{front}{op}{target}"
        return f"{front}{op} {target}"

    # --------------------------------------------------------------------------------------------------------- tests

    def conditional(self, node: Conditional) -> None:
        self.out.append("[[ ")
        self.test(node.expr)
        self.out.append(" ]]")

    def test(self, test: Test) -> None:
        """Print an expression of [[ ]]."""
        match test:
            case TestUnary(op=op, operand=operand):
                self.out.append(f"{op} {self.words.word(operand)}")
            case TestBinary(op=op, left=left, right=right):
                self.out.append(f"{self.words.word(left)} {op} {self.words.word(right)}")
            case TestNot(expr=expr):
                self.out.append("! ")
                self.test(expr)
            case TestGroup(expr=expr):
                self.out.append("( ")
                self.test(expr)
                self.out.append(" )")
            case TestAnd(parts=parts) | TestOr(parts=parts):
                for number, part in enumerate(parts):
                    if number:
                        self.out.append(" && " if isinstance(test, TestAnd) else " || ")
                    self.test(part)


_PRINT: dict[type[Command], Callable[[_Printer, Any], None]] = {
    Sequence: _Printer.sequence,
    Background: _Printer.background,
    AndOr: _Printer.and_or,
    Pipeline: _Printer.pipeline,
    SimpleCommand: _Printer.simple,
    Group: _Printer.group,
    Subshell: _Printer.subshell,
    If: _Printer.if_command,
    While: _Printer.while_command,
    For: _Printer.for_command,
    Select: _Printer.for_command,
    ForArith: _Printer.for_arithmetic,
    Case: _Printer.case_command,
    ArithCommand: _Printer.arithmetic,
    Conditional: _Printer.conditional,
    FunctionDef: _Printer.function_definition,
    Coproc: _Printer.coproc,
}
