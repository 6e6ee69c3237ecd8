"""A regular file's data on its way from source to destination, a mebibyte at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    EEXIST,
    EISDIR,
    ENOENT,
    O_CREAT,
    O_EXCL,
    O_NOFOLLOW,
    O_RDONLY,
    O_TRUNC,
    O_WRONLY,
    S_IFLNK,
    S_IFREG,
    NotADirectory,
    Stat,
    SysError,
)

from .attributes import omitted as omitted_permissions
from .attributes import set_file_attributes, target_mode
from .rules import CHUNK, kind_of

if TYPE_CHECKING:
    from .copying import Copier


def copy_data(job: Copier, src: bytes, dst: bytes, stat: Stat, new: bool, follow: bool) -> bool:
    """Copy a file's data and attributes."""
    k = job.k
    mode, omitted = target_mode(job, stat), omitted_permissions(job, stat)
    try:
        source = k.open(src, O_RDONLY | (0 if follow else O_NOFOLLOW))
    except SysError as error:
        job.fail(b"cannot open " + job.con.quoted(src) + b" for reading", error)
        return False
    try:
        target, new = open_target(job, dst, mode & 0o777 & ~omitted, new)
        if target < 0:
            return False
        try:
            if not job.attributes_only and not pour(job, source, target, src, dst, stat):
                return False
            return set_file_attributes(job, source, target, src, dst, stat, mode, omitted, new)
        finally:
            k.close(target)
    finally:
        k.close(source)


def open_target(job: Copier, dst: bytes, mode: int, new: bool) -> tuple[int, bool]:
    """Return (descriptor or -1, whether the file is new)."""
    k = job.k
    if not new:
        try:
            return k.open(dst, O_WRONLY | (0 if job.attributes_only else O_TRUNC)), False
        except SysError as error:
            if not job.force:
                if error.errno == ENOENT:
                    new = True
                else:
                    job.fail_on(b"cannot create regular file", dst, error)
                    return -1, False
            else:
                try:
                    k.unlink(dst)
                except SysError as failure:
                    if failure.errno != ENOENT:
                        job.fail_on(b"cannot remove", dst, failure)
                        return -1, False
                if job.verbose:
                    job.con.out(b"removed " + job.con.quoted(dst) + b"\n")
    try:
        return k.open(dst, O_WRONLY | O_CREAT | O_EXCL, mode), True
    except SysError as error:
        if error.errno == EEXIST and not job.moving:
            try:
                dangling = kind_of(k.lstat(dst)) == S_IFLNK
            except SysError:
                dangling = False
            if dangling:
                if b"POSIXLY_CORRECT" in k.env:
                    return k.open(dst, O_WRONLY | O_CREAT, mode), True
                job.fail_on(b"not writing through dangling symlink", dst)
                return -1, False
        if error.errno == EISDIR and dst.endswith(b"/"):
            error = NotADirectory(dst)
        job.fail_on(b"cannot create regular file", dst, error)
        return -1, False


def pour(job: Copier, source: int, target: int, src: bytes, dst: bytes, stat: Stat) -> bool:
    """Copy all data; blocks of zeros become holes with --sparse=always, or if the source has holes too."""
    k = job.k
    holes = job.sparse == "always" or (job.sparse == "auto" and stat.blocks * 512 < stat.size)
    whole = stat.size if kind_of(stat) == S_IFREG and stat.size else 1 << 63  # at which the end needs no proof
    size = 0
    ends_in_hole = False
    while size < whole:
        try:
            data = k.read(source, CHUNK)
        except SysError as error:
            job.fail_on(b"error reading", src, error)
            return False
        if not data:
            break
        try:
            if holes:
                ends_in_hole = write_sparse(job, target, data)
            else:
                written = k.write(target, data)
                while written < len(data):
                    written += k.write(target, data[written:])
        except SysError as error:
            job.fail_on(b"error writing", dst, error)
            return False
        size += len(data)
    if ends_in_hole:
        k.ftruncate(target, size)
    return True


def write_sparse(job: Copier, target: int, data: bytes) -> bool:
    """Write data, skipping blocks of zeros; tell whether the last block was skipped."""
    k = job.k
    skipped = False
    for start in range(0, len(data), 4096):
        block = data[start : start + 4096]
        skipped = not block.strip(b"\0")
        if skipped:
            k.lseek(target, len(block), 1)
        else:
            k.write(target, block)
    return skipped
