"""Lists and compound commands but loops: a; b, && ||, { }, ( ), if, case, (( )), functions.

Every closure returns its status; who runs one after another stores it in `sh.status` in between, since `$?` may be asked.
`tested` goes down the tree where somebody looks at the status (the test of an if, the left side of &&), so that the leaves
there don't ask about `set -e`; across function calls the same is known from `sh.tested`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.arithmetic import ArithmeticError_
from kos_shell.errors import Complaint, ExpansionFailure, FatalExpansion, ReadonlyVariable, ShellExit
from kos_shell.execution import SPECIAL_BUILTINS
from kos_shell.functions import Function
from kos_shell.names import is_identifier
from kos_shell.redirection import install, make_plan, release, uninstall
from kos_shell.subshells import run_in_subshell
from kos_shell.syntax import tree
from kos_shell.trace import before_command, text_of, trace_line

if TYPE_CHECKING:
    from kos_kernel.api import Glob
    from kos_shell.compile.compiler import Compiler
    from kos_shell.redirection import Plan, Step
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]
    Text = Callable[[Shell], str]


class Compounds:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def command(self, node: tree.Command, tested: bool = False, final: bool = False) -> Run: ...
        def fields(self, words: tuple[tree.Word, ...]) -> Callable[[Shell], list[str]]: ...
        def string(self, word: tree.Word) -> Text: ...
        def pattern(self, word: tree.Word) -> Text: ...
        def matcher(self, word: tree.Word) -> Callable[[Shell], Glob]: ...
        def arithmetic(self, word: tree.Word) -> Callable[[Shell], int]: ...
        def redirects(self, nodes: tuple[tree.Redirect, ...]) -> tuple[list[Step], bool]: ...
        def child_body(self, body: tree.Sequence, tested: bool = False) -> Run: ...

    # ------------------------------------------------------------------ lists
    def sequence(self, node: tree.Sequence, tested: bool, final: bool = False) -> Run:
        """Return what runs commands one after the other."""
        commands = node.commands
        if not commands:
            return lambda sh: 0
        last = len(commands) - 1
        parts = [self.command(command, tested, final and at == last) for at, command in enumerate(commands)]
        if len(parts) == 1:
            return parts[0]
        if len(parts) == 2:
            first, second = parts

            def two(sh: Shell) -> int:
                sh.status = first(sh)
                if sh.pending:
                    sh.run_pending()
                return second(sh)

            return two

        def run(sh: Shell) -> int:
            status = 0
            for part in parts:
                sh.status = status = part(sh)
                if sh.pending:
                    sh.run_pending()
            return status

        return run

    def and_or(self, node: tree.AndOr, tested: bool) -> Run:
        """Return what runs a && b || c."""
        commands, ops = node.commands, node.ops
        last = len(commands) - 1
        parts = [self.command(command, tested or at < last) for at, command in enumerate(commands)]
        if len(parts) == 2:
            first, second = parts
            if ops[0] == "&&":

                def both(sh: Shell) -> int:
                    status = first(sh)
                    if status:
                        return status
                    sh.status = 0
                    return second(sh)

                return both

            def either(sh: Shell) -> int:
                status = first(sh)
                if not status:
                    return 0
                sh.status = status
                return second(sh)

            return either
        head = parts[0]
        links = [(op == "&&", part) for op, part in zip(ops, parts[1:], strict=True)]

        def chain(sh: Shell) -> int:
            status = head(sh)
            for on_success, part in links:
                if (status == 0) is on_success:
                    sh.status = status
                    if sh.pending:
                        sh.run_pending()
                    status = part(sh)
            return status

        return chain

    # ------------------------------------------------------------------ redirections around a compound command
    def redirected(self, node: tree.CompoundCommand, inner: Run, tested: bool) -> Run:
        """Return `inner` with the command's redirections in place while it runs."""
        if not node.redirects:
            return inner
        steps, high = self.redirects(node.redirects)
        line = node.line

        def run(sh: Shell) -> int:
            opened = len(sh.process_substitutions)
            sh.line = line
            try:
                plan = make_plan(sh, steps, high)
            except ExpansionFailure as failure:
                raise sh.give_up(failure) from None
            except Complaint as complaint:
                sh.warn(str(complaint))
                status = complaint.status
                if not tested and sh.errcheck:
                    sh.failed(status, node)
                return status
            undo = install(sh, plan, undo=True)
            try:
                status = inner(sh)
            except Exception:  # not when the process ends or was replaced by exec: its descriptors stay as they are
                restore(sh, undo, plan, opened)
                raise
            restore(sh, undo, plan, opened)
            return status

        def restore(sh: Shell, undo: list[tuple[int, int]], plan: Plan, opened: int) -> None:
            uninstall(sh, undo)
            release(sh, plan)
            if len(sh.process_substitutions) > opened:
                from kos_shell.invocation import close_substitutions

                close_substitutions(sh, opened)

        return run

    # ------------------------------------------------------------------ ( )
    def subshell(self, node: tree.Subshell, tested: bool) -> Run:
        """Return what runs ( body ) in a child."""
        body = self.child_body(node.body, tested)
        steps, high = self.redirects(node.redirects)
        line = node.line

        def run(sh: Shell) -> int:
            sh.line = line
            try:
                plan = make_plan(sh, steps, high) if steps else None
            except ExpansionFailure as failure:
                raise sh.give_up(failure) from None
            except Complaint as complaint:
                sh.warn(str(complaint))
                status = complaint.status
            else:
                try:
                    status = run_in_subshell(sh, body, plan, lambda: text_of(node))
                finally:
                    if plan is not None:
                        release(sh, plan)
            if status and not tested and sh.errcheck:
                sh.failed(status, node)
            return status

        return run

    # ------------------------------------------------------------------ if
    def if_command(self, node: tree.If, tested: bool) -> Run:
        """Return what runs if ... fi."""
        clauses = [(self.sequence(test, True), self.sequence(body, tested)) for test, body in node.clauses]
        other = None if node.other is None else self.sequence(node.other, tested)
        if len(clauses) == 1:
            test, body = clauses[0]

            def single(sh: Shell) -> int:
                status = test(sh)
                sh.status = status
                if not status:
                    return body(sh)
                return 0 if other is None else other(sh)

            return single

        def run(sh: Shell) -> int:
            for test, body in clauses:
                sh.status = status = test(sh)
                if not status:
                    return body(sh)
            return 0 if other is None else other(sh)

        return run

    # ------------------------------------------------------------------ case
    def case_command(self, node: tree.Case, tested: bool) -> Run:
        """Return what runs case word in ... esac."""
        word = self.string(node.word)
        items: list[tuple[list[Any], list[Any], Run | None, str]] = []
        for item in node.items:
            literals = [pattern.literal for pattern in item.patterns]
            matchers = [None if pattern.literal is not None else self.matcher(pattern) for pattern in item.patterns]
            pairs = list(zip(literals, matchers, strict=True))
            texts = [self.pattern(pattern) for pattern in item.patterns]
            body = None if item.body is None else self.sequence(item.body, tested)
            items.append((pairs, texts, body, item.terminator))
        line = node.line

        def run(sh: Shell) -> int:
            sh.line = line
            if sh.hooks:
                _trace_case(sh, node, word)
            status = 0
            try:
                text = word(sh)
                falling = False
                nocase = "nocasematch" in sh.options
                for pairs, texts, body, terminator in items:
                    if not falling and not (_nocase_matches(sh, texts, text) if nocase else _matches(sh, pairs, text)):
                        continue
                    falling = False
                    status = 0
                    if body is not None:
                        sh.status = status = body(sh)
                    if terminator == ";;":
                        return status
                    if sh.pending:
                        sh.run_pending()
                    falling = terminator == ";&"
            except ExpansionFailure as failure:
                raise sh.give_up(failure) from None
            return status

        return run

    # ------------------------------------------------------------------ (( ))
    def arith_command(self, node: tree.ArithCommand, tested: bool) -> Run:
        """Return what runs (( expr ))."""
        number = self.arithmetic(node.expr)
        line = node.line

        def run(sh: Shell) -> int:
            sh.line = line
            if sh.hooks:
                if before_command(sh, node):
                    return 0
                if sh.xtrace:
                    trace_line(sh, f"(( {text_of(node.expr)} ))")
            try:
                status = 0 if number(sh) else 1
            except FatalExpansion as failure:
                raise sh.give_up(failure) from None
            except ExpansionFailure as failure:
                sh.line = line
                if isinstance(failure, ArithmeticError_) and failure.of_subscript:
                    raise sh.give_up(failure) from None
                if isinstance(failure, ReadonlyVariable):
                    sh.report(str(failure))
                else:
                    sh.warn(f"((: {failure}")
                status = 1
            if status and not tested and sh.errcheck:
                sh.line = line
                sh.failed(status, node)
            return status

        return run

    # ------------------------------------------------------------------ f() { }
    def function_definition(self, node: tree.FunctionDef) -> Run:
        """Return what defines a function."""
        compiler: Compiler = self  # type: ignore[assignment]

        def run(sh: Shell) -> int:
            name = node.name
            if not name or any(c in name for c in "$`'\"\\<>"):
                sh.line = node.line
                sh.warn(f"`{name}': not a valid identifier")
                return 1
            old = sh.functions.get(name)
            if old is not None and old.readonly:
                sh.line = node.line
                sh.warn(f"{name}: readonly function")
                return 1
            if sh.posix and name in SPECIAL_BUILTINS:
                sh.line = node.line
                sh.warn(f"`{name}': is a special builtin")
                if sh.interactive:
                    return 1
                raise ShellExit(2)
            if sh.posix and not is_identifier(name):
                sh.line = node.line
                sh.warn(f"`{name}': not a valid identifier")
                raise ShellExit(2)
            source = sh.frames[-1].source if sh.frames else ("environment" if sh.from_string else sh.script_name)
            function = Function(node, compiler, source)
            function.exported = old is not None and old.exported
            sh.functions = {**sh.functions, name: function}
            if function.exported:
                sh.env = None
            return 0

        return run


def _matches(sh: Shell, pairs: list[Any], text: str) -> bool:
    for literal, matcher in pairs:
        if literal is not None:
            if literal == text:
                return True
        elif matcher(sh).matches(text):
            return True
    return False


def _nocase_matches(sh: Shell, patterns: list[Any], text: str) -> bool:
    for pattern in patterns:
        if sh.caches.glob(pattern(sh), nocase=True).matches(text):
            return True
    return False


def _trace_case(sh: Shell, node: tree.Case, word: Text) -> None:
    text = f"case {text_of(node.word)} in "
    before_command(sh, node, text)
    if sh.xtrace:
        trace_line(sh, text[:-1])
