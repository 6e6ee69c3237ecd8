"""What a name means: type, command -v, hash, alias, unalias, enable, help, caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.builtins.arguments import integer, parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import Complaint
from kos_shell.execution import SPECIAL_BUILTINS, find_command, is_program, search_path, search_path_all
from kos_shell.expansion.quoting import single_quote

if TYPE_CHECKING:
    from kos_shell.shell import Shell

RESERVED = frozenset(
    "if then elif else fi time for in until while do done case esac coproc select function { } ! [[ ]]".split()
)


def kind_of(sh: Shell, name: str) -> str:
    """Return "alias", "keyword", "function", "builtin", "file" or ""."""
    if name in sh.aliases and ("expand_aliases" in sh.options or sh.interactive):
        return "alias"
    if name in RESERVED:
        return "keyword"
    if name in sh.functions:
        return "function"
    if name in sh.builtins:
        return "builtin"
    return "file" if _file_of(sh, name) is not None else ""


def _file_of(sh: Shell, name: str, path: str | None = None) -> str | None:
    if "/" in name:
        return name if is_program(sh, name) else None
    if path is not None:
        return search_path(sh, name, path)
    return find_command(sh, name)


def describe(sh: Shell, name: str, how: str, *, path: str | None = None) -> bool:
    """Print what `name` is, as command -v ("v") or type and command -V ("V") do. False if it is nothing."""
    kind = kind_of(sh, name)
    if path is not None and kind in ("file", ""):
        found = _file_of(sh, name, path)
        if found is None:
            return False
        sh.write(f"{found}\n" if how == "v" else f"{name} is {found}\n")
        return True
    if kind == "alias":
        text = sh.aliases[name]
        sh.write(f"alias {name}={single_quote(text)}\n" if how == "v" else f"{name} is aliased to `{text}'\n")
    elif kind == "keyword":
        sh.write(f"{name}\n" if how == "v" else f"{name} is a shell keyword\n")
    elif kind == "function":
        if how == "v":
            sh.write(f"{name}\n")
        else:
            sh.write(f"{name} is a function\n{sh.functions[name].source_text()}\n")
    elif kind == "builtin":
        special = sh.posix and name in SPECIAL_BUILTINS
        sh.write(f"{name}\n" if how == "v" else f"{name} is a {'special ' if special else ''}shell builtin\n")
    elif kind == "file":
        hashed = name in sh.hash
        file = _file_of(sh, name)
        if how == "v":
            sh.write(f"{file}\n")
        elif hashed and "/" not in name:
            sh.write(f"{name} is hashed ({file})\n")
            return True
        else:
            sh.write(f"{name} is {file}\n")
    else:
        return False
    return True


def type_builtin(sh: Shell, argv: list[str]) -> int:
    """type [-afptP] name..."""
    options, operands = parse_options(argv, LETTERS["type"], "type [-afptP] name [name ...]")
    letters = {option[1] for option, _ in options}
    status = 0
    for name in operands:
        if not _type_one(sh, name, letters):
            status = 1
            if not letters & {"t", "p", "P"}:
                sh.warn(f"type: {name}: not found")
    return status


def _type_one(sh: Shell, name: str, letters: set[str]) -> bool:
    kinds: list[tuple[str, str]] = []
    if "P" not in letters:
        if name in sh.aliases and ("expand_aliases" in sh.options or sh.interactive):
            kinds.append(("alias", ""))
        if name in RESERVED:
            kinds.append(("keyword", ""))
        if name in sh.functions and "f" not in letters:
            kinds.append(("function", ""))
        if name in sh.builtins:
            kinds.append(("builtin", ""))
    if not kinds or "a" in letters:
        if "a" in letters:
            kinds += [("file", file) for file in search_path_all(sh, name)]
        else:
            hashed = name in sh.hash
            file = _file_of(sh, name)
            if file is not None:
                kinds.append(("hashed" if hashed else "file", file))
                if not hashed and "/" not in name:
                    sh.hash.pop(name, None)
    if not kinds:
        return False
    for kind, file in kinds if "a" in letters else kinds[:1]:
        if "t" in letters:
            sh.write(("file" if kind == "hashed" else kind) + "\n")
        elif letters & {"p", "P"}:
            if file:
                sh.write(file + "\n")
        elif kind == "alias":
            sh.write(f"{name} is aliased to `{sh.aliases[name]}'\n")
        elif kind == "keyword":
            sh.write(f"{name} is a shell keyword\n")
        elif kind == "function":
            sh.write(f"{name} is a function\n{sh.functions[name].source_text()}\n")
        elif kind == "builtin":
            special = sh.posix and name in SPECIAL_BUILTINS
            sh.write(f"{name} is a {'special ' if special else ''}shell builtin\n")
        elif kind == "hashed":
            sh.write(f"{name} is hashed ({file})\n")
        else:
            sh.write(f"{name} is {file}\n")
    return True


def hash_builtin(sh: Shell, argv: list[str]) -> int:
    """hash [-lr] [-p path] [-dt] [name...]."""
    if "hashall" not in sh.options:
        raise Complaint("hashing disabled")
    options, operands = parse_options(argv, LETTERS["hash"], "hash [-lr] [-p pathname] [-dt] [name ...]")
    letters = {option[1] for option, _ in options}
    path = next((value for option, value in options if option == "-p"), None)
    if "r" in letters:
        sh.hash = {}
    if not operands:
        if "r" in letters:
            return 0
        if not sh.hash:
            if not letters:
                sh.write(f"{argv[0]}: hash table empty\n")
            return 0
        if "l" in letters:
            sh.write("".join([f"builtin hash -p {file} {name}\n" for name, (file, _) in sh.hash.items()]))
        else:
            sh.write("hits\tcommand\n" + "".join([f"{hits:4d}\t{file}\n" for file, hits in sh.hash.values()]))
        return 0
    status = 0
    for name in operands:
        if path is not None:
            sh.hash[name] = (path, 0)
        elif "d" in letters:
            if sh.hash.pop(name, None) is None:
                sh.warn(f"hash: {name}: not found")
                status = 1
        elif "t" in letters:
            entry = sh.hash.get(name)
            if entry is None:
                sh.warn(f"hash: {name}: not found")
                status = 1
            elif "l" in letters:
                sh.write(f"builtin hash -p {entry[0]} {name}\n")
            else:
                sh.write(f"{name}\t{entry[0]}\n" if len(operands) > 1 else f"{entry[0]}\n")
        elif "/" not in name and name not in sh.builtins and name not in sh.functions:
            sh.hash.pop(name, None)
            if find_command(sh, name) is None:
                sh.warn(f"hash: {name}: not found")
                status = 1
            else:
                sh.hash[name] = (sh.hash[name][0], 0)
    return status


# ------------------------------------------------------------------------------------------------------------- aliases
def alias(sh: Shell, argv: list[str]) -> int:
    """alias [-p] [name[=value]...]."""
    options, operands = parse_options(argv, LETTERS["alias"], "alias [-p] [name[=value] ... ]")
    lead = "" if sh.posix else "alias "
    if options or not operands:
        sh.write("".join([f"{lead}{name}={single_quote(sh.aliases[name])}\n" for name in sorted(sh.aliases)]))
        if not operands:
            return 0
    status = 0
    for operand in operands:
        name, sign, value = operand.partition("=")
        if sign and name:
            if any(c in name for c in " \t\n/$`'\"\\|&;()<>"):
                sh.warn(f"alias: `{name}': invalid alias name")
                status = 1
                continue
            sh.aliases = {**sh.aliases, name: value}
        elif operand in sh.aliases:
            sh.write(f"{lead}{operand}={single_quote(sh.aliases[operand])}\n")
        else:
            sh.warn(f"alias: {operand}: not found")
            status = 1
    return status


def unalias(sh: Shell, argv: list[str]) -> int:
    """unalias [-a] name..."""
    options, operands = parse_options(argv, LETTERS["unalias"], "unalias [-a] name [name ...]")
    if options:
        sh.aliases = {}
        return 0
    if not operands:
        sh.write_error("unalias: usage: unalias [-a] name [name ...]\n")
        return 2
    status = 0
    for name in operands:
        if name in sh.aliases:
            sh.aliases = {key: value for key, value in sh.aliases.items() if key != name}
        else:
            sh.warn(f"unalias: {name}: not found")
            status = 1
    return status


# ------------------------------------------------------------------------------------------------------------- builtins
def enable(sh: Shell, argv: list[str]) -> int:
    """enable [-a] [-nps] [name...]: builtins on and off. -f and -d (loadable ones) are refused: letters.py."""
    from kos_shell.builtins import BUILTINS

    options, operands = parse_options(argv, LETTERS["enable"], "enable [-a] [-dnps] [-f filename] [name ...]")
    letters = {option[1] for option, _ in options}
    if not operands or "p" in letters:
        for name in sorted(BUILTINS):
            if "s" in letters and name not in SPECIAL_BUILTINS:
                continue
            on = name in sh.builtins
            if "a" in letters or on is ("n" not in letters):
                sh.write(f"enable {'' if on else '-n '}{name}\n")
        return 0
    status = 0
    for name in operands:
        if name not in BUILTINS:
            sh.warn(f"enable: {name}: not a shell builtin")
            status = 1
        elif "n" in letters:
            sh.builtins = {key: value for key, value in sh.builtins.items() if key != name}
        else:
            sh.builtins = {**sh.builtins, name: BUILTINS[name]}
    return status


def help_builtin(sh: Shell, argv: list[str]) -> int:
    """help [-dms] [pattern...]: what the builtins are for, a line each."""
    from kos_shell.builtins.summaries import SUMMARIES

    options, operands = parse_options(argv, LETTERS["help"], "help [-dms] [pattern ...]")
    letters = {option[1] for option, _ in options}
    if not operands:
        sh.write("KaedeShell, bash's language. These commands are built in; `help name' shows one.\n\n")
        sh.write("".join([f" {usage}\n" for usage, _ in SUMMARIES.values()]))
        return 0
    status = 0
    for pattern in operands:
        names = [name for name in SUMMARIES if name == pattern]
        if not names:
            glob = sh.caches.glob(pattern)
            names = [name for name in SUMMARIES if glob.matches(name) or name.startswith(pattern)]
        if not names:
            sh.warn(f"help: no help topics match `{pattern}'.")
            status = 1
        for name in names:
            usage, text = SUMMARIES[name]
            if "s" in letters:
                sh.write(f"{name}: {usage}\n")
            elif "d" in letters:
                sh.write(f"{name} - {text}\n")
            else:
                sh.write(f"{name}: {usage}\n    {text}\n")
    return status


def caller(sh: Shell, argv: list[str]) -> int:
    """caller [n]: where the function that runs was called from."""
    operands = argv[1:]
    depth = 0
    if operands:
        number = integer(operands[0])
        if number is None or number < 0:
            raise Complaint(f"{operands[0]}: invalid number", 2)
        depth = number
    frames = [frame for frame in sh.frames if frame.name]
    if depth >= len(frames):
        if operands:
            return 1
        sh.write("0 NULL\n")
        return 0
    at = len(frames) - 1 - depth
    line = frames[at].call_line
    if at > 0:
        name, source = frames[at - 1].name, frames[at - 1].source
    else:
        name, source = "main", "NULL" if sh.from_string else sh.script_name
        if sh.from_string:
            if operands:
                return 1
            sh.write(f"{line} NULL\n")
            return 0
    sh.write(f"{line} {name} {source}\n" if operands else f"{line} {source}\n")
    return 0
