"""mountpoint: whether something is mounted on a directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import S_IFBLK, S_IFDIR, S_IFMT, Command, Flag, SysError, cause, complain, major, minor

from .mounts import mounts

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

MOUNTPOINT = Command(
    "mountpoint",
    usage=["[-qd] </path/to/directory>", "-x </dev/device>"],
    summary="Check whether a directory or file is a mountpoint.",
    options=[
        Flag("quiet", "q", "quiet", help="quiet mode - don't print anything"),
        Flag("nofollow", "nofollow", help="do not follow symlink"),
        Flag("device", "d", "fs-devno", help="print maj:min device number of the filesystem"),
        Flag("number", "x", "devno", help="print maj:min device number of the block device"),
        Flag("version_", "V", hidden=True),
    ],
)
_NONE = 32


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Say whether it is one. Status 32 if not, 1 for errors."""
    opts, words = MOUNTPOINT.parse(argv)
    if len(words) != 1:
        raise MOUNTPOINT.error(opts, "bad usage")
    if opts.nofollow and opts.number:
        complain(k, b"--devno and --nofollow are mutually exclusive")
        return 1
    path = words[0]
    try:
        there = k.stat(path, follow=not opts.nofollow)
    except SysError as error:
        if not opts.quiet:
            complain(k, path + b": " + cause(error))
        return 1
    if opts.number:
        if there.mode & S_IFMT != S_IFBLK:
            if not opts.quiet:
                complain(k, path + b": not a block device")
            return _NONE
        k.write(1, b"%d:%d\n" % (major(there.rdev), minor(there.rdev)))
        return 0
    if not _is_mounted(k, path, there.mode & S_IFMT == S_IFDIR, opts.nofollow):
        if not opts.quiet:
            k.write(1, path + b" is not a mountpoint\n")
        return _NONE
    if opts.device:
        k.write(1, b"%d:%d\n" % (major(there.dev), minor(there.dev)))
    elif not opts.quiet:
        k.write(1, path + b" is a mountpoint\n")
    return 0


def _is_mounted(k: Syscalls, path: bytes, directory: bool, nofollow: bool) -> bool:
    if nofollow and not directory:
        return False
    if directory:
        here = k.getcwd()
        try:
            k.chdir(path)
            absolute = k.getcwd()
            k.chdir(here)
        except SysError:
            return False
        return any(mount.target == absolute for mount in mounts(k))
    name = path if path.startswith(b"/") else k.getcwd().rstrip(b"/") + b"/" + path
    return any(mount.target == name for mount in mounts(k))
