"""Builtins that every loop and function calls, where their words allow it: `:`, `true`, `local`, `read`.

Each closure checks that nothing unusual is on (tracing, a function of that name) and otherwise calls the general one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_shell.builtins import BUILTINS
from kos_shell.builtins.read import read_rest, store_line
from kos_shell.errors import Complaint, ExpansionFailure
from kos_shell.execution import builtin_complained
from kos_shell.expansion.splitting import DEFAULT, Splitter
from kos_shell.input import quick_line
from kos_shell.names import is_identifier
from kos_shell.specials import HOOKS
from kos_shell.syntax import tree
from kos_shell.values import HOOK, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]

_DECLARED = Variable(None, 0)
"""What a local variable without a value is. Variables are replaced, never changed, so one serves all."""


def substitutes(node: tree.Command) -> bool:
    """Tell whether a command substitution may run when the command's words are expanded."""
    return any(isinstance(part, tree.CommandSub | tree.Backquote) for part in tree.walk(node))


def may_assign(node: tree.Node) -> bool:
    """Tell whether an expansion in the node, outside of substitutions, may give a variable a value: ${x:=1}, $((x++))."""
    for part in tree.walk(node):
        if isinstance(part, tree.ParamDefault):
            if part.op[-1] == "=":
                return True
        elif isinstance(part, tree.ArithSub | tree.ParamSlice | tree.Param):
            texts = (child.text for child in tree.walk(part) if isinstance(child, tree.Literal))
            if any("=" in text or "++" in text or "--" in text for text in texts):
                return True
    return False


class QuickCommands:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def string(self, word: tree.Word) -> Callable[[Shell], str]: ...

    def quick_nothing(self, node: tree.SimpleCommand, general: Run) -> Run:
        """Return a quick closure for `:` and `true` with fixed words."""
        name, last = node.words[0].literal, node.words[-1].literal
        assert name is not None and last is not None

        def run(sh: Shell) -> int:
            if sh.hooks or name in sh.functions or name not in sh.builtins:
                return general(sh)
            sh.last_argument = last
            return 0

        return run

    def quick_read(self, node: tree.SimpleCommand, general: Run, tested: bool) -> Run | None:
        """Return a quick closure for `read [-r] name ...`, perhaps with IFS=... before it, or None for any other `read`."""
        words = [word.literal for word in node.words[1:]]
        raw = words[:1] == ["-r"]
        names = [word or "" for word in words[raw:]]
        if node.redirects or not names or not all(is_identifier(name) and name not in HOOKS for name in names):
            return None
        ifs: str | None = None
        if node.assignments:
            given = node.assignments[0]
            if len(node.assignments) > 1 or given.name != "IFS" or given.append or given.subscript is not None:
                return None
            ifs = None if isinstance(given.value, tree.ArrayValue) else given.value.static
            if ifs is None:
                return None
        splitter = None if ifs is None else Splitter(ifs) if ifs != DEFAULT.ifs else DEFAULT
        last = node.words[-1].literal
        line = node.line
        builtin = BUILTINS["read"]

        def run(sh: Shell) -> int:
            if sh.hooks or "read" in sh.functions or sh.builtins.get("read") is not builtin:
                return general(sh)
            variables = sh.vars
            if splitter is not None:
                held = variables.get("IFS")
                if type(held) is not Variable or held.flags != HOOK:
                    return general(sh)
                kept = sh.splitter
            sh.line = line
            data = quick_line(sh)
            if splitter is not None:
                sh.splitter = splitter
            try:
                if data[-1:] == b"\n" and (raw or b"\\" not in data) and b"\0" not in data:
                    status = store_line(sh, data[:-1].decode("utf-8", "surrogateescape"), names)
                elif splitter is None:
                    status = read_rest(sh, data, raw, names)
                else:  # it may take long, and what runs meanwhile may look at IFS
                    sh.set_splitter(ifs)
                    variables["IFS"] = Variable(ifs, HOOK)
                    try:
                        status = read_rest(sh, data, raw, names)
                    finally:
                        variables["IFS"] = held
                        sh.set_splitter(kept.ifs)
            except Complaint as complaint:
                status = builtin_complained(sh, "read", complaint)
            finally:
                if splitter is not None:
                    sh.splitter = kept
            if splitter is None:
                sh.last_argument = last or ""
            sh.pipe_status = None
            if status:
                sh.command_text = node
                if not tested and sh.errcheck:
                    sh.failed(status)
            return status

        return run

    def quick_local(self, node: tree.SimpleCommand, general: Run) -> Run | None:
        """Return a quick closure for `local a=$1 b c=x`, or None if the words are of another kind.

        It does what the builtin does as long as the names mean plain variables or none; else it calls `general` (before
        anything has happened).
        """
        if len(node.words) == 1:
            return None
        makers: list[tuple[str, Callable[[Shell], str] | None]] = []
        for word in node.words[1:]:
            assignment = word.assignment
            if word.flags & tree.BRACE:
                return None
            if assignment is None:
                if word.literal is None or not is_identifier(word.literal) or word.literal in HOOKS:
                    return None
                makers.append((word.literal, None))
            elif assignment.append or assignment.subscript is not None or isinstance(assignment.value, tree.ArrayValue):
                return None
            elif assignment.name in HOOKS or substitutes(node):
                return None
            else:
                makers.append((assignment.name, self.string(assignment.value)))
        if not makers:
            return None
        line = node.line

        def run(sh: Shell) -> int:
            frames = sh.frames
            if sh.hooks or sh.allexport or not frames or "local" in sh.functions or "localvar_inherit" in sh.options:
                return general(sh)
            frame = frames[-1]
            variables = sh.vars
            if not frame.is_function or frame.owner is not sh.token:
                return general(sh)
            for name, _ in makers:
                old = variables.get(name)
                kind = type(old)
                if kind is not str and kind is not int and old is not None and (kind is not Variable or old.flags):
                    return general(sh)
            sh.line = line
            try:
                values = [None if text is None else text(sh) for _, text in makers]
            except ExpansionFailure as failure:
                raise sh.give_up(failure) from None
            saved = frame.saved
            if saved is None:
                saved = frame.saved = {}
            for (name, _), value in zip(makers, values, strict=True):
                if name not in saved:
                    saved[name] = variables.get(name)
                    variables[name] = _DECLARED if value is None else value
                elif value is not None:
                    variables[name] = value
            return 0

        return run
