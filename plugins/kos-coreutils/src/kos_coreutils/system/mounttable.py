"""The table of mounts, as /proc/self/mounts has it; what `mount`, `umount` and `df` share."""

from __future__ import annotations

import re
from typing import NamedTuple

from kos_kernel.api import Syscalls, SysError, read_whole

_OCTAL = re.compile(rb"\\([0-7]{3})")


class Mount(NamedTuple):
    """One mount: what, where, of which type, how."""

    source: bytes
    target: bytes
    fstype: bytes
    options: bytes


def unescape(text: bytes) -> bytes:
    """Return a field of the table with \\040 and its like resolved."""
    return _OCTAL.sub(lambda match: bytes([int(match[1], 8) & 0xFF]), text)


def parse_table(text: bytes) -> list[Mount]:
    """Return the mounts of a table, comments and short lines left out."""
    mounts = []
    for line in text.split(b"\n"):
        fields = line.split()
        if len(fields) >= 2 and not fields[0].startswith(b"#"):
            fields += [b"", b""]
            mounts.append(Mount(unescape(fields[0]), unescape(fields[1]), unescape(fields[2]), unescape(fields[3])))
    return mounts


def mounts_of(k: Syscalls) -> list[Mount]:
    """Return the mounts in the order of mounting. Raises SysError if /proc can't be read."""
    try:
        return parse_table(read_whole(k, b"/proc/self/mounts"))
    except SysError as error:
        try:
            return parse_table(read_whole(k, b"/proc/mounts"))
        except SysError:
            raise error from None


def fstab_of(k: Syscalls) -> list[Mount]:
    """Return what /etc/fstab says; nothing if there is none."""
    try:
        return parse_table(read_whole(k, b"/etc/fstab"))
    except SysError:
        return []
