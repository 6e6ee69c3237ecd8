"""command-line.md: every command of `kos` with its arguments and flags."""

from __future__ import annotations

import inspect
from typing import Any

from . import markdown

HEAD = """# The command kos

`kos --help` and `kos COMMAND --help` say the same. Options stand before a command's operands: what follows the script's
name belongs to the script. What the statuses mean: [exit status](exit-status.md).

`--install-completion` and `--show-completion` come with every Typer program: completion of commands and options in the
host's shell.

## Machine options

What {takers} take for the machine they make.
"""


def page() -> str:
    """Return the page."""
    from kos_cli.options import MACHINE_OPTIONS

    everything = commands()
    machine = {option.name for option in MACHINE_OPTIONS}
    takers = [path for path, command in everything if machine <= {one.name for one in command.params}]
    one = dict(everything)[takers[0]]
    table = markdown.table(
        ["option", "what it does"], [_row(option) for option in one.params if option.name in machine]
    )
    head = HEAD.format(takers=", ".join(map(markdown.code, takers)))
    return "\n\n".join([head, table, *(_command(path, command, machine) for path, command in everything)])


def commands() -> list[tuple[str, Any]]:
    """Return (name as typed, click command) of every command, parents first."""
    import typer.main

    from kos_cli.app import build

    found: list[tuple[str, Any]] = []
    todo: list[tuple[str, Any]] = [("kos", typer.main.get_command(build()))]
    while todo:
        path, command = todo.pop(0)
        found.append((path, command))
        todo = [(f"{path} {name}", one) for name, one in getattr(command, "commands", {}).items()] + todo
    return found


def _row(option: Any) -> list[str]:
    return [_flags(option), markdown.escaped(" ".join((option.help or "").split()))]


def _command(path: str, command: Any, machine: set[str]) -> str:
    usage = [path]
    operands = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    if options:
        usage.append("[OPTIONS]")
    if getattr(command, "commands", None):
        usage.append("COMMAND")
    usage += [one.metavar or one.name.upper() for one in operands]
    parts = [f"## {path}", f"```text\n{' '.join(usage)}\n```", markdown.prose(inspect.cleandoc(command.help or ""))]
    rows = [[markdown.code(one.metavar or one.name.upper()), markdown.escaped(one.help or "")] for one in operands]
    makes_one = machine <= {option.name for option in options}
    hidden = {"install_completion", "show_completion"} | (machine if makes_one else set())
    rows += [_row(option) for option in options if option.name not in hidden]
    if makes_one:
        parts.append("Takes the [machine options](#machine-options).")
    if rows:
        parts.append(markdown.table(["argument or option", "what it does"], rows))
    return "\n\n".join(parts)


def _flags(option: Any) -> str:
    flags = ", ".join(option.opts)
    metavar = "" if option.is_flag else f" {option.metavar or option.name.upper()}"
    return markdown.code(flags + metavar)
