"""What a copy keeps of its source besides the data: times, owner, mode, extended attributes; in the order that is safe.

A new file starts without what others may do with it and gets that last; a set-id bit is given up if the owner can't be kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import EPERM, S_IFDIR, Stat, SysError

from .rules import kind_of

if TYPE_CHECKING:
    from .copying import Copier


def target_mode(job: Copier, stat: Stat) -> int:
    """Return the permission bits that the copy is to have."""
    return (stat.mode if job.fixed_mode is None else job.fixed_mode) & 0o7777


def omitted(job: Copier, stat: Stat) -> int:
    """Return the permissions that a new file doesn't get before it is complete."""
    mode = target_mode(job, stat)
    if job.keep_owner:
        return mode & 0o077
    return mode & 0o022 if kind_of(stat) == S_IFDIR else 0


def set_file_attributes(
    job: Copier, source: int, target: int, src: bytes, dst: bytes, stat: Stat, mode: int, omitted: int, new: bool
) -> bool:
    """Set times, owner and mode of a file that is still open."""
    k = job.k
    fine = True
    if job.keep_times:
        try:
            k.futimens(target, stat.atime_ns, stat.mtime_ns)
        except SysError as error:
            job.fail_on(b"preserving times for", dst, error)
            fine = False
    now = k.fstat(target) if job.keep_owner or job.keep_mode or job.moving else stat
    changed = False
    if job.keep_owner:
        if (now.uid, now.gid) != (stat.uid, stat.gid):
            changed = True
            mode = change_owner(job, lambda uid, gid: k.fchown(target, uid, gid), dst, stat, mode)
    if job.keep_xattrs:
        fine = copy_xattrs(job, src, dst) and fine
    try:
        if job.keep_mode or job.moving:
            if changed or now.mode & 0o7777 != mode:
                k.fchmod(target, mode)
        elif job.fixed_mode is not None:
            k.fchmod(target, job.fixed_mode)
        elif job.drop_mode and new:
            k.fchmod(target, 0o666 & ~job.umask)
        elif omitted & ~job.umask:
            k.fchmod(target, mode & 0o777 & ~job.umask)
    except SysError as error:
        job.fail_on(b"preserving permissions for", dst, error)
        fine = False
    return fine


def change_owner(job: Copier, chown: object, dst: bytes, stat: Stat, mode: int) -> int:
    """Set the owner; if that isn't allowed, the group; returns the mode without set-id bits if neither was."""
    assert callable(chown)
    try:
        chown(stat.uid, stat.gid)
    except SysError as error:
        if error.errno != EPERM and error.errno != 22:
            job.fail_on(b"failed to preserve ownership for", dst, error)
            return mode
        try:
            chown(-1, stat.gid)
        except SysError:
            pass
        return mode & ~0o7000
    return mode


def copy_xattrs(job: Copier, src: bytes, dst: bytes) -> bool:
    """Copy extended attributes; only --preserve=xattr complains if that isn't possible."""
    k = job.k
    try:
        for name in k.listxattr(src):
            k.setxattr(dst, name, k.getxattr(src, name))
    except SysError as error:
        if job.require_xattrs:
            job.fail_on(b"preserving attributes for", dst, error)
            return False
    return True


def set_attributes(
    job: Copier, src: bytes, dst: bytes, stat: Stat, mode: int, omitted: int, new: bool, *, restore: bool = False
) -> None:
    """Set owner, times and mode of what isn't a regular file."""
    k = job.k
    if job.keep_times:
        try:
            k.utimens(dst, stat.atime_ns, stat.mtime_ns)
        except SysError as error:
            job.fail_on(b"preserving times for", dst, error)
    keep = target_mode(job, stat)
    if job.keep_owner:
        keep = change_owner(job, lambda uid, gid: k.chown(dst, uid, gid), dst, stat, keep)
    if job.keep_xattrs:
        copy_xattrs(job, src, dst)
    try:
        if job.keep_mode or job.moving:
            k.chmod(dst, keep)
        elif job.fixed_mode is not None:
            k.chmod(dst, job.fixed_mode)
        elif job.drop_mode and new:
            k.chmod(dst, (0o777 if kind_of(stat) == S_IFDIR else 0o666) & ~job.umask)
        elif omitted & ~job.umask:
            k.chmod(
                dst,
                (k.stat(dst).mode & 0o7777) | (omitted & ~job.umask) if not restore else mode | (omitted & ~job.umask),
            )
        elif restore:
            k.chmod(dst, mode)
    except SysError as error:
        job.fail_on(b"preserving permissions for" if job.keep_mode else b"setting permissions for", dst, error)
