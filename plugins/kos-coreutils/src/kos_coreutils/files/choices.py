"""Options whose argument is a word from a list (`--sort=size`, `--backup=numbered`): whole words or unique beginnings.

choose(con, b"--sort", b"ti", SORTS, status=2) -> the value, or a usage error that lists the words as GNU does
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from .console import Console

T = TypeVar("T")
Table = Sequence[tuple[tuple[bytes, ...], T]]


def choose(con: Console, label: bytes, text: bytes, table: Table[T], *, status: int = 1) -> T:
    """Return the value of the word that `text` is or begins; ends the command if it is none, or could be several."""
    found: list[T] = []
    for words, value in table:
        if text in words:
            return value
        if text and any(word.startswith(text) for word in words):
            found.append(value)
    if len(found) == 1:
        return found[0]
    fault = b"ambiguous" if found else b"invalid"
    lines = [fault + b" argument " + con.word(text) + b" for " + con.word(label), b"Valid arguments are:"]
    lines.extend(b"  - " + b", ".join(con.word(word) for word in words) for words, _ in table)
    return con.usage(b"\n".join(lines), status)
