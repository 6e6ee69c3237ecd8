"""Trees back to text, in the layout of bash's `declare -f`: `type f`, exported functions, job listings.

    unparse(tree)                  one command or list as `jobs` shows it: groups and lists on one line
    unparse_function(name, body)   as `declare -f name`: a command a line, four spaces a level

Reading the text again gives the same tree but for what bash's layout changes: `elif` becomes `else` with an `if` in it,
`for x` gets its `in "$@"`, an empty part of `for (( ))` becomes 1, $'..' becomes '..'.

The layout has rules that need the text so far: no semicolon behind & or a newline, here-document bodies at the end of
the line they were started on. So printing keeps a list of pieces and a little state.
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
from kos_shell.syntax.tokens import RESERVED
from kos_shell.syntax.unparse_words import WordPrinter, single_quote
from kos_shell.syntax.words import Word, WordPart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from kos_shell.syntax.unparse_words import Steps

STEP = 4
FLAT_ELIF = 100
"""From so many `elif` on, an `if` is printed with them and not nested: its indentation would grow quadratically."""


def unparse(node: Node) -> str:
    """Return the text of a script, command, word, part of a word, redirection or assignment."""
    printer = _Printer()
    match node:
        case Script():
            return "".join([f"{unparse(command)}\n" for command in node.commands])
        case Command():
            return printer.run(printer.command(node))
        case Word():
            return printer.run(printer.word(node))
        case WordPart():
            return printer.run(printer.parts((node,)))
        case Assignment():
            return printer.run(printer.assignment(node))
        case Redirect():
            return printer.run(printer.redirects((node,)))
        case Test():
            return printer.run(printer.test(node))
    raise TypeError(f"can't print a {type(node).__name__} by itself")


def unparse_function(name: str, body: Command, multiline: bool = True) -> str:
    """Return the definition of a function as `declare -f` prints it, without the last newline.

    multiline: False gives the form in which bash exports functions, with no name in front: "() {  body\\n}".
    """
    printer = _Printer()
    return printer.run(printer.function(name, body, multiline))


class _Printer(WordPrinter):
    """Collects the text of one command. Methods that print something nested are generators, see `run`."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.step = STEP
        self.indentation = 0
        self.in_function = 0
        self.substitutions = 0  # so many are open: what is printed by itself was read again, without its newlines
        # Here-documents whose bodies wait for the end of the line; whether a body was the last thing printed.
        self.deferred: list[HereDoc] = []
        self.connected = 0
        self.body_printed = False

    def run(self, steps: Steps) -> str:
        """Run a printing generator and those it yields, depth first, and return the text."""
        stack = [steps]
        while stack:
            for inner in stack[-1]:
                stack.append(inner)
                break
            else:
                stack.pop()
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

    def nested(self, command: Command) -> Steps:
        """Print a body, a level deeper, on lines of its own."""
        self.indentation += self.step
        self.indent()
        yield self.command(command)
        self.bodies("")
        self.indentation -= self.step

    def substitution(self, opener: str, body: Sequence) -> Steps:
        """Print the commands of a substitution as a text of its own, and its parentheses."""
        self.out.append(opener)
        # A space keeps $( (a) ) from becoming arithmetic.
        gap = len(self.out)
        self.out.append("")
        state = self.step, self.indentation, self.in_function, self.deferred, self.connected, self.body_printed
        self.step, self.indentation, self.in_function, self.deferred, self.connected = STEP, 0, 0, [], 0
        self.body_printed = False
        self.substitutions += 1
        if body.commands:
            yield self.command(body)
        self.substitutions -= 1
        self.step, self.indentation, self.in_function, self.deferred, self.connected, self.body_printed = state
        if gap + 1 < len(self.out) and self.out[gap + 1][:1] == "(":
            self.out[gap] = " "
        self.out.append(")")

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
            source = document.source
            self.out.append(source if source.endswith("\n") or not source else f"{source}\n")
            self.out.append(f"{document.delimiter}\n")
        self.body_printed = True

    # --------------------------------------------------------------------------------------------------------- commands

    def command(self, command: Command) -> Steps:
        """Print a command; the indentation of its first line is already there."""
        yield _PRINT[type(command)](self, command)
        if isinstance(command, CompoundCommand) and command.redirects:
            self.out.append(" ")
            yield self.redirects(command.redirects)

    def sequence(self, node: Sequence) -> Steps:
        if len(node.commands) == 1:
            yield self.command(node.commands[0])
            return
        self.connected += 1
        last = len(node.commands) - 1
        breaks = frozenset(node.breaks) if self.substitutions else frozenset()
        for number, command in enumerate(node.commands):
            if type(command) is Background:
                yield self.command(command.command)
                self.bodies(" &")
                if number < last:
                    self.out.append(" ")
                continue
            yield self.command(command)
            if number == last:
                break
            if number:
                # Bash's tree leans to the left: what comes before the last connector was finished by itself.
                self.bodies("")
            if self.deferred:
                self.bodies("" if self.in_function else ";")
            elif self.body_printed:
                self.body_printed = False
            elif number not in breaks:
                self.out.append(";")
            elif self.in_function:
                self.out.append("\n")
            if self.in_function:
                self.newline("")
            else:
                # Within a substitution, commands that stood on lines of their own stay there.
                self.out.append("\n" if number in breaks else " ")
        self.bodies("")
        self.connected -= 1

    def background(self, node: Background) -> Steps:
        self.connected += 1
        yield self.command(node.command)
        self.bodies(" &")
        self.connected -= 1

    def and_or(self, node: AndOr) -> Steps:
        self.connected += 1
        yield self.command(node.commands[0])
        for op, command in zip(node.ops, node.commands[1:], strict=True):
            self.bodies(f" {op} ")
            yield self.command(command)
            self.bodies("")
        self.connected -= 1

    def pipeline(self, node: Pipeline) -> Steps:
        if node.time:
            self.out.append(f"{node.time} ")
        if node.negated:
            self.out.append("! ")
        if not node.commands:
            return
        if len(node.commands) == 1:
            yield self.command(node.commands[0])
            return
        self.connected += 1
        yield self.command(node.commands[0])
        for command in node.commands[1:]:
            self.bodies(" |")
            self.out.append(" ")
            yield self.command(command)
            self.bodies("")
        self.connected -= 1

    def simple(self, node: SimpleCommand) -> Steps:
        space = False
        for assignment in node.assignments:
            if space:
                self.out.append(" ")
            space = True
            yield self.assignment(assignment)
        if node.words:
            if space:
                self.out.append(" ")
            elif node.words[0].literal in RESERVED and not node.words[0].flags:
                # It was a command's name because a redirection stood before it.
                self.out.append("\\")
            space = True
            yield self.words(node.words)
        if node.redirects:
            if space:
                self.out.append(" ")
            yield self.redirects(node.redirects)

    def group(self, node: Group) -> Steps:
        self.out.append("{ ")
        if self.in_function:
            self.out.append("\n")
            yield self.nested(node.body)
            self.newline("}")
        else:
            yield self.command(node.body)
            self.bodies("")
            self.semicolon()
            self.out.append(" }")

    def subshell(self, node: Subshell) -> Steps:
        self.out.append("( ")
        yield self.command(node.body)
        self.bodies("")
        self.out.append(" )")

    def if_command(self, node: If) -> Steps:
        flat = len(node.clauses) > FLAT_ELIF
        for number, (test, body) in enumerate(node.clauses):
            if number:
                self.semicolon()
                if flat:
                    self.newline("elif ")
                else:
                    self.newline("else\n")
                    self.indentation += self.step
                    self.indent()
            self.out.append("" if number and flat else "if ")
            yield self.command(test)
            self.bodies("")
            self.semicolon()
            self.out.append(" then\n")
            yield self.nested(body)
        if node.other is not None:
            self.semicolon()
            self.newline("else\n")
            yield self.nested(node.other)
        self.semicolon()
        self.newline("fi")
        for _ in node.clauses[1:] if not flat else ():
            self.bodies("")
            self.indentation -= self.step
            self.semicolon()
            self.newline("fi")

    def while_command(self, node: While) -> Steps:
        self.out.append("until " if node.until else "while ")
        yield self.command(node.test)
        self.bodies("")
        self.semicolon()
        self.out.append(" do\n")
        yield self.nested(node.body)
        self.semicolon()
        self.newline("done")

    def _do(self, body: Sequence) -> Steps:
        self.newline("do\n")
        yield self.nested(body)
        self.semicolon()
        self.newline("done")

    def for_command(self, node: For | Select) -> Steps:
        self.out.append(f"{'for' if type(node) is For else 'select'} {node.name} in ")
        if node.words is None:
            self.out.append('"$@"')
        else:
            yield self.words(node.words)
        self.out.append(";")
        yield self._do(node.body)

    def for_arithmetic(self, node: ForArith) -> Steps:
        opener = "for (("
        for part in (node.init, node.test, node.step):
            self.out.append(opener)
            opener = "; "
            if part is None:
                self.out.append("1")
            else:
                yield self.parts(part.parts)
        self.out.append("))")
        yield self._do(node.body)

    def case_command(self, node: Case) -> Steps:
        self.out.append("case ")
        yield self.word(node.word)
        self.out.append(" in ")
        self.indentation += self.step
        for item in node.items:
            self.newline("")
            yield self.words(item.patterns, " | ")
            self.out.append(")\n")
            if item.body is not None:
                self.indentation += self.step
                self.indent()
                yield self.command(item.body)
                self.indentation -= self.step
            self.bodies("")
            self.newline(item.terminator)
        self.indentation -= self.step
        self.newline("esac")

    def arithmetic(self, node: ArithCommand) -> Steps:
        self.out.append("((")
        yield self.parts(node.expr.parts)
        self.out.append("))")

    def coproc(self, node: Coproc) -> Steps:
        self.out.append(f"coproc {node.name} ")
        yield self.command(node.command)

    # -------------------------------------------------------------------------------------------------------- functions

    def function_definition(self, node: FunctionDef) -> Steps:
        self.out.append(f"function {node.name} () \n")
        self.indent()
        self.out.append("{ \n")
        yield self._function_body(node.body)

    def function(self, name: str, body: Command, multiline: bool) -> Steps:
        """Print a definition by itself."""
        if multiline:
            self.out.append(f"{'function ' if name in RESERVED else ''}{name} () \n{{ \n")
        else:
            self.out.append("() { ")
            self.step = 0
            self.indentation = 1
        yield self._function_body(body)

    def _function_body(self, body: Command) -> Steps:
        self.in_function += 1
        redirects = body.redirects if isinstance(body, Group) else ()
        self.indentation += self.step
        self.indent()
        yield self.command(body.body if isinstance(body, Group) else body)
        self.bodies("")
        self.indentation -= self.step
        self.in_function -= 1
        if not self.step and not self.in_function:
            self.indentation = 0
        self.body_printed = False
        self.newline("}")
        if redirects:
            self.out.append(" ")
            yield self.redirects(redirects)

    # ----------------------------------------------------------------------------------------------------- redirections

    def redirects(self, redirects: tuple[Redirect, ...]) -> Steps:
        documents: list[HereDoc] = []
        self.body_printed = False
        for number, redirect in enumerate(redirects):
            if number:
                self.out.append(" ")
            heredoc = redirect.heredoc
            self.out.append(_operator(redirect))
            if heredoc is None:
                yield self.word(redirect.target)
            else:
                self.out.append(single_quote(heredoc.delimiter) if heredoc.quoted else heredoc.delimiter)
                documents.append(heredoc)
        if documents and self.connected:
            self.deferred += documents
        elif documents:
            self._print_bodies(documents)

    # ------------------------------------------------------------------------------------------------------------ tests

    def conditional(self, node: Conditional) -> Steps:
        self.out.append("[[ ")
        yield self.test(node.expr)
        self.out.append(" ]]")

    def test(self, test: Test) -> Steps:
        """Print an expression of [[ ]]."""
        match test:
            case TestUnary(op=op, operand=operand):
                self.out.append(f"{op} ")
                yield self.word(operand)
            case TestBinary(op=op, left=left, right=right):
                yield self.word(left)
                self.out.append(f" {op} ")
                yield self.word(right)
            case TestNot(expr=expr):
                self.out.append("! ")
                yield self.test(expr)
            case TestGroup(expr=expr):
                self.out.append("( ")
                yield self.test(expr)
                self.out.append(" )")
            case TestAnd(parts=parts) | TestOr(parts=parts):
                for number, part in enumerate(parts):
                    if number:
                        self.out.append(" && " if isinstance(test, TestAnd) else " || ")
                    yield self.test(part)


def _operator(redirect: Redirect) -> str:
    """Return what stands before the target: descriptor, operator, a space where bash puts one."""
    op = redirect.op
    fd = redirect.fd
    default = 0 if op[0] == "<" else 1
    if redirect.var:
        front = f"{{{redirect.var}}}"
    elif op == "<>":
        front = "" if fd == 1 else str(fd or 0)
    else:
        front = "" if fd is None or fd == default else str(fd)
    if op == ">&" or op == "<&":
        literal = redirect.target.literal
        if literal is not None and (literal == "-" or literal.rstrip("-").isdigit()) and not redirect.var:
            front = str(default if fd is None else fd)
        # To close a descriptor is one thing, whichever way it was written.
        return f"{front}{'>&' if literal == '-' else op}"
    return f"{front}{op}" if redirect.heredoc is not None else f"{front}{op} "


_PRINT: dict[type[Command], Callable[[_Printer, Any], Steps]] = {
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
