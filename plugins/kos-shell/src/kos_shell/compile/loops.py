"""Loops: while, until, for, for (( ; ; )), select.

A loop calls `k.tick` for every TICKS rounds and runs the traps of signals that have come; break and continue arrive as LoopJump.
After `sh.heat` rounds it is handed to the second tier (hot/), which may run it to its end or give it back at the start of a round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from kos_shell.arithmetic import ArithmeticError_
from kos_shell.errors import Complaint, ExpansionFailure, FatalExpansion, LoopJump, ReadonlyVariable
from kos_shell.hot.heat import Hot
from kos_shell.names import is_identifier
from kos_shell.syntax import tree
from kos_shell.trace import before_command, text_of, trace_line
from kos_shell.values import NAMEREF, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]

TICKS = 16
_TICK_MASK = TICKS - 1
_END: Any = object()


class Loops:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def sequence(self, node: tree.Sequence, tested: bool, final: bool = False) -> Run: ...
        def fields(self, words: tuple[tree.Word, ...]) -> Callable[[Shell], list[str]]: ...
        def later(self, make: Callable[[], Callable[[Shell], Any]]) -> Callable[[Shell], Any]: ...
        def number_sequence(self, word: tree.Word) -> range | None: ...
        def arithmetic(self, word: tree.Word) -> Callable[[Shell], int]: ...

    def hot(self, node: tree.While | tree.For | tree.ForArith, tested: bool, numbers: bool = False) -> Hot:
        """Return a loop's entry to the second tier."""
        return Hot(node, self, tested, numbers)  # type: ignore[arg-type]  # self is the whole compiler

    def while_loop(self, node: tree.While, tested: bool) -> Run:
        """Return what runs while (until) ... done."""
        test = self.sequence(node.test, True)
        body = self.sequence(node.body, tested)
        until = node.until
        hot = self.hot(node, tested)

        def run(sh: Shell) -> int:
            status = 0
            rounds = 0
            tick = sh.k.tick
            sh.loops += 1
            try:
                if hot.heat >= sh.heat and (outcome := hot.run(sh, 0)) is not None:
                    done, rounds, _ = outcome
                    if done is not None:
                        return done
                    status = sh.status if rounds else 0
                    if sh.pending:
                        sh.run_pending()
                while True:
                    try:
                        found = test(sh)
                        if (found == 0) is until:
                            return status
                        sh.status = found
                        sh.status = status = body(sh)
                    except LoopJump as jump:
                        status = jump.status
                        if _leaves(sh, jump):
                            return jump.status
                    rounds += 1
                    if not rounds & _TICK_MASK:
                        tick(TICKS)
                        hot.heat += TICKS
                        if hot.heat >= sh.heat and not sh.pending and (outcome := hot.run(sh, rounds)) is not None:
                            done, rounds, _ = outcome
                            if done is not None:
                                return done
                            status = sh.status
                    if sh.pending:
                        sh.run_pending()
            finally:
                sh.loops -= 1

        return run

    # ------------------------------------------------------------------ for name in words
    def for_loop(self, node: tree.For, tested: bool) -> Run:
        """Return what runs for name in words."""
        name = node.name
        numbers = self.number_sequence(node.words[0]) if node.words is not None and len(node.words) == 1 else None
        listed = node.words
        words = None if listed is None else self.later(lambda: self.fields(listed))
        body = self.sequence(node.body, tested)
        line = node.line
        valid = is_identifier(name)
        hot = self.hot(node, tested, numbers is not None)

        def run(sh: Shell) -> int:
            sh.line = line
            if not valid:
                sh.warn(f"`{name}': not a valid identifier")
                return 1
            values: Iterable[str | int]
            if numbers is not None and "braceexpand" in sh.options:
                values = numbers  # for i in {1..1000000}: no list is made, and each is a number already
            else:
                sh.loops += 1  # a `break` in a $( ) among the words is in the loop already
                try:
                    values = list(sh.args) if words is None else words(sh)
                except ExpansionFailure as failure:
                    raise sh.give_up(failure) from None
                finally:
                    sh.loops -= 1
            status = 0
            rounds = 0
            tick = sh.k.tick
            variables = sh.vars
            sh.loops += 1
            try:
                left: Iterator[str | int] = iter(values)
                if hot.heat >= sh.heat and (outcome := hot.run(sh, 0, left)) is not None:
                    done, rounds, again = outcome
                    if done is not None:
                        return done
                    status = sh.status if rounds else 0
                    left = chain(again, left)
                    if sh.pending:
                        sh.run_pending()
                while True:
                    value = next(left, _END)
                    if value is _END:
                        return status
                    if sh.hooks:
                        _trace_for(sh, node, name)
                    kind = type(variables.get(name))
                    if kind is str or kind is int:
                        variables[name] = value
                    else:
                        try:
                            sh.line = line
                            assign_loop_variable(sh, name, value)
                        except (ArithmeticError_, FatalExpansion) as failure:
                            raise sh.give_up(failure) from None
                        except Complaint as complaint:
                            if isinstance(complaint, ReadonlyVariable) and (sh.posix or sh.errcheck and not tested):
                                raise sh.give_up(complaint) from None
                            sh.warn(str(complaint))
                            return 1
                    try:
                        sh.status = status = body(sh)
                    except LoopJump as jump:
                        status = jump.status
                        if _leaves(sh, jump):
                            return jump.status
                    rounds += 1
                    if not rounds & _TICK_MASK:
                        tick(TICKS)
                        hot.heat += TICKS
                        if (
                            hot.heat >= sh.heat
                            and not sh.pending
                            and (outcome := hot.run(sh, rounds, left)) is not None
                        ):
                            done, rounds, again = outcome
                            if done is not None:
                                return done
                            status = sh.status
                            left = chain(again, left)
                    if sh.pending:
                        sh.run_pending()
            finally:
                sh.loops -= 1

        return run

    # ------------------------------------------------------------------ for (( ; ; ))
    def for_arith(self, node: tree.ForArith, tested: bool) -> Run:
        """Return what runs for ((init; test; step))."""
        init = None if node.init is None else self.arithmetic(node.init)
        test = None if node.test is None else self.arithmetic(node.test)
        step = None if node.step is None else self.arithmetic(node.step)
        body = self.sequence(node.body, tested)
        line = node.line
        hot = self.hot(node, tested)

        def run(sh: Shell) -> int:
            status = 0
            rounds = 0
            tick = sh.k.tick
            sh.line = line
            sh.loops += 1
            try:
                if init is not None:
                    if sh.hooks:
                        _trace_arith(sh, node, node.init)
                    init(sh)
                if hot.heat >= sh.heat and (outcome := hot.run(sh, 0)) is not None:
                    done, rounds, _ = outcome
                    if done is not None:
                        return done
                    status = sh.status if rounds else 0
                    if sh.pending:
                        sh.run_pending()
                while True:
                    if test is not None:
                        sh.line = line
                        if sh.hooks:
                            _trace_arith(sh, node, node.test)
                        if not test(sh):
                            return status
                    try:
                        sh.status = status = body(sh)
                    except LoopJump as jump:
                        status = jump.status
                        if _leaves(sh, jump):
                            return jump.status
                    if step is not None:
                        if sh.hooks:
                            _trace_arith(sh, node, node.step)
                        step(sh)
                    rounds += 1
                    if not rounds & _TICK_MASK:
                        tick(TICKS)
                        hot.heat += TICKS
                        if hot.heat >= sh.heat and not sh.pending and (outcome := hot.run(sh, rounds)) is not None:
                            done, rounds, _ = outcome
                            if done is not None:
                                return done
                            status = sh.status
                    if sh.pending:
                        sh.run_pending()
            except FatalExpansion as failure:
                raise sh.give_up(failure) from None
            except ExpansionFailure as failure:
                sh.line = line
                if isinstance(failure, ArithmeticError_) and failure.of_subscript:
                    raise sh.give_up(failure) from None
                sh.warn(str(failure) if isinstance(failure, ReadonlyVariable) else f"((: {failure}")
                return 1
            finally:
                sh.loops -= 1

        return run

    def select(self, node: tree.Select, tested: bool) -> Run:
        """Return what runs select name in words: a menu on standard error, an answer from standard input."""
        name = node.name
        words = None if node.words is None else self.fields(node.words)
        body = self.sequence(node.body, tested)
        line = node.line

        def run(sh: Shell) -> int:
            from kos_shell.select import ask, show_menu

            sh.line = line
            sh.loops += 1
            try:
                values = list(sh.args) if words is None else words(sh)
            except ExpansionFailure as failure:
                raise sh.give_up(failure) from None
            finally:
                sh.loops -= 1
            if not values:
                return 0
            shown = False
            sh.loops += 1
            try:
                while True:
                    if not shown or not sh.get("REPLY"):
                        show_menu(sh, values)
                        shown = True
                    answer = ask(sh)
                    if answer is None:
                        return 1
                    if not answer:
                        continue
                    at = int(answer) if answer.strip().isdecimal() else 0
                    sh.assign(name, values[at - 1] if 0 < at <= len(values) else "")
                    try:
                        sh.status = body(sh)
                    except LoopJump as jump:
                        if _leaves(sh, jump):
                            return jump.status
                    sh.k.tick()
                    if sh.pending:
                        sh.run_pending()
            finally:
                sh.loops -= 1

        return run


def assign_loop_variable(sh: Shell, name: str, value: str | int) -> None:
    """Assign a loop's variable; a nameref is pointed at `value` instead, as bash does."""
    old = sh.vars.get(name)
    if isinstance(old, Variable) and old.flags & NAMEREF:
        sh.vars[name] = Variable(str(value), old.flags)
    else:
        sh.assign(name, value)


def _leaves(sh: Shell, jump: LoopJump) -> bool:
    """Tell whether this loop ends; passes the jump on if it is meant for an outer one."""
    if jump.levels > 1 and sh.loops > 1:
        jump.levels -= 1
        raise jump
    return not jump.again


def _trace_for(sh: Shell, node: tree.For, name: str) -> None:
    sh.line = node.line
    words = node.words
    shown = '"$@"' if words is None else " ".join([text_of(word) for word in words])
    before_command(sh, node, f"for {name} in {shown}")
    if sh.xtrace:
        trace_line(sh, f"for {name} in {shown}")


def _trace_arith(sh: Shell, node: tree.ForArith, word: tree.Word | None) -> None:
    """DEBUG and `set -x` for one part of for (( ; ; ))."""
    assert word is not None
    text = f"(( {text_of(word)} ))"
    sh.line = node.line
    before_command(sh, node, text)
    if sh.xtrace:
        trace_line(sh, text)
