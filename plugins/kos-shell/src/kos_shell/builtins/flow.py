"""Control flow and commands about commands: : true false break continue return exit eval source exec command builtin let."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import S_IFDIR, S_IFMT, SysError
from kos_shell.arithmetic import ArithmeticError_
from kos_shell.builtins.arguments import integer, parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import (
    Complaint,
    Discard,
    FatalExpansion,
    FunctionReturn,
    LoopJump,
    ReadonlyVariable,
    ShellExit,
    UsageComplaint,
)
from kos_shell.shell import Frame, decode, encode

if TYPE_CHECKING:
    from kos_shell.shell import Shell


def colon(sh: Shell, argv: list[str]) -> int:
    """: and true: nothing, successfully."""
    return 0


def false(sh: Shell, argv: list[str]) -> int:
    """false."""
    return 1


# ------------------------------------------------------------------------------------------------------------- jumps
def _levels(sh: Shell, argv: list[str]) -> int:
    operands = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if not operands:
        return 1
    number = integer(operands[0])
    if number is None:
        sh.warn(f"{argv[0]}: {operands[0]}: numeric argument required")
        raise ShellExit(128) if not sh.interactive else Discard(128)
    if len(operands) > 1:
        raise too_many(sh, argv[0])
    if number < 1:
        sh.warn(f"{argv[0]}: {operands[0]}: loop count out of range")
        raise LoopJump(max(1, sh.loops), False, 1)
    return min(number, max(1, sh.loops))


def break_loop(sh: Shell, argv: list[str]) -> int:
    """break [n]."""
    if not sh.loops:
        if not sh.posix:
            sh.warn("break: only meaningful in a `for', `while', or `until' loop")
        return 0
    sh.status = 0
    raise LoopJump(_levels(sh, argv) if len(argv) > 1 else 1, False)


def continue_loop(sh: Shell, argv: list[str]) -> int:
    """continue [n]."""
    if not sh.loops:
        if not sh.posix:
            sh.warn("continue: only meaningful in a `for', `while', or `until' loop")
        return 0
    sh.status = 0
    raise LoopJump(_levels(sh, argv) if len(argv) > 1 else 1, True)


def too_many(sh: Shell, name: str) -> Exception:
    """Say that a builtin got too many arguments, and return what gives up the line."""
    sh.warn(f"{name}: too many arguments")
    return ShellExit(1) if sh.from_string else Discard(1)


def _status_operand(sh: Shell, argv: list[str]) -> int:
    """Return the status that return and exit are given, else the last one. In the EXIT trap, and for `return` in any trap, that
    is the one from before the trap.
    """
    operands = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if not operands:
        running = sh.in_trap[-1] if sh.in_trap else "DEBUG"
        before = running == "EXIT" or (running != "DEBUG" and argv[0] == "return")
        return sh.trap_status if before else sh.status
    number = integer(operands[0])
    if number is None:
        sh.warn(f"{argv[0]}: {operands[0]}: numeric argument required")
        return 2
    if len(operands) > 1:
        raise too_many(sh, argv[0])
    return number & 255


def return_from(sh: Shell, argv: list[str]) -> int:
    """return [n]: from a function or a sourced file."""
    status = _status_operand(sh, argv)
    if not any(frame.name for frame in sh.frames):
        sh.warn("return: can only `return' from a function or sourced script")
        return 2
    raise FunctionReturn(status)


def exit_shell(sh: Shell, argv: list[str]) -> int:
    """exit [n]."""
    if sh.interactive and not sh.subshell_level:
        stopped = [job for job in sh.jobs.values() if job.stopped]
        if stopped and sh.notices[:1] != ["exit"]:
            sh.write_error("There are stopped jobs.\n")
            sh.notices = ["exit"]
            return 1
    status = _status_operand(sh, argv)
    raise ShellExit(status)


def logout(sh: Shell, argv: list[str]) -> int:
    """logout: exit, but only from a login shell."""
    if not sh.login:
        raise Complaint("not login shell: use `exit'")
    return exit_shell(sh, argv)


# ------------------------------------------------------------------------------------------------------------- eval, .
def evaluate(sh: Shell, argv: list[str]) -> int:
    """eval [words]: run them, joined by blanks, as a script."""

    words = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if len(argv) > 1 and argv[1][:1] == "-" and len(argv[1]) > 1 and argv[1] != "--":
        raise UsageComplaint(f"{argv[1][:2]}: invalid option\neval: usage: eval [arg ...]")
    text = " ".join(words)
    if not text.strip():
        return 0
    sh.trace_level += 1
    try:
        return _nested(sh, text, "eval")
    finally:
        sh.trace_level -= 1


def _nested(sh: Shell, text: str, what: str, line: int | None = None) -> int:
    """Run a text inside the current command, on a fresh stack now and then."""
    from kos_shell.functions import STACK_BUDGET
    from kos_shell.script import run_text

    sh.depth += 1
    if sh.depth > 5000:
        sh.depth -= 1
        raise Complaint("maximum eval nesting level exceeded (5000)")
    stack = sh.stack
    start = sh.line if line is None else line
    try:
        if stack + _EVAL_FRAMES > STACK_BUDGET:
            sh.stack = _EVAL_FRAMES
            return int(sh.k.on_fresh_stack(lambda: run_text(sh, text, line=start, what=what)))
        sh.stack = stack + _EVAL_FRAMES
        return run_text(sh, text, line=start, what=what)
    finally:
        sh.stack = stack
        sh.depth -= 1


_EVAL_FRAMES = 140
"""Parsing, compiling and running a text of moderate depth."""


def source(sh: Shell, argv: list[str]) -> int:
    """. file [args]: run a file in this shell."""
    operands = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if not operands:
        raise UsageComplaint(f"filename argument required\n{argv[0]}: usage: {argv[0]} filename [arguments]")
    if operands[0][:1] == "-" and len(operands[0]) > 1 and argv[1] != "--":
        raise UsageComplaint(f"{operands[0][:2]}: invalid option\n{argv[0]}: usage: {argv[0]} filename [arguments]")
    name = operands[0]
    path = _find_source(sh, name)
    if path is None:
        if sh.posix:
            sh.warn(f"{argv[0]}: {name}: file not found")
            if not sh.interactive:
                raise ShellExit(1)
            return 1
        path = name
    return source_file(sh, path, operands[1:] if len(operands) > 1 else None, shown=name)


def _find_source(sh: Shell, name: str) -> str | None:
    if "/" in name:
        return name
    if "sourcepath" in sh.options:
        for directory in (sh.get("PATH") or "").split(":"):
            path = f"{directory or '.'}/{name}"
            try:
                stat = sh.k.stat(encode(path))
            except SysError:
                continue
            if stat.mode & S_IFMT != S_IFDIR:
                return path
    return None if sh.posix else name


def source_file(sh: Shell, path: str, args: list[str] | None = None, shown: str | None = None) -> int:
    """Run a file in this shell, with positional parameters of its own if `args` is given; return its status."""
    from kos_shell.main import looks_binary

    name = shown if shown is not None else path
    k = sh.k
    try:
        if k.stat(encode(path)).mode & S_IFMT == S_IFDIR:
            sh.warn(f"{name}: Is a directory" if "/" in name else f".: {name}: is a directory")
            return 1
        fd = k.open(encode(path))
    except SysError as error:
        sh.warn(f"{name}: {error.strerror}")
        if sh.posix and not sh.interactive:
            raise ShellExit(1) from None
        return 1
    try:
        data = k.read_all(fd)
    except SysError as error:
        sh.warn(f"{name}: {error.strerror}")
        return 1
    finally:
        k.close(fd)
    if looks_binary(data[:80]):
        sh.warn(f"{argv_name(name)}cannot execute binary file")
        return 126
    frame = Frame("source", name, sh.line, None if args is None else sh.args, False, sh.loops, sh.token)
    sh.frames.append(frame)
    if args is not None:
        sh.args = args
    hidden = None
    if sh.traps and "functrace" not in sh.options and ("DEBUG" in sh.traps or "RETURN" in sh.traps):
        hidden = {key: sh.traps[key] for key in ("DEBUG",) if key in sh.traps}
        sh.traps = {key: action for key, action in sh.traps.items() if key not in hidden}
        sh.refresh_mirrors()
    sh.source_depth += 1
    sh.trace_level += 1
    try:
        status = _nested(sh, decode(data), "", line=1)
    except FunctionReturn as jump:
        status = jump.status
    finally:
        sh.trace_level -= 1
        sh.source_depth -= 1
        kept = sh.frames.pop().args
        sh.line = frame.call_line
        if kept is not None:
            sh.args = kept
        if hidden:
            sh.traps = {**hidden, **sh.traps}
            sh.refresh_mirrors()
    if "RETURN" in sh.traps:
        sh.run_trap("RETURN", status)
    return status


def argv_name(name: str) -> str:
    """Return what stands before the message about a file that `.` refuses."""
    return f".: {name}: "


# ------------------------------------------------------------------------------------------------------------- exec
def execute(sh: Shell, argv: list[str]) -> int:
    """exec [-cl] [-a name] [command]: replace the shell, or make redirections last."""
    from kos_shell.execution import cannot_run, find_command
    from kos_shell.startup import run_exit_trap

    options, operands = parse_options(
        argv, LETTERS["exec"], "exec [-cl] [-a name] [command [argument ...]] [redirection ...]"
    )
    if not operands:
        undo = sh.undo
        if undo is not None:
            for _, saved in undo:
                if saved >= 0:
                    sh.k.close(saved)
            sh.undo = None
        return 0
    name = operands[0]
    shown = name
    environment = sh.environment()
    for option, value in options:
        if option == "-c":
            environment = {}
        elif option == "-a":
            shown = value
    if ("-l", "") in options:
        shown = "-" + shown
    file = find_command(sh, name)
    if file is None:
        sh.warn(f"exec: {name}: not found")
        status = 127
    else:
        restore = dict(sh.traps)
        for trap_name in restore:
            if trap_name in sh.traps and sh.traps[trap_name] and trap_name not in ("EXIT", "ERR", "DEBUG", "RETURN"):
                sh.set_trap(trap_name, None)
        try:
            environment = {**environment, b"_": encode(file)}
            level = sh.get("SHLVL") or ""
            if level.isdecimal() and b"SHLVL" in environment:
                environment[b"SHLVL"] = str(int(level) - 1).encode()
            sh.k.exec(encode(file), [encode(shown), *[encode(arg) for arg in operands[1:]]], environment)
        except SysError as error:
            if error.NAME == "ENOEXEC":
                from kos_shell.execution import run_program

                raise ShellExit(run_program(sh, operands, None, None)) from None
            status = cannot_run(sh, name, file, error)
    if not sh.interactive and (sh.subshell_level or "execfail" not in sh.options):
        del run_exit_trap
        raise ShellExit(status)
    return status


# ------------------------------------------------------------------------------------------------------------- command, builtin
def command(sh: Shell, argv: list[str]) -> int:
    """command [-pVv] name [args]: skip functions; -v, -V say what it is; -p searches the standard PATH."""
    from kos_shell.execution import DEFAULT_PATH, run_builtin, run_program

    options, operands = parse_options(argv, LETTERS["command"], "command [-pVv] command [arg ...]")
    if not operands:
        return 0
    path = DEFAULT_PATH if ("-p", "") in options else None
    if any(option in ("-v", "-V") for option, _ in options):
        from kos_shell.builtins.names import describe

        verbose = options[-1][0] == "-V" or ("-V", "") in options
        found = False
        for name in operands:
            if describe(sh, name, "V" if verbose else "v", path=path):
                found = True
            elif verbose:
                sh.warn(f"command: {name}: not found")
        return 0 if found else 1
    builtin = sh.builtins.get(operands[0])
    if builtin is not None:
        posix, sh.posix = sh.posix, False  # a special builtin under `command` doesn't end the shell
        try:
            return run_builtin(sh, builtin, operands)
        finally:
            if sh.posix is False:
                sh.posix = posix and "posix" in sh.options
    return run_program(sh, operands, None, None, path=path)


def builtin(sh: Shell, argv: list[str]) -> int:
    """builtin name [args]: run a builtin even if a function has its name."""
    from kos_shell.execution import run_builtin

    operands = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if not operands:
        return 0
    function = sh.builtins.get(operands[0])
    if function is None:
        raise Complaint(f"{operands[0]}: not a shell builtin")
    return run_builtin(sh, function, operands)


def let(sh: Shell, argv: list[str]) -> int:
    """let expr...: 0 if the last value isn't 0."""
    operands = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if not operands:
        raise Complaint("expression expected")
    value = 0
    for text in operands:
        try:
            value = sh.evaluate(text)
        except (ReadonlyVariable, FatalExpansion):
            raise
        except Complaint as complaint:
            if isinstance(complaint, ArithmeticError_) and complaint.of_subscript:
                raise
            raise Complaint(str(complaint)) from None
    return 0 if value else 1
