"""Shell functions: what one is, and calling it.

A call pushes a Frame (shell.py), replaces the positional parameters and runs the body's closure; the body is compiled at the
first call. Deep recursion: each call adds what its body can need of Python's stack to `sh.stack`, and when that is too much
the call goes on on a fresh one, so a shell function may recurse as deep as MAX_DEPTH (FUNCNEST) says and no deeper.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_shell.errors import Discard, FunctionReturn
from kos_shell.shell import Frame

if TYPE_CHECKING:
    from kos_shell.compile.compiler import Compiler
    from kos_shell.shell import Shell
    from kos_shell.syntax import tree

MAX_DEPTH = 50_000
STACK_BUDGET = 500
"""Python frames that nested calls may use of one stack. Python's own limit is 1,000: that leaves 250 to whoever started the
machine, and as many to the innermost command.
"""


class Function:
    """A function: its definition, where it was defined, and (once called) its closure. Immutable but for that closure."""

    __slots__ = ("name", "node", "compiler", "source", "line", "run", "weight", "exported", "readonly", "traced")

    def __init__(self, node: tree.FunctionDef, compiler: Compiler, source: str) -> None:
        self.name = node.name
        self.node = node
        self.compiler = compiler
        self.source = source
        self.line = node.line
        self.run: Callable[[Shell], int] | None = None
        self.weight = 0
        self.exported = False
        self.readonly = False
        self.traced = False

    def copy(self) -> Function:
        """Return a copy whose attributes may be set (shells share Functions)."""
        twin = Function(self.node, self.compiler, self.source)
        twin.run, twin.weight = self.run, self.weight
        twin.exported, twin.readonly, twin.traced = self.exported, self.readonly, self.traced
        return twin

    def prepare(self, sh: Shell) -> Callable[[Shell], int]:
        """Compile the body and return its closure."""
        run, self.weight = self.compiler.function_body(self.node, sh.k.on_fresh_stack)
        self.run = run
        return run

    def source_text(self, head: str | None = None) -> str:
        """Return the definition as `declare -f` prints it; with `head` that stands for "name ()"."""
        from kos_shell.syntax.unparse import unparse_function

        text = unparse_function(self.name, self.node.body)
        return text if head is None else head + " " + text.partition("()")[2].lstrip()


def call_function(sh: Shell, function: Function, argv: list[str]) -> int:
    """Run a function with these arguments (argv[0] is its name) and return its status."""
    run = function.run or function.prepare(sh)
    depth = sh.depth
    if depth >= MAX_DEPTH or "FUNCNEST" in sh.vars:
        _check_depth(sh, function.name, depth)
    frames = sh.frames
    frame = Frame(function.name, function.source, sh.line, sh.args, True, sh.loops, sh.token)
    frames.append(frame)
    sh.args = argv[1:]
    sh.loops = 0
    sh.depth = depth + 1
    stack = sh.stack
    hidden = _hide_traps(sh, function) if sh.traps else None
    sh.k.tick()
    try:
        try:
            if sh.traps and "DEBUG" in sh.traps and "DEBUG" not in sh.in_trap:
                sh.run_trap("DEBUG", sh.status)
            if stack + function.weight > STACK_BUDGET:
                sh.stack = function.weight
                status: int = sh.k.on_fresh_stack(run, sh)
            else:
                sh.stack = stack + function.weight
                status = run(sh)
        except FunctionReturn as jump:
            status = jump.status
        if "RETURN" in sh.traps:
            sh.run_trap("RETURN", status)
    finally:
        if hidden:
            _show_traps(sh, hidden)
        frame = frames.pop()
        assert frame.args is not None
        sh.args = frame.args
        sh.loops = frame.loops
        sh.depth = depth
        sh.stack = stack
        sh.line = frame.call_line
        if frame.saved is not None:
            sh.restore(frame.saved)
        if frame.saved_options is not None:
            sh.options = frame.saved_options
            sh.set_options()
    return status


def _check_depth(sh: Shell, name: str, depth: int) -> None:
    limit = MAX_DEPTH
    text = sh.get("FUNCNEST") or ""
    if text.isdecimal() and 0 < int(text) < limit:
        limit = int(text)
    if depth >= limit:
        sh.warn(f"{name}: maximum function nesting level exceeded ({limit})")
        sh.status = 1
        raise Discard(1)


def _hide_traps(sh: Shell, function: Function) -> dict[str, str] | None:
    """Functions don't inherit DEBUG, RETURN (without functrace) and ERR (without errtrace): take them away for the call."""
    options, traps = sh.options, sh.traps
    hidden: dict[str, str] = {}
    if not (function.traced or "functrace" in options):
        for name in ("DEBUG", "RETURN"):
            if name in traps:
                hidden[name] = traps[name]
    if "errtrace" not in options and "ERR" in traps:
        hidden["ERR"] = traps["ERR"]
    if not hidden:
        return None
    sh.traps = {name: action for name, action in traps.items() if name not in hidden}
    sh.refresh_mirrors()
    return hidden


def _show_traps(sh: Shell, hidden: dict[str, str]) -> None:
    """Bring hidden traps back, unless the function set its own."""
    sh.traps = {**hidden, **sh.traps}
    sh.refresh_mirrors()
