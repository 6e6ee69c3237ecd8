"""Where things go: the DEST and DIRECTORY of `cp`, `mv`, `ln` and `install`, with -t and -T.

folder, sources = destination(con, operands, target_directory, no_target_directory)
folder is None: two operands, source and destination
"""

from __future__ import annotations

from kos_kernel.api import ENOENT, ENOTDIR, S_IFDIR, S_IFMT, Syscalls, SysError

from .console import Console


def is_directory(k: Syscalls, path: bytes) -> bool:
    """Tell whether the path leads to a directory."""
    try:
        return k.stat(path).mode & S_IFMT == S_IFDIR
    except SysError:
        return False


def destination(
    con: Console,
    operands: list[bytes],
    folder: bytes | None,
    no_folder: bool,
    *,
    unreached: bytes = b"target directory ",
) -> tuple[bytes | None, list[bytes]]:
    """Return (the directory that things go into or None, the other operands). Ends the command if they don't fit.

    folder: -t's argument.  no_folder: -T.  unreached: how a complaint about -t's directory begins.
    """
    k = con.k
    if len(operands) <= (0 if folder is not None else 1):
        if not operands:
            con.usage(b"missing file operand")
        con.usage(b"missing destination file operand after " + con.quoted(operands[0]))
    if no_folder:
        if folder is not None:
            con.die(b"cannot combine --target-directory (-t) and --no-target-directory (-T)")
        if len(operands) > 2:
            con.usage(b"extra operand " + con.quoted(operands[2]))
        return None, operands
    if folder is not None:
        try:
            stat = k.stat(folder)
        except SysError as error:
            con.die(unreached + con.quoted(folder), error)
        if stat.mode & S_IFMT != S_IFDIR:
            con.die(b"target directory " + con.quoted(folder) + b": Not a directory")
        return folder, operands
    last = operands[-1]
    failure: SysError | None = None
    try:
        if k.stat(last).mode & S_IFMT == S_IFDIR:
            return last, operands[:-1]
    except SysError as caught:
        failure = caught
    if len(operands) > 2:
        if failure is None:
            con.die(b"target " + con.quoted(last) + b": Not a directory")
        con.die(b"target " + con.quoted(last), failure)
    if failure is not None and failure.errno not in (ENOENT, ENOTDIR):
        con.die(b"failed to access " + con.quoted(last), failure)
    return None, operands


def remove_trailing_slashes(path: bytes) -> bytes:
    """Return the path without the slashes at its end (but `/` stays)."""
    return path.rstrip(b"/") or path[:1]
