"""umount: take mounts away. Options, messages and statuses follow util-linux."""

from __future__ import annotations

from kos_kernel.api import EBUSY, EINVAL, ENOENT, EPERM, MNT_DETACH, MNT_FORCE, Command, Syscalls, SysError

from ..files.console import Console
from ..files.orders import flag, parse, value
from ..files.paths import MISSING, canonical
from .mounttable import Mount, mounts_of

UMOUNT = Command(
    "umount",
    like="from util-linux 2.38.1",
    usage=["-a [OPTION]...", "[OPTION]... SOURCE | DIRECTORY..."],
    summary="Unmount filesystems.",
    options=[
        flag("all", "a", "all", help="all that can be"),
        flag("fake", "fake", help="do everything but unmount"),
        flag("force", "f", "force", help="even if the filesystem doesn't answer"),
        flag("lazy", "l", "lazy", help="now, even if it is busy"),
        flag("no_mtab", "n", "no-mtab", help="write no /etc/mtab (it is never written)"),
        flag("recursive", "R", "recursive", help="with all that is mounted below"),
        value("types", "t", "types", metavar="TYPES", help="only filesystems of these types"),
        flag("verbose", "v", "verbose", help="say what is done"),
        flag("quiet", "q", "quiet", help="say nothing of what isn't mounted"),
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Unmount; 0, 1 for a wrong command line, 32 if any couldn't be unmounted."""
    con = Console(k, b"umount")
    asked, names = parse(k, UMOUNT, argv)
    if not names and not asked.all:
        con.usage(b"bad usage")
    flags = (MNT_DETACH if asked.lazy else 0) | (MNT_FORCE if asked.force else 0)
    try:
        mounts = mounts_of(k)
    except SysError as error:
        con.die(b"failed to parse mounts", error, status=32)
    types = asked.types.split(b",") if asked.types else None

    def take_away(mount: Mount, shown: bytes) -> None:
        if types is not None and mount.fstype not in types:
            return
        try:
            if not asked.fake:
                k.umount(mount.target, flags)
        except SysError as error:
            con.complain(_why(con, shown, error), status=32)
            return
        mounts.remove(mount)
        if asked.verbose:
            con.out(b"umount: " + mount.target + b" unmounted\n")

    if asked.all:
        for mount in reversed(list(mounts)):
            if mount.target != b"/" and mount.fstype not in (b"proc", b"sysfs", b"dev", b"devtmpfs", b"devpts"):
                take_away(mount, mount.target)
    for name in names:
        found = _find(con, mounts, name)
        if found is None:
            if not asked.quiet:
                _complain_missing(con, name)
            elif con.status == 0:
                con.status = 32
            continue
        if asked.recursive:
            below = found.target.rstrip(b"/") + b"/"
            for mount in reversed([m for m in mounts if m.target.startswith(below)]):
                take_away(mount, mount.target)
        take_away(found, name)
    return con.finish()


def _find(con: Console, mounts: list[Mount], name: bytes) -> Mount | None:
    """Return the newest mount at that directory, or of that source."""
    try:
        path = canonical(con.k, name, MISSING)
    except SysError:
        path = name
    for mount in reversed(mounts):
        if mount.target in (path, name):
            return mount
    for mount in reversed(mounts):
        if mount.source in (path, name):
            return mount
    return None


def _complain_missing(con: Console, name: bytes) -> None:
    try:
        con.k.lstat(name)
    except SysError as error:
        if error.errno == ENOENT:
            con.complain(con.plain(name) + b": no mount point specified.", status=32)
            return
    con.complain(con.plain(name) + b": not mounted.", status=32)


def _why(con: Console, name: bytes, error: SysError) -> bytes:
    """Return the words for a failed unmount."""
    place = con.plain(name) + b": "
    if error.errno == EBUSY:
        why = f" ({error.why})" if error.why else ""
        return place + b"target is busy" + why.encode() + b"."
    if error.errno == EPERM:
        return place + b"must be superuser to unmount."
    if error.errno == EINVAL:
        return place + b"not mounted."
    return place + b"umount failed: " + (error.strerror or "").encode() + b"."
