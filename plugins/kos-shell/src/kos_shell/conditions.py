"""What test, [ and [[ ]] ask of files, strings and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    R_OK,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    S_ISGID,
    S_ISUID,
    S_ISVTX,
    W_OK,
    X_OK,
    SysError,
)
from kos_shell.names import split_subscript

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_TYPES = {"b": S_IFBLK, "c": S_IFCHR, "d": S_IFDIR, "f": S_IFREG, "p": S_IFIFO, "S": S_IFSOCK}
_BITS = {"g": S_ISGID, "u": S_ISUID, "k": S_ISVTX}
_ACCESS = {"r": R_OK, "w": W_OK, "x": X_OK}
FILE_OPERATORS = frozenset("abcdefghkprsuwxGLNOS")
UNARY_OPERATORS = FILE_OPERATORS | frozenset("zntovR")


def encode_path(text: str) -> bytes:
    """Return a path's bytes."""
    return text.encode("utf-8", "surrogateescape")


def file_test(sh: Shell, op: str, name: str) -> bool:
    """Return what `-op name` says, op a letter of FILE_OPERATORS."""
    k = sh.k
    path = encode_path(name)
    try:
        if op in "hL":
            return bool(k.lstat(path).mode & S_IFMT == S_IFLNK)
        if op in _ACCESS:
            k.access(path, _ACCESS[op], effective=True)
            return True
        stat = k.stat(path)
    except SysError:
        return False
    if op in "ae":
        return True
    if op in _TYPES:
        return bool(stat.mode & S_IFMT == _TYPES[op])
    if op in _BITS:
        return bool(stat.mode & _BITS[op])
    if op == "s":
        return bool(stat.size > 0)
    if op == "O":
        return bool(stat.uid == k.geteuid())
    if op == "G":
        return bool(stat.gid == k.getegid())
    return bool(stat.mtime_ns > stat.atime_ns)  # -N: modified since it was last read


def compare_files(sh: Shell, left: str, op: str, right: str) -> bool:
    """Return what `left -nt|-ot|-ef right` says; a missing file is older than any."""
    k = sh.k

    def find(name: str) -> object:
        try:
            return k.stat(encode_path(name))
        except SysError:
            return None

    a, b = find(left), find(right)
    if op == "-ef":
        return a is not None and b is not None and (a.dev, a.ino) == (b.dev, b.ino)  # type: ignore[attr-defined]
    if op == "-nt":
        return a is not None and (b is None or a.mtime_ns > b.mtime_ns)  # type: ignore[attr-defined]
    return b is not None and (a is None or a.mtime_ns < b.mtime_ns)  # type: ignore[attr-defined]


def is_terminal(sh: Shell, text: str) -> bool:
    """Return what -t says."""
    if not text.strip().isdecimal():
        return False
    number = int(text)
    fd = (sh.stdin, sh.stdout, sh.stderr)[number] if number <= 2 else number
    try:
        return bool(sh.k.isatty(fd))
    except SysError:
        return False


def is_variable_set(sh: Shell, text: str) -> bool:
    """Return what -v says of a name, name[subscript], or positional parameter."""
    name, subscript = split_subscript(text)
    if subscript is None:
        if name.strip(" \t").isdecimal():
            return int(name) <= len(sh.args)
        return sh.get(name) is not None
    if subscript in ("@", "*"):
        return bool(sh.elements(name))
    return sh.get_element(name, sh.subscript_key(name, sh.expand_subscript(subscript))) is not None


def option_is_on(sh: Shell, name: str) -> bool:
    """Return what -o says."""
    return name in sh.options
