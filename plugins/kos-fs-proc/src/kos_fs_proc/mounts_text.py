"""/proc/PID/mounts and mountinfo: the mount table, as mount(8), df and findmnt read it.

    mounts      source target fstype options 0 0
    mountinfo   id parent major:minor root target options - fstype source super-options

Blanks, tabs, newlines, backslashes and # in names are written as octal escapes, so that a line stays a line.
Source: proc(5); Linux 6.1 fs/proc_namespace.c.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kos_kernel.api import major, minor

if TYPE_CHECKING:
    from kos_kernel.api import MountView

_ESCAPES = {byte: b"\\%03o" % byte for byte in b" \t\n\\"}
_SOURCE_ESCAPES = {**_ESCAPES, ord("#"): b"\\043"}


def _escaped(name: bytes, table: dict[int, bytes] = _ESCAPES) -> bytes:
    if not any(byte in name for byte in table):
        return name
    return b"".join(table.get(byte) or bytes((byte,)) for byte in name)


def mounts(views: Iterable[MountView]) -> bytes:
    """Return a line for each mount, in the order of mounting."""
    return b"".join(
        b"%s %s %s %s 0 0\n"
        % (_escaped(m.source, _SOURCE_ESCAPES), _escaped(m.target), m.fstype.encode(), _all_options(m).encode())
        for m in views
    )


def _all_options(mount: MountView) -> str:
    """Return the mount's options followed by the filesystem's own; `ro` if either says so."""
    of_mount, of_super = mount.options.split(","), mount.super_options.split(",")
    access = "ro" if "ro" in of_mount or "ro" in of_super else "rw"
    rest = [option for option in of_mount + of_super if option not in ("", "ro", "rw")]
    return ",".join([access, *dict.fromkeys(rest)])


def mountinfo(views: Iterable[MountView]) -> bytes:
    """Return a line for each mount, in the order of mounting."""
    return b"".join(
        b"%d %d %d:%d %s %s %s - %s %s %s\n"
        % (
            m.id, m.parent_id, major(m.dev), minor(m.dev), _escaped(m.root), _escaped(m.target), m.options.encode(),
            m.fstype.encode(), _escaped(m.source, _SOURCE_ESCAPES), m.super_options.encode(),
        )
        for m in views
    )  # fmt: skip
