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
    excuse: Annotated[
        list[str] | None,
        typer.Option("--excuse", metavar="CLAUSE", help="A rule that the driver breaks on purpose. May be repeated."),
    ] = None,
) -> None:
    """Import plugins, check what they announce, and try each driver with the conformance kit: all, or those that NAME means.

    Status 1 if one doesn't fit or breaks a rule of its contract. What needs options to be made is imported and not tried.
    """
    from kos_kernel.registry import Registry

    registry = Registry()
    findings = registry.check(name)
    excused = _known_clauses(excuse or [])
    bad = 0
    for finding in findings:
        entry = finding.entry
        label = f"{entry.group}:{entry.name} ({entry.source})"
        problem, note = (finding.problem, "") if finding.problem is not None else _tried(registry, entry, excused)
        if problem is None:
            typer.echo(f"ok   {label}{note}")
        else:
            bad += 1
            indented = problem.replace("\n", "\n       ")
            typer.echo(f"BAD  {label}{note}\n       {indented}")
    registry.flush()
    typer.echo(f"{len(findings) - bad} of {len(findings)} fit")
    if bad:
        raise typer.Exit(1)


def _known_clauses(given: list[str]) -> frozenset[str]:
    """Return the clauses to excuse. KosError for one that the kit doesn't have."""
    if given:
        from difflib import get_close_matches

        from kos_kernel.errors import KosError
        from kos_kernel.testing import clauses
        from kos_kernel.testing.kit import KINDS

        known = [case.clause for kind in KINDS for case in clauses(kind)]
        for number in given:
            if number not in known:
                close = get_close_matches(number, known, 1)
                hint = f"did you mean {close[0]!r}?" if close else "docs/reference/conformance.md lists them"
                raise KosError(f"--excuse {number}: the kit has no such clause\n  {hint}")
    return frozenset(given)


def _tried(registry: Any, entry: Any, excused: frozenset[str]) -> tuple[str | None, str]:
    """Return what the conformance kit says of a driver: (the rules it breaks or None, a note on the others)."""
    from kos_kernel.errors import ConfigError, PluginError
    from kos_kernel.platform import Platform
    from kos_kernel.testing import check_driver
    from kos_kernel.testing.kit import KINDS

    if entry.group not in KINDS:
        return None, ""
    try:
        report = check_driver(entry.group, entry.name, platform=Platform(registry))
    except (ConfigError, PluginError) as error:
        return str(error), ""
    broken = [one for one in report.failed if one.case.clause not in excused]
    excuses = len(report.failed) - len(broken)
    counts = [f"{len(report.passed)} rules hold"] if report.passed else []
    counts += [f"{len(report.skipped)} not asked"] if report.skipped else []
    counts += [f"{excuses} excused"] if excuses else []
    if not report.passed and not report.failed:
        counts.append("; ".join(sorted({one.got for one in report.skipped})))
    told = [f"{one.case.clause}: {one.case.rule}\n  got: {one.got}\n  likely mistake: {one.mistake}" for one in broken]
    return "\n".join(told) or None, f": {', '.join(counts)}"


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
