"""mount: show what is mounted, or mount a filesystem.

Options, messages and statuses follow util-linux: 1 for a wrong command line, 32 for a mount that failed.
"""

from __future__ import annotations

from kos_kernel.api import (
    EBUSY,
    EINVAL,
    ENODEV,
    ENOENT,
    ENOTDIR,
    EPERM,
    MS_BIND,
    MS_MOVE,
    MS_NOATIME,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_RDONLY,
    MS_REC,
    MS_RELATIME,
    MS_REMOUNT,
    MS_STRICTATIME,
    Command,
    Syscalls,
    SysError,
)

from ..files.console import Console
from ..files.orders import Asked, flag, parse, value
from .mounttable import Mount, fstab_of, mounts_of

MOUNT = Command(
    "mount",
    like="from util-linux 2.38.1",
    usage=[
        "[-t TYPES]",
        "-a [-t TYPES]",
        "[OPTION]... SOURCE DIRECTORY",
        "[OPTION]... SOURCE | DIRECTORY",
        "--bind|--rbind|--move OLD NEW",
    ],
    summary="Show the mounted filesystems, or mount one. What isn't said is looked up in /etc/fstab.",
    options=[
        flag("all", "a", "all", help="mount all that /etc/fstab lists"),
        flag("bind", "B", "bind", help="show a directory in another place too"),
        flag("rbind", "R", "rbind", help="likewise, with what is mounted below it"),
        flag("move", "M", "move", help="move a mount"),
        flag("fake", "f", "fake", help="do everything but mount"),
        flag("labels", "l", "show-labels", help="show labels too (there are none)"),
        flag("no_mtab", "n", "no-mtab", help="write no /etc/mtab (it is never written)"),
        value("options", "o", "options", metavar="LIST", help="ro, nosuid, noexec, bind, remount, KEY=VALUE ..."),
        flag("read_only", "r", "read-only", help="like -o ro"),
        flag("read_write", "w", "rw", "read-write", help="like -o rw"),
        value("types", "t", "types", metavar="TYPES", help="the filesystem's type"),
        value("source", "source", metavar="SOURCE", help="what to mount"),
        value("target", "target", metavar="DIRECTORY", help="where"),
        flag("verbose", "v", "verbose", help="say what is done"),
        flag("make_directory", "m", "mkdir", help="make the directory if it isn't there"),
    ],
)
_SET = {
    b"ro": MS_RDONLY, b"nosuid": MS_NOSUID, b"nodev": MS_NODEV, b"noexec": MS_NOEXEC, b"remount": MS_REMOUNT,
    b"noatime": MS_NOATIME, b"bind": MS_BIND, b"rbind": MS_BIND | MS_REC, b"move": MS_MOVE, b"private": MS_PRIVATE,
    b"relatime": MS_RELATIME, b"strictatime": MS_STRICTATIME,
}  # fmt: skip
_CLEAR = {b"rw": MS_RDONLY, b"suid": MS_NOSUID, b"dev": MS_NODEV, b"exec": MS_NOEXEC, b"atime": MS_NOATIME}
_ELSEWHERE = (
    b"auto",
    b"noauto",
    b"user",
    b"users",
    b"nouser",
    b"owner",
    b"group",
    b"_netdev",
    b"nofail",
    b"async",
    b"silent",
)


def read_options(text: bytes) -> tuple[int, bytes]:
    """Return (the MS_ flags, what is left for the filesystem itself) of a list of options."""
    flags, rest = 0, []
    for word in text.split(b","):
        if word in _SET:
            flags |= _SET[word]
        elif word in _CLEAR:
            flags &= ~_CLEAR[word]
        elif word == b"defaults":
            flags &= ~(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
        elif word and word not in _ELSEWHERE:
            rest.append(word)
    return flags, b",".join(rest)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Show or mount; 0, 1 for a wrong command line, 32 if mounting failed."""
    con = Console(k, b"mount")
    asked, operands = parse(k, MOUNT, argv)
    source: bytes | None = asked.source
    target: bytes | None = asked.target
    if not operands and source is None and target is None and not asked.all:
        return _list(con, asked.types)
    options = b",".join(text for name, text in asked.given if name == "options")
    for name, word in (
        ("read_only", b"ro"),
        ("read_write", b"rw"),
        ("bind", b"bind"),
        ("rbind", b"rbind"),
        ("move", b"move"),
    ):
        if getattr(asked, name):
            options += b"," + word
    if asked.all:
        return _mount_all(con, asked)
    places = list(operands)
    if len(places) == 2 and source is None and target is None:
        source, target = places
    elif len(places) == 1 and source is not None and target is None:
        target = places[0]
    elif len(places) == 1 and target is not None and source is None:
        source = places[0]
    elif len(places) > 2 or (places and (source is not None or target is not None)):
        con.usage(b"bad usage")
    if source is None or target is None:
        return _mount_listed(con, asked, places[0] if places else source or target or b"", options)
    _mount(con, asked, Mount(source, target, asked.types or b"", options))
    return con.finish()


def _list(con: Console, types: bytes | None) -> int:
    """Print the mounts, one a line."""
    wanted = types.split(b",") if types else None
    try:
        mounts = mounts_of(con.k)
    except SysError as error:
        con.die(b"failed to read mtab", error, status=32)
    for mount in mounts:
        if wanted is None or mount.fstype in wanted:
            con.out(mount.source + b" on " + mount.target + b" type " + mount.fstype + b" (" + mount.options + b")\n")
    return con.finish()


def _mount_listed(con: Console, asked: Asked, name: bytes, options: bytes) -> int:
    """Mount what /etc/fstab lists under that source or target; or change the options of what is mounted there."""
    flags = read_options(options)[0]
    for mount in reversed(mounts_of(con.k)) if flags & MS_REMOUNT else fstab_of(con.k):
        if name in (mount.target, mount.source):
            given = b"" if flags & MS_REMOUNT else mount.options
            _mount(con, asked, Mount(mount.source, mount.target, asked.types or mount.fstype, given + b"," + options))
            return con.finish()
    if flags & MS_REMOUNT:
        con.die(con.plain(name) + b": mount point not mounted or bad option.", status=32)
    return con.die(con.plain(name) + b": can't find in /etc/fstab.")


def _mount_all(con: Console, asked: Asked) -> int:
    """Mount what /etc/fstab lists and isn't mounted yet."""
    there = {mount.target for mount in mounts_of(con.k)}
    wanted = asked.types.split(b",") if asked.types else None
    for mount in fstab_of(con.k):
        words = mount.options.split(b",")
        if mount.target in there or b"noauto" in words or mount.fstype == b"swap" or not mount.target.startswith(b"/"):
            continue
        if wanted is None or mount.fstype in wanted:
            _mount(con, asked, mount)
    return con.finish()


def _mount(con: Console, asked: Asked, mount: Mount) -> None:
    """Mount one; complains if that fails."""
    k = con.k
    flags, data = read_options(mount.options)
    fstype = mount.fstype.decode("utf-8", "surrogateescape")
    place = con.plain(mount.target)
    if not fstype and not flags & (MS_BIND | MS_MOVE | MS_REMOUNT):
        con.complain(place + b": the type of the filesystem must be given with -t.", status=32)
        return
    try:
        if asked.make_directory:
            try:
                k.mkdir(mount.target)
            except SysError as error:
                if error.errno != 17:
                    raise
        if not asked.fake:
            k.mount(mount.source, mount.target, fstype, flags, data)
    except SysError as error:
        con.complain(_why(con, mount, error), status=32)
        return
    if asked.verbose:
        how = b"bound" if flags & MS_BIND else b"mounted"
        con.out(b"mount: " + mount.source + b" " + how + b" on " + mount.target + b".\n")


def _why(con: Console, mount: Mount, error: SysError) -> bytes:
    """Return the words for a failed mount."""
    k = con.k
    place = con.plain(mount.target) + b": "
    number = error.errno
    if number == EPERM:
        return place + (b"must be superuser to use mount." if k.geteuid() else b"permission denied.")
    if number == ENODEV:
        return place + b"unknown filesystem type '" + mount.fstype + b"'."
    if number == EBUSY:
        return place + mount.source + b" already mounted or mount point busy."
    if number in (ENOENT, ENOTDIR):
        try:
            k.stat(mount.target)
        except SysError:
            return place + b"mount point does not exist."
        return place + (
            b"mount point is not a directory."
            if number == ENOTDIR
            else b"special device " + mount.source + b" does not exist."
        )
    if number == EINVAL:
        why = f" ({error.why})" if error.why else ""
        return place + b"wrong fs type, bad option, bad superblock on " + mount.source + why.encode() + b"."
    why = f" ({error.why})" if error.why else ""
    return place + b"mount(2) system call failed: " + (error.strerror or "").encode() + why.encode() + b"."
