"""`kos plugin`: what is installed, whether it fits, and a new one to begin with."""

from __future__ import annotations

from typing import Annotated, Any

import typer

app = typer.Typer(help="List, inspect, check and begin plugins.", no_args_is_help=True)

_SAFE = typer.Option("--safe-mode", help="Look at first-party plugins alone.")


@app.command("list")
def list_(
    group: Annotated[str | None, typer.Argument(metavar="[KIND]", help="fs, scheduler, ...: this kind alone.")] = None,
    safe_mode: Annotated[bool, _SAFE] = False,
) -> None:
    """List the installed drivers, by kind. Imports none of them."""
    from kos_kernel.errors import KosError
    from kos_kernel.firstparty import FIRST_PARTY, NOUNS
    from kos_kernel.registry import Registry

    registry = Registry(safe_mode=safe_mode)
    wanted = None if group is None else f"kos.{group.removeprefix('kos.')}"
    if wanted is not None and wanted not in NOUNS:
        raise KosError(f"no kind of plugin called {group!r}\n  there are: {', '.join(kind[4:] for kind in NOUNS)}")
    rows = [entry for entry in registry.entries(wanted) if not safe_mode or entry.distribution in FIRST_PARTY.values()]
    registry.flush()
    width = max((len(entry.name) for entry in rows), default=0)
    shown = ""
    for entry in rows:
        if entry.group != shown:
            shown = entry.group
            typer.echo(f"{shown} ({NOUNS.get(shown, 'unknown to this kos')})")
        typer.echo(f"  {entry.name:{width}}  {entry.source}")
    if not rows:
        typer.echo("no plugins are installed; pip install 'kos[standard]' gives the usual ones")


@app.command("info")
def info(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A driver, GROUP:NAME, or a distribution.")],
) -> None:
    """Show what a driver says of itself, and the options that kos.toml may give it."""
    from kos_kernel.registry import Registry

    registry = Registry()
    first = True
    for finding in registry.check(name):
        entry = finding.entry
        if not first:
            typer.echo()
        first = False
        typer.echo(f"{entry.name}  ({entry.group}, from {entry.source}, module {entry.module})")
        if finding.problem is not None:
            typer.echo(f"  problem: {finding.problem}")
            continue
        record = registry.record(entry.group, entry.name)
        for field, value in zip(record._fields, record, strict=True):
            if field == "name" or value in (None, "", (), frozenset()):
                continue
            typer.echo(f"  {field:13} {_plain(value)}")
        options = getattr(record, "options", None)
        if options is not None:
            model = registry.resolve(options, entry.group, entry.name)
            typer.echo("  in kos.toml:")
            for line in _option_lines(model):
                typer.echo(f"    {line}")
    registry.flush()


@app.command("check")
def check(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A driver, GROUP:NAME, or a distribution.")
    ] = None,
) -> None:
    """Import plugins and check what they announce: all of them, or those that NAME means. Status 1 if one doesn't fit."""
    from kos_kernel.registry import Registry

    registry = Registry()
    findings = registry.check(name)
    bad = 0
    for finding in findings:
        entry = finding.entry
        label = f"{entry.group}:{entry.name} ({entry.source})"
        if finding.problem is None:
            typer.echo(f"ok   {label}")
        else:
            bad += 1
            problem = finding.problem.replace("\n", "\n     ")
            typer.echo(f"BAD  {label}\n       {problem}")
    registry.flush()
    typer.echo(f"{len(findings) - bad} of {len(findings)} fit")
    if bad:
        raise typer.Exit(1)


@app.command("new")
def new(
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", help="fs, scheduler, protocol, device, unit, container, program or observer."),
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The driver's name, as kos.toml will say it.")],
    into: Annotated[str, typer.Option("--into", metavar="DIR", help="Where to make the new folder.")] = ".",
) -> None:
    """Write a complete plugin: it installs with pip and passes its checks as it is. Overwrites nothing."""
    from .. import scaffold

    folder = scaffold.write(scaffold.plan(kind, name), into)
    typer.echo(f"made {folder}")
    typer.echo(f"  pip install -e '{folder}[test]'   then: kos plugin check {name}; pytest {folder}")


def _plain(value: Any) -> str:
    """Return a record's value as a person would write it."""
    if isinstance(value, (set, frozenset)):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if hasattr(value, "items"):
        return ", ".join(sorted(value))
    return oct(value) if isinstance(value, int) and value > 99 else str(value)


def _option_lines(model: Any) -> list[str]:
    """Return a line for each option of a driver: how it is written, its default, its description."""
    lines = []
    for name, field in model.model_fields.items():
        default = "required" if field.is_required() else f"default {field.get_default(call_default_factory=True)!r}"
        kind = getattr(field.annotation, "__name__", None) or str(field.annotation).replace("typing.", "")
        described = f"  {field.description}" if field.description else ""
        lines.append(f"{field.alias or name} = {kind}  ({default}){described}")
    return lines or ["(no options)"]
