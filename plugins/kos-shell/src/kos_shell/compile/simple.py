"""Simple commands: the hot path of a shell.

    x=1 y=2                     assignments alone
    echo "$a" b                 a literal name without assignments or redirections: `_plain`
    [ $i -lt 10 ]               a test whose shape is known: compile/tests.py, falling back to `_plain`
    declare x=$y                arguments that are assignments
    x=1 $cmd <in >out           everything else: `_general`, which also does `set -x` and the DEBUG trap

The name is looked up when it runs (functions, builtins and PATH may change), with two dict lookups.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_kernel.api import SysError
from kos_shell.arithmetic import wrap
from kos_shell.compile.quick import may_assign, substitutes
from kos_shell.errors import Complaint, ExpansionFailure
from kos_shell.execution import (
    DECLARATIONS,
    RUNS_CODE,
    SPECIAL_BUILTINS,
    builtin_complained,
    builtin_failed,
    run_builtin,
    run_program,
)
from kos_shell.functions import call_function
from kos_shell.invocation import close_substitutions, invoke_around, tested_call
from kos_shell.redirection import make_plan, release
from kos_shell.subshells import run_in_subshell
from kos_shell.syntax import tree
from kos_shell.trace import before_command, text_of, trace_words
from kos_shell.values import CASE, INTEGER
from kos_shell.variables import changed_case

if TYPE_CHECKING:
    from kos_shell.redirection import Step
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]
    Argv = Callable[[Shell], list[Any]]


class SimpleCommands:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def fields(self, words: tuple[tree.Word, ...]) -> Argv: ...
        def string(self, word: tree.Word) -> Callable[[Shell], str]: ...
        def assignment(self, node: tree.Assignment) -> Callable[[Shell], None]: ...
        def traced_assignment(self, node: tree.Assignment) -> Callable[[Shell], None]: ...
        def declared(self, words: tuple[tree.Word, ...]) -> Argv: ...
        def quick_nothing(self, node: tree.SimpleCommand, general: Run) -> Run: ...
        def quick_read(self, node: tree.SimpleCommand, general: Run, tested: bool) -> Run | None: ...
        def later(self, make: Callable[[], Callable[[Shell], Any]]) -> Callable[[Shell], Any]: ...
        def quick_local(self, node: tree.SimpleCommand, general: Run) -> Run | None: ...
        def redirects(self, nodes: tuple[tree.Redirect, ...]) -> tuple[list[Step], bool]: ...
        def bracket_test(self, node: tree.SimpleCommand, general: Run, tested: bool) -> Run | None: ...

    def simple(self, node: tree.SimpleCommand, tested: bool, final: bool = False) -> Run:
        """Return what runs a simple command. tested: its failure matters to nobody. final: nothing runs after it in this
        process, so a program may replace it.
        """
        if not node.words:
            if not node.redirects:
                return self._assignments(node, tested)
            return self._general(node, tested, final)
        if node.words[0].literal == "read" and not final:
            quick = self.quick_read(node, self.later(lambda: self._ordinary(node, tested)), tested)
            if quick is not None:
                return quick
        return self._general(node, tested, True) if final else self._ordinary(node, tested)

    def _ordinary(self, node: tree.SimpleCommand, tested: bool) -> Run:
        """Return what runs a simple command that isn't the last thing its process does."""
        if node.assignments or node.redirects or node.words[0].literal is None:
            return self._general(node, tested, False)
        if any(self._has_process_substitution(word) for word in node.words):
            return self._general(node, tested, False)
        plain = self._plain(node, tested)
        name = node.words[0].literal
        if name in ("[", "test"):
            return self.bracket_test(node, plain, tested) or plain
        if name == "local":
            return self.quick_local(node, plain) or plain
        if name in (":", "true") and None not in [word.literal for word in node.words]:
            return self.quick_nothing(node, plain)
        return plain

    def _has_process_substitution(self, word: tree.Word) -> bool:
        return bool(word.flags & tree.EXPANDS) and any(isinstance(part, tree.ProcSub) for part in word.parts)

    # ------------------------------------------------------------------ x=1
    def _assignments(self, node: tree.SimpleCommand, tested: bool) -> Run:
        steps = [self.assignment(assignment) for assignment in node.assignments]
        line = node.line
        may_substitute = substitutes(node)
        hooked: Run | None = None
        single = steps[0] if len(steps) == 1 else None
        shielded = tested and may_substitute

        def run(sh: Shell) -> int:
            nonlocal hooked
            sh.line = line
            if sh.hooks:
                if hooked is None:
                    hooked = self._general(node, tested, False)
                return hooked(sh)
            if not may_substitute:
                try:
                    if single is not None:
                        single(sh)
                    else:
                        for step in steps:
                            step(sh)
                except ExpansionFailure as failure:
                    raise sh.give_up(failure) from None
                except Complaint as complaint:
                    return _complained(sh, complaint, tested)
                sh.pipe_status = None
                return 0
            sh.substitution_status = 0
            if shielded:
                sh.tested += 1
            try:
                for step in steps:
                    step(sh)
            except ExpansionFailure as failure:
                raise sh.give_up(failure) from None
            except Complaint as complaint:
                return _complained(sh, complaint, tested)
            finally:
                if shielded:
                    sh.tested -= 1
            status = sh.substitution_status or 0
            sh.pipe_status = None
            if status and sh.errcheck and not tested:
                sh.failed(status, node)
            return status

        return run

    # ------------------------------------------------------------------ echo "$a" b
    def _plain(self, node: tree.SimpleCommand, tested: bool) -> Run:
        name = node.words[0].literal
        assert name is not None
        declares = name in DECLARATIONS and not node.words[0].flags & tree.QUOTED
        arguments = self.declared(node.words) if declares else self.fields(node.words)
        if tested and substitutes(node):
            arguments = _shielded(arguments)
        line = node.line
        hooked: Run | None = None
        special = name in SPECIAL_BUILTINS
        counts = tested and (name in RUNS_CODE)

        def run(sh: Shell) -> int:
            nonlocal hooked
            sh.line = line
            heard = sh.errcheck
            if sh.hooks:
                if hooked is None:
                    hooked = self._general(node, tested, False)
                return hooked(sh)
            try:
                argv = arguments(sh)
            except ExpansionFailure as failure:
                raise sh.give_up(failure) from None
            function = sh.functions.get(name)
            if function is None or (special and sh.posix):
                builtin = sh.builtins.get(name)
                if builtin is not None:
                    sh.last_argument = argv[-1] if not declares else str(argv[-1])
                    if counts:
                        status = tested_call(run_builtin, sh, builtin, argv)
                    else:
                        try:
                            status = builtin(sh, argv)
                        except Complaint as complaint:
                            status = builtin_complained(sh, argv[0], complaint)
                        except SysError as error:
                            status = builtin_failed(sh, argv[0], Complaint(f"write error: {error.strerror}"))
                else:
                    status = run_program(sh, argv, None, None, text=lambda: text_of(node))
                    sh.last_argument = argv[-1]
            elif tested:
                status = tested_call(call_function, sh, function, argv)
                sh.last_argument = argv[-1]
            else:
                status = call_function(sh, function, argv)
                sh.last_argument = argv[-1]
            sh.pipe_status = None
            if status:
                if function is None:
                    sh.command_text = node
                if not tested and sh.errcheck:
                    sh.failed(status, heard=heard)
            return status

        return run

    # ------------------------------------------------------------------ everything else
    def _general(self, node: tree.SimpleCommand, tested: bool, final: bool) -> Run:
        first = node.words[0].literal if node.words else None
        declares = first in DECLARATIONS and not node.words[0].flags & tree.QUOTED
        arguments: Argv = self.declared(node.words) if declares else self.fields(node.words)
        if tested and substitutes(node):
            arguments = _shielded(arguments)
        assigns = [self._before(assignment) for assignment in node.assignments]
        traced = [self.traced_assignment(assignment) for assignment in node.assignments]
        steps, high = self.redirects(node.redirects)
        line = node.line
        apart = any(may_assign(redirect) for redirect in node.redirects)

        def run(sh: Shell) -> int:
            sh.line = line
            if sh.hooks:
                if "noexec" in sh.options and not sh.interactive:
                    return 0
                if before_command(sh, node):
                    return 0
            heard = sh.errcheck
            opened = len(sh.process_substitutions)
            sh.substitution_status = None
            try:
                argv = arguments(sh)
                if not argv:
                    return self._without_command(sh, node, traced, steps, high, tested)
                if sh.xtrace and not assigns:
                    trace_words(sh, [str(arg) for arg in argv])
                if apart and str(argv[0]) not in sh.functions and str(argv[0]) not in sh.builtins:
                    # A program's redirections are expanded in its own process: what they assign is lost.
                    def invoke(child: Shell) -> int:
                        try:
                            return invoke_around(child, node, argv, assigns, steps, high, True, True)
                        except ExpansionFailure as failure:
                            raise child.give_up(failure) from None
                        except Complaint as complaint:
                            return _complained(child, complaint, True)

                    status = run_in_subshell(sh, invoke, None, lambda: text_of(node))
                else:
                    status = invoke_around(sh, node, argv, assigns, steps, high, tested, final)
            except ExpansionFailure as failure:
                close_substitutions(sh, opened)
                raise sh.give_up(failure) from None
            except Complaint as complaint:
                close_substitutions(sh, opened)
                return _complained(sh, complaint, tested)
            except Exception:
                close_substitutions(sh, opened)
                raise
            if len(sh.process_substitutions) > opened:
                close_substitutions(sh, opened)
            sh.pipe_status = None
            if status:
                if str(argv[0]) not in sh.functions:
                    sh.command_text = node
                if not tested and sh.errcheck:
                    sh.failed(status, heard=heard)
            return status

        return run

    def _before(self, node: tree.Assignment) -> Callable[[Shell], tuple[str, str] | None]:
        """Return what evaluates an assignment before a command to (name, value); one of an element counts for nothing."""
        if isinstance(node.value, tree.ArrayValue):
            from kos_shell.syntax.unparse import unparse

            text = unparse(node).partition("=")[2]  # bash passes it on as it is written
            return lambda sh: (node.name, text)
        if node.subscript is not None:
            return lambda sh: None
        value = self.string(node.value)
        name, append = node.name, node.append
        if append:
            return lambda sh: (name, _joined(sh, name, value(sh)))
        return lambda sh: (name, value(sh))

    def _without_command(
        self,
        sh: Shell,
        node: tree.SimpleCommand,
        assigns: list[Callable[[Shell], None]],
        steps: list[Step],
        high: bool,
        tested: bool,
    ) -> int:
        """Assignments and redirections alone, or a command whose words expanded to nothing."""
        for assign in assigns:
            assign(sh)
        if steps:
            if any(redirect.var for redirect in node.redirects):  # bash forks for these: no variable is set

                def redirected(child: Shell) -> int:
                    release(child, make_plan(child, steps, high))
                    return child.substitution_status or 0

                return run_in_subshell(sh, redirected, None, lambda: text_of(node))
            release(sh, make_plan(sh, steps, high))
        status = sh.substitution_status or 0
        if status and not tested and sh.errcheck:
            sh.failed(status, node)
        return status


def _joined(sh: Shell, name: str, added: str) -> str:
    """Return what `name+=added` before a command gives it."""
    flags = sh.resolve(name).flags
    if flags & INTEGER:
        return str(wrap(sh.evaluate(sh.get(name) or "0") + sh.evaluate_value(added)))
    text = (sh.get(name) or "") + added
    return changed_case(text, flags) if flags & CASE else text


def _shielded(arguments: Argv) -> Argv:
    """Return `arguments` during which `set -e` doesn't count, in substitutions neither."""

    def expand(sh: Shell) -> list[Any]:
        sh.tested += 1
        try:
            return arguments(sh)
        finally:
            sh.tested -= 1

    return expand


def _complained(sh: Shell, complaint: Complaint, tested: bool) -> int:
    """A redirection or such failed: the command doesn't run."""
    sh.warn(str(complaint))
    status = complaint.status
    if status and not tested and sh.errcheck:
        sh.failed(status)
    return status
