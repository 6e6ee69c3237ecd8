"""rmdir: remove empty directories."""

from __future__ import annotations

from kos_kernel.api import EBUSY, EEXIST, ENOTDIR, ENOTEMPTY, Command, Syscalls, SysError

from .console import Console
from .orders import flag, parse

RMDIR = Command(
    "rmdir",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... DIRECTORY...",
    summary="Remove directories that are empty.",
    options=[
        flag("ignore_full", "ignore-fail-on-non-empty", help="a directory that isn't empty is no failure"),
        flag("parents", "p", "parents", help="then its parents too, as far as the path names them"),
        flag("verbose", "v", "verbose", help="say what is removed"),
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Remove the directories; 1 if any couldn't be removed."""
    con = Console(k, b"rmdir")
    opts, names = parse(k, RMDIR, argv)
    if not names:
        con.usage(b"missing operand")

    def remove(path: bytes, text: bytes) -> bool:
        if opts.verbose:
            con.out(b"rmdir: removing directory, " + con.quoted(path) + b"\n")
        try:
            k.rmdir(path)
        except SysError as error:
            if not (opts.ignore_full and error.errno in (ENOTEMPTY, EEXIST, EBUSY) and _is_full(k, path)):
                if error.errno == ENOTDIR and path.endswith(b"/") and _is_link(k, path.rstrip(b"/")):
                    con.complain(b"failed to remove " + con.quoted(path) + b": Symbolic link not followed")
                else:
                    con.complain(text + con.quoted(path), error)
            return False
        return True

    for name in names:
        if not remove(name, b"failed to remove ") or not opts.parents:
            continue
        path = name.rstrip(b"/")
        while b"/" in path:
            path = path[: path.rfind(b"/")].rstrip(b"/")
            if not path or not remove(path, b"failed to remove directory "):
                break
    return con.finish()


def _is_full(k: Syscalls, path: bytes) -> bool:
    try:
        return bool(k.listdir(path))
    except SysError:
        return False


def _is_link(k: Syscalls, path: bytes) -> bool:
    try:
        k.readlink(path)
    except SysError:
        return False
    return True
