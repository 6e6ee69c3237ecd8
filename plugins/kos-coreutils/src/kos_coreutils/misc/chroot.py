"""chroot: a command with another directory for /."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    Accounts,
    Command,
    Flag,
    SysError,
    Value,
    cause,
    complain,
    exec_command,
    exec_status,
    parsed,
    quote,
    quoteaf,
    refuse,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_FAILED = 125
CHROOT = Command(
    "chroot",
    like="(GNU coreutils) 9.1",
    usage=("[OPTION] NEWROOT [COMMAND [ARG]...]", "OPTION"),
    summary="Run COMMAND with root directory set to NEWROOT.",
    options=[
        Value("groups", "groups", metavar="G_LIST", help="specify supplementary groups as g1,g2,..,gN"),
        Value("userspec", "userspec", metavar="USER:GROUP", help="specify user and group (ID or name) to use"),
        Flag("stay", "skip-chdir", help="do not change working directory to '/'"),
    ],
    epilog="If no command is given, run '\"$SHELL\" -i' (default: '/bin/sh -i').",
    status=_FAILED,
    permute=False,
)


class _Refused(Exception):
    """Something couldn't be set: the message."""


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Become the command below another root. Status 125 if chroot fails itself, 126 or 127 if the command can't start."""
    opts, words = parsed(k, CHROOT, argv)
    if not words:
        return refuse(k, b"missing operand", _FAILED)
    root = words.pop(0)
    try:
        same = k.stat(root) and (k.stat(root).dev, k.stat(root).ino) == (k.stat(b"/").dev, k.stat(b"/").ino)
    except SysError:
        same = False
    if opts.stay and not same:
        return refuse(k, b"option --skip-chdir only permitted if NEWROOT is old '/'", _FAILED)
    before = Accounts(k)  # reads the files of the old root where the new one has none
    outside = _identity(before, opts) if opts.userspec or opts.groups else None
    try:
        k.chroot(root)
    except SysError as error:
        complain(k, b"cannot change root directory to %s: %s" % (quoteaf(root), cause(error)))
        return _FAILED
    if not opts.stay:
        try:
            k.chdir(b"/")
        except SysError as error:
            complain(k, b"cannot chdir to root directory: " + cause(error))
            return _FAILED
    try:
        _become(k, opts, outside)
    except _Refused as refused:
        complain(k, refused.args[0])
        return _FAILED
    if not words:
        words = [k.env.get(b"SHELL") or b"/bin/sh", b"-i"]
    failure = exec_command(k, words)
    complain(k, b"failed to run command %s: %s" % (quoteaf(words[0]), cause(failure)))
    return exec_status(failure)


_Identity = tuple[int | None, int | None, list[int | None]]


def _number(text: bytes, known: int | None) -> int | None:
    if known is not None:
        return known
    bare = text.removeprefix(b"+")
    return int(bare) if bare.isdigit() and len(bare) < 11 and int(bare) < 0xFFFFFFFF else None


def _identity(accounts: Accounts, opts: object) -> _Identity:
    """Return (user, group, supplementary groups) of the options; None for what isn't known."""
    spec = getattr(opts, "userspec", None) or b""
    user, _, group = spec.partition(b":" if b":" in spec else b".")
    uid = _number(user, accounts.uid(user)) if user else None
    gid = _number(group, accounts.gid(group)) if group else None
    if uid is not None and not group:
        gid = accounts.login_group(uid)
    listed = [_number(name, accounts.gid(name)) for name in (getattr(opts, "groups", None) or b"").split(b",") if name]
    return uid, gid, listed


def _become(k: Syscalls, opts: object, outside: _Identity | None) -> None:
    """Take on the user and the groups, by the names of the new root, else of the old one."""
    if outside is None:
        return
    inside = _identity(Accounts(k), opts)
    spec, groups = getattr(opts, "userspec", None) or b"", getattr(opts, "groups", None)
    user, _, group = spec.partition(b":" if b":" in spec else b".")
    uid, gid = (one if one is not None else two for one, two in zip(inside[:2], outside[:2], strict=True))
    if user and uid is None:
        raise _Refused(b"invalid user")
    if group and gid is None:
        raise _Refused(b"invalid group")
    if spec and user and gid is None:
        raise _Refused(b"no group specified for unknown uid: %d" % (uid or 0))
    listed = [one if one is not None else two for one, two in zip(inside[2], outside[2], strict=True)]
    if groups is not None and (None in listed or (groups and not listed)):
        bad = [name for name in groups.split(b",") if name][listed.index(None)] if listed else groups
        raise _Refused(b"invalid group " + quote(bad))
    try:
        if groups is not None or gid is not None:
            k.setgroups(
                [number for number in listed if number is not None]
                or ([gid] if groups is None and gid is not None else [])
            )
    except SysError as error:
        raise _Refused(b"failed to set supplemental groups: " + cause(error)) from None
    try:
        if gid is not None:
            k.setgid(gid)
    except SysError as error:
        raise _Refused(b"failed to set group-ID: " + cause(error)) from None
    try:
        if uid is not None:
            k.setuid(uid)
    except SysError as error:
        raise _Refused(b"failed to set user-ID: " + cause(error)) from None
