"""The options of commands, for completion: of builtins from the table of their letters, of programs from what `--help` says.

Only programs that a plugin announces are asked: their `--help` comes from the table of their options and does nothing else. A
script of somebody's might do anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import SysError
from kos_shell.expansion.quoting import single_quote

if TYPE_CHECKING:
    from kos_shell.shell import Shell

ANNOUNCED = b"\x7fKOS\nprogram="
"""How the file of an announced program begins."""
_HEAD = 256
_LINE = re.compile(
    r" {2,}(?=-)(?:-(?P<short>[^\s-])(?=[\s,]|$))?(?:, )?(?: *(?P<long>--[A-Za-z0-9][A-Za-z0-9-]*)(?P<value>=|\[=)?)?"
)


def option_candidates(sh: Shell, command: str, word: str) -> list[str]:
    """Return the options of a command that start with `word`, sorted; long ones that need a value end in `=`."""
    if command in sh.functions:
        return []
    if command in sh.builtins:
        from kos_shell.builtins.letters import LETTERS

        found = [f"-{letter}" for letter in LETTERS.get(command, "") if letter != ":"]
    else:
        found = list(_of_program(sh, command))
    return sorted(option for option in found if option.startswith(word))


def _of_program(sh: Shell, command: str) -> tuple[str, ...]:
    from kos_shell.execution import search_path
    from kos_shell.script import word_of_text

    path = command if "/" in command else search_path(sh, command, sh.get("PATH"))
    if path is None:
        return ()
    head = _head(sh, path)
    if not head.startswith(ANNOUNCED):
        return ()

    def ask() -> tuple[str, ...]:
        status = sh.status
        text = word_of_text(sh, f"$({single_quote(path)} --help </dev/null 2>/dev/null)")(sh)
        sh.status = status
        return options_of_help(text)

    return sh.caches.options_of(head, ask)


def _head(sh: Shell, path: str) -> bytes:
    k = sh.k
    try:
        fd = k.open(path.encode("utf-8", "surrogateescape"))
    except SysError:
        return b""
    try:
        data: bytes = k.read(fd, _HEAD)
    except SysError:
        data = b""
    finally:
        k.close(fd)
    return data


def options_of_help(text: str) -> tuple[str, ...]:
    """Return the options that a help text lists: "  -a, --all  ..." -> ("-a", "--all")."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        if match["short"]:
            found[f"-{match['short']}"] = None
        if match["long"]:
            found[match["long"] + ("=" if match["value"] == "=" else "")] = None
    return tuple(found)
