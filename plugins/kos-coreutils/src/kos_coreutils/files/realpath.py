"""realpath: print canonical names of files."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls, SysError

from .console import Console
from .orders import flag, parse, value
from .paths import ALL_BUT_LAST, EXISTING, MISSING, canonical, relative_to
from .targets import is_directory

REALPATH = Command(
    "realpath",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... FILE...",
    summary="Print absolute file names without symbolic links; all but the last component must exist.",
    options=[
        flag("existing", "e", "canonicalize-existing", help="all components must exist"),
        flag("missing", "m", "canonicalize-missing", help="no component needs to exist or be a directory"),
        flag("logical", "L", "logical", help="resolve .. before symbolic links"),
        flag("physical", "P", "physical", help="resolve symbolic links as they come (the default)"),
        flag("quiet", "q", "quiet", help="no error messages"),
        value("relative_to", "relative-to", metavar="DIR", help="print the way from DIR"),
        value("relative_base", "relative-base", metavar="DIR", help="likewise, but only for files below DIR"),
        flag("strip", "s", "strip", "no-symlinks", help="leave symbolic links"),
        flag("zero", "z", "zero", help="end lines with NUL"),
    ],
)


def _is_below(path: bytes, folder: bytes) -> bool:
    return folder == b"/" or path == folder or path.startswith(folder + b"/")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the names; 1 if any couldn't be resolved."""
    con = Console(k, b"realpath")
    asked, files = parse(k, REALPATH, argv)
    need, logical, links = ALL_BUT_LAST, False, True
    for name, _ in asked.given:
        if name == "existing":
            need = EXISTING
        elif name == "missing":
            need = MISSING
        elif name == "logical":
            logical, links = True, True
        elif name == "physical":
            logical, links = False, True
        elif name == "strip":
            logical, links = False, False
    if not files:
        con.usage(b"missing operand")

    def resolve(path: bytes) -> bytes:
        if not links:
            return canonical(k, path, need, links=False, logical=logical)
        return canonical(k, canonical(k, path, MISSING, links=False, logical=True) if logical and need == MISSING else path,
                         need, logical=logical)  # fmt: skip

    origin: bytes | None = None
    floor: bytes | None = None
    for option in ("relative_to", "relative_base"):
        text = getattr(asked, option)
        if text is None:
            continue
        try:
            path = resolve(text)
            if need == EXISTING and not is_directory(k, path):
                con.die(con.plain(text) + b": Not a directory")
        except SysError as error:
            con.die(con.plain(text), error)
        if option == "relative_to":
            origin = path
        else:
            floor = path
    if floor is not None:
        if origin is None:
            origin = floor
        elif not _is_below(origin, floor):
            origin = floor = None
    end = b"\0" if asked.zero else b"\n"
    for file in files:
        try:
            path = resolve(file)
        except SysError as error:
            con.status = 1
            if not asked.quiet:
                con.complain(con.plain(file), error)
            continue
        if origin is not None and (floor is None or _is_below(path, floor)):
            path = relative_to(path, origin)
        con.out(path + end)
    return con.finish()
