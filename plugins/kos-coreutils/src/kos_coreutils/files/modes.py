"""File modes as people write them: `drwxr-xr-x` from a number, a number from `u+x,go-w` or `0644`.

`chmod`, `mkdir -m`, `install -m`, `mkfifo -m`, `mknod -m`, `ls -l` and `stat` share it. A mode text is compiled once
into a list of changes and applied to each file, since `X`, `u=g` and a bare `+w` depend on the file and the umask.

    changes = compile_mode(b"u+rw,g=u,o-x")      None if the text is no mode
    new, touched = adjust(old, is_dir, umask, changes)

Source: POSIX chmod, with GNU's additions (`+0644`, `=7`, five octal digits clear a directory's set-id bits).
"""

from __future__ import annotations

from typing import NamedTuple

from kos_kernel.api import S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK

ALL_BITS = 0o7777
_SET_IDS = 0o6000
_PLAIN, _COPY, _X_IF_ANY = 0, 1, 2
_WHO = {0x75: 0o4700, 0x67: 0o2070, 0x6F: 0o1007, 0x61: ALL_BITS}  # u g o a
_COPY_FROM = {0x75: 0o700, 0x67: 0o070, 0x6F: 0o007}
_PERMS = {0x72: 0o444, 0x77: 0o222, 0x78: 0o111, 0x73: _SET_IDS, 0x74: 0o1000}  # r w x s t
_OPS = b"=+-"
_TYPE_LETTERS = {
    S_IFREG: "-", S_IFDIR: "d", S_IFLNK: "l", S_IFCHR: "c", S_IFBLK: "b", S_IFIFO: "p", S_IFSOCK: "s",
}  # fmt: skip
_TRIADS = ("---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx")


class Change(NamedTuple):
    """One `+`, `-` or `=` of a mode: which bits it may affect, which it names, and how its value comes about."""

    op: int
    kind: int
    affected: int
    value: int
    mentioned: int


def mode_string(mode: int) -> str:
    """Return the ten letters that `ls -l` shows, `drwxr-xr-x`."""
    owner, group, other = _TRIADS[mode >> 6 & 7], _TRIADS[mode >> 3 & 7], _TRIADS[mode & 7]
    if mode & 0o4000:
        owner = owner[:2] + ("s" if mode & 0o100 else "S")
    if mode & 0o2000:
        group = group[:2] + ("s" if mode & 0o010 else "S")
    if mode & 0o1000:
        other = other[:2] + ("t" if mode & 0o001 else "T")
    return _TYPE_LETTERS.get(mode & S_IFMT, "?") + owner + group + other


def compile_mode(text: bytes) -> list[Change] | None:
    """Return the changes that the text asks for, or None if it isn't a mode."""
    if text[:1].isdigit():
        return _octal_mode(text)
    changes: list[Change] = []
    at, end = 0, len(text)
    while True:
        affected = 0
        while at < end and text[at] in _WHO:
            affected |= _WHO[text[at]]
            at += 1
        if at >= end or text[at] not in _OPS:
            return None
        while at < end and text[at] in _OPS:
            op, at = text[at], at + 1
            kind, value, mentioned = _PLAIN, 0, 0
            if at < end and 0x30 <= text[at] <= 0x37:
                start = at
                while at < end and 0x30 <= text[at] <= 0x37:
                    at += 1
                value = int(text[start:at], 8)
                if value > ALL_BITS or affected or (at < end and text[at] != 0x2C):
                    return None
                affected = mentioned = ALL_BITS
            elif at < end and text[at] in _COPY_FROM:
                kind, value, at = _COPY, _COPY_FROM[text[at]], at + 1
            else:
                while at < end:
                    if text[at] in _PERMS:
                        value |= _PERMS[text[at]]
                    elif text[at] == 0x58:  # X
                        kind = _X_IF_ANY
                    else:
                        break
                    at += 1
            changes.append(Change(op, kind, affected, value, mentioned or (affected & value if affected else value)))
        if at >= end:
            return changes
        if text[at] != 0x2C:
            return None
        at += 1


def _octal_mode(text: bytes) -> list[Change] | None:
    if not all(0x30 <= letter <= 0x37 for letter in text):
        return None
    value = int(text, 8)
    if value > ALL_BITS:
        return None
    mentioned = (value & 0o7000) | 0o777 if len(text) < 5 else ALL_BITS
    return [Change(0x3D, _PLAIN, ALL_BITS, value, mentioned)]


def changes_to(mode: int) -> list[Change]:
    """Return the changes that set exactly this mode (`--reference`)."""
    return [Change(0x3D, _PLAIN, ALL_BITS, mode & ALL_BITS, ALL_BITS)]


def adjust(old: int, is_dir: bool, umask: int, changes: list[Change]) -> tuple[int, int]:
    """Return (the permission bits after the changes, the bits that the changes were about).

    A bare `+w` spares the umask's bits; a directory keeps set-user-id and set-group-id unless they are named.
    """
    mode, touched = old & ALL_BITS, 0
    for op, kind, affected, value, mentioned in changes:
        spared = _SET_IDS & ~mentioned if is_dir else 0
        if kind == _COPY:
            value &= mode
            value |= (0o444 if value & 0o444 else 0) | (0o222 if value & 0o222 else 0) | (0o111 if value & 0o111 else 0)
        elif kind == _X_IF_ANY and (is_dir or mode & 0o111):
            value |= 0o111
        value &= (affected if affected else ~umask & ALL_BITS) & ~spared
        if op == 0x3D:
            kept = (~affected & ALL_BITS if affected else 0) | spared
            touched |= ALL_BITS & ~kept
            mode = (mode & kept) | value
        elif op == 0x2B:
            touched |= value
            mode |= value
        else:
            touched |= value
            mode &= ~value
    return mode, touched
