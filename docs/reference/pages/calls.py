"""system-calls.md: every system call with its signature and its errors.

The errors are those that the docstring names, and those that the call's own code raises: followed through the helpers of the
calls and of the walk, not into open files and drivers, whose errors pass through.
"""

from __future__ import annotations

import ast
import re

from kos_kernel import errors

from . import markdown, source

FAMILIES = {
    "files": "Open files",
    "names": "Names and headers",
    "processes": "Processes",
    "scheduling": "Scheduling",
    "signals": "Signals",
    "times": "Time, chance, usage",
    "mounts": "Mounts and namespaces",
    "sockets": "Sockets",
    "terminals": "Terminals",
}
OF_A_PATH = ("NoSuchFile", "NotADirectory", "AccessDenied", "TooManySymlinks", "NameTooLong", "InvalidArgument")
# Where a call's helpers live: what is written before the dot -> the file and class that has the method.
HELPERS = {
    "fs": ("kos_kernel/vfs/walk.py", "FsStruct"),
    "vfs": ("kos_kernel/vfs/tree.py", "Vfs"),
    "fds": ("kos_kernel/vfs/fdtable.py", "FdTable"),
    "table": ("kos_kernel/vfs/fdtable.py", "FdTable"),
    "kernel": ("kos_kernel/kernel.py", "Kernel"),
    "_kernel": ("kos_kernel/kernel.py", "Kernel"),
    "memory": ("kos_kernel/memory.py", "Accounting"),
    "programs": ("kos_kernel/programs.py", "Programs"),
}
HEAD = """# System calls

A program is `main(k, argv)`; `k` is the one door to the kernel. Paths, names and data are `bytes`. A call may block the
program's fiber and nobody else. A call that can't be done raises a [SysError](errors.md).

`Bytes` in a signature is `bytes | bytearray | memoryview`. `k.pid`, `k.argv` and `k.env` are the process's number, arguments
and environment; `k.env` is a dict of the process's own.

Every call may also raise what concerns the process as a whole: a pending signal is acted upon at the entry of a call, so a
handler may run there, or the process end there. A call that sleeps raises `Interrupted` (`EINTR`) after a handler ran.

## Paths

A call that takes a path raises, for the way to it: {path_errors}.
"""


def page() -> str:
    """Return the page."""
    parts = [HEAD.format(path_errors=", ".join(_shown(name) for name in OF_A_PATH))]
    for name, title in FAMILIES.items():
        path = f"kos_kernel/calls/{name}.py"
        parts += [f"## {title}", f"From `{path}`."]
        for node in _family(path):
            for method in source.functions(node):
                parts.append(_call(method))
        parts += [
            _record(one) for one in source.classes(path) if one.bases and ast.unparse(one.bases[0]) == "NamedTuple"
        ]
    return "\n\n".join(parts)


def _family(path: str) -> list[ast.ClassDef]:
    return [node for node in source.classes(path) if any(ast.unparse(base) == "Call" for base in node.bases)]


def _call(method: source.Function) -> str:
    raised, walks = raised_by(method)
    named = [name for name in re.findall(r"\b[A-Z]\w+", source.doc(method)) if _is_error(name)]
    own = dict.fromkeys(sorted({*named, *(raised - set(OF_A_PATH) if walks else raised)}, key=_number))
    shown = ", ".join(_shown(name) for name in own)
    if walks:
        shown = f"{shown}; those of a [path](#paths)" if shown else "those of a [path](#paths)"
    return "\n\n".join(
        (
            f"### {method.name}",
            f"```python\n{source.signature(method)}\n```",
            markdown.prose(source.doc(method)),
            f"Errors: {shown or 'none of its own'}.",
        )
    )


def _record(node: ast.ClassDef) -> str:
    fields = "\n".join(f"    {name}: {kind}" for name, kind, _ in source.fields(node))
    return f"### {node.name}\n\n{markdown.prose(source.doc(node))}\n\n```python\nclass {node.name}(NamedTuple):\n{fields}\n```"


def raised_by(method: source.Function) -> tuple[set[str], bool]:
    """Return the errors that a call's code raises by name, and whether it walks a path."""
    calls = _methods_of_calls()
    found: set[str] = set()
    seen: set[str] = set()
    todo: list[tuple[str, source.Function]] = [(f"self.{method.name}", method)]
    while todo:
        name, node = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Raise) and inner.exc is not None:
                found.update(_error_names(inner.exc))
            elif isinstance(inner, ast.Attribute):
                owner = inner.value.attr if isinstance(inner.value, ast.Attribute) else getattr(inner.value, "id", "")
                called = calls.get(inner.attr) if owner == "self" else _helper(owner, inner.attr)
                if called is not None:
                    todo.append((f"{owner}.{inner.attr}", called))
    return found, any(name in seen for name in ("self._walk", "fs._walk", "fs.at", "fs.parent", "fs.walk"))


def _error_names(node: ast.expr) -> set[str]:
    names = [str(getattr(one, "attr", None) or getattr(one, "id", "")) for one in ast.walk(node)]
    return {name for name in names if _is_error(name)}


def _methods_of_calls() -> dict[str, source.Function]:
    paths = [f"kos_kernel/calls/{name}.py" for name in FAMILIES]
    nodes = [node for path in paths for node in _family(path)] + [source.find_class("kos_kernel/calls/base.py", "Call")]
    # getattr of a call that isn't there is no helper
    return {one.name: one for node in nodes for one in source.functions(node, private=True) if one.name[:2] != "__"}


def _helper(owner: str, name: str) -> source.Function | None:
    home = HELPERS.get(owner)
    if home is None:
        return None
    return next((one for one in source.functions(source.find_class(*home), private=True) if one.name == name), None)


def _is_error(name: str) -> bool:
    value = getattr(errors, name, None)
    return isinstance(value, type) and issubclass(value, errors.SysError) and value is not errors.SysError


def _number(name: str) -> int:
    number: int = getattr(errors, name).ERRNO
    return number


def _shown(name: str) -> str:
    return f"`{getattr(errors, name).NAME}` {name}"
