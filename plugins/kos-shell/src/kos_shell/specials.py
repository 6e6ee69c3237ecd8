"""Variables that are more than a value: computed ones (RANDOM, SECONDS, FUNCNAME ...) and ones whose assignment does something.

HOOKS: name -> what to do after the variable has changed (assigned, unset, restored). `DYNAMICS`: name -> Dynamic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_shell.arithmetic.integers import parse_integer
from kos_shell.values import ARRAY, ASSOC, INTEGER, READONLY, Dynamic

if TYPE_CHECKING:
    from kos_shell.shell import Shell


# ---------------------------------------------------------------------------------------------------------------- hooks
def _ifs_changed(sh: Shell) -> None:
    sh.set_splitter(sh.get("IFS"))


def _path_changed(sh: Shell) -> None:
    sh.hash = {}


def _optind_changed(sh: Shell) -> None:
    sh.getopts_place = 0


def _posix_changed(sh: Shell) -> None:
    if sh.get("POSIXLY_CORRECT") is None:
        sh.set_options(off=("posix",))
    else:
        sh.set_options(on=("posix",))


def _history_size_changed(sh: Shell) -> None:
    from kos_shell.builtins.history import shrink

    shrink(sh)


def _history_file_size_changed(sh: Shell) -> None:
    from kos_shell.builtins.history import shrink_file

    shrink_file(sh)


NO_EFFECT = (
    "BASH_COMPAT", "BASH_XTRACEFD", "CHILD_MAX", "COMP_WORDBREAKS", "EXECIGNORE", "FIGNORE", "HISTTIMEFORMAT", "MAIL",
    "MAILCHECK", "MAILPATH", "TMOUT", "auto_resume", "histchars",
)  # fmt: skip
"""Variables that mean something to bash and nothing to this shell: who gives one a value is told so."""


INERT: dict[str, str] = {
    "BASH_LOADABLES_PATH": "there are no loadable builtins",
    "EMACS": "the shell has no editor of its own to change",
    "FCEDIT": "fc edits nothing",
    "INPUTRC": "the shell has no readline",
    "INSIDE_EMACS": "the shell has no editor of its own to change",
    "LANG": "the locale is always C.UTF-8",
    "LC_ALL": "the locale is always C.UTF-8",
    "LC_COLLATE": "the locale is always C.UTF-8",
    "LC_CTYPE": "the locale is always C.UTF-8",
    "LC_MESSAGES": "the locale is always C.UTF-8",
    "LC_NUMERIC": "the locale is always C.UTF-8",
    "LC_TIME": "the locale is always C.UTF-8",
    "READLINE_ARGUMENT": "no key runs a command (bind -x)",
    "READLINE_LINE": "no key runs a command (bind -x)",
    "READLINE_MARK": "no key runs a command (bind -x)",
    "READLINE_POINT": "no key runs a command (bind -x)",
    "TMPDIR": "the shell makes no temporary files",
}
"""Variables of bash's that are like any other here, since what they are about isn't there."""
NEVER_SET = ("BASH_ALIASES", "BASH_CMDS")
"""Arrays that bash fills and this shell doesn't: unset, and refused when they are written to."""


def _no_effect(name: str) -> Callable[[Shell], None]:
    def changed(sh: Shell) -> None:
        if sh.get(name) is not None:
            sh.warn(f"{name}: this variable has no effect: not supported by this shell")

    return changed


def _ignore_eof_changed(sh: Shell) -> None:
    if sh.get("IGNOREEOF") is None:
        sh.set_options(off=("ignoreeof",))
    else:
        sh.set_options(on=("ignoreeof",))


HOOKS: dict[str, Callable[[Shell], None]] = {
    **{name: _no_effect(name) for name in NO_EFFECT},
    "IFS": _ifs_changed,
    "IGNOREEOF": _ignore_eof_changed,
    "PATH": _path_changed,
    "OPTIND": _optind_changed,
    "POSIXLY_CORRECT": _posix_changed,
    "HISTSIZE": _history_size_changed,
    "HISTFILESIZE": _history_file_size_changed,
}


# ------------------------------------------------------------------------------------------------------------- computed
def _random(sh: Shell) -> str:
    """The Minimal Standard generator (Park and Miller, 16807), folded to 15 bits; never the same twice in a row."""
    seed = sh.random_seed
    if seed is None:
        seed = int.from_bytes(sh.k.getrandom(4), "little") & 0x7FFFFFFF
    while True:
        value = seed or 123459876
        value = 16807 * (value % 127773) - 2836 * (value // 127773)
        seed = value + 0x7FFFFFFF if value < 0 else value
        number = (seed >> 16 ^ seed & 0xFFFF) & 0x7FFF
        if number != sh.random_last:
            break
    sh.random_seed = seed
    sh.random_last = number
    return str(number)


def _seed_random(sh: Shell, text: str) -> None:
    try:
        sh.random_seed = parse_integer(text.strip() or "0", "") & 0xFFFFFFFF
    except Exception:
        sh.random_seed = 0
    sh.random_last = -1


def _srandom(sh: Shell) -> str:
    return str(int.from_bytes(sh.k.getrandom(4), "little"))


def _seconds(sh: Shell) -> str:
    return str((sh.k.clock_ns() - sh.seconds_base_ns) // 1_000_000_000)


def _set_seconds(sh: Shell, text: str) -> None:
    sh.seconds_base_ns = sh.k.clock_ns() - sh.evaluate(text or "0") * 1_000_000_000


def _epoch_realtime(sh: Shell) -> str:
    micros = sh.k.clock_ns() // 1000
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def _function_names(sh: Shell) -> list[str] | None:
    names = [frame.name for frame in reversed(sh.frames) if frame.name]
    if not sh.in_function():
        return None
    return [*names, "main"] if sh.from_file else names


def _sources(sh: Shell) -> list[str]:
    sources = [frame.source for frame in reversed(sh.frames) if frame.name]
    return [*sources, sh.script_name] if sh.from_file else sources


def _call_lines(sh: Shell) -> list[str]:
    lines = [str(frame.call_line) for frame in reversed(sh.frames) if frame.name]
    return [*lines, "0"] if sh.from_file else lines


def _arguments(sh: Shell) -> list[list[str]]:
    """The arguments of each function and sourced file that runs, innermost first; known with extdebug only.

    They are the positional parameters as they are now: after `shift` bash still has those of the call.
    """
    if "extdebug" not in sh.options:
        return []
    found = []
    current = sh.args
    for frame in reversed(sh.frames):
        if frame.is_function:
            found.append(current)
            assert frame.args is not None
            current = frame.args
        elif frame.name:
            found.append([frame.source])
    return [*found, current]


def _argument_counts(sh: Shell) -> list[str]:
    return [str(len(args)) for args in _arguments(sh)]


def _argument_values(sh: Shell) -> list[str]:
    return [arg for args in _arguments(sh) for arg in reversed(args)]


def _directory_stack(sh: Shell) -> list[str]:
    return [sh.get("PWD") or "", *sh.directories]


def _host_name(sh: Shell) -> str:
    return str(sh.k.uname().nodename.decode("utf-8", "surrogateescape"))


def _set_name(sh: Shell, text: str) -> None:
    sh.name0 = text


DYNAMICS: dict[str, Dynamic] = {
    "RANDOM": Dynamic(_random, _seed_random, INTEGER),
    "SRANDOM": Dynamic(_srandom, None, INTEGER),
    "SECONDS": Dynamic(_seconds, _set_seconds),
    "LINENO": Dynamic(lambda sh: str(sh.line), lambda sh, text: None),
    "EPOCHSECONDS": Dynamic(lambda sh: str(sh.k.clock_ns() // 1_000_000_000)),
    "EPOCHREALTIME": Dynamic(_epoch_realtime),
    "BASHPID": Dynamic(lambda sh: str(sh.k.getpid()), None, INTEGER),
    "BASH_SUBSHELL": Dynamic(lambda sh: str(sh.subshell_level)),
    "BASH_COMMAND": Dynamic(lambda sh: sh.current_command()),
    "BASH_ARGV0": Dynamic(lambda sh: sh.name0, _set_name),
    "FUNCNAME": Dynamic(_function_names, None, ARRAY),
    "BASH_SOURCE": Dynamic(_sources, None, ARRAY),
    "BASH_LINENO": Dynamic(_call_lines, None, ARRAY),
    "BASH_ARGC": Dynamic(_argument_counts, None, ARRAY),
    "BASH_ARGV": Dynamic(_argument_values, None, ARRAY),
    **{name: Dynamic(lambda sh: None, None, ARRAY | READONLY) for name in NEVER_SET},
    "DIRSTACK": Dynamic(_directory_stack, None, ARRAY),
    "PIPESTATUS": Dynamic(
        lambda sh: [str(status) for status in ((sh.status,) if sh.pipe_status is None else sh.pipe_status)], None, ARRAY
    ),
    "HISTCMD": Dynamic(lambda sh: str(sh.history_base + len(sh.history) - 1), None, INTEGER),
    "UID": Dynamic(lambda sh: str(sh.k.getuid()), None, INTEGER | READONLY),
    "EUID": Dynamic(lambda sh: str(sh.k.geteuid()), None, INTEGER | READONLY),
    "HOSTNAME": Dynamic(_host_name, lambda sh, text: sh.vars.__setitem__("HOSTNAME", text)),
    "GROUPS": Dynamic(lambda sh: [str(group) for group in sh.k.getgroups() or [sh.k.getgid()]], None, ARRAY),
    "_": Dynamic(lambda sh: sh.last_argument, lambda sh, text: setattr(sh, "last_argument", text)),
    "SHELLOPTS": Dynamic(lambda sh: sh.option_names(shopt=False), None, READONLY),
    "BASHOPTS": Dynamic(lambda sh: sh.option_names(shopt=True), None, READONLY),
}
"""Immutable, so one table serves every shell."""

__all__ = ["ASSOC", "DYNAMICS", "HOOKS"]
