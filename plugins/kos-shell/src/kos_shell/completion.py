"""What a word at the cursor can be completed to: commands, variables, paths. Used by compgen and by Session.complete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import S_IFDIR, S_IFMT, SysError

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_WORD = re.compile(r"(?:[^\s|&;()<>\"'\\]|\\.)*\Z")
_COMMAND_PLACE = re.compile(r"(?:\A|[|&;({!]|\$\(|`|\b(?:if|then|else|elif|do|while|until|time)\s)\s*\Z")


def candidates(sh: Shell, kind: str, word: str) -> list[str]:
    """Return what of a kind starts with `word`, sorted: alias builtin command directory export file function keyword job
    user variable.
    """
    if kind in ("file", "directory"):
        return paths(sh, word, directories_only=kind == "directory")
    if kind == "command":
        return commands(sh, word)
    names: list[str] = []
    if kind == "alias":
        names = list(sh.aliases)
    elif kind == "builtin":
        names = list(sh.builtins)
    elif kind == "function":
        names = list(sh.functions)
    elif kind == "keyword":
        from kos_shell.builtins.names import RESERVED

        names = list(RESERVED)
    elif kind in ("variable", "export"):
        from kos_shell.values import EXPORT

        names = [name for name in sh.vars if kind == "variable" or sh.resolve(name).flags & EXPORT]
    elif kind == "user":
        from kos_shell.expansion.tilde import user_names

        names = user_names(sh)
    elif kind == "job":
        names = [job.command() for job in sh.jobs]
    return sorted({name for name in names if name.startswith(word)})


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


def complete_line(sh: Shell, text: str, cursor: int) -> list[tuple[int, str]]:
    """Return (start, replacement) for what the word before the cursor can become, sorted; specials behind backslashes."""
    before = text[:cursor]
    found = _WORD.search(before)
    word = found.group() if found is not None else ""
    start = len(before) - len(word)
    if "$" in word:
        lead, _, name = word.rpartition("$")
        brace = "{" if name.startswith("{") else ""
        return [(start, f"{lead}${brace}{item}") for item in candidates(sh, "variable", name[len(brace) :])]
    plain = re.sub(r"\\(.)", r"\1", word)
    if plain.startswith("~") and "/" not in plain:
        return [(start, f"~{item}/") for item in candidates(sh, "user", plain[1:])]
    if _COMMAND_PLACE.search(before[:start]) and "/" not in plain:
        return [(start, _protected(item)) for item in commands(sh, plain)]
    return [(start, _protected(item)) for item in paths(sh, plain)]


def _protected(text: str) -> str:
    return re.sub(r"([ \t\n\"'\\$`&|;()<>*?\[\]{}!#])", r"\\\1", text)
