"""hooks.md: every hookspec with its exact signature, and the record that it returns."""

from __future__ import annotations

from kos_kernel.contracts.records import CONTRACTS
from kos_kernel.hookspecs import HOOKS

from . import markdown, source

RECORDS = "kos_kernel/contracts/records.py"
HEAD = """# Hooks

A plugin module defines one function for each kind of driver that it brings, marked with `@hookimpl`. The function has the
name and the signature below, and yields a record for each driver. A record is small: names, numbers, and references written
as `"package.module:Name"`. Making one imports neither the driver nor pydantic.

The entry point in `pyproject.toml` names the module: `[project.entry-points."kos.scheduler"]`, `mine = "kos_sched_mine.plugin"`.
The entry's name and the record's `name` are the same.

`contract` is the version of the contract that the driver was written for. The kernel checks it against the versions it
speaks before it makes anything. How versions change: [contracts](../explanation/contracts.md). What the object has to do
that `make` returns: [driver contracts](driver-contracts.md). All names come from `kos_kernel.api`.
"""


def page() -> str:
    """Return the page."""
    rows = []
    for group, hook in HOOKS.items():
        spoken = CONTRACTS[group]
        versions = str(spoken.start) if len(spoken) == 1 else f"{spoken.start} to {spoken.stop - 1}"
        rows.append(
            [markdown.code(group), f"[`{hook.name}`](#{hook.name})", markdown.code(hook.record.__name__), versions]
        )
    parts = [HEAD, markdown.table(["entry-point group", "hook", "record", "contract versions"], rows)]
    for group in HOOKS:
        parts.append(_hook(group))
    return "\n\n".join(parts)


def _hook(group: str) -> str:
    hook = HOOKS[group]
    path = f"kos_kernel/hookspecs/{group.removeprefix('kos.')}.py"
    node = next(one for one in source.functions(source.tree(path)) if one.name == hook.name)
    record = source.find_class(RECORDS, hook.record.__name__)
    fields = "\n".join(
        f"    {name}: {kind}" + ("" if default is None else f" = {default}")
        for name, kind, default in source.fields(record)
    )
    return "\n\n".join(
        (
            f"## {hook.name}",
            f"```python\n@hookimpl\ndef {source.signature(node)}: ...\n```",
            f"Entry-point group `{group}`, declared in `{path}`.",
            _body(source.doc(node)),
            f"### {hook.record.__name__}",
            markdown.prose(source.doc(record)),
            f"```python\nclass {hook.record.__name__}(NamedTuple):\n{fields}\n```",
        )
    )


def _body(doc: str) -> str:
    """Return a hookspec's docstring; its example as Python."""
    text, _, example = doc.partition("For example:")
    if not example:
        return markdown.prose(doc)
    lines = [line[4:] for line in example.strip("\n").splitlines()]
    return markdown.prose(text + "For example:") + "\n\n```python\n" + "\n".join(lines).strip() + "\n```"
