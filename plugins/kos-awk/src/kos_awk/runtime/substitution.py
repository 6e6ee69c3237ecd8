"""sub, gsub and gensub: replacements and how they are filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kos_kernel.api import Match

Filler = Callable[["Match"], bytes]


def pieces_of(text: bytes) -> list[bytes | None]:
    """Return a replacement of sub and gsub in pieces, None where the match itself stands.

    `&` is the match, `\\&` an ampersand, `\\\\` a backslash; other backslashes are themselves (POSIX).
    """
    if b"&" not in text and b"\\" not in text:
        return [text]
    pieces: list[bytes | None] = []

    def plain(piece: bytes) -> None:
        last = pieces.pop() if pieces and pieces[-1] is not None else b""
        pieces.append((last or b"") + piece)

    at = 0
    while at < len(text):
        if text[at : at + 2] in (b"\\\\", b"\\&"):
            plain(text[at + 1 : at + 2])
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
    return pieces


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
