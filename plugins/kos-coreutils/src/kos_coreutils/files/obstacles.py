"""What is in a copy's way: an existing destination, which may be the source itself, be kept as a backup, or be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import ENOENT, S_IFDIR, S_IFLNK, S_IFREG, W_OK, Stat, SysError

from .modes import mode_string
from .paths import base, canonical, parent
from .prompts import ask
from .rules import ASK, NEVER, SKIP, UNTOLD, kind_of

if TYPE_CHECKING:
    from .copying import Copier


def clear_way(job: Copier, src: bytes, stat: Stat, dst: bytes, old: Stat) -> tuple[bool, bool, bytes | None]:
    """Deal with an existing destination. Returns (nothing is left to do, the destination is new now, its backup)."""
    k, quoted = job.k, job.con.quoted
    kind, old_kind = kind_of(stat), kind_of(old)
    fine, finished = may_be_same(job, src, stat, dst, old)
    if not fine:
        job.fail(quoted(src) + b" and " + quoted(dst) + b" are the same file")
        return True, False, None
    if job.update and kind != S_IFDIR and stat.mtime_ns <= old.mtime_ns:
        return True, False, None
    if kind != S_IFDIR and (job.interactive == SKIP or not may_overwrite(job, dst, old)):
        return True, False, None
    if finished:
        return True, False, None
    if kind == S_IFDIR and old_kind != S_IFDIR:
        if job.moving and job.backups:
            pass
        elif job.moving:
            job.fail(b"cannot overwrite non-directory " + quoted(dst) + b" with directory " + quoted(src))
            return True, False, None
        else:
            job.fail(b"cannot overwrite non-directory " + quoted(dst) + b" with directory " + quoted(src))
            return True, False, None
    if kind != S_IFDIR:
        if old_kind == S_IFDIR and not (job.moving and job.backups):
            job.fail(b"cannot overwrite directory " + quoted(dst) + b" with non-directory")
            return True, False, None
        if dst in job.made and job.backups.kind != "numbered":
            link = k.lstat(dst)
            if (link.dev, link.ino) == job.made[dst]:
                job.fail(b"will not overwrite just-created " + quoted(dst) + b" with " + quoted(src))
                return True, False, None
    elif job.moving and dst in job.made and not job.backups:
        link = k.lstat(dst)
        if (link.dev, link.ino) == job.made[dst]:
            job.fail(b"will not overwrite just-created " + quoted(dst) + b" with " + quoted(src))
            return True, False, None
    if job.backups and base(src) not in (b".", b"..") and (job.moving or old_kind != S_IFDIR):
        return back_up(job, src, dst)
    if (
        old_kind != S_IFDIR
        and not job.moving
        and (
            job.remove_destination
            or (job.keep_links and old.nlink > 1 and not job.attributes_only)
            or (job.follow == NEVER and kind != S_IFREG)
        )
    ):
        try:
            k.unlink(dst)
        except SysError as error:
            if error.errno != ENOENT:
                job.fail_on(b"cannot remove", dst, error)
                return True, False, None
        if job.verbose:
            job.con.out(b"removed " + quoted(dst) + b"\n")
        return False, True, None
    return False, False, None


def back_up(job: Copier, src: bytes, dst: bytes) -> tuple[bool, bool, bytes | None]:
    """Rename the destination to its backup's name; returns what clear_way returns."""
    name = job.backups.name_for(job.k, dst)
    if is_same_entry(job, src, name):
        verb = b"moved" if job.moving else b"copied"
        shown = job.con.quoted
        job.fail(b"backing up " + shown(dst) + b" might destroy source;  " + shown(src) + b" not " + verb)
        return True, False, None
    try:
        job.k.rename(dst, name)
    except SysError as error:
        if error.errno == ENOENT:
            return False, True, None
        job.fail_on(b"cannot backup", dst, error)
        return True, False, None
    return False, True, name


def is_same_entry(job: Copier, one: bytes, other: bytes) -> bool:
    """Tell whether two names are one directory entry."""
    if base(one) != base(other):
        return False
    try:
        a, b = job.k.stat(parent(one)), job.k.stat(parent(other))
    except SysError:
        return False
    return (a.dev, a.ino) == (b.dev, b.ino)


def may_be_same(job: Copier, src: bytes, stat: Stat, dst: bytes, old: Stat) -> tuple[bool, bool]:
    """Return (source and destination may be what they are, there's nothing to do at all)."""
    same = (stat.dev, stat.ino) == (old.dev, old.ino)
    if same and job.hard_link:
        return True, True
    if job.follow == NEVER:
        same_link, src_link, dst_link = same, stat, old
        if kind_of(stat) == S_IFLNK and kind_of(old) == S_IFLNK:
            same_name = is_same_entry(job, src, dst)
            if not same_name:
                if job.backups:
                    return True, False
                if same_link:
                    return not job.moving, True
            return not same_name, False
    else:
        if not same:
            return True, False
        src_link, dst_link = job.k.lstat(src), job.k.lstat(dst)
        same_link = (src_link.dev, src_link.ino) == (dst_link.dev, dst_link.ino)
        if kind_of(src_link) == S_IFLNK and kind_of(dst_link) == S_IFLNK and job.remove_destination:
            return True, False
    src_is_link, dst_is_link = kind_of(src_link) == S_IFLNK, kind_of(dst_link) == S_IFLNK
    if job.backups:
        if not same_link:
            return job.moving or job.follow == NEVER or not src_is_link or dst_is_link, False
        return not is_same_entry(job, src, dst), False
    if job.moving or job.remove_destination:
        if dst_is_link:
            return True, False
        if same_link and dst_link.nlink > 1 and not is_same_entry(job, src, dst):
            return not job.moving, False
    if not src_is_link and not dst_is_link:
        if not same_link:
            return True, False
        if job.hard_link:
            return True, True
    if job.moving and src_is_link and dst_link.nlink > 1:
        try:
            return not is_same_entry(job, canonical(job.con.k, src), dst), False
        except SysError:
            return True, False
    if job.symbolic_link or ((job.hard_link or job.remove_destination) and dst_is_link):
        return dst_link.dev == src_link.dev, False
    if job.follow == NEVER:
        try:
            a = job.k.stat(src) if src_is_link else src_link
            b = job.k.stat(dst) if dst_is_link else dst_link
        except SysError:
            return True, False
        if (a.dev, a.ino) != (b.dev, b.ino):
            return True, False
        if job.hard_link:
            return True, not dst_is_link
    return False, False


def may_overwrite(job: Copier, dst: bytes, old: Stat) -> bool:
    """Ask before overwriting, if asking is due."""
    link = kind_of(old) == S_IFLNK
    writable = True
    if job.interactive == ASK or (job.moving and job.interactive == UNTOLD and job.stdin_is_tty):
        if not link:
            try:
                job.k.access(dst, W_OK, effective=True)
            except SysError:
                writable = False
        if job.interactive != ASK and writable:
            return True
    else:
        return True
    shown = job.con.quoted(dst)
    if writable:
        return ask(job.con, b"overwrite " + shown + b"? ")
    mode = b"%04o" % (old.mode & 0o7777)
    letters = mode_string(old.mode)[1:].encode()
    if job.moving or job.remove_destination or job.force:
        return ask(job.con, b"replace " + shown + b", overriding mode " + mode + b" (" + letters + b")? ")
    return ask(job.con, b"unwritable " + shown + b" (mode " + mode + b", " + letters + b"); try anyway? ")
