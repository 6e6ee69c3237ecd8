"""How wide text is on a terminal, and text that may not be UTF-8.

decoded(data, utf8)     str with one character for each of the terminal's; bytes that aren't text are kept by surrogateescape
width(text)             columns that it takes
"""

from __future__ import annotations


def char_width(char: str) -> int:
    """Return the columns that a character takes: 0, 1 or 2."""
    if char < "\u0300":
        return 0 if char < " " or "\x7f" <= char < "\xa0" else 1
    import unicodedata  # only text beyond Latin pays for it

    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width(text: str) -> int:
    """Return the columns that text takes."""
    if text.isascii():
        return len(text)
    return sum([char_width(char) for char in text])


def decoded(data: bytes, utf8: bool) -> str:
    """Return the characters of data: of UTF-8, or one for each byte. encoded() gives the bytes back."""
    return data.decode("utf-8", "surrogateescape") if utf8 else data.decode("ascii", "surrogateescape")


def encoded(text: str) -> bytes:
    """Return the bytes that decoded() read."""
    return text.encode("utf-8", "surrogateescape")
