"""What the walk has found so far: each finding once a line, in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kos_shell.analysis.result import Analysis, CommandUse, FileUse, FunctionUse, SourceUse, Unknown, VariableUse
from kos_shell.analysis.words import Text

PARAMETERS = frozenset("@*#0123456789")


class Record:
    """Collects findings, and the texts that are still to be looked at."""

    def __init__(self) -> None:
        self.commands: dict[CommandUse, None] = {}
        self.files: dict[FileUse, None] = {}
        self.variables: dict[VariableUse, None] = {}
        self.functions: dict[FunctionUse, None] = {}
        self.sources: dict[SourceUse, None] = {}
        self.unknown: dict[Unknown, None] = {}
        self.associative: set[str] = set()
        self.tasks: list[tuple[Callable[..., None], tuple[Any, ...]]] = []

    def later(self, task: Callable[..., None], *arguments: Any) -> None:
        """Have something done next. A stack: what is added last comes first, and no nesting costs Python's stack."""
        self.tasks.append((task, arguments))

    def file(self, known: Text, mode: str, line: int, by: str) -> None:
        """Note a file, or that its name is only known in a run."""
        if known.text is None:
            self.unknown[Unknown("file", known.source, line, by)] = None
        elif known.text not in ("", "-"):
            self.files[FileUse(known.text, mode, line, by, known.pattern)] = None

    def variable(self, name: str, mode: str, line: int) -> None:
        """Note a variable or a positional parameter; $? $! $$ $- are neither."""
        if name.isidentifier() or name[:1] in PARAMETERS:
            self.variables[VariableUse(name, mode, line)] = None

    def not_known(self, what: str, text: str, line: int, by: str = "") -> None:
        """Note what only a run can tell."""
        self.unknown[Unknown(what, text if len(text) <= 200 else text[:197] + "...", line, by)] = None

    def result(self, builtins: frozenset[str], warnings: tuple[tuple[int, str], ...]) -> Analysis:
        """Return everything, by line. Which commands are functions is known only now."""
        defined = {use.name for use in self.functions}

        def kind(use: CommandUse) -> str:
            behind = use.via[-1:]
            if use.name in defined and not behind:
                return "function"
            if use.name in builtins and (not behind or behind[0] in ("command", "builtin")):
                return "builtin"
            return "program"

        def ordered(found: dict[Any, None]) -> tuple[Any, ...]:
            return tuple(sorted(found, key=lambda use: use.line))

        commands = tuple([use._replace(kind=kind(use)) for use in ordered(self.commands)])
        return Analysis(
            commands,
            ordered(self.files),
            ordered(self.variables),
            ordered(self.functions),
            ordered(self.sources),
            ordered(self.unknown),
            warnings,
        )
