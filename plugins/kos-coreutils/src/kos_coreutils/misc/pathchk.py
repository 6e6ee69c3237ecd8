"""pathchk: is a name one that this system, or any system, can have?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, SysError, cause, complain, parsed, quote, quoteaf, quotef, refuse

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

PATHCHK = Command(
    "pathchk",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... NAME...",
    summary="Diagnose invalid or unportable file names.",
    options=[
        Flag("posix", "p", help="check for most POSIX systems"),
        Flag("basic", "P", help='check for empty names and leading "-"'),
        Flag("posix", "portability", sets={"basic": True}, help="check for all POSIX systems (equivalent to -p -P)"),
    ],
)
_PORTABLE = b"/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
_POSIX_PATH, _POSIX_NAME = 256, 14
_PATH, _NAME = 4096, 255


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Check the names. Status 1 if one is bad."""
    opts, names = parsed(k, PATHCHK, argv)
    if not names:
        return refuse(k, b"missing operand")
    good = True
    for name in names:
        fault = _fault(k, name, opts.posix, opts.basic)
        if fault is not None:
            complain(k, fault)
            good = False
    return 0 if good else 1


def _fault(k: Syscalls, name: bytes, posix: bool, basic: bool) -> bytes | None:
    """Return what is wrong with a name."""
    parts = name.split(b"/")
    if basic and any(part[:1] == b"-" for part in parts):
        return b"leading '-' in a component of file name " + quoteaf(name)
    if (posix or basic) and not name:
        return b"empty file name"
    if posix:
        rest = name.lstrip(_PORTABLE)
        if rest:
            char = rest[:1]
            try:
                char = rest.decode()[:1].encode()
            except UnicodeDecodeError:
                pass
            return b"nonportable character %s in file name %s" % (quote(char), quoteaf(name))
    else:
        try:
            k.lstat(name)
            return None  # it's there, so it can be
        except SysError as error:
            if error.NAME != "ENOENT" or not name:
                return quoteaf(name) + b": " + cause(error) if not name else quotef(name) + b": " + cause(error)
    most = _POSIX_PATH if posix else _PATH
    if most <= len(name):
        return b"limit %d exceeded by length %d of file name %s" % (most - 1, len(name), quoteaf(name))
    most = _POSIX_NAME if posix else _NAME
    for part in parts:
        if len(part) > most:
            return b"limit %d exceeded by length %d of file name component %s" % (most, len(part), quote(part))
    return None
