"""`kos config`: is kos.toml right, what can stand in it, and what do the defaults make of it."""

from __future__ import annotations

import json
import os
from typing import Annotated, Any

import typer

app = typer.Typer(help="Check, describe and show a machine's configuration.", no_args_is_help=True)

_File = Annotated[
    str | None, typer.Argument(metavar="[FILE]", help="A kos.toml; the one in this folder if none is named.")
]
_Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Lay this over it. Repeatable.")]


@app.command("check")
def check(file: _File = None, set_: _Set = None) -> None:
    """Check a kos.toml: every mistake with file, line, key and what was expected. Status 2 if there is one."""
    from kos_kernel.config import load
    from kos_kernel.registry import Registry

    name = _found(file) or "kos.toml"
    config = load(Registry(), name, sets=set_ or ())
    typer.echo(
        f"{name}: in order ({len(config.mounts)} mounts, scheduler {config.scheduler.driver}, {config.clock} clock)"
    )


@app.command("show")
def show(
    file: _File = None,
    set_: _Set = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array of {key, value, origin}.")] = False,
) -> None:
    """Show every setting of a machine, the defaults too, and where each comes from."""
    from kos_kernel.config import explain
    from kos_kernel.registry import Registry

    rows = explain(Registry(), _found(file), sets=set_ or ())
    if as_json:
        typer.echo(json.dumps([row._asdict() for row in rows], indent=2))
        return
    keys = max(len(row.key) for row in rows)
    values = [_toml(row.value) for row in rows]
    width = min(max(map(len, values)), 40)
    for row, value in zip(rows, values, strict=True):
        typer.echo(f"{row.key:{keys}} = {value:{width}}  # {row.origin}")


@app.command("schema")
def schema() -> None:
    """Print a JSON Schema of kos.toml with the options of all installed drivers, for editors."""
    from kos_kernel.config import schema as make
    from kos_kernel.registry import Registry

    typer.echo(json.dumps(make(Registry()), indent=2))


def _found(file: str | None) -> str | None:
    """Return the configuration that is meant: the named one, else ./kos.toml if it is there."""
    if file is not None:
        return file
    return "kos.toml" if os.path.exists("kos.toml") else None


def _toml(value: Any) -> str:
    """Return a value as kos.toml would have it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
