"""unshare and nsenter: run a command in namespaces of its own, or in another process's.

unshare has what the kernel has: mnt, uts and pid. nsenter asks the kernel, which can't yet, and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
    Command,
    Flag,
    SysError,
    Value,
    cause,
    complain,
)

from .become import become, shell_of, status_of_child

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_CLONE_NEWCGROUP, _CLONE_NEWTIME = 0x02000000, 0x80
# name in /proc/PID/ns, letter, flag
KINDS = (
    ("user", "U", CLONE_NEWUSER), ("cgroup", "C", _CLONE_NEWCGROUP), ("ipc", "i", CLONE_NEWIPC), ("uts", "u", CLONE_NEWUTS),
    ("net", "n", CLONE_NEWNET), ("pid", "p", CLONE_NEWPID), ("mnt", "m", CLONE_NEWNS), ("time", "T", _CLONE_NEWTIME),
)  # fmt: skip
_WORDS = {"mnt": "mount"}

UNSHARE = Command(
    "unshare",
    usage="[options] [<program> [<argument>...]]",
    summary="Run a program with some namespaces unshared from the parent.",
    options=[
        *(
            Flag(kind, letter, _WORDS.get(kind, kind), help=f"unshare the {kind} namespace")
            for kind, letter, _ in KINDS
        ),
        Flag("fork", "f", "fork", help="fork before launching <program>"),
        Flag("map_root", "r", "map-root-user", help="map current user to root (implies --user)"),
        Value(
            "mount_proc",
            "mount-proc",
            metavar="DIR",
            optional=True,
            implied=b"/proc",
            help="mount proc first (implies --mount)",
        ),
        Value(
            "propagation", "propagation", metavar="WORD", help="of mounts: private or unchanged, which is the same here"
        ),
        Value("root", "R", "root", metavar="DIR", help="run the command with root directory set to <dir>"),
        Value("folder", "w", "wd", metavar="DIR", help="change working directory to <dir>"),
        Value("uid", "S", "setuid", metavar="UID", help="set uid in entered namespace"),
        Value("gid", "G", "setgid", metavar="GID", help="set gid in entered namespace"),
        Flag("version_", "V", hidden=True),
    ],
    permute=False,
)
NSENTER = Command(
    "nsenter",
    usage="[options] [<program> [<argument>...]]",
    summary="Run a program with namespaces of other processes.",
    options=[
        Flag("all", "a", "all", help="enter all namespaces"),
        Value("target", "t", "target", metavar="PID", help="target process to get namespaces from"),
        *(
            Value(
                kind,
                letter,
                _WORDS.get(kind, kind),
                metavar="FILE",
                optional=True,
                implied=b"",
                help=f"enter the {kind} namespace",
            )
            for kind, letter, _ in KINDS
        ),
        Value("root", "r", "root", metavar="DIR", optional=True, implied=b"", help="set the root directory"),
        Value("folder", "w", "wd", metavar="DIR", optional=True, implied=b"", help="set the working directory"),
        Value("uid", "S", "setuid", metavar="UID", help="set uid in entered namespace"),
        Value("gid", "G", "setgid", metavar="GID", help="set gid in entered namespace"),
        Flag("no_fork", "F", "no-fork", help="do not fork before exec'ing <program>"),
        Flag("version_", "V", hidden=True),
    ],
    permute=False,
)


class _Failed(Exception):
    """Why a command can't be run; ends with status 1."""


def unshare(k: Syscalls, argv: list[bytes]) -> int:
    """Get namespaces of one's own and become the program (a shell). Status 1 if they can't be had."""
    opts, words = UNSHARE.parse(argv)
    flags = sum(flag for kind, _, flag in KINDS if getattr(opts, kind))
    flags |= CLONE_NEWUSER if opts.map_root else 0
    flags |= CLONE_NEWNS if opts.mount_proc is not None else 0
    if opts.propagation is not None and opts.propagation not in (b"private", b"unchanged"):
        known = opts.propagation in (b"shared", b"slave")
        complain(
            k,
            (b"propagation mode is not supported: " if known else b"unsupported propagation mode: ") + opts.propagation,
        )
        return 1
    try:
        try:
            if flags:
                k.unshare(flags)
        except SysError as error:
            raise _Failed(b"unshare failed: " + cause(error)) from None
        if opts.fork:
            pid = k.fork_call(_unshared, opts, words)
            return status_of_child(k, pid)
        return _unshared(k, opts, words)
    except _Failed as failed:
        complain(k, failed.args[0])
        return 1


def _unshared(k: Syscalls, opts: Any, words: list[bytes]) -> int:
    try:
        if opts.root is not None:
            _tried(b"cannot change root directory to '%s'" % opts.root, lambda: k.chroot(opts.root))
            _tried(b"cannot chdir to '/'", lambda: k.chdir(b"/"))
        if opts.folder is not None:
            _tried(b"cannot chdir to '%s'" % opts.folder, lambda: k.chdir(opts.folder))
        if opts.mount_proc is not None:
            _tried(b"mount %s failed" % opts.mount_proc, lambda: k.mount(b"proc", opts.mount_proc, "proc"))
        _identity(k, opts)
    except _Failed as failed:
        complain(k, failed.args[0])
        return 1
    return become(k, words or [shell_of(k)])


def _tried(text: bytes, call: Any) -> None:
    try:
        call()
    except SysError as error:
        raise _Failed(text + b": " + cause(error)) from None


def _identity(k: Syscalls, opts: Any) -> None:
    for name, value in (("gid", opts.gid), ("uid", opts.uid)):
        if value is None:
            continue
        if not value.isdigit() or len(value) > 10:
            raise _Failed(b"failed to parse %s: '%s'" % (name.encode(), value))
        number = int(value)
        if name == "gid":
            _tried(b"setgroups failed", lambda: k.setgroups([]))
            _tried(b"setgid failed", lambda number=number: k.setresgid(number, number, number))
        else:
            _tried(b"setuid failed", lambda number=number: k.setresuid(number, number, number))


def nsenter(k: Syscalls, argv: list[bytes]) -> int:
    """Enter namespaces and become the program (a shell). Status 1 if they can't be entered."""
    opts, words = NSENTER.parse(argv)
    target = opts.target
    if target is not None and (not target.isdigit() or len(target) > 10):
        complain(k, b"failed to parse pid: '%s'" % target)
        return 1
    if opts.all and target is None:
        complain(k, b"no target PID specified for --all")
        return 1
    try:
        for kind, _, flag in KINDS:
            place = getattr(opts, kind)
            if place is None and not opts.all:
                continue
            _enter(k, kind, place or b"", target, flag, optional=place is None)
        for what, link in (("root", b"root"), ("folder", b"cwd")):
            place = getattr(opts, what)
            if place is not None:
                _go(k, what, place, target, link)
        _identity(k, opts)
    except _Failed as failed:
        complain(k, failed.args[0])
        return 1
    return become(k, words or [shell_of(k)])


def _enter(k: Syscalls, kind: str, place: bytes, target: bytes | None, flag: int, *, optional: bool) -> None:
    name = kind.encode()
    if not place:
        if target is None:
            raise _Failed(b"neither filename nor target pid supplied for ns/" + name)
        place = b"/proc/%s/ns/%s" % (target, name)
    try:
        fd = k.open(place)
    except SysError as error:
        if optional:
            return  # --all enters those that there are
        if not _is_link(k, place):
            raise _Failed(b"cannot open %s: %s" % (place, cause(error))) from None
        fd = -1  # there is one: setns is to say what can't be done with it
    _tried(b"reassociate to namespace 'ns/%s' failed" % name, lambda: k.setns(fd, flag))
    if fd >= 0:
        k.close(fd)


def _is_link(k: Syscalls, place: bytes) -> bool:
    try:
        return bool(k.readlink(place))
    except SysError:
        return False


def _go(k: Syscalls, what: str, place: bytes, target: bytes | None, link: bytes) -> None:
    if not place:
        if target is None:
            raise _Failed(b"neither filename nor target pid supplied for " + link)
        place = b"/proc/%s/%s" % (target, link)
    if what == "root":
        _tried(b"chroot failed", lambda: k.chroot(place))
        _tried(b"cannot chdir", lambda: k.chdir(b"/"))
    else:
        _tried(b"cannot chdir to '%s'" % place, lambda: k.chdir(place))
