"""Pathname expansion: the names that a pattern matches.

The pattern is cut at its slashes; a component without pattern characters is looked up, one with them lists a directory.
Names come in byte order (the C locale's collation, the machine's only one). A leading dot is matched by a dot alone
(unless `dotglob`), `.` and `..` never by a wildcard, `**` (with `globstar`) matches directories of any depth.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import S_IFDIR, S_IFLNK, S_IFMT, SysError, compile_glob
from kos_shell.errors import ExpansionFailure
from kos_shell.expansion.quoting import unescape_pattern

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_ACTIVE = re.compile(r"\\.|([*?\[])|[@+!]\(", re.DOTALL)
MAX_DEPTH = 256
"""How deep `**` looks: more than any sensible tree, less than a hostile one."""


def is_magic(pattern: str, extglob: bool) -> bool:
    """Tell whether a pattern has an active wildcard; a `[` counts only if a `]` follows."""
    for found in _ACTIVE.finditer(pattern):
        text = found.group()
        if text[0] == "\\":
            continue
        if text == "[":
            if "]" in pattern[found.end() :]:
                return True
        elif len(text) == 1 or extglob:
            return True
    return False


def expand_pathname(sh: Shell, pattern: str, text: str, out: list[str]) -> None:
    """Add the names that match `pattern` to `out`; if there are none `text` itself, or what nullglob and failglob say."""
    extglob = "extglob" in sh.options
    if not is_magic(pattern, extglob):
        out.append(text)
        return
    names = glob(sh, pattern, extglob)
    if names:
        ignored = sh.get("GLOBIGNORE")
        if ignored:
            names = _without_ignored(ignored, names)
    if names:
        out.extend(names)
    elif "failglob" in sh.options:
        raise ExpansionFailure(f"no match: {text}")
    elif "nullglob" not in sh.options:
        out.append(text)


def glob(sh: Shell, pattern: str, extglob: bool) -> list[str]:
    """Return the existing names that match `pattern`, sorted."""
    components = _components(pattern)
    if "**" in pattern:
        components = [c for at, c in enumerate(components) if c != "**" or at == 0 or components[at - 1] != "**"]
    found: list[str] = []
    if components[0] == "":
        start = "/"
        while components and components[0] == "":
            components.pop(0)
        if not components:
            return ["/"]
    else:
        start = ""
    _walk(sh, start, components, extglob, found)
    found.sort(key=_bytes)
    return found


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _components(pattern: str) -> list[str]:
    """Cut at slashes, but not inside an extglob group."""
    if "(" not in pattern:
        return pattern.split("/")
    parts: list[str] = []
    depth = start = at = 0
    while at < len(pattern):
        c = pattern[at]
        if c == "\\":
            at += 1
        elif c == "(" and at and pattern[at - 1] in "?*+@!":
            depth += 1
        elif c == ")" and depth:
            depth -= 1
        elif c == "/" and not depth:
            parts.append(pattern[start:at])
            start = at + 1
        at += 1
    parts.append(pattern[start:])
    return parts


def _walk(sh: Shell, base: str, components: list[str], extglob: bool, found: list[str]) -> None:
    """Follow the components from directory `base` ("" = here, else it ends with a slash); bounded by their number."""
    k = sh.k
    todo: list[tuple[str, int]] = [(base, 0)]
    last = len(components) - 1
    nocase = "nocaseglob" in sh.options
    globstar = "globstar" in sh.options
    while todo:
        base, at = todo.pop()
        component = components[at]
        if component == "":  # `a//b` or a trailing slash
            if at == last:
                if base:  # not for `**/` itself, the directory that we are in
                    found.append(base)
            else:
                todo.append((base + "/", at + 1))
            continue
        if not is_magic(component, extglob) and not nocase:
            path = base + unescape_pattern(component)
            if at == last:
                if _exists(k, path):
                    found.append(path)
            elif _is_directory(k, path):
                todo.append((path + "/", at + 1))
            continue
        if globstar and component == "**":
            _every_level(sh, base, components, at, todo, found)
            continue
        for name, is_directory in _matches(sh, base, component, extglob, nocase):
            if at == last:
                found.append(base + name)
            elif is_directory or (is_directory is None and _is_directory(k, base + name)):
                todo.append((base + name + "/", at + 1))


def _matches(sh: Shell, base: str, component: str, extglob: bool, nocase: bool) -> list[tuple[str, bool | None]]:
    """Return (name, whether it is a directory; None = to be looked up) of what matches in a directory."""
    try:
        entries = sh.k.scandir(_bytes(base) or b".")
    except SysError:
        return []
    matches = sh.caches.glob(component, extglob=extglob, nocase=nocase).matches
    hidden = "dotglob" in sh.options or bool(sh.get("GLOBIGNORE")) or component[0] == "." or component.startswith("\\.")
    if not hidden and extglob and component[0] in "?*+@!" and component[1:2] == "(":
        hidden = any(part.startswith(".") for part in re.split(r"[(|]", component))
    chosen: list[tuple[str, bool | None]] = []
    for entry in entries:
        name = entry.name.decode("utf-8", "surrogateescape")
        if name[0] == "." and not hidden:
            continue
        if matches(name):
            kind = entry.type & S_IFMT
            chosen.append((name, None if kind in (0, S_IFLNK) else kind == S_IFDIR))
    if "globskipdots" not in sh.options and component[0] == ".":
        chosen += [(name, True) for name in (".", "..") if matches(name)]
    return chosen


def _every_level(
    sh: Shell, base: str, components: list[str], at: int, todo: list[tuple[str, int]], found: list[str]
) -> None:
    """`**`: this directory and all below it (symbolic links aren't followed); as the last component files too."""
    k = sh.k
    hidden = "dotglob" in sh.options
    last = at == len(components) - 1
    if last and base:
        found.append(base)
    levels: list[tuple[str, int]] = [(base, 0)]
    while levels:
        here, depth = levels.pop()
        if not last:
            todo.append((here, at + 1))
        try:
            entries = k.scandir(_bytes(here) or b".")
        except SysError:
            continue
        for entry in entries:
            name = entry.name.decode("utf-8", "surrogateescape")
            if name[0] == "." and not hidden:
                continue
            path = here + name
            if last:
                found.append(path)
            kind = entry.type & S_IFMT
            if kind == S_IFDIR or (kind == 0 and _is_real_directory(k, path)):
                if depth < MAX_DEPTH:
                    levels.append((path + "/", depth + 1))


def _exists(k: object, path: str) -> bool:
    try:
        k.lstat(_bytes(path))  # type: ignore[attr-defined]
    except SysError:
        return False
    return True


def _is_directory(k: object, path: str) -> bool:
    try:
        return bool(k.stat(_bytes(path)).mode & S_IFMT == S_IFDIR)  # type: ignore[attr-defined]
    except SysError:
        return False


def _is_real_directory(k: object, path: str) -> bool:
    try:
        return bool(k.lstat(_bytes(path)).mode & S_IFMT == S_IFDIR)  # type: ignore[attr-defined]
    except SysError:
        return False


def _without_ignored(ignored: str, names: list[str]) -> list[str]:
    """GLOBIGNORE: leave out what one of its patterns matches (a wildcard doesn't match a slash), and . and .. always."""
    patterns: list[str] = [""]
    depth = 0
    for c in ignored:
        depth += (c == "[") - (c == "]" and depth > 0)
        if c == ":" and not depth:
            patterns.append("")
        else:
            patterns[-1] += c
    globs = [compile_glob(pattern, extglob=True, pathname=True) for pattern in patterns if pattern]
    return [
        name
        for name in names
        if name.rsplit("/", 1)[-1] not in (".", "..") and not any(glob.matches(name) for glob in globs)
    ]
