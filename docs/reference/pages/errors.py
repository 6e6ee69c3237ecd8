"""errors.md: every error class."""

from __future__ import annotations

import ast

from kos_kernel import errors

from . import markdown, source

PATH = "kos_kernel/errors.py"
HEAD = """# Errors

Two trees. A **SysError** is a system call that failed: one class for each cause, with Linux's number and text on every
host. A **KosError** is something that the person at the host's keyboard can mend.

Programs and drivers import both from `kos_kernel.api`. The host-side API turns a SysError into Python's own error of the same
meaning: `m.read_file("/none")` raises `FileNotFoundError`.
"""


def page() -> str:
    """Return the page."""
    rows = []
    for number, cause in sorted(errors.BY_ERRNO.items()):
        also = [name for name, value in vars(errors).items() if value is cause and name != cause.__name__]
        name = markdown.code(cause.__name__) + (f" (also {', '.join(map(markdown.code, also))})" if also else "")
        rows.append([str(number), markdown.code(cause.NAME), name, cause.TEXT])
    parts = [HEAD, "## SysError", _class("SysError"), markdown.table(["errno", "name", "class", "text"], rows)]
    functions = source.functions(source.tree(PATH))
    parts += ["### Making one", *(_function(node) for node in functions)]
    parts += ["## KosError", _class("KosError"), *(_class(name, "###") for name in kos_errors())]
    return "\n\n".join(parts)


def kos_errors() -> list[str]:
    """Return the names of the classes below KosError, in the file's order."""
    known = {
        name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.KosError)
    }
    return [node.name for node in source.classes(PATH) if node.name in known and node.name != "KosError"]


def _class(name: str, level: str | None = None) -> str:
    node = source.find_class(PATH, name)
    parts = [f"{level} {name}"] if level else []
    parts.append(markdown.prose(source.doc(node)))
    for method in source.functions(node, private=True):
        if method.name == "__init__":
            parts.append("```python\n" + source.signature(method, name=name).replace(" -> None", "") + "\n```")
        elif not method.name.startswith("_"):
            parts.append(_function(method))
    return "\n\n".join(parts)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return f"- `{source.signature(node, width=999)}`<br>{markdown.escaped(' '.join(source.doc(node).split()))}"
