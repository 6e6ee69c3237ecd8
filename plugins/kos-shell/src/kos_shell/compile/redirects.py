"""Redirections of the tree -> steps that fill a Plan (see redirection.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_shell.errors import Complaint
from kos_shell.names import is_identifier, split_subscript
from kos_shell.redirection import OPEN_FLAGS, SAVED_FROM, Plan, duplicate, here_text, open_file
from kos_shell.syntax import tree

if TYPE_CHECKING:
    from kos_shell.redirection import Step
    from kos_shell.shell import Shell

    Text = Callable[[Shell], str]


class Redirects:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def string(self, word: tree.Word) -> Text: ...
        def assigned(self, word: tree.Word) -> Text: ...
        def is_single(self, word: tree.Word) -> bool: ...
        def fields(self, words: tuple[tree.Word, ...]) -> Callable[[Shell], list[str]]: ...
        def join_texts(self, parts: tuple[tree.WordPart, ...], quoted: bool) -> Text: ...

    def redirects(self, nodes: tuple[tree.Redirect, ...]) -> tuple[list[Step], bool]:
        """Return (steps, whether one of them is about a descriptor above 2): the arguments of make_plan."""
        high = any(node.var or (node.fd is not None and node.fd > 2) for node in nodes)
        return [self.redirect(node) for node in nodes], high

    def redirect(self, node: tree.Redirect) -> Step:
        """Return the step of one redirection."""
        op = node.op
        fd = node.fd
        if op in ("<<", "<<-"):
            assert node.heredoc is not None
            body = node.heredoc.body
            text = self.string(body) if body.static is not None else self.join_texts(body.parts, True)
            return self._into(node, 0, lambda sh, plan: here_text(sh, plan, text(sh)))
        if op == "<<<":
            string = self.assigned(node.target)
            return self._into(node, 0, lambda sh, plan: here_text(sh, plan, string(sh) + "\n"))
        target = self.file_name(node.target)
        if op in ("&>", "&>>"):
            return _both(target, ">" if op == "&>" else ">>")
        if op in (">&", "<&"):
            return self._duplicate(node, target)
        assert op in OPEN_FLAGS, op
        return self._into(node, 0 if op[0] == "<" else 1, lambda sh, plan: open_file(sh, plan, target(sh), op), fd)

    def file_name(self, word: tree.Word) -> Text:
        """Return what expands a target to one name; more or fewer are "ambiguous"."""
        if self.is_single(word) and not word.flags & tree.BRACE:
            return self.string(word)
        expand = self.fields((word,))

        def name(sh: Shell) -> str:
            names = expand(sh)
            if len(names) != 1:
                from kos_shell.syntax.unparse import unparse

                raise Complaint(f"{unparse(word)}: ambiguous redirect")
            return names[0]

        return name

    def _into(
        self, node: tree.Redirect, default: int, produce: Callable[[Shell, Plan], int], fd: int | None = None
    ) -> Step:
        """Return the step that gives the descriptor that `produce` opens to the redirection's target."""
        if node.var:
            return _into_variable(node.var, produce)
        number = default if node.fd is None else node.fd

        def step(sh: Shell, plan: Plan) -> None:
            plan.table[number] = produce(sh, plan)

        return step

    def _duplicate(self, node: tree.Redirect, target: Text) -> Step:
        default = 0 if node.op == "<&" else 1
        number = default if node.fd is None else node.fd
        op, explicit, variable = node.op, node.fd is not None, node.var

        def step(sh: Shell, plan: Plan) -> None:
            text = target(sh)
            fd = number
            if variable:
                if text == "-":
                    _close_variable(sh, plan, variable)
                    return
                fd = _new_number(sh, plan, variable)
            if text == "-":
                plan.table[fd] = None
                return
            move = text.endswith("-") and len(text) > 1
            digits = text[:-1] if move else text
            if digits.isdecimal() and digits.isascii():
                source = int(digits) if len(digits) < 9 else 1 << 30
                duplicate(sh, plan, fd, source, digits)
                if move and source != fd:
                    plan.table[source] = None
            elif op == ">&" and (not explicit or fd == 1) and not variable:
                _both_to(sh, plan, text, ">")
            else:
                raise Complaint(f"{text}: ambiguous redirect")

        return step


def _both(target: Text, op: str) -> Step:
    return lambda sh, plan: _both_to(sh, plan, target(sh), op)


def _both_to(sh: Shell, plan: Plan, name: str, op: str) -> None:
    fd = open_file(sh, plan, name, op)
    plan.table[1] = fd
    plan.table[2] = fd


def _new_number(sh: Shell, plan: Plan, variable: str) -> int:
    """Find a free descriptor of 10 or more, put its number into the variable, and return it."""
    if not is_identifier(variable.partition("[")[0]):
        raise Complaint(f"{variable}: ambiguous redirect")
    probe = _reserved(sh, plan)
    _name_number(sh, plan, variable, probe)
    return probe


def _reserved(sh: Shell, plan: Plan) -> int:
    """Return a free descriptor of 10 or more, held until install puts the file there."""
    try:
        probe: int = sh.k.dup(2, SAVED_FROM)
    except OSError:
        probe = sh.k.dup(sh.k.open(b"/dev/null", 0), SAVED_FROM)
    plan.opened.append(probe)
    return probe


def _name_number(sh: Shell, plan: Plan, variable: str, probe: int) -> None:
    name, subscript = split_subscript(variable)
    if subscript is None:
        sh.assign(name, str(probe))
    else:
        sh.set_element(name, sh.subscript_key(name, subscript), str(probe))
    if "varredir_close" not in sh.options:
        plan.lasting.add(probe)


def _into_variable(variable: str, produce: Callable[[Shell, Plan], int]) -> Step:
    def step(sh: Shell, plan: Plan) -> None:
        if not is_identifier(variable.partition("[")[0]):
            raise Complaint(f"{variable}: ambiguous redirect")
        fd = _reserved(sh, plan)  # before the file is opened: the lowest number is the variable's
        plan.table[fd] = produce(sh, plan)
        _name_number(sh, plan, variable, fd)

    return step


def _close_variable(sh: Shell, plan: Plan, variable: str) -> None:
    name, subscript = split_subscript(variable)
    text = sh.get(name) if subscript is None else sh.get_element(name, sh.subscript_key(name, subscript))
    if text is None or not text.isdecimal():
        raise Complaint(f"{variable}: Bad file descriptor")
    plan.table[int(text)] = None
