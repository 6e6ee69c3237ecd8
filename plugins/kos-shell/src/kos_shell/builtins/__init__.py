"""The builtins: name -> function `(sh, argv) -> status`.

A builtin reads `sh.stdin` and writes to `sh.stdout` through `sh.write`; it raises UsageComplaint or Complaint for what it can't
do, and lets the SysError of a failed write pass. It never changes argv.

    output.py echo      printf.py printf          test.py test [           flow.py : true false break return eval . exec ...
    declare.py declare typeset local   marks.py export readonly   unset.py      read.py read mapfile     options.py set shopt
    directories.py cd pwd pushd popd dirs         jobs.py jobs fg bg wait kill disown    names.py type command hash alias ...
    system.py umask ulimit times trap             positional.py shift getopts            history.py history fc
    completion.py complete compgen compopt        bind.py bind (refused)

Those of a loop body are imported at once, the others when they are first called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_shell.builtins import flow, output, positional, test
from kos_shell.builtins.declare import local
from kos_shell.builtins.printf import printf

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Builtin = Callable[[Shell, list[str]], int]


def _later(module: str, function: str) -> Builtin:
    """Return a builtin that is imported when it is first called."""
    loaded: Builtin | None = None

    def call(sh: Shell, argv: list[str]) -> int:
        nonlocal loaded
        if loaded is None:
            from importlib import import_module

            loaded = getattr(import_module(f"kos_shell.builtins.{module}"), function)
        assert loaded is not None
        return loaded(sh, argv)

    return call


BUILTINS: dict[str, Builtin] = {
    ":": flow.colon,
    "true": flow.colon,
    "false": flow.false,
    "break": flow.break_loop,
    "continue": flow.continue_loop,
    "return": flow.return_from,
    "exit": flow.exit_shell,
    "logout": flow.logout,
    "eval": flow.evaluate,
    ".": flow.source,
    "source": flow.source,
    "exec": flow.execute,
    "command": flow.command,
    "builtin": flow.builtin,
    "let": flow.let,
    "echo": output.echo,
    "printf": printf,
    "test": test.test,
    "[": test.bracket,
    "shift": positional.shift,
    "getopts": positional.getopts,
    "local": local,
    "declare": _later("declare", "declare"),
    "typeset": _later("declare", "declare"),
    "export": _later("marks", "export"),
    "readonly": _later("marks", "readonly"),
    "unset": _later("unset", "unset"),
    "read": _later("read", "read"),
    "mapfile": _later("mapfile", "mapfile"),
    "readarray": _later("mapfile", "mapfile"),
    "set": _later("options", "set_builtin"),
    "shopt": _later("options", "shopt"),
    "cd": _later("directories", "cd"),
    "pwd": _later("directories", "pwd"),
    "pushd": _later("directories", "pushd"),
    "popd": _later("directories", "popd"),
    "dirs": _later("directories", "dirs"),
    "jobs": _later("jobs", "jobs"),
    "fg": _later("jobs", "fg"),
    "bg": _later("jobs", "bg"),
    "wait": _later("jobs", "wait"),
    "kill": _later("jobs", "kill"),
    "disown": _later("jobs", "disown"),
    "suspend": _later("jobs", "suspend"),
    "type": _later("names", "type_builtin"),
    "hash": _later("names", "hash_builtin"),
    "alias": _later("names", "alias"),
    "unalias": _later("names", "unalias"),
    "enable": _later("names", "enable"),
    "help": _later("names", "help_builtin"),
    "caller": _later("names", "caller"),
    "umask": _later("system", "umask"),
    "ulimit": _later("system", "ulimit"),
    "times": _later("system", "times"),
    "trap": _later("system", "trap"),
    "history": _later("history", "history"),
    "fc": _later("history", "fc"),
    "bind": _later("bind", "bind"),
    "compgen": _later("completion", "compgen"),
    "complete": _later("completion", "complete"),
    "compopt": _later("completion", "compopt"),
}
