"""Running a command by name: function, builtin, or a program found along PATH."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    S_IFDIR,
    S_IFMT,
    X_OK,
    AccessDenied,
    BrokenProgram,
    IsADirectory,
    NoExec,
    NoSuchFile,
    NotADirectory,
    ResourceUnavailable,
    SysError,
)
from kos_shell.arithmetic import ArithmeticError_
from kos_shell.errors import Complaint, ExpansionFailure, FatalExpansion, ReadonlyVariable, ShellExit, UsageComplaint
from kos_shell.expansion.quoting import has_control, shell_quote
from kos_shell.functions import call_function
from kos_shell.redirection import child_table
from kos_shell.shell import encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_shell.redirection import Plan
    from kos_shell.shell import Builtin, Shell

SPECIAL_BUILTINS = frozenset(
    [":", ".", "source", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times",
     "trap", "unset"]
)  # fmt: skip
"""POSIX's: found before functions and ending the shell on failure in posix mode, where their assignments also last."""
DECLARATIONS = frozenset(["declare", "typeset", "local", "export", "readonly"])
"""Builtins whose arguments may be assignments."""
RUNS_CODE = frozenset(
    ["eval", ".", "source", "command", "builtin", "exec", "trap", "fg", "wait", "mapfile", "readarray", "exit", "fc", "return"]
)  # fmt: skip
"""Builtins that run commands or have business with the real descriptors: redirections are made for good around them."""
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


# ------------------------------------------------------------------------------------------------------------- finding
def find_command(sh: Shell, name: str, path: str | None = None) -> str | None:
    """Return the file that a command's name means, or None. Remembers what it finds (unless `path` overrides PATH)."""
    if "/" in name:
        return name
    if path is None:
        known = sh.hash.get(name)
        if known is not None:
            if "checkhash" not in sh.options or is_program(sh, known[0]):
                sh.hash[name] = (known[0], known[1] + 1)
                return known[0]
    found = search_path(sh, name, sh.get("PATH") if path is None else path)
    if found is not None and path is None and "hashall" in sh.options:
        sh.hash[name] = (found, 1)
    return found


def search_path(sh: Shell, name: str, path: str | None) -> str | None:
    """Return the first file called `name` along `path` that can be run, or None (then perhaps one that can't)."""
    unusable: str | None = None
    for directory in (path or "").split(":"):
        file = f"{directory}/{name}" if directory else f"./{name}"
        if is_program(sh, file):
            return file
        if unusable is None and _is_file(sh, file):
            unusable = file
    return unusable


def _is_file(sh: Shell, file: str) -> bool:
    try:
        return bool(sh.k.stat(encode(file)).mode & S_IFMT != S_IFDIR)
    except SysError:
        return False


def search_path_all(sh: Shell, name: str) -> list[str]:
    """Return every file along PATH that `name` could mean, in order (type -a)."""
    if "/" in name:
        return [name] if is_program(sh, name) else []
    files = [f"{directory or '.'}/{name}" for directory in (sh.get("PATH") or "").split(":")]
    return [file for file in files if is_program(sh, file)]


def is_program(sh: Shell, file: str) -> bool:
    """Tell whether a file can be run: it is no directory, and we may execute it."""
    path = encode(file)
    k = sh.k
    try:
        if k.stat(path).mode & S_IFMT == S_IFDIR:
            return False
        k.access(path, X_OK, effective=True)
    except SysError:
        return False
    return True


# ------------------------------------------------------------------------------------------------------------- running
def invoke(sh: Shell, argv: list[str]) -> int:
    """Run argv: a function, a builtin or a program. No redirections or assignments are to be made any more."""
    name = argv[0]
    function = sh.functions.get(name)
    if function is not None and not (sh.posix and name in SPECIAL_BUILTINS):
        return call_function(sh, function, argv)
    builtin = sh.builtins.get(name)
    if builtin is not None:
        return run_builtin(sh, builtin, argv)
    return run_program(sh, argv, None, None)


def run_builtin(sh: Shell, builtin: Builtin, argv: list[str]) -> int:
    """Run a builtin; what it complains of is printed with its name in front."""
    try:
        return builtin(sh, argv)
    except Complaint as complaint:
        return builtin_complained(sh, argv[0], complaint)
    except SysError as error:
        return builtin_failed(sh, argv[0], Complaint(f"write error: {error.strerror}"))


def builtin_complained(sh: Shell, name: str, complaint: Complaint) -> int:
    """Print what a builtin complains of and return its status; raises what gives up the line."""
    if isinstance(complaint, ArithmeticError_):  # gives up the line as elsewhere
        raise sh.give_up(complaint.said_by(name)) from None
    if isinstance(complaint, FatalExpansion):
        raise sh.give_up(complaint) from None
    if isinstance(complaint, ReadonlyVariable):
        sh.report(str(complaint))
        return complaint.status
    if isinstance(complaint, ExpansionFailure):
        sh.warn(str(complaint))
        return complaint.status
    return builtin_failed(sh, name, complaint)


def builtin_failed(sh: Shell, name: str, complaint: Complaint) -> int:
    """Print a builtin's complaint; a special builtin's ends a posix-mode shell that isn't interactive."""
    text = str(complaint)
    if text.startswith("usage: "):  # alone it has no prefix
        sh.write_error(f"{name}: {text}\n")
    elif text:
        sh.warn(f"{name}: {text}")
    if sh.posix and name in SPECIAL_BUILTINS and not sh.interactive and isinstance(complaint, UsageComplaint):
        raise ShellExit(complaint.status)
    return complaint.status


def run_program(
    sh: Shell,
    argv: list[str],
    plan: Plan | None,
    env: dict[bytes, bytes] | None,
    *,
    path: str | None = None,
    text: Callable[[], str] | None = None,
) -> int:
    """Run a program in the foreground and return its exit code; 127 and 126 are said as bash says them.

    plan: its redirections. env: its environment, if assignments stand before the command. path: overrides PATH.
    """
    file = find_command(sh, argv[0], path)
    if file is None:
        return not_found(sh, argv, plan, env)
    if plan is None or not plan.table:
        pid = spawn(sh, file, argv, None, env)
    else:
        kept = sh.stderr
        target = plan.table.get(2, kept)
        sh.stderr = -1 if target is None else target  # where it says that the file can't be run
        try:
            pid = spawn(sh, file, argv, child_table(sh, plan.table), env)
        finally:
            sh.stderr = kept
    if pid <= 0:
        return -pid
    shown = text if text is not None else (lambda: " ".join(argv))
    return sh.finish_foreground([pid], shown)[0]


def spawn(
    sh: Shell,
    file: str,
    argv: list[str],
    table: dict[int, int | bytes] | None,
    env: dict[bytes, bytes] | None,
    *,
    group: int | None = None,
    background: bool = False,
) -> int:
    """Start a program; return its pid, or minus the exit code when it can't be started (the reason is printed).

    group: with job control, the group to join (0 = its own); None = decide by the options.
    """
    k = sh.k
    path = encode(file)
    args = [arg.encode("utf-8", "surrogateescape") for arg in argv]
    if env is None:
        env = sh.environment()
    env = {**env, b"_": path}
    foreground = None
    if "monitor" in sh.options:
        if group is None:
            group = 0
        if sh.terminal >= 0 and not background:
            foreground = sh.terminal
    try:
        if group is None and foreground is None and not sh.own_signals:
            return k.spawn(path, args, env, fds=table)  # type: ignore[no-any-return]
        return k.spawn(  # type: ignore[no-any-return]
            path, args, env, fds=table, pgid=group, foreground=foreground, sigdefault=sh.own_signals
        )
    except ResourceUnavailable:
        from kos_shell.retry import start_when_possible

        return start_when_possible(
            sh,
            lambda: k.spawn(path, args, env, fds=table, pgid=group, foreground=foreground, sigdefault=sh.own_signals),
        )
    except NoExec:
        return _run_script(sh, file, argv, table, env, group, foreground)
    except SysError as error:
        kept = sh.stderr
        if table is not None:
            theirs = table.get(2, -1)  # the program's own, as if it had been started
            sh.stderr = theirs if type(theirs) is int else -1
        try:
            return -cannot_run(sh, argv[0], file, error)
        finally:
            sh.stderr = kept


def cannot_run(sh: Shell, name: str, file: str, error: SysError) -> int:
    """Say why a file can't be run; return 126 or 127."""
    if isinstance(error, NoSuchFile | NotADirectory):
        sh.hash.pop(name, None)
        sh.warn(f"{file}: {error.strerror}")
        return 127 if isinstance(error, NoSuchFile) else 126
    if isinstance(error, AccessDenied | IsADirectory):
        try:
            if sh.k.stat(encode(file)).mode & S_IFMT == S_IFDIR:
                sh.warn(f"{file}: Is a directory")
                return 126
        except SysError:
            pass
    if isinstance(error, BrokenProgram):
        sh.warn(f"{file}: {error.why}")
        return 126
    sh.warn(f"{file}: {error.strerror}")
    return 126


def not_found(sh: Shell, argv: list[str], plan: Plan | None, env: dict[bytes, bytes] | None) -> int:
    """The name means nothing: command_not_found_handle if there is one, else the message. Returns 127."""
    from kos_shell.subshells import message_with_plan, run_in_subshell

    handler = sh.functions.get("command_not_found_handle")
    if handler is not None:
        words = ["command_not_found_handle", *argv]
        return run_in_subshell(sh, lambda child: call_function(child, handler, words), plan)
    if argv[0][:1] == "%":  # %1 is fg %1
        if "monitor" in sh.options:
            return run_builtin(sh, sh.builtins["fg"], ["fg", *argv])
        message_with_plan(sh, plan, "fg: no job control")
        return 1
    reason = "command not found" if sh.get("PATH") is not None else "No such file or directory"
    shown = shell_quote(argv[0]) if has_control(argv[0]) else argv[0]
    message_with_plan(sh, plan, f"{shown}: {reason}")
    return 127


def _run_script(
    sh: Shell,
    file: str,
    argv: list[str],
    table: dict[int, int | bytes] | None,
    env: dict[bytes, bytes],
    group: int | None,
    foreground: int | None,
) -> int:
    """A file that is executable but of no known format: run it as a shell script, unless it looks binary."""
    from kos_shell.main import looks_binary, script_child

    k = sh.k
    try:
        fd = k.open(encode(file))
        try:
            head = k.read(fd, 80)
        finally:
            k.close(fd)
    except SysError as error:
        return -cannot_run(sh, argv[0], file, error)
    if looks_binary(head):
        sh.warn(f"{file}: cannot execute binary file: Exec format error")
        return -126
    return k.fork_call(  # type: ignore[no-any-return]
        script_child, file, argv[1:], env, sh.caches, fds=table, pgid=group, foreground=foreground
    )
