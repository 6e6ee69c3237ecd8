"""Options in the order in which they were given, for commands where the later one overrides, resets or adds to the earlier.

    CP = Command("cp", ..., options=[flag("force", "f", "force", help=...), value("suffix", "S", "suffix", ...)])
    asked, operands = parse(k, CP, argv)
    for name, text in asked.given: ...       ("force", True), ("suffix", b"~"); an optional value left out is b""
    asked.force                              what was given last under that name, or None

A thin layer over the toolkit's parser: every option appends to one list.
"""

from __future__ import annotations

from typing import Any

from kos_kernel.api import Command, Flag, Syscalls, Value


def flag(name: str, *names: str, help: str = "", hidden: bool = False) -> Flag:
    """Return an option without a value that is recorded as (name, True)."""
    return Flag("order", *names, value=(name, True), repeat=True, help=help, hidden=hidden)


def value(
    name: str, *names: str, metavar: str = "ARG", help: str = "", optional: bool = False, hidden: bool = False
) -> Value:
    """Return an option with a value that is recorded as (name, bytes)."""

    def record(text: bytes) -> tuple[str, bytes]:
        return name, text

    return Value(
        "order", *names, metavar=metavar, help=help, convert=record, repeat=True, optional=optional,
        implied=(name, b""), hidden=hidden,
    )  # fmt: skip


class Asked:
    """The options of one command line: `given` in order, and each name's last value as an attribute."""

    def __init__(self, given: list[tuple[str, Any]]) -> None:
        self.given = given
        self.__dict__.update(given)

    def __getattr__(self, name: str) -> Any:
        return None


def parse(k: Syscalls, command: Command, argv: list[bytes]) -> tuple[Asked, list[bytes]]:
    """Return (options, operands). Raises UsageError or HelpRequested, which whoever runs programs turns into text."""
    options, operands = command.parse(argv, posixly_correct=b"POSIXLY_CORRECT" in k.env)
    return Asked(options.order if command.options else []), operands
