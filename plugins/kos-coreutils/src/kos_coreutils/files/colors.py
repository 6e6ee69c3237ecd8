"""Colours of file names: the table of LS_COLORS, and which entry of it a file gets.

    colors = Colors(k.env.get(b"LS_COLORS"))      raises ColorsMalformed if the text can't be read
    colors.paint(entry) -> b"01;34" or b""

The defaults are those of GNU ls without LS_COLORS. `tree` uses it too.
"""

from __future__ import annotations

import re

from kos_kernel.api import S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK

_DEFAULTS = {
    b"lc": b"\x1b[", b"rc": b"m", b"ec": b"", b"rs": b"0", b"no": b"", b"fi": b"", b"di": b"01;34", b"ln": b"01;36",
    b"pi": b"33", b"so": b"01;35", b"bd": b"01;33", b"cd": b"01;33", b"mi": b"", b"or": b"", b"ex": b"01;32",
    b"do": b"01;35", b"su": b"37;41", b"sg": b"30;43", b"st": b"37;44", b"ow": b"34;42", b"tw": b"30;42", b"ca": b"",
    b"mh": b"", b"cl": b"\x1b[K",
}  # fmt: skip
_SIMPLE_ESCAPES = {b"a": 7, b"b": 8, b"e": 27, b"f": 12, b"n": 10, b"r": 13, b"t": 9, b"v": 11, b"?": 127, b"_": 32}


_COLOR_TERMINALS = re.compile(
    rb"Eterm|ansi|.*color.*|con[0-9].*x[0-9].*|cons25|console|cygwin|.*direct.*|dtterm|gnome|hurd|jfbterm|konsole|kterm"
    rb"|linux|linux-c|mlterm|putty|rxvt.*|screen.*|st|terminator|tmux.*|vt100|xterm.*"
)


def terminal_has_colors(term: bytes) -> bool:
    """Tell whether a terminal of that name is known to show colours (the list of dircolors)."""
    return _COLOR_TERMINALS.fullmatch(term) is not None


class ColorsMalformed(ValueError):
    """LS_COLORS can't be read; `prefix` is the key nobody knows, if that is why."""

    def __init__(self, prefix: bytes | None = None) -> None:
        super().__init__("LS_COLORS")
        self.prefix = prefix


class Colors:
    """Which escape sequence each kind of file gets."""

    __slots__ = ("codes", "extensions", "link_as_target")

    def __init__(self, text: bytes | None) -> None:
        self.codes = dict(_DEFAULTS)
        self.extensions: list[tuple[bytes, bytes]] = []
        for item in (text or b"").split(b":"):
            if not item:
                continue
            key, equals, value = item.partition(b"=")
            if not equals:
                raise ColorsMalformed
            code = _unescaped(value)
            if key.startswith(b"*"):
                self.extensions.append((key[1:], code))
            elif key in self.codes:
                self.codes[key] = code
            else:
                raise ColorsMalformed(key)
        self.extensions.reverse()  # the last given wins
        self.link_as_target = self.codes[b"ln"] == b"target"
        if self.link_as_target:
            self.codes[b"ln"] = b""

    def is_on(self, key: bytes) -> bool:
        """Tell whether that kind of file has a colour at all."""
        return self.codes[key] not in (b"", b"0", b"00")

    def code(self, name: bytes, mode: int, nlink: int = 1, *, link_ok: bool = True, known: bool = True) -> bytes:
        """Return the code of a file. link_ok: a symlink's target exists; known: the file could be stat-ed."""
        if not known:
            return self.codes[b"mi"] if self.is_on(b"mi") else self.codes[b"or"]
        kind = mode & S_IFMT
        key = b"fi"
        if kind == S_IFREG:
            if mode & 0o4000 and self.is_on(b"su"):
                key = b"su"
            elif mode & 0o2000 and self.is_on(b"sg"):
                key = b"sg"
            elif mode & 0o111 and self.is_on(b"ex"):
                key = b"ex"
            elif nlink > 1 and self.is_on(b"mh"):
                key = b"mh"
        elif kind == S_IFDIR:
            key = b"di"
            if mode & 0o1000 and mode & 0o002 and self.is_on(b"tw"):
                key = b"tw"
            elif mode & 0o002 and self.is_on(b"ow"):
                key = b"ow"
            elif mode & 0o1000 and self.is_on(b"st"):
                key = b"st"
        elif kind == S_IFLNK:
            key = b"ln" if link_ok or not self.is_on(b"or") else b"or"
        else:
            key = {S_IFIFO: b"pi", S_IFSOCK: b"so", S_IFBLK: b"bd", S_IFCHR: b"cd"}.get(kind, b"or")
        if key == b"fi":
            lowered = name.lower()
            for extension, code in self.extensions:
                if name.endswith(extension) or lowered.endswith(extension.lower()):
                    return code
        return self.codes[key]

    def start(self, code: bytes) -> bytes:
        """Return what switches the colour on."""
        return self.codes[b"lc"] + code + self.codes[b"rc"]

    def end(self) -> bytes:
        """Return what switches it off."""
        return self.codes[b"ec"] or self.codes[b"lc"] + self.codes[b"rs"] + self.codes[b"rc"]


def _unescaped(text: bytes) -> bytes:
    """Return the value with \\e, \\033, ^[ and their like resolved."""
    if b"\\" not in text and b"^" not in text:
        return text
    shown = bytearray()
    at = 0
    while at < len(text):
        letter = text[at : at + 1]
        at += 1
        if letter == b"^":
            following = text[at : at + 1]
            if following == b"?":
                shown.append(127)
            elif following and 0x40 <= following[0] <= 0x7E:
                shown.append(following[0] & 0x1F)
            else:
                raise ColorsMalformed
            at += 1
        elif letter != b"\\":
            shown += letter
        else:
            following = text[at : at + 1]
            at += 1
            if following.isdigit() and following < b"8":
                value = 0
                at -= 1
                while at < len(text) and 0x30 <= text[at] <= 0x37:
                    value, at = value * 8 + text[at] - 0x30, at + 1
                shown.append(value & 0xFF)
            elif following in (b"x", b"X"):
                value = 0
                while at < len(text) and chr(text[at]) in "0123456789abcdefABCDEF":
                    value, at = value * 16 + int(text[at : at + 1], 16), at + 1
                shown.append(value & 0xFF)
            elif not following:
                raise ColorsMalformed
            else:
                shown += bytes([_SIMPLE_ESCAPES.get(following, following[0])])
    return bytes(shown)
