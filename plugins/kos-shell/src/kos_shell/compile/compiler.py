"""The compiler as one class: what kind of command is compiled by which method.

One Compiler serves a line of a script; it holds nothing but how deep it is.

How deep a tree nests is bounded by the parser; so that the closures of a deep one don't use up Python's stack, a command
deeper than HOP_EVERY levels continues on a fresh stack when it runs, and compiling does so likewise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.compile.arithmetic import ArithmeticWords
from kos_shell.compile.assignments import Assignments
from kos_shell.compile.brackets import Brackets
from kos_shell.compile.compound import Compounds
from kos_shell.compile.declared import DeclaredWords
from kos_shell.compile.defaults import Defaults
from kos_shell.compile.loops import Loops
from kos_shell.compile.operators import Operators
from kos_shell.compile.parameters import Parameters
from kos_shell.compile.patterns import Patterns, constant
from kos_shell.compile.pipelines import Pipelines
from kos_shell.compile.quick import QuickCommands
from kos_shell.compile.redirects import Redirects
from kos_shell.compile.simple import SimpleCommands
from kos_shell.compile.substitution import Substitutions
from kos_shell.compile.tests import Conditions
from kos_shell.compile.words import Words
from kos_shell.expansion.quoting import escape_pattern
from kos_shell.syntax import tree

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]

HOP_EVERY = 24
"""Levels of commands that share a stack: some four Python frames each."""
FRAMES_PER_LEVEL = 3
"""Python frames of a level at most: redirections, the compound command, its list."""
CALL_FRAMES = 3
"""Python frames between a function's body and the command that calls it."""


class Compiler(
    Words,
    Defaults,
    Patterns,
    Parameters,
    Operators,
    ArithmeticWords,
    Substitutions,
    Assignments,
    Redirects,
    SimpleCommands,
    DeclaredWords,
    QuickCommands,
    Conditions,
    Brackets,
    Compounds,
    Loops,
    Pipelines,
):
    """See above. hop: runs a function on a fresh stack, for compiling deep trees."""

    def __init__(self, *, hop: Callable[..., Any] | None = None) -> None:
        self.hop = hop
        self.level = 0
        self.deepest = 0

    def command(self, node: tree.Command, tested: bool = False, final: bool = False) -> Run:
        """Return the closure of any command; it gives the exit status.

        tested: somebody looks at the status, so `set -e` doesn't count. final: the process ends after it.
        """
        kind = type(node)
        if kind is tree.SimpleCommand:
            return self.simple(node, tested, final)  # type: ignore[arg-type]
        self.level += 1
        if self.level > self.deepest:
            self.deepest = self.level
        run: Run
        try:
            if self.level % HOP_EVERY == 0 and self.hop is not None:
                run = self.hop(self._compound, node, tested, final)
            else:
                run = self._compound(node, tested, final)
        finally:
            self.level -= 1
        if self.level and self.level % HOP_EVERY == 0:
            deep = run
            return lambda sh: sh.k.on_fresh_stack(deep, sh)
        return run

    def _compound(self, node: tree.Command, tested: bool, final: bool) -> Run:
        if isinstance(node, tree.Sequence):
            return self.sequence(node, tested, final)
        if isinstance(node, tree.AndOr):
            return self.and_or(node, tested)
        if isinstance(node, tree.Pipeline):
            return self.pipeline(node, tested)
        if isinstance(node, tree.Background):
            return self.background(node, tested)
        if isinstance(node, tree.FunctionDef):
            return self.function_definition(node)
        if isinstance(node, tree.Coproc):
            from kos_shell.coproc import coprocess

            return coprocess(self, node)
        if isinstance(node, tree.Subshell):
            return self.subshell(node, tested)
        if isinstance(node, tree.ArithCommand):
            return self.redirected(node, self.arith_command(node, tested), tested)
        if isinstance(node, tree.Conditional):
            return self.redirected(node, self.conditional(node, tested), tested)
        assert isinstance(node, tree.CompoundCommand), node
        if isinstance(node, tree.Group):
            inner = self.sequence(node.body, tested, final and not node.redirects)
        elif isinstance(node, tree.If):
            inner = self.if_command(node, tested)
        elif isinstance(node, tree.While):
            inner = self.while_loop(node, tested)
        elif isinstance(node, tree.For):
            inner = self.for_loop(node, tested)
        elif isinstance(node, tree.ForArith):
            inner = self.for_arith(node, tested)
        elif isinstance(node, tree.Case):
            inner = self.case_command(node, tested)
        else:
            assert isinstance(node, tree.Select)
            inner = self.select(node, tested)
        return self.redirected(node, inner, tested)

    def later(self, make: Callable[[], Callable[[Shell], Any]]) -> Callable[[Shell], Any]:
        """Return a closure that is made when it is first called: of several ways to run a command one is enough."""
        made: Callable[[Shell], Any] | None = None
        deep = self.level > HOP_EVERY // 2

        def call(sh: Shell) -> Any:
            nonlocal made
            if made is None:
                made = sh.k.on_fresh_stack(make) if deep else make()
            assert made is not None
            return made(sh)

        return call

    def child_body(self, body: tree.Sequence, tested: bool = False) -> Run:
        """Return the closure of what a child runs: its last program may take the child's place."""
        return self.sequence(body, tested, True)

    def function_body(self, node: tree.FunctionDef, hop: Callable[..., Any]) -> tuple[Run, int]:
        """Return (the closure of a function's body, Python frames that a call may need)."""
        fresh = Compiler(hop=hop)
        run = fresh.command(node.body)
        fresh.hop = None
        levels = min(fresh.deepest, HOP_EVERY)
        return run, levels * FRAMES_PER_LEVEL + CALL_FRAMES

    def regex_text(self, word: tree.Word) -> Callable[[Shell], str]:
        """Return what expands the right side of =~: quoted characters are literal in the expression."""
        texts: list[Callable[[Shell], str]] = []
        for part in word.parts:
            if isinstance(part, tree.Literal):
                texts.append(constant(part.text))
            elif isinstance(part, tree.Escaped):
                texts.append(constant("\\" + part.text))
            elif isinstance(part, tree.QuotedText):
                texts.append(constant(_escape_regex(part.text)))
            elif isinstance(part, tree.DoubleQuoted):
                inner = self.join_texts(part.parts, True)
                texts.append(lambda sh, inner=inner: _escape_regex(inner(sh)))  # type: ignore[misc]
            elif isinstance(part, tree.Tilde):
                home = self.text_part(part, False)
                texts.append(lambda sh, home=home: _escape_regex(home(sh)))  # type: ignore[misc]
            else:
                texts.append(self.text_part(part, False))
        if len(texts) == 1:
            return texts[0]
        return lambda sh: "".join([text(sh) for text in texts])


def _escape_regex(text: str) -> str:
    return "".join("\\" + c if c in r"\.[]{}()*+?^$|" else c for c in text)


__all__ = ["Compiler", "escape_pattern"]
