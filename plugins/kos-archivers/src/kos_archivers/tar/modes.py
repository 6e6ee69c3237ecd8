"""--mode: octal, or symbolic changes as chmod reads them (u+rw,go-w,a=rX)."""

from __future__ import annotations

import re
from collections.abc import Callable

_WHO = {"u": 0o4700, "g": 0o2070, "o": 0o1007, "a": 0o7777}
_BITS = {"r": 0o444, "w": 0o222, "x": 0o111, "s": 0o6000, "t": 0o1000}
_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]|[0-7]+))+)\Z")
_ACTION = re.compile(r"([-+=])([rwxXst]*|[ugo]|[0-7]+)(?=[-+=]|\Z)")


def parse(text: bytes, umask: int) -> Callable[[int, bool], int] | None:
    """Return what makes the new mode of (mode, is it a directory), or None if the text can't be read."""
    if re.fullmatch(rb"[0-7]{1,5}", text):
        fixed = int(text, 8)
        return None if fixed > 0o7777 else lambda mode, directory: fixed
    actions: list[tuple[int, str, str]] = []
    for clause in text.decode("latin-1").split(","):
        found = _CLAUSE.match(clause)
        if found is None:
            return None
        who = 0
        for letter in found[1]:
            who |= _WHO[letter]
        actions += [(who, sign, what) for sign, what in _ACTION.findall(found[2])]

    def apply(mode: int, directory: bool) -> int:
        for who, sign, what in actions:
            mode = _one(mode, who or (0o7777 & ~umask), who, sign, what, directory)
        return mode

    return apply


def _one(mode: int, mask: int, who: int, sign: str, what: str, directory: bool) -> int:
    bits = 0
    if what and what in "ugo":
        shift = {"u": 6, "g": 3, "o": 0}[what]
        bits = (mode >> shift & 7) * 0o111
    elif what[:1].isdigit():
        bits = int(what, 8)
    else:
        for letter in what:
            bits |= (0o111 if directory or mode & 0o111 else 0) if letter == "X" else _BITS[letter]
    bits &= mask
    if sign == "+":
        return mode | bits
    if sign == "-":
        return mode & ~bits
    return mode & ~((who or 0o7777) & (0o6777 if directory else 0o7777)) | bits
