"""cd, pwd, pushd, popd, dirs: where the shell is, by the name it went there ($PWD) unless -P."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import SysError
from kos_shell.builtins.arguments import parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import Complaint
from kos_shell.names import is_identifier
from kos_shell.shell import decode, encode
from kos_shell.values import EXPORT, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell


def normalize(path: str) -> str:
    """Return an absolute path without `.`, `..` and doubled slashes, by the names alone."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part and part != ".":
            parts.append(part)
    root = "//" if path.startswith("//") and not path.startswith("///") else "/"
    return root + "/".join(parts)


def cd(sh: Shell, argv: list[str]) -> int:
    """cd [-L|-P [-e]] [directory|-]."""
    options, operands = parse_options(argv, LETTERS["cd"], "cd [-L|[-P [-e]] [-@]] [dir]")
    letters = [option[1] for option, _ in options]
    physical = "physical" in sh.options
    for letter in letters:
        if letter in "LP":
            physical = letter == "P"
    if len(operands) > 1:
        raise Complaint("too many arguments")
    show = False
    if not operands:
        target = sh.get("HOME") or ""
        if sh.get("HOME") is None:
            raise Complaint("HOME not set")
        if not target:
            return 0
    elif operands[0] == "-":
        old = sh.get("OLDPWD")
        if old is None:
            raise Complaint("OLDPWD not set")
        target = old
        show = True
    else:
        target = operands[0]
        found = _along_cdpath(sh, target, physical)
        if found is not None:
            target, show = found
    named = operands[0] if operands and operands[0] != "-" else target
    try:
        change_directory(sh, target, physical, shown=named)
    except Complaint:
        value = sh.get(named) if "cdable_vars" in sh.options and is_identifier(named) else None
        if value is None:
            raise
        change_directory(sh, value, physical)
        show = True
    if show:
        sh.write((sh.get("PWD") or "") + "\n")
    return 0


def _along_cdpath(sh: Shell, target: str, physical: bool) -> tuple[str, bool] | None:
    path = sh.get("CDPATH")
    if not path or target.startswith(("/", "./", "../")) or target in (".", ".."):
        return None
    for directory in path.split(":"):
        candidate = f"{directory}/{target}" if directory else target
        try:
            if sh.k.stat(encode(candidate)).mode & 0o170000 == 0o040000:
                return candidate, bool(directory)
        except SysError:
            continue
    return None


def change_directory(sh: Shell, target: str, physical: bool, shown: str | None = None) -> None:
    """Go to a directory and set PWD and OLDPWD. Raises Complaint."""
    k = sh.k
    here = sh.get("PWD")
    if here is None or not here.startswith("/"):
        here = decode(k.getcwd())
    logical = normalize(target if target.startswith("/") else f"{here.rstrip('/')}/{target}")
    name = target if shown is None else shown
    try:
        if physical:
            k.chdir(encode(target))
            now = decode(k.getcwd())
        else:
            if ".." in target:
                _check_parents(sh, target, here)
            try:
                k.chdir(encode(logical))
                now = logical
            except SysError:
                k.chdir(encode(target))  # the name we know this place by is gone, but the place isn't
                now = decode(k.getcwd())
    except SysError as error:
        raise Complaint(f"{name}: {error.strerror}") from None
    _set(sh, "OLDPWD", here)
    _set(sh, "PWD", now)


def _check_parents(sh: Shell, target: str, here: str) -> None:
    """`a/..` needs an `a`, even though the name is cut from the path."""
    path = target if target.startswith("/") else f"{here}/{target}"
    at = path.find("/..")
    if at > 0:
        sh.k.stat(encode(path[:at]))


def _set(sh: Shell, name: str, value: str) -> None:
    old = sh.vars.get(name)
    flags = old.flags if isinstance(old, Variable) else EXPORT
    sh.vars[name] = Variable(value, flags | (EXPORT if old is None or flags & EXPORT else 0))
    sh.env = None


def pwd(sh: Shell, argv: list[str]) -> int:
    """pwd [-LP]."""
    options, _ = parse_options(argv, LETTERS["pwd"], "pwd [-LP]")
    physical = "physical" in sh.options
    for option, _ in options:
        physical = option == "-P"
    text = sh.get("PWD")
    if physical or not text or not text.startswith("/"):
        try:
            text = decode(sh.k.getcwd())
        except SysError as error:
            raise Complaint(
                f"error retrieving current directory: getcwd: cannot access parent directories: {error.strerror}"
            ) from None
    sh.write(text + "\n")
    return 0


# ------------------------------------------------------------------------------------------------------------- the stack
def _stack(sh: Shell) -> list[str]:
    return [sh.get("PWD") or decode(sh.k.getcwd()), *sh.directories]


def _index(sh: Shell, command: str, text: str, size: int) -> int:
    digits = text[1:]
    if not digits.isdecimal():
        raise Complaint(f"{text}: invalid number", 2)
    at = int(digits) if text[0] == "+" else size - 1 - int(digits)
    if not 0 <= at < size:
        raise Complaint("directory stack empty" if size == 1 else f"{text}: directory stack index out of range")
    return at


def _tilde(sh: Shell, path: str) -> str:
    home = sh.get("HOME")
    if home and len(home) > 1 and (path == home or path.startswith(home + "/")):
        return "~" + path[len(home) :]
    return path


def pushd(sh: Shell, argv: list[str]) -> int:
    """pushd [-n] [dir | +N | -N]."""
    operands = argv[1:]
    stay = False
    while operands and operands[0] in ("-n", "--"):
        stay = stay or operands[0] == "-n"
        operands = operands[1:]
    stack = _stack(sh)
    if len(operands) > 1:
        raise Complaint("too many arguments")
    if not operands:
        if len(stack) < 2:
            raise Complaint("no other directory")
        new = [stack[1], stack[0], *stack[2:]]
    elif operands[0][:1] in "+-" and len(operands[0]) > 1:
        at = _index(sh, "pushd", operands[0], len(stack))
        new = stack[at:] + stack[:at]
    else:
        if stay:
            sh.directories = (operands[0], *sh.directories)
            return _show(sh)
        change_directory(sh, operands[0], "physical" in sh.options)
        sh.directories = tuple(stack)
        return _show(sh)
    if not stay:
        change_directory(sh, new[0], "physical" in sh.options)
    sh.directories = tuple(new[1:])
    return _show(sh)


def popd(sh: Shell, argv: list[str]) -> int:
    """popd [-n] [+N | -N]."""
    operands = argv[1:]
    stay = False
    while operands and operands[0] in ("-n", "--"):
        stay = stay or operands[0] == "-n"
        operands = operands[1:]
    stack = _stack(sh)
    if len(stack) < 2 and not operands:
        raise Complaint("directory stack empty")
    at = 0
    if operands:
        if operands[0][:1] not in "+-":
            raise Complaint(f"{operands[0]}: invalid argument", 2)
        at = _index(sh, "popd", operands[0], len(stack))
    if len(stack) < 2:
        raise Complaint("directory stack empty")
    if at == 0 and not stay:
        change_directory(sh, stack[1], "physical" in sh.options)
        sh.directories = tuple(stack[2:])
    else:
        at = max(at, 1)
        sh.directories = tuple(stack[1:at] + stack[at + 1 :])
    return _show(sh)


def _show(sh: Shell) -> int:
    sh.write(" ".join([_tilde(sh, path) for path in _stack(sh)]) + "\n")
    return 0


def dirs(sh: Shell, argv: list[str]) -> int:
    """dirs [-clpv] [+N | -N]."""
    operands = argv[1:]
    full = lines = numbered = False
    at: int | None = None
    stack = _stack(sh)
    for operand in operands:
        if operand[:1] in "+-" and operand[1:].isdecimal():
            at = _index(sh, "dirs", operand, len(stack))
        elif operand[:1] == "-" and operand[1:] and not operand[1:].strip("clpv"):
            for letter in operand[1:]:
                if letter == "c":
                    sh.directories = ()
                    return 0
                full = full or letter == "l"
                lines = lines or letter in "pv"
                numbered = numbered or letter == "v"
        else:
            raise Complaint(f"{operand}: invalid option\ndirs: usage: dirs [-clpv] [+N] [-N]", 2)
    shown = [path if full else _tilde(sh, path) for path in stack]
    if at is not None:
        sh.write((f"{at:2d}  " if numbered else "") + shown[at] + "\n")
    elif numbered:
        sh.write("".join([f"{number:2d}  {path}\n" for number, path in enumerate(shown)]))
    else:
        sh.write(("\n" if lines else " ").join(shown) + "\n")
    return 0
