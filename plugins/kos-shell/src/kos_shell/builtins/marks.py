"""export and readonly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_shell.arithmetic import ArithmeticError_
from kos_shell.builtins.arguments import parse_options
from kos_shell.builtins.declare import apply_attributes, as_assignment, parse_operand, set_function_attributes
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import Complaint, FatalExpansion, ReadonlyVariable
from kos_shell.expansion.quoting import trace_quote
from kos_shell.expansion.transform import declare_line
from kos_shell.names import is_identifier
from kos_shell.trace import trace_line
from kos_shell.values import ANY_ARRAY, ARRAY, ASSOC, EXPORT, READONLY, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell


def export(sh: Shell, argv: list[Any]) -> int:
    """export [-fn] [name[=value]...] or export -p."""
    options, operands = parse_options(argv, LETTERS["export"], "export [-fn] [name[=value] ...] or export -p")
    letters = {option for option, _ in options}
    if "-f" in letters:
        status = 0
        for operand in operands:
            if str(operand) not in sh.functions:
                sh.warn(f"export: {operand}: not a function")
                status = 1
            else:
                on, off = (0, EXPORT) if "-n" in letters else (EXPORT, 0)
                set_function_attributes(sh, str(operand), on, off)
        return status
    if not operands:
        return _print_marked(sh, EXPORT, "export")
    on, off = (0, EXPORT) if "-n" in letters else (EXPORT, 0)
    return _mark(sh, "export", operands, on, off)


def readonly(sh: Shell, argv: list[Any]) -> int:
    """readonly [-aAf] [name[=value]...] or readonly -p."""
    options, operands = parse_options(argv, LETTERS["readonly"], "readonly [-aAf] [name[=value] ...] or readonly -p")
    letters = {option for option, _ in options}
    if "-f" in letters:
        status = 0
        for operand in operands:
            if str(operand) not in sh.functions:
                sh.warn(f"readonly: {operand}: not a function")
                status = 1
            else:
                set_function_attributes(sh, str(operand), READONLY, 0)
        return status
    if not operands:
        return _print_marked(sh, READONLY, "readonly")
    on = READONLY | (ARRAY if "-a" in letters else 0) | (ASSOC if "-A" in letters else 0)
    return _mark(sh, "readonly", operands, on, 0)


def _print_marked(sh: Shell, flag: int, command: str) -> int:
    for name in sorted(sh.vars):
        entry = sh.vars[name]
        if isinstance(entry, Variable) and entry.flags & flag:
            text = declare_line(sh, name)
            if text is None:
                continue
            if sh.posix:
                text = f"{command} {as_assignment(text)}"
            sh.write(text + "\n")
    return 0


def _assign_and_mark(sh: Shell, name: str, *how: Any) -> None:
    """Give a variable its value and then its mark: a number that can't be read leaves it unmarked, being readonly doesn't."""
    subscript, append, value, fill, on, off = how
    if value is not None:
        try:
            apply_attributes(sh, name, subscript, append, value, fill, on & ~EXPORT, off & ~EXPORT)
        except ReadonlyVariable:
            apply_attributes(sh, name, subscript, False, None, fill, on & EXPORT, off & EXPORT)
            raise
        append, value, on, off = False, None, on & EXPORT, off & EXPORT
        if not (on or off):
            return
    apply_attributes(sh, name, subscript, append, value, fill, on, off)


def _mark(sh: Shell, command: str, operands: list[Any], on: int, off: int) -> int:
    status = 0
    for operand in operands:
        name, subscript, append, value, fill = parse_operand(operand)
        if not is_identifier(name) or subscript is not None:
            shown = f"{name}[{subscript}]" if subscript is not None and is_identifier(name) else str(operand)
            sh.warn(f"{command}: `{shown}': not a valid identifier")
            status = 1
            continue
        if sh.xtrace and value is not None:
            trace_line(sh, f"{name}{'+' if append else ''}={trace_quote(value) if value else ''}")
        try:
            named_only = value is None and fill is None  # then -a and -A say nothing, as in bash
            _assign_and_mark(sh, name, subscript, append, value, fill, on & ~ANY_ARRAY if named_only else on, off)
        except FatalExpansion:
            raise
        except ArithmeticError_ as failure:
            raise sh.give_up(failure.said_by(command)) from None
        except ReadonlyVariable as complaint:
            sh.report(str(complaint))
            status = 1
        except Complaint as complaint:
            sh.warn(f"{command}: {complaint}")
            status = 1
    if status and sh.posix:
        raise Complaint("", status)
    return status
