"""unset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.arithmetic import ArithmeticError_
from kos_shell.builtins.arguments import parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import Complaint, FatalExpansion, UsageComplaint
from kos_shell.names import is_identifier, split_subscript
from kos_shell.values import ARRAY, ASSOC, READONLY, IndexedArray, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell


def unset(sh: Shell, argv: list[str]) -> int:
    """unset [-fvn] [name...]: variables first, then functions."""
    options, operands = parse_options(argv, LETTERS["unset"], "unset [-f] [-v] [-n] [name ...]")
    letters = {option for option, _ in options}
    if "-f" in letters and "-v" in letters:
        raise Complaint("cannot simultaneously unset a function and a variable")
    status = 0
    for text in operands:
        try:
            if "-f" in letters:
                _unset_function(sh, text)
                continue
            name, subscript = split_subscript(text)
            if not is_identifier(name):
                # Without -v it may be the name of a function, which is anything.
                if "-v" in letters:
                    raise Complaint(f"`{text}': not a valid identifier")
                _unset_function(sh, text)
                continue
            if subscript is not None:
                _unset_element(sh, name, subscript)
            elif name not in sh.vars and "-v" not in letters and name in sh.functions:
                _unset_function(sh, name)
            else:
                sh.unset_variable(name, reference="-n" in letters)
        except (UsageComplaint, FatalExpansion, ArithmeticError_):
            raise
        except Complaint as complaint:
            sh.warn(f"unset: {complaint}")
            status = 1
    if status and sh.posix:
        raise Complaint("", status)
    return status


def _unset_element(sh: Shell, name: str, subscript: str) -> None:
    variable = sh.resolve(name)
    if variable.value is None and not variable.flags:
        return  # there's nothing, and the subscript isn't looked at
    if subscript in ("@", "*") and not variable.flags & ASSOC:
        if variable.flags & READONLY:
            raise Complaint(f"{name}: cannot unset: readonly variable")
        if variable.flags & ARRAY:
            target = sh.target_name(name)
            sh.vars[target] = Variable(IndexedArray(sh.token), variable.flags)
            return
        sh.unset_variable(name)
        return
    sh.unset_element(name, sh.subscript_key(name, sh.expand_subscript(subscript)))


def _unset_function(sh: Shell, name: str) -> bool:
    function = sh.functions.get(name)
    if function is None:
        return False
    if function.readonly:
        raise Complaint(f"{name}: cannot unset: readonly function")
    sh.functions = {key: value for key, value in sh.functions.items() if key != name}
    if function.exported:
        sh.env = None
    return True
