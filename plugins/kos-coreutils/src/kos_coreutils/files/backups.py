"""Backups of files about to be replaced: the name `x~` or `x.~3~`, chosen by --backup, -S and VERSION_CONTROL.

`cp`, `mv`, `ln` and `install` share it.
"""

from __future__ import annotations

from kos_kernel.api import Syscalls, SysError

from .choices import choose
from .console import Console
from .longpaths import LongPaths
from .paths import base, parent

NONE, SIMPLE, EXISTING, NUMBERED = "none", "simple", "existing", "numbered"
_CONTROLS = (
    ((b"none", b"off"), NONE),
    ((b"simple", b"never"), SIMPLE),
    ((b"existing", b"nil"), EXISTING),
    ((b"numbered", b"t"), NUMBERED),
)


class Backups:
    """How backups are made in this run: `kind` and `suffix`. Falsy if none are made."""

    __slots__ = ("kind", "suffix")

    def __init__(self, kind: str = NONE, suffix: bytes = b"~") -> None:
        self.kind = kind
        self.suffix = suffix

    def __bool__(self) -> bool:
        return self.kind != NONE

    def name_for(self, k: Syscalls | LongPaths, path: bytes) -> bytes:
        """Return the name under which `path` is to be kept."""
        if self.kind == SIMPLE:
            return path + self.suffix
        highest = _highest_number(k, path)
        if highest == 0 and self.kind == EXISTING:
            return path + self.suffix
        return b"%s.~%d~" % (path, highest + 1)


def backups_from(con: Console, wanted: bool, control: bytes | None, suffix: bytes | None) -> Backups:
    """Return how to back up. wanted: -b, --backup or -S was given; control, suffix: their arguments."""
    if not wanted:
        return Backups()
    env = con.k.env
    kind = EXISTING
    if control:
        kind = choose(con, b"backup type", control, _CONTROLS)
    elif env.get(b"VERSION_CONTROL"):
        kind = choose(con, b"$VERSION_CONTROL", env[b"VERSION_CONTROL"], _CONTROLS)
    chosen = suffix or env.get(b"SIMPLE_BACKUP_SUFFIX") or b"~"
    if b"/" in chosen:
        chosen = b"~"
    return Backups(kind, chosen)


def _highest_number(k: Syscalls | LongPaths, path: bytes) -> int:
    """Return N of the newest backup `path.~N~`, 0 if there is none."""
    folder, start = parent(path), base(path) + b".~"
    highest = 0
    try:
        names = k.listdir(folder)
    except SysError:
        return 0
    for name in names:
        if name.startswith(start) and name.endswith(b"~"):
            digits = name[len(start) : -1]
            if digits.isdigit() and digits[:1] != b"0":
                highest = max(highest, int(digits))
    return highest
