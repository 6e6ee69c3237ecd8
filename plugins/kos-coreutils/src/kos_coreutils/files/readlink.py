"""readlink: print what a symbolic link says, or a file's canonical name."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls, SysError

from .console import Console
from .orders import flag, parse
from .paths import ALL_BUT_LAST, EXISTING, MISSING, canonical

READLINK = Command(
    "readlink",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... FILE...",
    summary="Print the text of symbolic links, or canonical file names.",
    options=[
        flag(
            "all_but_last",
            "f",
            "canonicalize",
            help="resolve every symbolic link; all but the last component must exist",
        ),
        flag("existing", "e", "canonicalize-existing", help="likewise; all components must exist"),
        flag("missing", "m", "canonicalize-missing", help="likewise; none needs to exist"),
        flag("no_newline", "n", "no-newline", help="no newline at the end"),
        flag("quiet", "q", "quiet", "s", "silent", help="no error messages (the default)"),
        flag("verbose", "v", "verbose", help="error messages"),
        flag("zero", "z", "zero", help="end lines with NUL"),
    ],
)
_NEEDS = {"all_but_last": ALL_BUT_LAST, "existing": EXISTING, "missing": MISSING}


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the names; 1 if any couldn't be resolved."""
    con = Console(k, b"readlink")
    asked, files = parse(k, READLINK, argv)
    need, verbose = None, b"POSIXLY_CORRECT" in k.env
    for name, _ in asked.given:
        need = _NEEDS.get(name, need)
        verbose = name == "verbose" if name in ("verbose", "quiet") else verbose
    if not files:
        con.usage(b"missing operand")
    end = b"\0" if asked.zero else b"\n"
    if asked.no_newline:
        if len(files) > 1:
            con.say(b"ignoring --no-newline with multiple arguments")
        else:
            end = b""
    for file in files:
        try:
            con.out((k.readlink(file) if need is None else canonical(k, file, need)) + end)
        except SysError as error:
            con.status = 1
            if verbose:
                con.complain(con.plain(file), error)
    return con.finish()
