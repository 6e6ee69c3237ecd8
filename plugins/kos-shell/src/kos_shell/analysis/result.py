"""What `analyze` returns. Lines are those of the script, from 1; in texts that are run (eval, sh -c, trap) those of the text."""

from __future__ import annotations

from typing import NamedTuple


class CommandUse(NamedTuple):
    """A command that the script may run.

    kind: "program", "builtin", or "function" if the script defines one of that name.
    arguments: their texts; None for one that only a run can tell. via: what runs it, outermost first: ("sudo", "xargs").
    """

    name: str
    kind: str
    line: int
    arguments: tuple[str | None, ...] = ()
    via: tuple[str, ...] = ()


class FileUse(NamedTuple):
    """A file that the script names.

    mode: "read", "write" (made, emptied, changed or removed), "append", "read-write", "directory" (entered or listed),
        "test" (asked about), "run" (as a script or a program), "argument" (handed to a command that isn't known here).
    by: the command, or the redirection as "<", ">>". pattern: the path is a glob pattern.
    """

    path: str
    mode: str
    line: int
    by: str
    pattern: bool = False


class VariableUse(NamedTuple):
    """A variable or positional parameter. mode: "read", "set", "unset", "export", or "environment": set for one command."""

    name: str
    mode: str
    line: int


class FunctionUse(NamedTuple):
    """A function that the script defines."""

    name: str
    line: int


class SourceUse(NamedTuple):
    """Another script: read by `.` and `source` (how "source"), or run by a shell (how "script"). Its text isn't looked at."""

    path: str
    line: int
    how: str


class Unknown(NamedTuple):
    """What only a run can tell.

    what: "command", "code" (the text of eval, trap, sh -c), "file", "source", "variable", "arguments", "alias" or "depth".
    text: how it is written. by: the command it belongs to.
    """

    what: str
    text: str
    line: int
    by: str = ""


class Analysis(NamedTuple):
    """What a script would touch. Each part is in the order of lines, without repetitions on a line.

    Nothing here says that a line is reached: it may stand behind a test that is never true.
    warnings: (line, text) of what the shell would warn of.
    """

    commands: tuple[CommandUse, ...]
    files: tuple[FileUse, ...]
    variables: tuple[VariableUse, ...]
    functions: tuple[FunctionUse, ...]
    sources: tuple[SourceUse, ...]
    unknown: tuple[Unknown, ...]
    warnings: tuple[tuple[int, str], ...]

    def programs(self) -> frozenset[str]:
        """Return the names of the programs it may run: neither builtins nor functions of its own."""
        return frozenset(use.name for use in self.commands if use.kind == "program")

    def reads(self) -> frozenset[str]:
        """Return the paths and patterns that it may read."""
        return frozenset(use.path for use in self.files if use.mode in ("read", "read-write", "run"))

    def writes(self) -> frozenset[str]:
        """Return the paths and patterns that it may make, change or remove."""
        return frozenset(use.path for use in self.files if use.mode in ("write", "append", "read-write"))
