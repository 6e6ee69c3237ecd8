"""How a shell begins and ends: its environment, start-up files, the EXIT trap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import SysError
from kos_shell.errors import Complaint, Discard, ExpansionFailure, FunctionReturn, LoopJump, ShellExit
from kos_shell.names import is_identifier
from kos_shell.shell import VERSION
from kos_shell.specials import DYNAMICS, HOOKS
from kos_shell.values import ARRAY, EXPORT, HOOK, INTEGER, READONLY, Dynamic, IndexedArray, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_VERSION_INFO = ["5", "2", "15", "1", "release", "x86_64-pc-linux-gnu"]


_ALWAYS: dict[str, Any] = {
    **DYNAMICS,
    "PATH": Variable(DEFAULT_PATH, HOOK),
    "TERM": "dumb",
    "PS4": "+ ",
    "OLDPWD": Variable(None, EXPORT),
}
_ALWAYS_SO: dict[str, Any] = {
    "IFS": Variable(" \t\n", HOOK),
    "OPTIND": Variable(1, HOOK | INTEGER),
    "OPTERR": 1,
}
_BASH: dict[str, Any] = {
    "BASH": "/usr/bin/bash",
    "BASH_VERSION": VERSION,
    "HOSTTYPE": "x86_64",
    "MACHTYPE": "x86_64-pc-linux-gnu",
    "OSTYPE": "linux-gnu",
    "BASH_VERSINFO": Variable(IndexedArray(None, list(_VERSION_INFO)), ARRAY | READONLY),
}
"""What variables start with, what they start with whatever the environment says, and what bash has beyond POSIX.

Variables are replaced, not changed, and an array without an owner is cloned before it changes: so these serve all shells.
"""
_NOT_IMPORTED = frozenset([*DYNAMICS, "IFS", "PPID"]) - {"HOSTNAME"}


def import_environment(sh: Shell) -> None:
    """Make variables of the environment, and set those that a shell always has."""
    env = sh.k.env
    functions: list[tuple[str, str]] = []
    known, made, foreign = sh.caches.environment
    if known == env and made:
        sh.vars = variables = made.copy()
    else:
        variables, functions, foreign = _variables_of(env)
        if not functions:
            sh.caches.environment = env.copy(), variables.copy(), foreign
        sh.vars = variables
    sh.foreign = foreign
    if "SHELL" not in variables:
        from kos_shell.expansion.tilde import login_shell

        variables["SHELL"] = login_shell(sh)
    for name in ("SHELLOPTS", "BASHOPTS"):
        given = sh.k.env.get(name.encode())
        if given is not None:
            _follow_options(sh, name, given.decode("utf-8", "surrogateescape"))
    if "POSIXLY_CORRECT" in variables:
        sh.set_options(on=("posix",))
    level = sh.get("SHLVL") or "0"
    variables["SHLVL"] = Variable(int(level) + 1 if level.isdecimal() and len(level) < 6 else 1, EXPORT)
    set_working_directory(sh)
    variables["PPID"] = Variable(sh.k.getppid(), READONLY | INTEGER)
    for name, text in functions:
        _import_function(sh, name, text)


def _variables_of(env: dict[bytes, bytes]) -> tuple[dict[str, Any], list[tuple[str, str]], dict[bytes, bytes]]:
    """Return (what variables an environment makes, the functions in it as (name, text), what is passed on as it is)."""
    variables = {**_BASH, **_ALWAYS}
    functions = []
    foreign = {}
    for raw_name, raw_value in env.items():
        name = raw_name.decode("utf-8", "surrogateescape")
        value = raw_value.decode("utf-8", "surrogateescape")
        if is_identifier(name):
            if name not in _NOT_IMPORTED:
                variables[name] = Variable(value, EXPORT | HOOK if name in HOOKS else EXPORT)
        elif name.startswith("BASH_FUNC_") and name.endswith("%%") and value.startswith("()"):
            functions.append((name[10:-2], value))
        else:  # no name of a variable
            foreign[raw_name] = raw_value
    variables.update(_ALWAYS_SO)
    return variables, functions, foreign


def _follow_options(sh: Shell, name: str, given: str) -> None:
    """An exported SHELLOPTS or BASHOPTS: what it lists is switched on, and it stays exported."""
    from kos_shell.options import SET_NAMES, SUPPORTED_SHOPT, UNSUPPORTED_SET

    known = SUPPORTED_SHOPT if name == "BASHOPTS" else set(SET_NAMES) - UNSUPPORTED_SET - {"monitor"}
    sh.set_options(on=[option for option in given.split(":") if option in known])
    entry = DYNAMICS[name]
    sh.vars[name] = Dynamic(entry.read, entry.write, entry.flags | EXPORT)


def set_working_directory(sh: Shell) -> None:
    """Set PWD: what the environment says if that is indeed where we are, else what the kernel says."""
    k = sh.k
    try:
        here = k.getcwd().decode("utf-8", "surrogateescape")
    except SysError:
        here = ""
    claimed = sh.get("PWD")
    if claimed and claimed != here and claimed.startswith("/") and "/." not in claimed:
        try:
            there, real = k.stat(claimed.encode("utf-8", "surrogateescape")), k.stat(b".")
            if (there.dev, there.ino) == (real.dev, real.ino):
                here = claimed
        except SysError:
            pass
    if here:
        sh.vars["PWD"] = Variable(here, EXPORT)


def _import_function(sh: Shell, name: str, text: str) -> None:
    """BASH_FUNC_name%%=() { ...; }: define it if the text is a function definition and nothing else."""
    from kos_shell.compile.compiler import Compiler
    from kos_shell.functions import Function
    from kos_shell.syntax import tree
    from kos_shell.syntax.parser import ShellSyntaxError, parse

    try:
        commands = parse(f"{name} {text}").commands
    except ShellSyntaxError:
        sh.write_error(f"{sh.name0}: error importing function definition for `{name}'\n")
        return
    if len(commands) == 1 and isinstance(commands[0], tree.FunctionDef):
        function = Function(commands[0], Compiler(), "environment")
        function.exported = True
        sh.functions = {**sh.functions, name: function}


def run_exit_trap(sh: Shell, status: int) -> int:
    """Run the EXIT trap, once; return the shell's final status (what `exit` in the trap says, else `status`)."""
    if not sh.traps.get("EXIT"):
        return status
    try:
        sh.status = sh.trap_status = status
        sh.in_trap = (*sh.in_trap, "EXIT")
        sh.loops = 0
        action = sh.traps["EXIT"]
        sh.traps = {name: text for name, text in sh.traps.items() if name != "EXIT"}
        sh.traps["EXIT "] = action
        try:
            from kos_shell.script import run_text

            run_text(sh, action, line=1)
        finally:
            sh.traps.pop("EXIT ", None)
    except (ShellExit, Discard, FunctionReturn) as jump:
        return jump.status
    except LoopJump:
        pass
    except ExpansionFailure as failure:
        sh.warn(str(failure))
        return failure.status
    return status


def source_if_there(sh: Shell, name: str) -> None:
    """Run a start-up file if it can be read."""
    from kos_shell.builtins.flow import source_file

    try:
        sh.k.access(name.encode("utf-8", "surrogateescape"), 4)
    except SysError:
        return
    try:
        source_file(sh, name)
    except Complaint as complaint:
        sh.warn(str(complaint))


def run_startup_files(sh: Shell, *, login: bool, rcfile: str | None, norc: bool) -> None:
    """Source what a shell of this kind sources: profiles for login shells, the rc file or $ENV for interactive ones."""
    home = sh.get("HOME") or ""
    if login:
        source_if_there(sh, "/etc/profile")
        if sh.posix:
            source_if_there(sh, f"{home}/.profile")
        else:
            for name in (".bash_profile", ".bash_login", ".profile"):
                try:
                    sh.k.access(f"{home}/{name}".encode("utf-8", "surrogateescape"), 4)
                except SysError:
                    continue
                source_if_there(sh, f"{home}/{name}")
                break
    if sh.interactive and not login:
        if sh.posix:
            file = sh.get("ENV")
            if file:
                source_if_there(sh, file)
        elif not norc:
            source_if_there(sh, rcfile or f"{home}/.bashrc")
    elif not sh.interactive and not sh.posix and not login:
        file = sh.get("BASH_ENV")
        if file:
            source_if_there(sh, file)
