"""`kos container`: containers inside a machine."""

from __future__ import annotations

import os
from typing import Any

import typer

from ..options import FLAG, MACHINE_OPTIONS, VALUE, Option
from ..typerparse import from_table

_PANEL = "The container"
RUN_OPTIONS = (
    Option(
        "root",
        ("--root",),
        VALUE,
        "DIR",
        "The folder of the machine that becomes its /; made if it isn't there.",
        _PANEL,
    ),
    Option("runtime", ("--runtime",), VALUE, "NAME", "The container runtime; the configuration's by default.", _PANEL),
    Option("name", ("--name",), VALUE, "NAME", "What it is called.", _PANEL),
    Option("hostname", ("--hostname",), VALUE, "NAME", "What it takes for the machine's name.", _PANEL),
    Option("read_only", ("--read-only",), FLAG, "", "It can't change its root.", _PANEL),
    Option("bare", ("--bare",), FLAG, "", "Nothing is put into its root: no programs, no /proc, no /dev.", _PANEL),
    *MACHINE_OPTIONS,
)

app = typer.Typer(help="Run programs in containers inside a machine.", no_args_is_help=True)


def run(parsed: Any) -> int:
    """Boot a machine and run a command of it in a container: its own processes, mounts, hostname and root.

    The machine's programs, /proc and /dev are shown in the root unless --bare is given. Ends with the command's status.
    """
    from kos_kernel.errors import KosError

    from ..container_run import run_container

    if parsed.root is None:
        raise KosError(
            "--root is missing\n  name the folder of the machine that becomes the container's /, such as --root /srv/box"
        )
    if not parsed.root.startswith("/"):
        raise KosError(
            f"--root {parsed.root}: expected an absolute path of the machine\n  --mount HOST:{parsed.root} shows it one"
        )
    if not parsed.words:
        raise KosError("no command to run in the container")
    return run_container(parsed, [os.fsencode(word) for word in parsed.words])


app.command("run", short_help="Run a command in a container.", context_settings={"allow_interspersed_args": False})(
    from_table(RUN_OPTIONS, words="COMMAND [ARGUMENT]", words_help="A program of the machine, and its arguments.")(run)
)


@app.command("list")
def list_() -> None:
    """List the installed container runtimes with what they isolate. Containers live no longer than their machine."""
    from kos_kernel.registry import Registry

    registry = Registry()
    for entry in registry.entries("kos.container"):
        record = registry.record(entry.group, entry.name)
        isolates = ", ".join(sorted(record.capabilities)) or "nothing of its own"
        typer.echo(f"{entry.name}  {entry.source}  {record.summary}; namespaces: {isolates}")
    registry.flush()
