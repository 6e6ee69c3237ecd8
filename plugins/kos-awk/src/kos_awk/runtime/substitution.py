"""sub, gsub and gensub: replacements and how they are filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kos_kernel.api import Match

Filler = Callable[["Match"], bytes]


def replacement(text: bytes) -> bytes | Filler:
    """Return a replacement of sub and gsub as bytes, or as a function of the match if there's an & in it.

    `&` is the match, `\\&` an ampersand, `\\\\` a backslash; other backslashes are themselves (POSIX).
    """
    if b"&" not in text and b"\\" not in text:
        return text
    pieces: list[bytes | None] = [b""]
    at = 0

    def plain(piece: bytes) -> None:
        last = pieces[-1]
        if last is None:
            pieces.append(piece)
        else:
            pieces[-1] = last + piece

    while at < len(text):
        if text[at : at + 2] == b"\\\\":
            plain(b"\\")
            at += 2
        elif text[at : at + 2] == b"\\&":
            plain(b"&")
            at += 2
        elif text[at : at + 1] == b"&":
            pieces.append(None)
            at += 1
        else:
            stop = at + 1
            while stop < len(text) and text[stop] not in b"\\&":
                stop += 1
            plain(text[at:stop])
            at = stop
    if pieces == [b"", None] or pieces == [None]:
        return lambda match: match.group()
    if None not in pieces:
        return b"".join(piece for piece in pieces if piece is not None)

    def fill(match: Match) -> bytes:
        whole = match.group()
        return b"".join([whole if piece is None else piece for piece in pieces])

    return fill


def general_replacement(text: bytes, groups: int) -> bytes | Filler:
    """Return a replacement of gensub, where \\0 to \\9 are groups, too."""
    if b"&" not in text and b"\\" not in text:
        return text
    pieces: list[bytes | int] = []
    at = 0
    while at < len(text):
        char = text[at : at + 1]
        if char == b"&":
            pieces.append(0)
            at += 1
        elif char == b"\\" and at + 1 < len(text):
            following = text[at + 1 : at + 2]
            if following.isdigit():
                pieces.append(int(following))
            else:
                pieces.append(following if following in (b"&", b"\\") else text[at : at + 2])
            at += 2
        else:
            pieces.append(char)
            at += 1

    def fill(match: Match) -> bytes:
        return b"".join(
            [
                piece if isinstance(piece, bytes) else (match.group(piece) or b"") if piece <= groups else b""
                for piece in pieces
            ]
        )

    return fill
