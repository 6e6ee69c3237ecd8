"""Copies that aren't data: links of both kinds, fifos, devices and sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import EEXIST, EPERM, S_IFBLK, S_IFCHR, S_IFIFO, S_IFSOCK, Stat, SysError

from .attributes import omitted, target_mode
from .paths import parent

if TYPE_CHECKING:
    from .copying import Copier


def make_symlink(job: Copier, src: bytes, dst: bytes) -> bool:
    """cp -s."""
    if not src.startswith(b"/") and b"/" in dst.removeprefix(b"./") and not is_here(job, parent(dst)):
        job.fail(job.con.plain(dst) + b": can make relative symbolic links only in current directory")
        return False
    try:
        try:
            job.k.symlink(src, dst)
        except SysError as error:
            if error.errno != EEXIST or not (job.force or job.remove_destination):
                raise
            job.k.unlink(dst)
            job.k.symlink(src, dst)
    except SysError as error:
        job.fail(b"cannot create symbolic link " + job.con.quoted(dst) + b" to " + job.con.quoted(src), error)
        return False
    return True


def is_here(job: Copier, folder: bytes) -> bool:
    """Tell whether the directory is the current one."""
    here, there = job.k.stat(b"."), job.k.stat(folder)
    return (here.dev, here.ino) == (there.dev, there.ino)


def make_link(job: Copier, src: bytes, dst: bytes, follow: bool) -> bool:
    """cp -l."""
    try:
        try:
            job.k.link(src, dst, follow=follow)
        except SysError as error:
            if error.errno != EEXIST or not (job.force or job.remove_destination):
                raise
            job.k.unlink(dst)
            job.k.link(src, dst, follow=follow)
    except SysError as error:
        job.fail(b"cannot create hard link " + job.con.quoted(dst) + b" to " + job.con.quoted(src), error)
        return False
    return True


def copy_symlink(job: Copier, src: bytes, dst: bytes, new: bool, stat: Stat) -> bool:
    """Make a symlink with the same text."""
    k = job.k
    try:
        text = k.readlink(src)
    except SysError as error:
        job.fail_on(b"cannot read symbolic link", src, error)
        return False
    try:
        k.symlink(text, dst)
    except SysError as error:
        if not (error.errno == EEXIST and job.update and not new and reads(job, dst, text)):
            job.fail_on(b"cannot create symbolic link", dst, error)
            return False
    if job.keep_owner:
        try:
            k.chown(dst, stat.uid, stat.gid, follow=False)
        except SysError as error:
            if error.errno != EPERM:
                job.fail_on(b"failed to preserve ownership for", dst, error)
    if job.keep_times:
        try:
            k.utimens(dst, stat.atime_ns, stat.mtime_ns, follow=False)
        except SysError as error:
            job.fail_on(b"preserving times for", dst, error)
    return True


def reads(job: Copier, link: bytes, text: bytes) -> bool:
    """Tell whether the symlink has that text."""
    try:
        return job.k.readlink(link) == text
    except SysError:
        return False


def copy_special(job: Copier, src: bytes, dst: bytes, stat: Stat, kind: int) -> bool:
    """Make a fifo, device or socket like the source."""
    mode = target_mode(job, stat) & 0o777 & ~omitted(job, stat)
    if kind not in (S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK):
        job.fail(job.con.quoted(src) + b" has unknown file type")
        return False
    try:
        job.k.mknod(dst, kind | mode, stat.rdev if kind in (S_IFCHR, S_IFBLK) else 0)
    except SysError as error:
        what = b"cannot create fifo" if kind == S_IFIFO else b"cannot create special file"
        job.fail_on(what, dst, error)
        return False
    return True


def link_over(job: Copier, target: bytes, name: bytes, new: bool, *, follow: bool = False) -> None:
    """Make a hard link, replacing what is there."""
    try:
        job.k.link(target, name, follow=follow)
    except SysError as error:
        if error.errno != EEXIST or new:
            raise
        job.k.unlink(name)
        job.k.link(target, name, follow=follow)
