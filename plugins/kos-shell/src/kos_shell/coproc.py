"""coproc: a child with a pipe to each of its sides, the shell's ends in an array."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_shell.names import is_identifier
from kos_shell.subshells import start_background, start_child

if TYPE_CHECKING:
    from kos_shell.compile.compiler import Compiler
    from kos_shell.shell import Shell
    from kos_shell.syntax import tree


def coprocess(compiler: Compiler, node: tree.Coproc) -> Callable[[Shell], int]:
    """Return what starts a coprocess."""
    body = compiler.command(node.command, False, True)
    name = node.name
    line = node.line

    def run(sh: Shell) -> int:
        sh.line = line
        if not is_identifier(name):
            sh.warn(f"`{name}': not a valid identifier")
            return 1
        k = sh.k
        their_input, our_output = k.pipe(cloexec=True)
        our_input, their_output = k.pipe(cloexec=True)
        pid = start_child(sh, body, {0: their_input, 1: their_output}, background=True)
        k.close(their_input)
        k.close(their_output)
        ends = []
        for fd in (our_input, our_output):
            ends.append(k.dup(fd, 10, cloexec=True))
            k.close(fd)
        sh.set_array(name, [str(fd) for fd in ends])
        sh.assign(f"{name}_PID", str(pid))

        def text() -> str:
            from kos_shell.syntax.unparse import unparse

            return unparse(node)

        start_background(sh, [pid], text)
        return 0

    return run
