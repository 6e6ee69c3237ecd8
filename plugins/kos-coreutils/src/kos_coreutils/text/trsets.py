"""The sets of characters of tr: a-z, [:alpha:], [=c=], [c*n], octal and other escapes.

A set is parsed into elements once, checked as GNU checks it, and then spread out into the list of its members in order.
Members are numbers: bytes, or characters where the caller reads UTF-8.
"""

from __future__ import annotations

from typing import NamedTuple

from kos_kernel.api import quote

CLASSES: dict[str, list[int]] = {
    "alnum": [*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B)],
    "alpha": [*range(0x41, 0x5B), *range(0x61, 0x7B)],
    "blank": [0x09, 0x20],
    "cntrl": [*range(0x20), 0x7F],
    "digit": [*range(0x30, 0x3A)],
    "graph": [*range(0x21, 0x7F)],
    "lower": [*range(0x61, 0x7B)],
    "print": [*range(0x20, 0x7F)],
    "punct": [*range(0x21, 0x30), *range(0x3A, 0x41), *range(0x5B, 0x61), *range(0x7B, 0x7F)],
    "space": [*range(0x09, 0x0E), 0x20],
    "upper": [*range(0x41, 0x5B)],
    "xdigit": [*range(0x30, 0x3A), *range(0x41, 0x47), *range(0x61, 0x67)],
}
_SIMPLE = {"\\": "\\", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_MOST_REPEATS = 1 << 18  # more can't matter: no set has so many different members


class BadSet(Exception):
    """A set is wrong: GNU's message, bytes."""

    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


class Element(NamedTuple):
    """A piece of a set. kind: "range" (first..last), "class", "equiv", "repeat" (count 0: as often as needed)."""

    kind: str
    first: int
    last: int = 0
    name: str = ""

    def members(self) -> list[int]:
        """Return what it stands for, in order."""
        if self.kind == "class":
            return CLASSES[self.name]
        if self.kind == "repeat":
            return [self.first] * min(self.last, _MOST_REPEATS)
        if self.kind == "equiv":
            return [self.first]
        return list(range(self.first, self.last + 1))


class _Char(NamedTuple):
    code: int
    escaped: bool
    source: str


class Parsed(NamedTuple):
    """A set's elements, and warnings to give."""

    elements: list[Element]
    warnings: list[bytes]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _unescaped(text: str, warnings: list[bytes]) -> list[_Char]:
    chars = []
    at = 0
    while at < len(text):
        char = text[at]
        if char != "\\":
            chars.append(_Char(ord(char), False, char))
            at += 1
            continue
        following = text[at + 1 : at + 2]
        if not following:
            warnings.append(b"warning: an unescaped backslash at end of string is not portable")
            chars.append(_Char(0x5C, True, "\\"))
            at += 1
        elif following in "01234567":
            end = at + 2
            while end < min(len(text), at + 4) and text[end] in "01234567":
                end += 1
            if int(text[at + 1 : end], 8) > 0xFF:
                end -= 1
                octal = text[at + 1 : end + 1]
                warnings.append(
                    b"warning: the ambiguous octal escape \\%s is being\n\tinterpreted as the 2-byte sequence \\0%s, %s"
                    % (octal.encode(), octal[:2].encode(), octal[2:].encode())
                )
            chars.append(_Char(int(text[at + 1 : end], 8), True, text[at:end]))
            at = end
        else:
            chars.append(_Char(ord(_SIMPLE.get(following, following)), True, text[at : at + 2]))
            at += 2
    return chars


def parse_set(text: str) -> Parsed:
    """Return the elements that text describes. Raises BadSet."""
    warnings: list[bytes] = []
    chars = _unescaped(text, warnings)
    elements: list[Element] = []
    at = 0

    def plain(index: int, char: str) -> bool:
        return index < len(chars) and not chars[index].escaped and chars[index].code == ord(char)

    while at < len(chars):
        if plain(at, "[") and at + 2 < len(chars):
            if plain(at + 1, ":") or plain(at + 1, "="):
                found = _bracketed(chars, at)
                if found is not None:
                    element, at = found
                    elements.append(element)
                    continue
            if plain(at + 2, "*"):
                repeat = _repeat(chars, at)
                if repeat is not None:
                    element, at = repeat
                    elements.append(element)
                    continue
        if plain(at + 1, "-") and at + 2 < len(chars):
            low, high = chars[at].code, chars[at + 2].code
            if low > high:
                shown = b"%s-%s" % (_shown(chars[at]), _shown(chars[at + 2]))
                raise BadSet(b"range-endpoints of '%s' are in reverse collating sequence order" % shown)
            elements.append(Element("range", low, high))
            at += 3
            continue
        elements.append(Element("range", chars[at].code, chars[at].code))
        at += 1
    return Parsed(elements, warnings)


def _shown(char: _Char) -> bytes:
    code = char.code
    if code < 0x80:
        return bytes((code,)) if 0x20 <= code < 0x7F else b"\\%03o" % code
    return _encoded(chr(code))


def _bracketed(chars: list[_Char], at: int) -> tuple[Element, int] | None:
    """Read [:class:] or [=c=] at an opening bracket; None if it's no such thing."""
    mark = chars[at + 1].code
    end = at + 2
    while end + 1 < len(chars):
        here, after = chars[end], chars[end + 1]
        if not here.escaped and here.code == mark and not after.escaped and after.code == 0x5D:
            # "[===]" is the class of "="
            if end > at + 2 or mark == 0x3A or [char.code for char in chars[end + 1 : end + 3]] != [0x3D, 0x5D]:
                break
        end += 1
    else:
        return None
    if mark == 0x3D and end == at + 2:
        raise BadSet(b"missing equivalence class character '[==]'")
    inner = "".join(chr(char.code) for char in chars[at + 2 : end])
    if mark == 0x3A:
        if inner not in CLASSES:
            if not inner:
                raise BadSet(b"missing character class name '[::]'")
            if _is_repeat_opening(chars, at + 2):
                return None
            raise BadSet(b"invalid character class %s" % quote(_encoded(inner)))
        return Element("class", 0, 0, inner), end + 2
    if len(inner) != 1:
        if _is_repeat_opening(chars, at + 2):
            return None
        raise BadSet(b"%s: equivalence class operand must be a single character" % _encoded(inner))
    return Element("equiv", ord(inner)), end + 2


def _is_repeat_opening(chars: list[_Char], at: int) -> bool:
    """Tell whether what follows looks like the rest of [c*n], which is tried when [: or [= comes to nothing."""
    if at >= len(chars) or chars[at].escaped or chars[at].code != 0x2A:
        return False
    at += 1
    while at < len(chars) and not chars[at].escaped and 0x30 <= chars[at].code <= 0x39:
        at += 1
    return at < len(chars) and not chars[at].escaped and chars[at].code == 0x5D


def _repeat(chars: list[_Char], at: int) -> tuple[Element, int] | None:
    """Read [c*n] or [c*]; None if it's no such thing."""
    end = at + 3
    while end < len(chars) and not (not chars[end].escaped and chars[end].code == 0x5D):
        if chars[end].escaped:
            return None
        end += 1
    if end >= len(chars):
        return None
    digits = "".join(chr(char.code) for char in chars[at + 3 : end])
    count = 0
    if digits:
        base = 8 if digits[0] == "0" else 10
        try:
            count = int(digits, base) if len(digits) < 40 and digits.isascii() and digits.isdigit() else -1
        except ValueError:
            count = -1
        if not 0 <= count < 1 << 64:
            raise BadSet(b"invalid repeat count %s in [c*n] construct" % quote(_encoded(digits)))
    return Element("repeat", chars[at + 1].code, count), end + 1


def check(first: list[Element], second: list[Element] | None, *, complement: bool, translating: bool) -> None:
    """Raise BadSet if sets may not stand together, in GNU's order of complaints that doesn't depend on their lengths."""
    if any(element.kind == "repeat" and not element.last for element in first):
        raise BadSet(b"the [c*] repeat construct may not appear in string1")
    if second is None:
        return
    open_ended = sum(element.kind == "repeat" and not element.last for element in second)
    if open_ended > 1:
        raise BadSet(b"only one [c*] repeat construct may appear in string2")
    if not translating:
        if open_ended:
            raise BadSet(b"the [c*] construct may appear in string2 only when translating")
        return
    if any(element.kind == "equiv" for element in second):
        raise BadSet(b"[=c=] expressions may not appear in string2 when translating")
    if any(element.kind == "class" and element.name not in ("upper", "lower") for element in second):
        message = b"when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'"
        raise BadSet(message)
    if not complement:
        _check_cases(first, second)


def _case_places(elements: list[Element]) -> set[int]:
    places, at = set(), 0
    for element in elements:
        if element.kind == "class" and element.name in ("upper", "lower"):
            places.add(at)
        at += len(element.members())
    return places


def _check_cases(first: list[Element], second: list[Element]) -> None:
    """[:upper:] and [:lower:] of the second set must stand where the first has one."""
    if any(element.kind == "repeat" and not element.last for element in second):
        return
    if not _case_places(second) <= _case_places(first):
        raise BadSet(b"misaligned [:upper:] and/or [:lower:] construct")


def spread(elements: list[Element], wanted: int = 0) -> list[int]:
    """Return all members in order. wanted: the length that an open-ended [c*] fills up to."""
    fixed = sum(len(element.members()) for element in elements)
    members: list[int] = []
    for element in elements:
        if element.kind == "repeat" and not element.last:
            members += [element.first] * max(wanted - fixed, 0)
        else:
            members += element.members()
    return members
