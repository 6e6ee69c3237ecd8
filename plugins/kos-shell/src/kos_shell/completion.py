"""What a word at the cursor can be completed to: commands, variables, paths. Used by compgen and by Session.complete."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kos_kernel.api import S_IFDIR, S_IFMT, SysError
from kos_shell.options import SET_NAMES, SHOPT_NAMES
from kos_shell.values import ANY_ARRAY, EXPORT

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_WORD = re.compile(r"(?:[^\s|&;()<>\"'\\]|\\.)*\Z")
_COMMAND_PLACE = re.compile(r"(?:\A|[|&;({!]|\$\(|`|\b(?:if|then|else|elif|do|while|until|time)\s)\s*\Z")


def candidates(sh: Shell, kind: str, word: str) -> list[str]:
    """Return what of a kind (an action of complete -A) starts with `word`, sorted; directories end with a slash."""
    if kind in ("file", "directory"):
        return paths(sh, word, directories_only=kind == "directory")
    if kind == "command":
        return commands(sh, word)
    return sorted({name for name in _names(sh, kind) if name.startswith(word)})


def _names(sh: Shell, kind: str) -> Iterable[str]:
    """Return all names of a kind, whatever they start with."""
    if kind == "alias":
        return sh.aliases
    if kind in ("builtin", "enabled"):
        return sh.builtins
    if kind == "function":
        return sh.functions
    if kind in ("setopt", "shopt"):
        return SET_NAMES if kind == "setopt" else SHOPT_NAMES
    if kind in ("variable", "export", "arrayvar"):
        wanted = {"variable": 0, "export": EXPORT, "arrayvar": ANY_ARRAY}[kind]
        return [name for name in sh.vars if not wanted or sh.resolve(name).flags & wanted]
    if kind in ("job", "running", "stopped"):
        return [job.command() for job in sh.jobs.values() if kind == "job" or job.state.lower() == kind]
    if kind == "disabled":
        from kos_shell.builtins import BUILTINS

        return [name for name in BUILTINS if name not in sh.builtins]
    if kind == "helptopic":
        from kos_shell.builtins.summaries import SUMMARIES

        return SUMMARIES
    if kind == "signal":
        from kos_kernel.api import SIGNAL_NAMES

        return ["EXIT", *(f"SIG{name}" for name in SIGNAL_NAMES), "DEBUG", "ERR", "RETURN"]
    if kind == "user":
        from kos_shell.expansion.tilde import user_names

        return user_names(sh)
    if kind in ("group", "hostname"):
        return account_names(
            sh, "/etc/group" if kind == "group" else sh.get("HOSTFILE") or "/etc/hosts", kind == "hostname"
        )
    from kos_shell.builtins.names import RESERVED

    assert kind == "keyword", kind
    return RESERVED


def account_names(sh: Shell, file: str, hosts: bool) -> list[str]:
    """Return the names in a file such as /etc/group or, behind the address of each line, /etc/hosts."""
    try:
        fd = sh.k.open(file.encode("utf-8", "surrogateescape"))
    except SysError:
        return []
    try:
        data: bytes = sh.k.read_all(fd)
    except SysError:
        return []
    finally:
        sh.k.close(fd)
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    if hosts:
        return [name for line in lines for name in line.partition("#")[0].split()[1:]]
    return [line.partition(":")[0] for line in lines if line]


def commands(sh: Shell, word: str) -> list[str]:
    """Return the names of commands that start with `word`."""
    if "/" in word:
        return paths(sh, word)
    from kos_shell.builtins.names import RESERVED

    names = {*sh.aliases, *sh.functions, *sh.builtins, *RESERVED}
    for directory in (sh.get("PATH") or "").split(":"):
        try:
            entries = sh.k.listdir(directory.encode("utf-8", "surrogateescape") or b".")
        except SysError:
            continue
        names.update(entry.decode("utf-8", "surrogateescape") for entry in entries)
    return sorted(name for name in names if name.startswith(word))


def paths(sh: Shell, word: str, *, directories_only: bool = False) -> list[str]:
    """Return the paths that start with `word`; directories end with a slash."""
    from kos_shell.expansion.tilde import expand_tilde

    head, slash, tail = word.rpartition("/")
    folder = head + slash
    real = folder
    if folder.startswith("~"):
        user, _, rest = folder[1:].partition("/")
        real = f"{expand_tilde(sh, user)}/{rest}"
    k = sh.k
    try:
        entries = k.scandir(real.encode("utf-8", "surrogateescape") or b".")
    except SysError:
        return []
    found = []
    for entry in entries:
        name = entry.name.decode("utf-8", "surrogateescape")
        if not name.startswith(tail) or (name.startswith(".") and not tail.startswith(".")):
            continue
        try:
            is_directory = k.stat((real + name).encode("utf-8", "surrogateescape")).mode & S_IFMT == S_IFDIR
        except SysError:
            is_directory = False
        if is_directory:
            found.append(f"{folder}{name}/")
        elif not directories_only:
            found.append(folder + name)
    return sorted(found)


def jobs(sh: Shell, word: str) -> list[str]:
    """Return the job specifications that start with `word`, which begins with a %: numbers, and the names of commands."""
    names = [f"%{job.number}" for job in sh.known_jobs()] + [
        f"%{job.command().partition(' ')[0]}" for job in sh.known_jobs()
    ]
    return [name for name in dict.fromkeys(names) if name.startswith(word)]


def complete_line(sh: Shell, text: str, cursor: int) -> list[tuple[int, str]]:
    """Return (start, replacement) for what the word before the cursor can become, sorted; specials behind backslashes."""
    before = text[:cursor]
    match = _WORD.search(before)
    word = match.group() if match is not None else ""
    start = len(before) - len(word)
    if "$" in word:
        lead, _, name = word.rpartition("$")
        brace = "{" if name.startswith("{") else ""
        end = "}" if brace else ""
        return [(start, f"{lead}${brace}{item}{end}") for item in candidates(sh, "variable", name[len(brace) :])]
    plain = re.sub(r"\\(.)", r"\1", word)
    if plain.startswith("~") and "/" not in plain:
        return [(start, f"~{item}/") for item in candidates(sh, "user", plain[1:])]
    at_command = _COMMAND_PLACE.search(before[:start]) is not None
    if sh.completions:
        from kos_shell.programmable import line_candidates

        found = line_candidates(sh, text, cursor, before[:start], plain, at_command)
        if found is not None:
            return [(start, item if quoted else _protected(item)) for item, quoted in found]
    if plain.startswith("%") and not at_command:
        return [(start, _protected(item)) for item in jobs(sh, plain)]
    if plain.startswith("-") and not at_command:
        from kos_shell.commandoptions import option_candidates
        from kos_shell.programmable import command_words

        words = command_words(before[:start])
        if words and "--" not in words:
            return [(start, item) for item in option_candidates(sh, words[0], plain)]
    if at_command and "/" not in plain:
        return [(start, _protected(item)) for item in commands(sh, plain)]
    return [(start, _protected(item)) for item in paths(sh, plain)]


def _protected(text: str) -> str:
    return re.sub(r"([ \t\n\"'\\$`&|;()<>*?\[\]{}!#])", r"\\\1", text)
