"""declare (typeset), local, export, readonly, unset: variables with attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_shell.arithmetic import ArithmeticError_
from kos_shell.builtins.arguments import parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.compile.declared import PreparedAssignment
from kos_shell.errors import Complaint, FatalExpansion, ReadonlyVariable
from kos_shell.expansion.transform import declare_line
from kos_shell.names import is_identifier, is_reference_target, split_subscript
from kos_shell.values import (
    ANY_ARRAY,
    ARRAY,
    ASSOC,
    CAPITAL,
    CASE,
    EXPORT,
    HOOK,
    INTEGER,
    LOWER,
    NAMEREF,
    READONLY,
    TRACE,
    UPPER,
    AssocArray,
    Dynamic,
    IndexedArray,
    Variable,
)

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_USAGE = "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]"
_FLAGS = {
    "a": ARRAY, "A": ASSOC, "i": INTEGER, "l": LOWER, "u": UPPER, "c": CAPITAL, "n": NAMEREF, "r": READONLY, "t": TRACE,
    "x": EXPORT,
}  # fmt: skip


def declare(sh: Shell, argv: list[Any]) -> int:
    """declare [options] [name[=value]...]."""
    usage = _USAGE if argv[0] == "declare" else _USAGE.replace("declare", "typeset")
    options, operands = parse_options(argv, LETTERS["declare"], usage, plus=True)
    return _declare(sh, argv[0], options, operands, local=bool(sh.in_function()))


def local(sh: Shell, argv: list[Any]) -> int:
    """local [options] [name[=value]...]: only within a function."""
    if not sh.in_function():
        raise Complaint("can only be used in a function")
    if len(argv) > 1 and isinstance(argv[1], str) and argv[1] == "-":
        _save_options(sh)
        argv = [argv[0], *argv[2:]]
        if len(argv) == 1:
            return 0
    options, operands = parse_options(argv, LETTERS["declare"], "local [option] name[=value] ...", plus=True)
    letters = {option[1] for option, _ in options}
    if not letters & set("fF") and ("p" in letters or not operands):
        return _print_locals(sh, operands)
    return _declare(sh, "local", options, operands, local=True)


def _print_locals(sh: Shell, operands: list[Any]) -> int:
    """Print the function's own variables, or those that are named, whatever their attributes."""
    frame = next(frame for frame in reversed(sh.frames) if frame.is_function)
    status = 0
    for operand in operands or sorted(frame.saved or ()):
        name = str(operand)
        text = declare_line(sh, name) if name in (frame.saved or ()) else None
        if text is not None:
            sh.write(text + "\n")
        elif operands:
            sh.warn(f"local: {name}: not found")
            status = 1
    return status


def _save_options(sh: Shell) -> None:
    """local -: the options of `set` come back when the function returns."""
    depth = len(sh.frames) - 1
    while not sh.frames[depth].is_function:
        depth -= 1
    frame = sh.own_frame(depth)
    if frame.saved_options is None:
        frame.saved_options = sh.options


def as_assignment(line: str) -> str:
    return line.split(" ", 2)[2]


def _declare(sh: Shell, command: str, options: list[tuple[str, str]], operands: list[Any], *, local: bool) -> int:
    on = off = 0
    letters = {option for option, _ in options}
    for option, _ in options:
        bit = _FLAGS.get(option[1], 0)
        if option[0] == "-":
            on |= bit
        else:
            off |= bit
    if on & CASE and on & CASE not in (LOWER, UPPER, CAPITAL):
        on &= ~CASE
    if "-f" in letters or "-F" in letters:
        return _functions(sh, command, letters, operands, on, off)
    if "-p" in letters and not on & ~0 and not operands:
        return _print_all(sh, 0)
    if "-p" in letters:
        return _print(sh, command, operands, on)
    if not operands:
        return _print_all(sh, on) if on else _print_plain(sh)
    if on & ARRAY and on & ASSOC:
        raise Complaint(f"{str(operands[0]).partition('=')[0]}: cannot convert indexed to associative array")
    if off & ANY_ARRAY:
        status = 0
        for operand in operands:
            name = str(operand).partition("=")[0]
            if sh.resolve(name).flags & ANY_ARRAY:
                sh.warn(f"{command}: {name}: cannot destroy array variables in this way")
                status = 1
        if status:
            return status
    status = 0
    everywhere = "-g" in letters
    inherit = "-I" in letters or "localvar_inherit" in sh.options
    for operand in operands:
        try:
            _declare_one(sh, operand, on, off, local=local and not everywhere, everywhere=everywhere, inherit=inherit)
        except FatalExpansion:
            raise
        except ArithmeticError_ as failure:  # gives up the line, like a word that can't be expanded
            _, subscript, _, _, fill = parse_operand(operand)
            plain = subscript is None and fill is None
            raise sh.give_up(failure.said_by(command) if plain else failure) from None
        except Complaint as complaint:
            sh.warn(f"{command}: {complaint}")
            status = 1
    return status


def parse_operand(operand: Any) -> tuple[str, str | None, bool, str | None, Any]:
    """Return (name, subscript, append, value or None, filler or None) of an argument, prepared or plain text."""
    if isinstance(operand, PreparedAssignment):
        return operand.name, operand.subscript, operand.append, operand.value, operand.fill
    text: str = operand
    head, sign, value = text.partition("=")
    append = bool(sign) and head.endswith("+")
    if append:
        head = head[:-1]
    name, subscript = split_subscript(head)
    return name, subscript, append, value if sign else None, None


def _declare_one(sh: Shell, operand: Any, on: int, off: int, *, local: bool, everywhere: bool, inherit: bool) -> None:
    name, subscript, append, value, fill = parse_operand(operand)
    if not is_identifier(name):
        shown = operand if isinstance(operand, str) else str(operand)
        raise Complaint(f"`{shown}': not a valid identifier")
    if everywhere:
        saved = sh.outermost(name)
        if saved is not None:
            shadow = sh.vars.get(name)
            hidden = saved[name]
            if hidden is None:
                sh.vars.pop(name, None)
            else:
                sh.vars[name] = hidden
            try:
                apply_attributes(sh, name, subscript, append, value, fill, on, off)
            finally:
                saved[name] = sh.vars.get(name)
                if shadow is None:
                    sh.vars.pop(name, None)
                else:
                    sh.vars[name] = shadow
            return
    elif local:
        before = sh.vars.get(name)
        frame = next(frame for frame in reversed(sh.frames) if frame.is_function)
        fresh = frame.saved is None or name not in frame.saved
        sh.make_local(name)
        if fresh and (inherit or append):
            if before is not None:
                sh.vars[name] = before
    apply_attributes(sh, name, subscript, append, value, fill, on, off)


def apply_attributes(
    sh: Shell, name: str, subscript: str | None, append: bool, value: str | None, fill: Any, on: int, off: int
) -> None:
    """Give the attributes and the value."""
    if not (on | off) & NAMEREF:
        name = sh.target_name(name)
    entry = sh.vars.get(name)
    plain = entry if isinstance(entry, Variable) else Variable(entry, 0)
    flags = plain.flags
    if flags & READONLY and (value is not None or fill is not None or off & READONLY):
        raise ReadonlyVariable(name)
    if on & ASSOC and flags & ARRAY:
        raise Complaint(f"{name}: cannot convert indexed to associative array")
    if on & ARRAY and flags & ASSOC:
        raise Complaint(f"{name}: cannot convert associative to indexed array")
    new = flags & ~off
    if on & CASE:
        new &= ~CASE
    new |= on & ~READONLY
    if subscript is not None and not new & ANY_ARRAY:
        new |= ARRAY
    if fill is not None and not new & ANY_ARRAY:
        new |= ARRAY
    if on & NAMEREF:
        _make_reference(sh, name, value if value is not None else _text_of(plain), new)
        if on & READONLY:
            variable = sh.vars[name]
            sh.vars[name] = Variable(variable.value, variable.flags | READONLY)
        return
    if isinstance(entry, Dynamic):
        if value is not None:
            sh.assign(name, value)
        if new & EXPORT and not flags & EXPORT:
            if name in ("SHELLOPTS", "BASHOPTS"):  # these follow the options wherever they go
                sh.vars[name] = Dynamic(entry.read, entry.write, new)
            else:
                sh.vars[name] = Variable(sh.get(name), new & ~(1 << 11))
            sh.env = None
        return
    held: Any = plain.value
    if new & ANY_ARRAY and not isinstance(held, IndexedArray | AssocArray):
        if held is not None:
            held = AssocArray(sh.token, {"0": str(held)}) if new & ASSOC else IndexedArray(sh.token, [str(held)])
    changed = new != flags
    if new & HOOK and on & ANY_ARRAY:
        new &= ~HOOK
    if changed or not isinstance(entry, Variable):
        if new or held is None:
            sh.vars[name] = Variable(held, new)
        elif entry is not None:
            sh.vars[name] = held
    if (new | flags) & EXPORT:
        sh.env = None
    if fill is not None:
        fill(sh, name, new, append)
    elif value is not None:
        if new & ANY_ARRAY and subscript is None and value.startswith("(") and value.endswith(")") and on & ANY_ARRAY:
            _assign_text_array(sh, name, value, new, append)
        elif subscript is not None:
            key = sh.subscript_key(name, subscript)
            sh.set_element(name, key, value, append)
        elif new & ANY_ARRAY:
            sh.set_element(name, "0" if new & ASSOC else 0, value, append)
        elif append:
            sh.append(name, value)
        else:
            sh.assign(name, value)
    if on & READONLY:
        entry = sh.vars.get(name)
        if isinstance(entry, Variable):
            sh.vars[name] = Variable(entry.value, entry.flags | READONLY)
        else:
            sh.vars[name] = Variable(entry, READONLY)


def _text_of(variable: Variable) -> str | None:
    return variable.value if isinstance(variable.value, str) else None


def _make_reference(sh: Shell, name: str, target: str | None, flags: int) -> None:
    if target is not None and target != "":
        if not is_reference_target(target):
            raise Complaint(f"`{target}': invalid variable name for name reference")
        if target == name and not sh.in_function():
            raise Complaint(f"{name}: nameref variable self references not allowed")
        if target == name:
            sh.warn(f"warning: {name}: circular name reference")
    if flags & ANY_ARRAY:
        raise Complaint(f"{name}: reference variable cannot be an array")
    sh.vars[name] = Variable(target, flags & ~HOOK)


def _assign_text_array(sh: Shell, name: str, text: str, flags: int, append: bool) -> None:
    """declare -a 'x=(1 2)': the value is parsed when it runs."""
    from kos_shell.compile.compiler import Compiler
    from kos_shell.syntax.parser import parse_array_value

    Compiler().array_filler(parse_array_value(text))(sh, name, flags, append)


# ------------------------------------------------------------------------------------------------------------- printing
def _print_all(sh: Shell, flags: int) -> int:
    for name in sorted(sh.vars):
        entry = sh.vars[name]
        have = entry.flags if isinstance(entry, Variable) else 0
        if have & flags != flags:
            continue
        text = declare_line(sh, name)
        if text is not None:
            sh.write(text + "\n")
    return 0


def _print_plain(sh: Shell) -> int:
    """declare without arguments: variables as `set` prints them, then functions."""
    from kos_shell.builtins.options import print_variables

    print_variables(sh)
    for name in sorted(sh.functions):
        sh.write(sh.functions[name].source_text() + "\n")
    return 0


def _print(sh: Shell, command: str, operands: list[Any], flags: int) -> int:
    if not operands:
        return _print_all(sh, flags)
    status = 0
    for operand in operands:
        name = str(operand)
        text = declare_line(sh, name)
        if text is None:
            sh.warn(f"{command}: {name}: not found")
            status = 1
        else:
            sh.write(text + "\n")
    return status


def _functions(sh: Shell, command: str, letters: set[str], operands: list[Any], on: int, off: int) -> int:
    """-f and -F: print functions or give them attributes."""
    status = 0
    if not operands:
        for name in sorted(sh.functions):
            function = sh.functions[name]
            if on & EXPORT and not function.exported or on & READONLY and not function.readonly:
                continue
            marks = (
                "f"
                + ("r" if function.readonly else "")
                + ("t" if function.traced else "")
                + ("x" if function.exported else "")
            )
            if "-F" in letters:
                sh.write(f"declare -{marks} {name}\n")
            else:
                sh.write(function.source_text() + "\n")
                if marks != "f":
                    sh.write(f"declare -{marks} {name}\n")
        return 0
    for operand in operands:
        name = str(operand)
        found = sh.functions.get(name)
        if found is None:
            if isinstance(operand, PreparedAssignment) or "=" in name:
                sh.warn(f"{command}: cannot use `-f' to make functions")
            status = 1
            continue
        if (on | off) & (EXPORT | READONLY | TRACE):
            set_function_attributes(sh, name, on, off)
        elif "-F" in letters:
            if "extdebug" in sh.options:
                source = found.source if sh.from_file or found.source != sh.script_name else "main"
                sh.write(f"{name} {found.line} {source}\n")
            else:
                sh.write(name + "\n")
        else:
            sh.write(found.source_text() + "\n")
    return status


def set_function_attributes(sh: Shell, name: str, on: int, off: int) -> None:
    """Export, protect or trace a function, or stop it."""
    function = sh.functions[name].copy()
    if function.readonly and off & READONLY:
        raise Complaint(f"{name}: readonly function")
    function.exported = bool(on & EXPORT) or (function.exported and not off & EXPORT)
    function.readonly = bool(on & READONLY) or function.readonly
    function.traced = bool(on & TRACE) or (function.traced and not off & TRACE)
    sh.functions = {**sh.functions, name: function}
    sh.env = None
