r"""Decode the text of $'..': backslash escapes as in C, with bash's \e \cx \uhhhh \Uhhhhhhhh."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|x\{([0-9A-Fa-f]*)\}?"
    r"|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c(\\\\|.))",
    re.DOTALL,
)
_SIMPLE = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip


def decode_ansi(source: str) -> str:
    """Return what $'source' stands for. An unknown escape stays as it is; a NUL ends the text, as in bash.

    \\nnn and \\xhh name bytes: the result is what the bytes of the whole text decode to (UTF-8, surrogateescape).
    """
    if "\\" not in source:
        return source
    out = bytearray()
    at = 0
    for match in _ESCAPE.finditer(source):
        out += source[at : match.start()].encode("utf-8", "surrogateescape")
        at = match.end()
        simple, octal, hexa, braced, u4, u8, control = match.groups()
        if simple:
            out += _SIMPLE[simple].encode()
            continue
        if octal or hexa:
            value = int(octal, 8) if octal else int(hexa, 16)
            data = bytes([value & 0xFF])
        elif braced is not None:
            data = bytes([int(braced or "0", 16) & 0xFF])
        elif control:
            data = bytes([ord(control[0]) & 0x1F]) if control != "?" else b"\x7f"
        else:
            data = _utf8(int(u4 or u8, 16))
        if data == b"\0":
            return out.decode("utf-8", "surrogateescape")
        out += data
    out += source[at:].encode("utf-8", "surrogateescape")
    return out.decode("utf-8", "surrogateescape")


def _utf8(code: int) -> bytes:
    """Return the UTF-8 of a code point; surrogates and numbers beyond Unicode in the same scheme, as bash does."""
    if code < 0x80:
        return bytes([code])
    if code < 0x800:
        return bytes([0xC0 | code >> 6, 0x80 | code & 0x3F])
    for count, limit, mark in ((2, 0x10000, 0xE0), (3, 0x200000, 0xF0), (4, 0x4000000, 0xF8), (5, 0x80000000, 0xFC)):
        if code < limit:
            tail = [0x80 | code >> 6 * i & 0x3F for i in reversed(range(count))]
            return bytes([mark | code >> 6 * count, *tail])
    return b""
