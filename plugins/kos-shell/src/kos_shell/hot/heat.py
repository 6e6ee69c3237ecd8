"""How a loop comes to have a function of its own. The generator is imported when the first loop is hot."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kos_shell.compile.compiler import Compiler
    from kos_shell.shell import Shell
    from kos_shell.syntax import tree

    Outcome = tuple["int | None", int, tuple[Any, ...]]

HEAT = 400
"""So many rounds a loop runs as closures before it is looked at: a compilation costs about as much."""
OFF = 1 << 62
"""The heat that no loop reaches."""
PATIENCE = 3
"""So often a function may leave before it is given up."""


class Hot:
    """What is known of a loop's heat. Shared by all shells that run the loop, and of no effect but on speed.

    numbers: a `for` that goes through numbers.
    """

    __slots__ = ("_compiler", "_function", "_left", "_node", "_numbers", "_tested", "heat")

    def __init__(
        self, node: tree.While | tree.For | tree.ForArith, compiler: Compiler, tested: bool, numbers: bool
    ) -> None:
        self._node = node
        self._compiler = compiler
        self._tested = tested
        self._numbers = numbers
        self.heat = 0
        self._function: Callable[..., Outcome | None] | None = None
        self._left = 0

    def run(self, sh: Shell, rounds: int, values: Iterable[Any] = ()) -> Outcome | None:
        """Go on with the loop at the start of a round; None if nothing was done.

        Returns (status, rounds, values to go through again). status None: it isn't at its end, go on. rounds: how many are done.
        """
        if self._left > PATIENCE:
            return None
        function = self._function
        if function is None:
            from kos_shell.hot.region import compile_loop
            from kos_shell.hot.writer import Unsupported

            try:
                function = compile_loop(sh, self._compiler, self._node, self._tested, self._numbers)
            except Unsupported:
                self._left = OFF
                return None
            self._function = function
        outcome = function(sh, rounds, values)
        if outcome is None:
            self._left += 1
            self._function = None  # the variables are of other kinds now: perhaps another one fits
        elif outcome[0] is None and not sh.pending:
            self._left += 1
        return outcome
