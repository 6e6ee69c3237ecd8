"""The code as text: classes, functions, signatures and docstrings, read from the syntax tree without importing anything.

So a signature is shown as it is written, and the same on every Python.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: str) -> ast.Module:
    """Return the syntax tree of a file, named from the root of the repository."""
    text = (ROOT / path).read_text(encoding="utf-8")
    parsed: ast.Module = _AsWritten(text).visit(ast.parse(text, path))
    return parsed


class _AsWritten(ast.NodeTransformer):
    """Keeps numbers and strings as they are written: 0o666, 1_000, "double quotes"."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        return (
            node if isinstance(node.value, ast.Constant) else ast.Expr(self.visit(node.value))
        )  # a docstring stays one

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if type(node.value) in (int, str, bytes) and node.lineno == node.end_lineno and node.end_col_offset is not None:
            line = self.lines[node.lineno - 1].encode()
            return ast.Name(line[node.col_offset : node.end_col_offset].decode(), ast.Load())
        return node


def doc(node: ast.Module | ast.ClassDef | Function) -> str:
    """Return a docstring without its indentation; "" if there is none."""
    return inspect.cleandoc(ast.get_docstring(node, clean=False) or "")


def classes(path: str) -> list[ast.ClassDef]:
    """Return the public classes of a file, in its order."""
    return [node for node in tree(path).body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]


def find_class(path: str, name: str) -> ast.ClassDef:
    """Return one class of a file."""
    return next(node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef) and node.name == name)


def functions(node: ast.Module | ast.ClassDef, *, private: bool = False) -> list[Function]:
    """Return the functions defined in a module or class, in its order."""
    found = [child for child in node.body if isinstance(child, Function)]
    return [child for child in found if private or not child.name.startswith("_")]


def decorators(node: Function) -> list[str]:
    """Return the decorators of a function, as written."""
    return [ast.unparse(one) for one in node.decorator_list]


def fields(node: ast.ClassDef) -> list[tuple[str, str, str | None]]:
    """Return (name, type, default) of the annotated attributes of a class."""
    return [
        (child.target.id, ast.unparse(child.annotation), None if child.value is None else ast.unparse(child.value))
        for child in node.body
        if isinstance(child, ast.AnnAssign)
        and isinstance(child.target, ast.Name)
        and not child.target.id.startswith("_")
    ]


def signature(node: Function, *, name: str | None = None, bound: bool = True, width: int = 120) -> str:
    """Return `name(parameters) -> result` as written; bound: without self. Longer than width: a parameter a line."""
    arguments = node.args
    words: list[str] = []
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    pairs = list(zip(positional, defaults, strict=True))
    if bound and pairs and pairs[0][0].arg in ("self", "cls"):
        pairs.pop(0)
    words += [_parameter(one, default) for one, default in pairs]
    if arguments.vararg is not None:
        words.append("*" + _parameter(arguments.vararg, None))
    elif arguments.kwonlyargs:
        words.append("*")
    words += [
        _parameter(one, default) for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg is not None:
        words.append("**" + _parameter(arguments.kwarg, None))
    result = "" if node.returns is None else f" -> {_plain(ast.unparse(node.returns))}"
    prefix = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    line = f"{prefix}{name or node.name}({', '.join(words)}){result}"
    if len(line) <= width:
        return line
    return f"{prefix}{name or node.name}(\n" + "".join(f"    {word},\n" for word in words) + f"){result}"


def _parameter(one: ast.arg, default: ast.expr | None) -> str:
    kind = "" if one.annotation is None else f": {_plain(ast.unparse(one.annotation))}"
    value = "" if default is None else f" = {ast.unparse(default)}" if kind else f"={ast.unparse(default)}"
    return one.arg + kind + value


def _plain(annotation: str) -> str:
    """Return an annotation without the quotes of a forward reference."""
    return annotation[1:-1] if annotation[:1] in "'\"" and annotation[-1:] == annotation[:1] else annotation
