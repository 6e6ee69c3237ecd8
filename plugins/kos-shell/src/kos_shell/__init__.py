"""KaedeShell: a POSIX shell with the language of bash.

    from kos_shell import analyze
    analyze("grep -c root /etc/passwd > /tmp/n").writes()      frozenset({"/tmp/n"})

What a host program may use is here; everything else belongs to the shell. Names are imported when they are asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kos_shell.analysis import Analysis, CommandUse, FileUse, FunctionUse, SourceUse, Unknown, VariableUse, analyze
    from kos_shell.syntax.errors import ShellSyntaxError

__all__ = [
    "Analysis", "CommandUse", "FileUse", "FunctionUse", "ShellSyntaxError", "SourceUse", "Unknown", "VariableUse", "analyze",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = "kos_shell.syntax.errors" if name == "ShellSyntaxError" else "kos_shell.analysis"
    return getattr(import_module(home), name)
