"""echo."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_ESCAPE = re.compile(r"\\(?:0([0-7]{0,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|(.))", re.DOTALL)
_SIMPLE = {"a": b"\a", "b": b"\b", "e": b"\x1b", "E": b"\x1b", "f": b"\f", "n": b"\n", "r": b"\r", "t": b"\t", "v": b"\v",
           "\\": b"\\"}  # fmt: skip


def echo(sh: Shell, argv: list[str]) -> int:
    """echo [-neE] [words]. In posix mode with xpg_echo there are no options and escapes always count."""
    at = 1
    newline = True
    escapes = "xpg_echo" in sh.options
    if not (escapes and sh.posix):
        count = len(argv)
        while at < count:
            word = argv[at]
            if word[:1] != "-" or len(word) < 2 or word[1:].strip("neE"):
                break
            for letter in word[1:]:
                if letter == "n":
                    newline = False
                else:
                    escapes = letter == "e"
            at += 1
    text = " ".join(argv[at:])
    if escapes and "\\" in text:
        data, stopped = decode_escapes(text)
        if newline and not stopped:
            data += b"\n"
        sh.out(data)
        return 0
    if newline:
        text += "\n"
    elif not text:
        return 0
    sh.out(text.encode("utf-8", "surrogateescape"))
    return 0


def decode_escapes(text: str) -> tuple[bytes, bool]:
    """Return (what echo -e prints for `text`, whether \\c ended it)."""
    out = bytearray()
    at = 0
    for found in _ESCAPE.finditer(text):
        out += text[at : found.start()].encode("utf-8", "surrogateescape")
        at = found.end()
        octal, hexa, u4, u8, simple = found.groups()
        if octal is not None:
            out.append(int(octal or "0", 8) & 0xFF)
        elif hexa:
            out.append(int(hexa, 16))
        elif u4 or u8:
            out += unicode_bytes(int(u4 or u8, 16))
        elif simple == "c":
            return bytes(out), True
        else:
            out += _SIMPLE.get(simple) or ("\\" + simple).encode("utf-8", "surrogateescape")
    out += text[at:].encode("utf-8", "surrogateescape")
    return bytes(out), False


def unicode_bytes(code: int) -> bytes:
    """Return a code point's UTF-8; of what is no character the bytes that the scheme gives."""
    return chr(code).encode("utf-8", "surrogatepass") if code < 0x110000 else b""
