"""The function around a loop's text: what it asks for when it is entered, and how it is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.hot.commands import Commands, Loop
from kos_shell.hot.support import NAMES, Deopt
from kos_shell.hot.writer import ANY, INT, STR, UNSET, Unsupported, Writer
from kos_shell.syntax import tree

if TYPE_CHECKING:
    from kos_shell.compile.compiler import Compiler
    from kos_shell.hot.heat import Outcome
    from kos_shell.shell import Shell

NODES = 1500
"""Larger loops stay with the closures."""


class Pending(Exception):
    """A signal's trap is to run: leave at the end of this round."""


def compile_loop(
    sh: Shell, compiler: Compiler, node: tree.While | tree.For | tree.ForArith, tested: bool, numbers: bool
) -> Callable[..., Outcome]:
    """Return the function of a loop, for variables of the kinds that they have now. Raises Unsupported."""
    if sum(1 for _ in zip(range(NODES + 1), tree.walk(node), strict=False)) > NODES:
        raise Unsupported
    w = Writer(sh, compiler)
    w.looks_at_status = any(isinstance(part, tree.Param) and part.name == "?" for part in tree.walk(node))
    commands = Commands(w)
    commands.loops = []
    w.depth = 2
    commands.settle(node, tested, Loop(commands, node, "status", "r", "values", outermost=True, numbers=numbers))
    source = _whole(w)
    names: dict[str, Any] = {
        **NAMES, **w.constants, "Pending": Pending, "ONCE": (0,), "NAMES_USED": frozenset(w.names),
        "BUILTINS": {name: sh.builtins.get(name) for name in w.names},
        "load_number": _load_number, "load_text": _load_text, "load_any": _load_any, "load_array": _load_array,
        "whole_with": _whole_with,
    }  # fmt: skip
    exec(compile(source, "<hot loop>", "exec"), names)  # every name and text in it went through repr or is ours
    return names["hot"]  # type: ignore[no-any-return]


def _whole(w: Writer) -> str:
    """Return the source of the function around the loop's text."""
    written = sorted(w.written)
    head = [
        "def hot(sh, r, values):",
        "    if sh.hooks or sh.nounset or sh.allexport or sh.ifs_odd or sh.held or 'nocasematch' in sh.options:",
        "        return None",
        "    if not NAMES_USED.isdisjoint(sh.functions):",
        "        return None",
        "    builtins = sh.builtins",
        "    for name, meant in BUILTINS.items():",
        "        if builtins.get(name) is not meant:",
        "            return None",
        "    V = sh.vars",
        "    tick = sh.k.tick",
        "    args = sh.args",
        "    errcheck = sh.errcheck",
        "    whole = whole_with(sh.hazard)",
        "    status = st = sh.status if r else 0",
        "    undo = []",
        "    here = None",
        "    try:",
    ]
    for name, kinds in sorted(w.entry.items()):
        load = {INT: "load_number", STR: "load_text", UNSET | ANY: "load_any"}[kinds]
        head.append(f"        v_{name} = {load}(V.get({name!r}))")
    for name, is_written in sorted(w.arrays.items()):
        head.append(f"        a_{name} = load_array(sh, {name!r}, {is_written})")
    head += ["        pass", "    except Deopt:", "        return None", "    try:"]
    copies = ["undo.clear()"] if any(w.arrays.values()) else []
    copies += [f"s_{name} = v_{name}" for name in written]
    copies.append("s_status = status")
    body = []
    for line in w.lines:
        if line.endswith("#COPIES"):
            indent = line[: -len("#COPIES")]
            body += [indent + copy for copy in copies]
        else:
            body.append(line)

    def flush(prefix: str) -> list[str]:
        lines = []
        for name in written:
            store = f"V[{name!r}] = {prefix}_{name}"
            lines.append(f"if {prefix}_{name} is not None: {store}" if w.entry[name] & UNSET else store)
        return lines

    tail = ["    except Deopt:", "        take_back(undo)"]
    if "here = it" in "".join(body):
        tail.append("        left = (here,)")
    else:
        tail.append("        left = ()")
    tail += ["        " + line for line in flush("s")]
    tail += ["        sh.status = s_status", "        return None, r, left", "    except Pending:"]
    tail += ["        " + line for line in flush("v")]
    tail += ["        sh.status = status", "        return None, r, ()"]
    tail += ["    " + line for line in flush("v")]
    tail += ["    sh.pipe_status = None", "    return status, r, ()"]
    return "\n".join([*head, *body, *tail]) + "\n"


# ---------------------------------------------------------------- entering
def _load_number(value: Any) -> int:
    if type(value) is int:
        return value
    if type(value) is str and value:
        try:
            found = int(value)
        except ValueError:
            raise Deopt from None
        if str(found) == value and len(value) < 19:
            return found
    raise Deopt


def _load_text(value: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    raise Deopt


def _load_any(value: Any) -> Any:
    if value is None or type(value) is str or type(value) is int:
        return value
    raise Deopt


def _load_array(sh: Shell, name: str, written: bool) -> Any:
    from kos_shell.values import ARRAY, IndexedArray, Variable

    variable = sh.vars.get(name)
    if type(variable) is not Variable or variable.flags != ARRAY or type(variable.value) is not IndexedArray:
        raise Deopt
    if written and variable.value.owner is not sh.token:
        return sh.own_array(name, variable)
    return variable.value


def _whole_with(hazard: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Return what gives back an unquoted value that is one field, and leaves for any other."""

    def whole(value: Any) -> Any:
        if type(value) is int:
            return value
        if not value or hazard(value):
            raise Deopt
        return value

    return whole
