"""--transform: sed's s command over names of members. Expressions stand one after another, with ; between.

    s/REGEX/REPLACEMENT/[gixNrRsShH]      \\1 and &, \\L \\U \\E \\l \\u in the replacement

Flags r, s, h (and R, S, H against them) say whether names of members, targets of symlinks, targets of hard links change.
"""

from __future__ import annotations

import re

from kos_kernel.api import PatternError, Regex, compile_regex

MEMBER, SYMLINK, LINK = 1, 2, 4
_LETTERS = {"r": MEMBER, "s": SYMLINK, "h": LINK}


class BadTransform(Exception):
    """An expression that can't be read; text: what to say."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


class Transform:
    """One s command."""

    __slots__ = ("everywhere", "first", "regex", "replacement", "scope")

    def __init__(self, regex: Regex, replacement: bytes, first: int, everywhere: bool, scope: int) -> None:
        self.regex = regex
        self.replacement = replacement
        self.first = first
        self.everywhere = everywhere
        self.scope = scope

    def apply(self, name: bytes) -> bytes:
        """Return the name changed."""
        out = []
        at = start = 0
        count = 0
        while start <= len(name):
            found = self.regex.search(name, start)
            if found is None:
                break
            begin, end = found.span()
            count += 1
            if count >= self.first:
                out += [name[at:begin], expand(self.replacement, found)]
                at = end
                if not self.everywhere:
                    break
            start = end if end > begin else end + 1
        out.append(name[at:])
        return b"".join(out)


def expand(replacement: bytes, found: object) -> bytes:
    """Return what stands for a match."""
    out = bytearray()
    case, once = "", ""
    place = 0

    def put(text: bytes) -> None:
        nonlocal once
        if not text:
            return
        if case:
            text = text.upper() if case == "U" else text.lower()
        if once:
            head = text[:1].upper() if once == "u" else text[:1].lower()
            text = head + text[1:]
            once = ""
        out.extend(text)

    while place < len(replacement):
        char = replacement[place : place + 1]
        place += 1
        if char == b"&":
            put(found.group(0) or b"")  # type: ignore[attr-defined]
        elif char == b"\\" and place < len(replacement):
            char = replacement[place : place + 1]
            place += 1
            if char.isdigit():
                put(found.group(int(char)) or b"")  # type: ignore[attr-defined]
            elif char in (b"L", b"U"):
                case = char.decode()
            elif char == b"E":
                case = ""
            elif char in (b"l", b"u"):
                once = char.decode()
            else:
                put({b"n": b"\n", b"t": b"\t", b"a": b"\a", b"f": b"\f", b"r": b"\r", b"v": b"\v"}.get(char, char))
        else:
            put(char)
    return bytes(out)


def parse(text: bytes) -> list[Transform]:
    """Return the commands of an expression. Raises BadTransform."""
    found: list[Transform] = []
    scope = MEMBER | SYMLINK | LINK
    at = 0
    while at < len(text):
        if text[at : at + 6] == b"flags=":
            end = text.find(b";", at)
            letters = text[at + 6 : len(text) if end < 0 else end].decode("latin-1")
            scope = _scope(letters, 0)
            at = len(text) if end < 0 else end + 1
            continue
        if text[at : at + 1] != b"s" or at + 1 >= len(text):
            raise BadTransform(b"Invalid transform expression")
        command, at = _command(text, at + 1, scope)
        found.append(command)
        if at < len(text):
            if text[at : at + 1] != b";":
                raise BadTransform(b"Unknown flag in transform expression: " + text[at : at + 1])
            at += 1
    return found


def _scope(letters: str, scope: int) -> int:
    for letter in letters:
        if letter.lower() not in _LETTERS:
            raise BadTransform(b"Unknown transform flag: " + letter.encode())
        scope = scope | _LETTERS[letter] if letter.islower() else scope & ~_LETTERS[letter.lower()]
    return scope


def _part(text: bytes, at: int, delimiter: int) -> tuple[bytes, int]:
    """Return what stands before the next delimiter, and where it goes on."""
    out = bytearray()
    while at < len(text):
        char = text[at]
        if char == delimiter:
            return bytes(out), at + 1
        if char == 92 and at + 1 < len(text):
            if text[at + 1] != delimiter:
                out.append(char)
            out.append(text[at + 1])
            at += 2
        else:
            out.append(char)
            at += 1
    raise BadTransform(b"Invalid transform expression")


def _command(text: bytes, at: int, scope: int) -> tuple[Transform, int]:
    delimiter = text[at]
    pattern, at = _part(text, at + 1, delimiter)
    replacement, at = _part(text, at, delimiter)
    everywhere = icase = extended = False
    first = 1
    while at < len(text):
        letter = chr(text[at])
        if letter == "g":
            everywhere = True
        elif letter == "i":
            icase = True
        elif letter == "x":
            extended = True
        elif letter.isdigit() and letter.isascii():
            end = at
            while end < len(text) and 48 <= text[end] <= 57:
                end += 1
            first = min(int(text[at : min(end, at + 9)]), 1 << 20)
            at = end - 1
        elif letter.lower() in _LETTERS:
            scope = _scope(letter, scope)
        else:
            break
        at += 1
    try:
        regex = compile_regex(pattern, syntax="ere" if extended else "bre", icase=icase, utf8=False)
    except PatternError as problem:
        raise BadTransform(b"Invalid transform expression: " + str(problem).encode()) from None
    references = [int(pair[1:]) for pair in re.findall(rb"\\.", replacement) if pair[1:].isdigit()]
    if references and max(references) > regex.groups:
        raise BadTransform(b"Invalid transform replacement: back reference out of range")
    return Transform(regex, replacement, first, everywhere, scope), at
