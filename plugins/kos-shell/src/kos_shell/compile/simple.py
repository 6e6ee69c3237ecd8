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
from kos_shell.errors import Complaint, ExpansionFailure, ReadonlyVariable, ShellExit
from kos_shell.execution import (
    DECLARATIONS,
    RUNS_CODE,
    SPECIAL_BUILTINS,
    builtin_failed,
    cannot_run,
    find_command,
    not_found,
    run_builtin,
    run_program,
)
from kos_shell.functions import call_function
from kos_shell.names import is_identifier
from kos_shell.redirection import install, make_plan, release, uninstall
from kos_shell.shell import Frame
from kos_shell.specials import HOOKS
from kos_shell.syntax import tree
from kos_shell.trace import before_command, trace_line, trace_words
from kos_shell.values import ARRAY, DYNAMIC, EXPORT, Variable

if TYPE_CHECKING:
    from kos_shell.redirection import Plan, Step
    from kos_shell.shell import Builtin, Shell

    Run = Callable[[Shell], int]
    Argv = Callable[[Shell], list[Any]]


_DECLARED = Variable(None, 0)
"""What a local variable without a value is. Variables are replaced, never changed, so one serves all."""


class PreparedAssignment:
    """An argument of declare, export ... that is an assignment: its value is expanded, but not split.

    fill: for a compound value, what makes the array, `(sh, name, flags, append)`; then value is None.
    """

    __slots__ = ("name", "subscript", "append", "value", "fill")

    def __init__(self, name: str, subscript: str | None, append: bool, value: str | None, fill: Any) -> None:
        self.name = name
        self.subscript = subscript
        self.append = append
        self.value = value
        self.fill = fill

    def __str__(self) -> str:
        subscript = "" if self.subscript is None else f"[{self.subscript}]"
        if self.value is None:
            return self.name
        return f"{self.name}{subscript}{'+' if self.append else ''}={self.value}"


class SimpleCommands:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def fields(self, words: tuple[tree.Word, ...]) -> Argv: ...
        def string(self, word: tree.Word) -> Callable[[Shell], str]: ...
        def assignment(self, node: tree.Assignment) -> Callable[[Shell], None]: ...
        def traced_assignment(self, node: tree.Assignment) -> Callable[[Shell], None]: ...
        def array_filler(self, value: tree.ArrayValue) -> Any: ...
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
        if final or node.assignments or node.redirects or node.words[0].literal is None:
            return self._general(node, tested, final)
        if any(self._has_process_substitution(word) for word in node.words):
            return self._general(node, tested, final)
        plain = self._plain(node, tested)
        name = node.words[0].literal
        if name in ("[", "test"):
            return self.bracket_test(node, plain, tested) or plain
        if name == "local":
            return self._local(node, plain) or plain
        if name in (":", "true") and None not in [word.literal for word in node.words]:
            return self._nothing(node, plain)
        return plain

    def _has_process_substitution(self, word: tree.Word) -> bool:
        return bool(word.flags & tree.EXPANDS) and any(isinstance(part, tree.ProcSub) for part in word.parts)

    # ------------------------------------------------------------------ x=1
    def _assignments(self, node: tree.SimpleCommand, tested: bool) -> Run:
        steps = [self.assignment(assignment) for assignment in node.assignments]
        line = node.line
        may_substitute = _substitutes(node)
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
        declares = name in DECLARATIONS
        arguments = self._declared(node.words) if declares else self.fields(node.words)
        if tested and _substitutes(node):
            arguments = _shielded(arguments)
        line = node.line
        hooked: Run | None = None
        special = name in SPECIAL_BUILTINS
        counts = tested and (name in RUNS_CODE)

        def run(sh: Shell) -> int:
            nonlocal hooked
            sh.line = line
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
                        status = _tested(run_builtin, sh, builtin, argv)
                    else:
                        try:
                            status = builtin(sh, argv)
                        except ExpansionFailure as failure:
                            sh.warn(str(failure))
                            status = failure.status
                        except Complaint as complaint:
                            status = builtin_failed(sh, argv[0], complaint)
                        except SysError as error:
                            status = builtin_failed(sh, argv[0], Complaint(f"write error: {error.strerror}"))
                else:
                    status = run_program(sh, argv, None, None, text=lambda: _text(node))
                    sh.last_argument = argv[-1]
            elif tested:
                status = _tested(call_function, sh, function, argv)
                sh.last_argument = argv[-1]
            else:
                status = call_function(sh, function, argv)
                sh.last_argument = argv[-1]
            sh.pipe_status = None
            if status:
                if function is None:
                    sh.command_text = node
                if not tested and sh.errcheck:
                    sh.failed(status)
            return status

        return run

    # ------------------------------------------------------------------ declare x=$y
    def _declared(self, words: tuple[tree.Word, ...]) -> Argv:
        """Arguments of a declaration builtin: assignments keep their value whole."""
        makers: list[Callable[[Shell, list[Any]], None]] = []
        for word in words:
            assignment = word.assignment
            if assignment is None:
                plain = self.fields((word,))
                makers.append(lambda sh, out, plain=plain: out.extend(plain(sh)))  # type: ignore[misc]
            else:
                makers.append(self._declared_assignment(assignment))

        def build(sh: Shell) -> list[Any]:
            out: list[Any] = []
            for make in makers:
                make(sh, out)
            return out

        return build

    def _declared_assignment(self, node: tree.Assignment) -> Callable[[Shell, list[Any]], None]:
        name, append = node.name, node.append
        subscript = None if node.subscript is None else self.string(node.subscript)
        if isinstance(node.value, tree.ArrayValue):
            fill = self.array_filler(node.value)
            return lambda sh, out: out.append(PreparedAssignment(name, None, append, None, fill))
        value = self.string(node.value)
        if subscript is None:
            return lambda sh, out: out.append(PreparedAssignment(name, None, append, value(sh), None))
        key = subscript
        return lambda sh, out: out.append(PreparedAssignment(name, key(sh), append, value(sh), None))

    def _nothing(self, node: tree.SimpleCommand, general: Run) -> Run:
        """Return a quick closure for `:` and `true` with fixed words."""
        name, last = node.words[0].literal, node.words[-1].literal
        assert name is not None and last is not None

        def run(sh: Shell) -> int:
            if sh.hooks or name in sh.functions or name not in sh.builtins:
                return general(sh)
            sh.last_argument = last
            return 0

        return run

    def _local(self, node: tree.SimpleCommand, general: Run) -> Run | None:
        """Return a quick closure for `local a=$1 b c=x`, or None if the words are of another kind.

        It does what the builtin does as long as the names mean plain variables or none; else it calls `general` (before
        anything has happened).
        """
        makers: list[tuple[str, Callable[[Shell], str] | None]] = []
        for word in node.words[1:]:
            assignment = word.assignment
            if assignment is None:
                if word.literal is None or not is_identifier(word.literal) or word.literal in HOOKS:
                    return None
                makers.append((word.literal, None))
            elif assignment.append or assignment.subscript is not None or isinstance(assignment.value, tree.ArrayValue):
                return None
            elif assignment.name in HOOKS or _substitutes(node):
                return None
            else:
                makers.append((assignment.name, self.string(assignment.value)))
        line = node.line

        def run(sh: Shell) -> int:
            frames = sh.frames
            if sh.hooks or sh.allexport or not frames or "local" in sh.functions or "localvar_inherit" in sh.options:
                return general(sh)
            frame = frames[-1]
            variables = sh.vars
            if not frame.is_function or frame.owner is not sh.token:
                return general(sh)
            for name, _ in makers:
                old = variables.get(name)
                kind = type(old)
                if kind is not str and kind is not int and old is not None and (kind is not Variable or old.flags):
                    return general(sh)
            sh.line = line
            try:
                values = [None if text is None else text(sh) for _, text in makers]
            except ExpansionFailure as failure:
                raise sh.give_up(failure) from None
            saved = frame.saved
            if saved is None:
                saved = frame.saved = {}
            for (name, _), value in zip(makers, values, strict=True):
                if name not in saved:
                    saved[name] = variables.get(name)
                    variables[name] = _DECLARED if value is None else value
                elif value is not None:
                    variables[name] = value
            return 0

        return run

    # ------------------------------------------------------------------ everything else
    def _general(self, node: tree.SimpleCommand, tested: bool, final: bool) -> Run:
        first = node.words[0].literal if node.words else None
        declares = first in DECLARATIONS
        arguments: Argv = self._declared(node.words) if declares else self.fields(node.words)
        if tested and _substitutes(node):
            arguments = _shielded(arguments)
        assigns = [self._before(assignment) for assignment in node.assignments]
        traced = [self.traced_assignment(assignment) for assignment in node.assignments]
        steps, high = self.redirects(node.redirects)
        line = node.line

        def run(sh: Shell) -> int:
            sh.line = line
            if sh.hooks:
                if "noexec" in sh.options and not sh.interactive:
                    return 0
                before_command(sh, node)
            opened = len(sh.process_substitutions)
            sh.substitution_status = None
            try:
                argv = arguments(sh)
                if not argv:
                    return self._without_command(sh, node, traced, steps, high, tested)
                if sh.xtrace and not assigns:
                    trace_words(sh, [str(arg) for arg in argv])
                status = _run_general(sh, node, argv, assigns, steps, high, tested, final)
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
                    sh.failed(status)
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
            return lambda sh: (name, (sh.get(name) or "") + value(sh))
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
            release(sh, make_plan(sh, steps, high))
        status = sh.substitution_status or 0
        if status and not tested and sh.errcheck:
            sh.failed(status, node)
        return status


def _substitutes(node: tree.Command) -> bool:
    """Tell whether a command substitution may run when the command's words are expanded."""
    return any(isinstance(part, tree.CommandSub | tree.Backquote) for part in tree.walk(node))


def _shielded(arguments: Argv) -> Argv:
    """Return `arguments` during which `set -e` doesn't count, in substitutions neither."""

    def expand(sh: Shell) -> list[Any]:
        sh.tested += 1
        try:
            return arguments(sh)
        finally:
            sh.tested -= 1

    return expand


def _text(node: tree.Command) -> str:
    from kos_shell.syntax.unparse import unparse

    return unparse(node)


def _tested(call: Callable[..., int], sh: Shell, *args: Any) -> int:
    """Run code whose failure somebody looks at: `set -e` and ERR don't count inside."""
    sh.tested += 1
    try:
        return call(sh, *args)
    finally:
        sh.tested -= 1


def _complained(sh: Shell, complaint: Complaint, tested: bool) -> int:
    """A redirection or such failed: the command doesn't run."""
    sh.warn(str(complaint))
    status = complaint.status
    if status and not tested and sh.errcheck:
        sh.failed(status)
    return status


def close_substitutions(sh: Shell, count: int) -> None:
    """Close the pipes of process substitutions but the first `count`."""
    numbers = sh.process_substitutions
    for number in numbers[count:]:
        try:
            sh.k.close(number)
        except SysError:
            pass
        if sh.open_fds is not None:
            sh.open_fds = sh.open_fds - {number}
    del numbers[count:]


def _run_general(
    sh: Shell,
    node: tree.SimpleCommand,
    argv: list[Any],
    assigns: list[Callable[[Shell], tuple[str, str] | None]],
    steps: list[Step],
    high: bool,
    tested: bool,
    final: bool,
) -> int:
    name = str(argv[0])
    function = sh.functions.get(name)
    builtin = None
    if function is None or (sh.posix and name in SPECIAL_BUILTINS):
        builtin = sh.builtins.get(name)
        if builtin is not None:
            function = None
    special = builtin is not None and name in SPECIAL_BUILTINS
    try:
        plan = make_plan(sh, steps, high) if steps else None
    except Complaint as complaint:
        if special and sh.posix and not sh.interactive and not isinstance(complaint, ExpansionFailure):
            sh.warn(str(complaint))
            raise ShellExit(complaint.status) from None
        raise
    saved: dict[str, Any] | None = {} if assigns and not (special and sh.posix) else None
    undo: list[tuple[int, int]] = []
    lasting = name == "exec" and builtin is not None and not any(str(arg) != "--" for arg in argv[1:])
    pushed = False
    try:
        if function is None and builtin is None:
            env = _environment(sh, assigns) if assigns else None
            if assigns and sh.xtrace:
                trace_words(sh, argv)
            sh.last_argument = str(argv[-1])
            path = dict_path(env) if env is not None else None
            if final and can_replace(sh):
                status = replace_process(sh, argv, plan, env, path)
            else:
                status = run_program(sh, argv, plan, env, path=path, text=lambda: _text(node))
        else:
            if assigns:
                _assign_before(sh, assigns, saved, special and sh.posix)
                if sh.xtrace:
                    trace_words(sh, [str(arg) for arg in argv])
                if saved:
                    _push_temporary(sh, saved)
                    pushed = True
            sh.last_argument = str(argv[-1])
            if function is not None:
                if plan is not None:
                    undo = install(sh, plan, undo=True)
                call: Callable[..., int] = call_function
                target: Any = function
            else:
                call, target = run_builtin, builtin
                if plan is not None:
                    if name in RUNS_CODE or any(fd > 2 for fd in plan.table):
                        undo = install(sh, plan, undo=True)
                        if lasting:
                            sh.undo = undo
                    else:
                        call = _with_borrowed(plan)
            if tested and (function is not None or name in RUNS_CODE):
                status = _tested(call, sh, target, argv)
            else:
                status = call(sh, target, argv)
            if function is not None:
                sh.last_argument = str(argv[-1])
            if lasting and undo and sh.undo is None:
                undo = []
    except Exception:
        _clean_up(sh, undo, plan, saved, pushed)
        raise
    _clean_up(sh, undo, plan, saved, pushed)
    return status


def _clean_up(
    sh: Shell, undo: list[tuple[int, int]], plan: Plan | None, saved: dict[str, Any] | None, pushed: bool
) -> None:
    """Put back descriptors and variables after a command. Not when the process ends or was replaced by exec."""
    if pushed:
        saved = sh.frames.pop().saved
    if undo:
        uninstall(sh, undo)
    if plan is not None and plan.opened:
        release(sh, plan)
    if saved:
        sh.restore(saved)


def _push_temporary(sh: Shell, saved: dict[str, Any]) -> None:
    """Note the assignments before a command as a scope of their own: `unset` inside uncovers what they hide."""
    frame = Frame("", "", sh.line, None, False, 0, sh.token)
    frame.is_temporary = True
    frame.saved = saved
    sh.frames.append(frame)


def _with_borrowed(plan: Plan) -> Callable[..., int]:
    """Return what runs a plain builtin with the plan's descriptors as its standard ones: nothing has to be moved and
    moved back.
    """
    table = plan.table
    numbers = [-1 if fd is None else fd for fd in (table.get(0, 0), table.get(1, 1), table.get(2, 2))]

    def run(sh: Shell, builtin: Builtin, argv: list[str]) -> int:
        sh.stdin, sh.stdout, sh.stderr = numbers
        try:
            return run_builtin(sh, builtin, argv)
        finally:
            sh.stdin, sh.stdout, sh.stderr = 0, 1, 2

    return run


def dict_path(env: dict[bytes, bytes]) -> str | None:
    """Return the PATH that assignments before a command set."""
    path = env.get(b"PATH")
    return None if path is None else path.decode("utf-8", "surrogateescape")


def _environment(sh: Shell, assigns: list[Callable[[Shell], tuple[str, str] | None]]) -> dict[bytes, bytes]:
    """Return the environment for a program with assignments before it; later ones see earlier ones."""
    saved: dict[str, Any] = {}
    try:
        _assign_before(sh, assigns, saved, False)
        return dict(sh.environment())
    finally:
        if saved:
            sh.restore(saved)


def _assign_before(
    sh: Shell,
    assigns: list[Callable[[Shell], tuple[str, str] | None]],
    saved: dict[str, Any] | None,
    lasting: bool,
) -> None:
    """Make the assignments before a command: exported, and remembered in `saved` unless they last."""
    for evaluate in assigns:
        pair = evaluate(sh)
        if pair is None:
            continue
        name, value = pair
        name = sh.target_name(name)
        if sh.xtrace:
            from kos_shell.expansion.quoting import trace_quote

            trace_line(sh, f"{name}={trace_quote(value) if value else ''}")
        if lasting or saved is None:
            sh.assign(name, value)
            continue
        old = sh.vars.get(name)
        if isinstance(old, Variable):
            if old.flags & 2:  # READONLY: the command runs all the same
                sh.warn(str(ReadonlyVariable(name)))
                continue
            if old.flags & ARRAY:
                saved.setdefault(name, old)
                sh.vars[name] = Variable(value, EXPORT)
                sh.env = None
                continue
        saved.setdefault(name, old)
        flags = (old.flags & ~DYNAMIC if isinstance(old, Variable) else 0) | EXPORT
        sh.vars[name] = Variable(None, flags)
        if name not in sh.vars or not isinstance(old, Variable):
            from kos_shell.values import HOOK

            if name in HOOKS:
                sh.vars[name] = Variable(None, flags | HOOK)
        sh.assign(name, value)
        sh.env = None


def can_replace(sh: Shell) -> bool:
    """Tell whether nobody would notice that the shell's process became the command's."""
    return not sh.traps and not sh.pending and not sh.hooks and "monitor" not in sh.options


def replace_process(
    sh: Shell, argv: list[str], plan: Plan | None, env: dict[bytes, bytes] | None, path: str | None
) -> int:
    """Exec the last command of a child instead of running it in a child of its own."""
    file = find_command(sh, argv[0], path)
    if file is None:
        return not_found(sh, argv, plan, env)
    k = sh.k
    if plan is not None:
        install(sh, plan, undo=False)
    environment = {**(sh.environment() if env is None else env), b"_": file.encode("utf-8", "surrogateescape")}
    try:
        k.exec(
            file.encode("utf-8", "surrogateescape"),
            [arg.encode("utf-8", "surrogateescape") for arg in argv],
            environment,
        )
    except SysError as error:
        if error.NAME == "ENOEXEC":
            return run_program(sh, argv, None, env, path=path)
        return cannot_run(sh, argv[0], file, error)
    raise AssertionError("exec returned")
