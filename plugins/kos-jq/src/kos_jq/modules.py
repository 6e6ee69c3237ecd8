"""import and include: definitions, or data, from files below the search path."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_kernel.api import SysError

from .engine.scope import CompileError
from .language.parser import parse_library
from .language.reader import EndOfInput, Values

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_MOST = 100  # files of one program


def with_modules(k: Syscalls, tree: Any, imports: list[Any], compiler: Any, settings: Any) -> Any:
    """Return a program's tree with the definitions that it imports in front of it."""
    loaded = [0]
    for kind, path, name, _ in reversed(imports):
        if kind == "import" and name.startswith("$"):
            data = _read(k, settings, path, ".json")
            source = Values(_once(data), lambda count: None)
            found = []
            try:
                while True:
                    found.append(source.next())
            except EndOfInput:
                pass
            compiler.variables[name[1:]] = found
            compiler.variables[f"{name[1:]}::{name[1:]}"] = found
            continue
        prefix = "" if kind == "include" else name + "::"
        for definition in reversed(_definitions(k, settings, path, loaded)):
            tree = ("def", prefix + definition[0], definition[1], definition[2], tree)
    return tree


def described(k: Syscalls, settings: Any, path: str) -> Any:
    """Return a module's metadata with `deps`, what it imports, and `defs`, the names of what it defines."""
    definitions, imports, meta = parse_library(_read(k, settings, path, ".jq").decode("utf-8", "replace"))
    found = _constant(meta) if meta is not None else {}
    if type(found) is not dict:
        raise CompileError("Module metadata must be an object")
    deps = []
    for _, inner, name, more in imports:
        dep = _constant(more) if more is not None else {}
        if type(dep) is not dict:
            raise CompileError("Module metadata must be an object")
        if name:
            dep = {**dep, "as": name.removeprefix("$")}
        deps.append({**dep, "is_data": name.startswith("$"), "relpath": inner})
    return {**found, "deps": deps, "defs": [f"{name}/{len(parameters)}" for name, parameters, _ in definitions]}


def _constant(node: Any) -> Any:
    """Return the value of a tree of constants. Raises CompileError for any other."""
    kind = node[0]
    if kind == "literal":
        return node[1]
    if kind == "neg" and type(inner := _constant(node[1])) in (int, float):
        return -inner
    if kind == "array":
        if len(node) < 2 or node[1] is None:
            return []
        return [_constant(one) for one in (node[1][1] if node[1][0] == "comma" else [node[1]])]
    if kind == "object":
        return {str(_constant(key)): _constant(value) for key, value in node[1]}
    raise CompileError("Module metadata must be constant")


def _once(data: bytes) -> Callable[[], bytes]:
    parts = iter((data,))
    return lambda: next(parts, b"")


def _definitions(k: Syscalls, settings: Any, path: str, loaded: list[int]) -> list[Any]:
    loaded[0] += 1
    if loaded[0] > _MOST:
        raise CompileError("too many modules are imported")
    text = _read(k, settings, path, ".jq").decode("utf-8", "replace")
    definitions, imports, _ = parse_library(text)
    before: list[Any] = []
    for kind, inner, name, _meta in imports:
        if name.startswith("$"):
            raise CompileError("a module can't import data here")
        prefix = "" if kind == "include" else name + "::"
        before += [(prefix + d[0], d[1], d[2]) for d in _definitions(k, settings, inner, loaded)]
    done: list[Any] = []
    for name, parameters, body in definitions:
        for known in reversed([*before, *done]):
            body = ("def", known[0], known[1], known[2], body)
        done.append((name, parameters, body))
    return done


def _read(k: Syscalls, settings: Any, path: str, suffix: str) -> bytes:
    places = settings.library or [k.env.get(b"HOME", b"/") + b"/.jq"]
    if path.startswith("/") or ".." in path.split("/"):
        raise CompileError(f"Relative paths to modules may not traverse to parent directories ({path})")
    for place in places:
        try:
            fd = k.open(place + b"/" + path.encode() + suffix.encode())
            data = k.read_all(fd)
            k.close(fd)
            return data
        except SysError:
            continue
    raise CompileError(f"module not found: {path}\n")
