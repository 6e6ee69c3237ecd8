"""Backslash escapes of printf's format, of its %b, and of echo -e: three dialects of one table.

    dialect     octal        hex          unknown \\z     bad \\x
    format      \\ooo         \\xhh         kept           an error
    percent-b   \\0ooo \\ooo   \\xhh         kept           an error
    echo        \\0ooo \\ooo   \\xhh         kept           kept

Source: GNU coreutils 9.1 manual, echo and printf.
"""

from __future__ import annotations

SIMPLE = {
    0x61: b"\a",
    0x62: b"\b",
    0x65: b"\x1b",
    0x66: b"\f",
    0x6E: b"\n",
    0x72: b"\r",
    0x74: b"\t",
    0x76: b"\v",
    0x5C: b"\\",
}
_HEX = b"0123456789abcdefABCDEF"
_OCTAL = b"01234567"


class Stop(Exception):
    """\\c was met: output ends here. text: what came before."""

    def __init__(self, text: bytes) -> None:
        self.text = text


class BadEscape(Exception):
    """An escape that can't be read. text: what came before it."""

    def __init__(self, message: str, text: bytes) -> None:
        super().__init__(message)
        self.text = text


def _digits(text: bytes, start: int, most: int, alphabet: bytes) -> int:
    end = start
    while end < len(text) and end < start + most and text[end] in alphabet:
        end += 1
    return end


def expand_echo(text: bytes) -> bytes:
    """Return text with echo -e's escapes replaced. Raises Stop at \\c."""
    if b"\\" not in text:
        return text
    out = bytearray()
    at = 0
    while True:
        slash = text.find(b"\\", at)
        if slash < 0 or slash + 1 == len(text):
            return bytes(out + text[at:])
        out += text[at:slash]
        kind = text[slash + 1]
        at = slash + 2
        if kind in SIMPLE:
            out += SIMPLE[kind]
        elif kind == 0x63:  # c
            raise Stop(bytes(out))
        elif kind == 0x78 and (end := _digits(text, at, 2, _HEX)) > at:  # x
            out.append(int(text[at:end], 16))
            at = end
        elif kind == 0x30:  # 0: up to three more digits
            end = _digits(text, at, 3, _OCTAL)
            out.append(int(text[at:end] or b"0", 8) & 0xFF)
            at = end
        elif kind in _OCTAL:
            end = _digits(text, slash + 1, 3, _OCTAL)
            out.append(int(text[slash + 1 : end], 8) & 0xFF)
            at = end
        else:
            out += text[slash:at]


def expand_printf(text: bytes, *, octal_zero: bool, utf8: bool) -> bytes:
    """Return text with printf's escapes replaced; octal_zero: in %b, where \\0ooo has three digits after the zero.

    Raises Stop at \\c, BadEscape as printf does. In the C locale \\u writes itself, for want of the character.
    """
    if b"\\" not in text:
        return text
    out = bytearray()
    at = 0
    while True:
        slash = text.find(b"\\", at)
        if slash < 0:
            return bytes(out + text[at:])
        out += text[at:slash]
        at = slash + 2
        kind = text[slash + 1] if slash + 1 < len(text) else 0
        if kind in SIMPLE:
            out += SIMPLE[kind]
        elif kind == 0x22:  # "
            out.append(kind)
        elif kind == 0x63:  # c
            raise Stop(bytes(out))
        elif kind == 0x78:  # x
            end = _digits(text, at, 2, _HEX)
            if end == at:
                raise BadEscape("missing hexadecimal number in escape", bytes(out))
            out.append(int(text[at:end], 16))
            at = end
        elif kind and kind in _OCTAL:
            start = slash + 2 if octal_zero and kind == 0x30 else slash + 1
            end = _digits(text, start, 3, _OCTAL)
            out.append(int(text[start:end] or b"0", 8) & 0xFF)
            at = end
        elif kind in b"uU" and kind:
            width = 4 if kind == 0x75 else 8
            end = _digits(text, at, width, _HEX)
            if end < at + width:
                raise BadEscape("missing hexadecimal number in escape", bytes(out))
            code = int(text[at:end], 16)
            if (code <= 0x9F and code not in (0x24, 0x40, 0x60)) or 0xD800 <= code <= 0xDFFF:
                shown = f"\\{chr(kind)}{code:0{width}x}"
                raise BadEscape(f"invalid universal character name {shown}", bytes(out))
            out += character(code, utf8=utf8)
            at = end
        else:
            out += text[slash : slash + 2]


def character(code: int, *, utf8: bool) -> bytes:
    """Return a character in the locale's encoding; what the C locale lacks is written as \\uXXXX."""
    if code < 0x80:
        return bytes((code,))
    if utf8 and code <= 0x10FFFF:
        return chr(code).encode()
    return b"\\u%04X" % code if code <= 0xFFFF else b"\\U%08X" % code
