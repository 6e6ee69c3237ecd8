"""driver-contracts.md: what an object of each kind must look like, from contracts/."""

from __future__ import annotations

import ast

from . import markdown, source

FILES = {
    "fs": "Filesystems",
    "scheduler": "Schedulers",
    "device": "Devices",
    "protocol": "Protocols",
    "unit": "Unit types",
    "container": "Container runtimes",
    "program": "Programs and executable files",
    "observer": "Observers",
    "context": "What a factory is given",
    "view": "What /proc may see",
}
HEAD = """# Driver contracts

What the kernel calls, kind by kind, as `kos_kernel/contracts/` has it. A factory is called `make(options, ctx)`: `options`
has an attribute for each field of the driver's options model, already validated and frozen; `ctx` is a
[context](#what-a-factory-is-given). Drivers hold no other reference to the kernel. All names come from `kos_kernel.api`.

A method that shows `NotSupported`, or another refusal, as its default may be left out.
"""


def page() -> str:
    """Return the page."""
    parts = [HEAD]
    for name, title in FILES.items():
        path = f"kos_kernel/contracts/{name}.py"
        parts += [f"## {title}", f"From `{path}`.", markdown.prose(source.doc(source.tree(path)))]
        parts += _aliases(path)
        parts += [_class(node) for node in source.classes(path)]
    return "\n\n".join(parts)


def _aliases(path: str) -> list[str]:
    """Return the constants and type names of a contract, as written."""
    lines = []
    for node in source.tree(path).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if not node.targets[0].id.startswith("_"):
                line = ast.unparse(node)
                if len(line) > 120 and isinstance(node.value, ast.Tuple):
                    items = "".join(f"    {ast.unparse(item)},\n" for item in node.value.elts)
                    line = f"{node.targets[0].id} = (\n{items})"
                lines.append(line)
    return ["```python\n" + "\n".join(lines) + "\n```"] if lines else []


def _class(node: ast.ClassDef) -> str:
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    parts = [f"### {node.name}" + (f"({bases})" if bases else ""), markdown.prose(source.doc(node))]
    lines = [f"{name}: {kind}" + ("" if value is None else f" = {value}") for name, kind, value in source.fields(node)]
    lines += [ast.unparse(one) for one in node.body if isinstance(one, ast.Assign) and "slots" not in ast.unparse(one)]
    if lines:
        parts.append("```python\n" + "\n".join(lines) + "\n```")
    rows = []
    for method in source.functions(node, private=True):
        if method.name == "__init__":
            parts.append(f"```python\n{source.signature(method, name=node.name)}\n```".replace(" -> None", ""))
        elif not method.name.startswith("_"):
            said = _inline(source.doc(method))
            if said:  # what only overrides a base's method has been said there
                rows.append(f"- `{source.signature(method, width=999)}`<br>{said}")
    if rows:
        parts.append("\n".join(rows))
    return "\n\n".join(part for part in parts if part)


def _inline(doc: str) -> str:
    return markdown.escaped(" ".join(doc.split()))
