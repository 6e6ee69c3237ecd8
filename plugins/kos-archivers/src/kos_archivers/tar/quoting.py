"""Names as tar shows them: backslashes for what can't be shown (--quoting-style=escape, the default), or as they are (literal)."""

from __future__ import annotations

_LETTERS = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 92: b"\\\\"}

_PLAIN = bytes(byte for byte in range(32, 127) if byte != 92)


def escaped(name: bytes, *, also: bytes = b"", utf8: bool = False) -> bytes:
    """Return name with C escapes. also: further characters to put a backslash before. utf8: letters of UTF-8 stay."""
    if not name.translate(None, _PLAIN) and not any(byte in name for byte in also):
        return name
    out = []
    if utf8 and not name.isascii():
        import unicodedata

        for char in name.decode("utf-8", "surrogateescape"):
            raw = char.encode("utf-8", "surrogateescape")
            if len(raw) > 1 and unicodedata.category(char) not in ("Cc", "Cs", "Cn", "Zl", "Zp"):
                out.append(raw)
            else:
                out += [_one(byte, also) for byte in raw]
        return b"".join(out)
    return b"".join([_one(byte, also) for byte in name])


def _one(byte: int, also: bytes) -> bytes:
    if byte in _LETTERS:
        return _LETTERS[byte]
    if byte < 32 or byte > 126:
        return b"\\%03o" % byte
    return b"\\%c" % byte if byte in also else b"%c" % byte


_BACK = {97: 7, 98: 8, 116: 9, 110: 10, 118: 11, 102: 12, 114: 13, 92: 92, 63: 127}


def unescaped(text: bytes) -> bytes:
    """Return a name from a list of names (-T) with the escapes taken back; a broken one stays as it is."""
    if b"\\" not in text:
        return text
    out = bytearray()
    place = 0
    while place < len(text):
        char = text[place]
        place += 1
        if char != 92 or place >= len(text):
            out.append(char)
            continue
        char = text[place]
        if char in _BACK:
            out.append(_BACK[char])
            place += 1
        elif 48 <= char <= 55:
            value, end = 0, min(place + 3, len(text))
            while place < end and 48 <= text[place] <= 55:
                value = value * 8 + text[place] - 48
                place += 1
            out.append(value & 255)
        else:
            out += b"\\"
            out.append(char)
            place += 1
    return bytes(out)
