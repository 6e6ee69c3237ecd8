"""Announces the commands: one family, a table of names and where each `main` lives.

    tables/    column                                     binary/     hexdump, xxd, strings, file, uuencode, uudecode
    lines/     look, colrm                                terminal/   clear, tput, reset, less, more
    manual/    man, whatis, apropos, whereis              misc/       getopt, cal

One module a command. A module is imported when its command is first run.
"""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl

# package -> the commands whose module has their own name
_OWN_MODULE = {
    "tables": "column",
    "binary": "file hexdump strings xxd",
    "lines": "colrm look",
    "misc": "cal getopt",
    "manual": "whereis",
}

# commands that share a module: name -> package.module:function
_SHARED = {
    "apropos": "manual.man:apropos",
    "clear": "terminal.tput:clear",
    "hd": "binary.hexdump:main",
    "less": "terminal.less:less",
    "man": "manual.man:man",
    "more": "terminal.less:more",
    "reset": "terminal.tput:reset",
    "tput": "terminal.tput:tput",
    "uudecode": "binary.uuencode:decode",
    "uuencode": "binary.uuencode:encode",
    "whatis": "manual.man:whatis",
}


def _programs() -> dict[str, str]:
    table = {name: f"kos_textutils.{place}" for name, place in _SHARED.items()}
    for package, names in _OWN_MODULE.items():
        for name in names.split():
            table[name] = f"kos_textutils.{package}.{name}:main"
    return dict(sorted(table.items()))


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `textutils`."""
    yield ProgramFamily(
        "textutils", contract=1, programs=_programs(), summary="column, hexdump, less, man and their neighbours"
    )
