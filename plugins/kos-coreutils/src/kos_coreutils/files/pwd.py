"""pwd: print the working directory's name."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls, SysError

from .console import Console
from .orders import flag, parse

PWD = Command(
    "pwd",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]...",
    summary="Print the full name of the current directory.",
    options=[
        flag("logical", "L", "logical", help="use PWD from the environment, even if it goes through symbolic links"),
        flag("physical", "P", "physical", help="resolve all symbolic links (the default)"),
    ],
)


def logical_directory(k: Syscalls) -> bytes | None:
    """Return $PWD if it names the current directory without `.` and `..`, else None."""
    path = k.env.get(b"PWD", b"")
    if not path.startswith(b"/") or b"." in path.split(b"/") or b".." in path.split(b"/"):
        return None
    try:
        there, here = k.stat(path), k.stat(b".")
    except SysError:
        return None
    return path if (there.dev, there.ino) == (here.dev, here.ino) else None


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the directory; 1 if it can't be found out."""
    con = Console(k, b"pwd")
    asked, operands = parse(k, PWD, argv)
    if operands:
        con.say(b"ignoring non-option arguments")
    logical = asked.given[-1][0] == "logical" if asked.given else b"POSIXLY_CORRECT" in k.env
    path = logical_directory(k) if logical else None
    if path is None:
        try:
            path = k.getcwd()
        except SysError as error:
            con.die(b"couldn't find directory entry in '..' with matching i-node", error)
    con.out(path + b"\n")
    return con.finish()
