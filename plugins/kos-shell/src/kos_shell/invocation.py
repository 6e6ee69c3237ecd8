"""Running one command with what stands around it: redirections, assignments, exec instead of a child.

x=1 cmd <in >out     `invoke_around`: make the plan of the redirections, decide what `cmd` is, put assignments and
                     descriptors in place as that kind of command needs them, run it, and put everything back
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_kernel.api import SysError
from kos_shell.errors import Complaint, ExpansionFailure, FatalExpansion, ReadonlyVariable, ShellExit
from kos_shell.execution import (
    RUNS_CODE,
    SPECIAL_BUILTINS,
    cannot_run,
    find_command,
    not_found,
    run_builtin,
    run_program,
)
from kos_shell.functions import call_function
from kos_shell.redirection import install, make_plan, release, uninstall
from kos_shell.shell import Frame
from kos_shell.specials import HOOKS
from kos_shell.syntax import tree
from kos_shell.trace import text_of, trace_line, trace_words
from kos_shell.values import EXPORT, HOOK, Variable

if TYPE_CHECKING:
    from kos_shell.redirection import Plan, Step
    from kos_shell.shell import Builtin, Shell


def tested_call(call: Callable[..., int], sh: Shell, *args: Any) -> int:
    """Run code whose failure somebody looks at: `set -e` and ERR don't count inside."""
    sh.tested += 1
    try:
        return call(sh, *args)
    finally:
        sh.tested -= 1


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


def invoke_around(
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
        if function is None and builtin is None and isinstance(complaint, ExpansionFailure):
            sh.warn(str(complaint))  # a program's redirections are its process's: nothing but the command fails
            return 1
        if special and sh.posix and not sh.interactive and not isinstance(complaint, ExpansionFailure):
            sh.warn(str(complaint))
            raise ShellExit(complaint.status) from None
        if function is None and builtin is None and isinstance(complaint, ExpansionFailure):
            sh.warn(str(complaint))  # bash expands them in the program's own process, so nothing else ends
            return 127 if isinstance(complaint, FatalExpansion) and sh.from_string else 1
        raise
    saved: dict[str, Any] | None = {} if assigns else None
    stays = special and sh.posix  # POSIX: assignments before a special builtin outlive it
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
                status = run_program(sh, argv, plan, env, path=path, text=lambda: text_of(node))
        else:
            if assigns:
                _assign_before(sh, assigns, saved, stays)
                if sh.xtrace:
                    trace_words(sh, [str(arg) for arg in argv])
                if saved:
                    _push_temporary(sh, saved, function is not None)
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
                status = tested_call(call, sh, target, argv)
            else:
                status = call(sh, target, argv)
            if function is not None:
                sh.last_argument = str(argv[-1])
            if lasting and undo and sh.undo is None:
                undo = []
    except Exception:
        _clean_up(sh, undo, plan, saved, pushed, stays)
        raise
    _clean_up(sh, undo, plan, saved, pushed, stays)
    return status


def _clean_up(
    sh: Shell, undo: list[tuple[int, int]], plan: Plan | None, saved: dict[str, Any] | None, pushed: bool, stays: bool
) -> None:
    """Put back descriptors and variables after a command. Not when the process ends or was replaced by exec."""
    if pushed:
        saved = sh.frames.pop().saved
    if undo:
        uninstall(sh, undo)
    if plan is not None and plan.opened:
        release(sh, plan)
    if saved and not stays:
        sh.restore(saved)


def _push_temporary(sh: Shell, saved: dict[str, Any], of_call: bool) -> None:
    """Note the assignments before a command as a scope of their own: `unset` inside uncovers what they hide."""
    frame = Frame("", "", sh.line, None, False, 0, sh.token)
    frame.is_temporary = True
    frame.of_call = of_call
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
        assert saved is not None
        old = sh.vars.get(name)
        if isinstance(old, Variable):
            if old.flags & 2:  # READONLY: the command runs all the same, but in POSIX mode
                if sh.posix:
                    raise ReadonlyVariable(name)
                sh.warn(str(ReadonlyVariable(name)))
                continue
        saved.setdefault(name, old)
        # It has no attribute of the variable that it hides: a number's value isn't evaluated.
        sh.vars[name] = Variable(None, EXPORT | HOOK if name in HOOKS else EXPORT)
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
