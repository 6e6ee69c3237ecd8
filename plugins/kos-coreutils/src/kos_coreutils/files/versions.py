"""Version order, as `ls -v` and `sort -V` have it: digits compare as numbers, `~` sorts before everything, suffixes last.

    sorted(names, key=version_key)

Source: Debian policy's version comparison, with GNU's treatment of dot files and of suffixes like `.tar.gz`.
"""

from __future__ import annotations

import re

_SUFFIX = re.compile(rb"(?:\.[A-Za-z~][A-Za-z0-9~]*)*\Z")
_NUMBER = re.compile(rb"([0-9]+)")

Key = tuple[int, tuple[object, ...], tuple[object, ...]]


def version_key(name: bytes) -> Key:
    """Return what to sort by; equal for names that differ only in leading zeros."""
    rank = 4
    if not name:
        rank = 0
    elif name[:1] == b".":
        rank = 1 if name == b"." else 2 if name == b".." else 3
    match = _SUFFIX.search(name, 1)
    cut = len(name) if match is None else match.start()
    return rank, _parts(name[:cut]), _parts(name)


def _order(letter: int) -> int:
    if letter == 0x7E:
        return -2
    if 0x41 <= letter <= 0x5A or 0x61 <= letter <= 0x7A:
        return letter
    return letter + 256


def _parts(text: bytes) -> tuple[object, ...]:
    """Return text and number in turn; the text as a tuple of ranks that says at its end whether a number follows."""
    parts: list[object] = []
    pieces = _NUMBER.split(text)
    last = len(pieces) - 1
    for index, piece in enumerate(pieces):
        if index % 2:
            parts.append((len(piece.lstrip(b"0")), piece.lstrip(b"0")))
        else:
            parts.append((*map(_order, piece), 0 if index < last else -1))
    return tuple(parts)
